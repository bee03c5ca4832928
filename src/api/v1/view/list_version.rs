//! Versions of the list and the keys that sign them, as JSON shows them.

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::mirror;
use crate::domain::list_version::{ListSigner, ListVersion, SignerState};
use crate::domain::pem;

/// A published version of the list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListVersion)]
pub(in crate::api::v1) struct ListVersionView {
    /// Its number, from 1 and without gaps.
    sequence: u64,
    /// When it was generated, UTC.
    #[serde(with = "time::serde::rfc3339")]
    generated_at: OffsetDateTime,
    /// Until when it says it is good, UTC.
    #[serde(with = "time::serde::rfc3339")]
    next_update: OffsetDateTime,
    /// Rows of the list.
    entries: u64,
    /// Bytes of the signed XML.
    bytes: u64,
    /// SHA-256 of the signed XML, hexadecimal.
    sha256: String,
    /// SHA-256 of the signer's certificate, hexadecimal.
    signer: String,
    /// When it became the published one, UTC.
    #[serde(with = "time::serde::rfc3339")]
    published_at: OffsetDateTime,
    /// Where its XML is.
    #[schema(example = "/v1/trust-lists/42/xml")]
    xml: String,
    /// Where its side-car is.
    #[schema(example = "/v1/trust-lists/42/meta")]
    meta: String,
}

impl From<ListVersion> for ListVersionView {
    fn from(version: ListVersion) -> Self {
        let at = |part: &str| format!("/v1/trust-lists/{}/{part}", version.sequence);
        Self {
            xml: at("xml"),
            meta: at("meta"),
            sequence: version.sequence,
            generated_at: version.generated_at,
            next_update: version.next_update,
            entries: version.entries,
            bytes: version.bytes,
            sha256: version.sha256.to_string(),
            signer: version.signer.to_string(),
            published_at: version.published_at,
        }
    }
}

mirror! {
    /// Where a signing key stands.
    SignerStateView of SignerState as SignerState, "snake_case" {
        /// Announced: signs after the current one.
        Next,
        /// Signs.
        Current,
        /// Signed once, or was announced and taken back.
        Retired,
    }
}

/// The certificate of a key that signs, will sign or signed the list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Signer)]
pub(in crate::api::v1) struct SignerView {
    /// SHA-256 of the certificate, hexadecimal.
    sha256: String,
    /// Where the key stands.
    state: SignerStateView,
    /// The certificate, PEM. Pin it only when its digest came another way.
    certificate: String,
    /// When it was announced, UTC.
    #[serde(with = "time::serde::rfc3339")]
    announced_at: OffsetDateTime,
    /// The first version of the list that named it as the next one.
    #[serde(skip_serializing_if = "Option::is_none")]
    announced_in: Option<u64>,
    /// When it began to sign, UTC.
    #[serde(
        skip_serializing_if = "Option::is_none",
        with = "time::serde::rfc3339::option"
    )]
    current_at: Option<OffsetDateTime>,
    /// When it ended, UTC.
    #[serde(
        skip_serializing_if = "Option::is_none",
        with = "time::serde::rfc3339::option"
    )]
    retired_at: Option<OffsetDateTime>,
}

impl From<ListSigner> for SignerView {
    fn from(signer: ListSigner) -> Self {
        Self {
            sha256: signer.sha256.to_string(),
            state: signer.state.into(),
            certificate: pem::certificate(&signer.der),
            announced_at: signer.announced_at,
            announced_in: signer.announced_in,
            current_at: signer.current_at,
            retired_at: signer.retired_at,
        }
    }
}
