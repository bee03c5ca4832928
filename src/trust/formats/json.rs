//! The list for programs that read no XML: the same entries, and the digest of the signed file that
//! vouches for them. It is not signed itself.

use serde::Serialize;
use time::OffsetDateTime;

use super::RenderError;
use crate::domain::digest::Digest;
use crate::domain::trust_list::TrustEntry;
use crate::trust::xml::VerifiedList;

/// The twin: what the list says, under the names of our own interface.
#[derive(Serialize)]
struct Twin<'a> {
    #[serde(with = "time::serde::rfc3339")]
    generated_at: OffsetDateTime,
    /// SHA-256 of the signed XML.
    xml_sha256: Digest,
    entries: &'a [TrustEntry],
}

pub(super) fn render(_signed: &[u8], verified: &VerifiedList) -> Result<Vec<u8>, RenderError> {
    let twin = Twin {
        generated_at: verified.list.generated_at,
        xml_sha256: verified.sha256,
        entries: &verified.list.entries,
    };
    serde_json::to_vec(&twin).map_err(|error| RenderError {
        format: "json",
        problem: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::trust_list::TrustList;
    use crate::trust::verify_at::VerifyAt;
    use crate::trust::xml::fixture::{SIGNER, list};
    use crate::trust::xml::{Limits, read_signed, write_signed};

    #[test]
    fn the_twin_holds_the_list_and_vouches_by_the_digest() {
        let signed = write_signed(&list(), &*SIGNER).unwrap();
        let pins = [SIGNER.pin()];
        let verified = read_signed(&signed, &pins, VerifyAt::ListTime, &Limits::default()).unwrap();
        let twin = render(&signed, &verified).unwrap();
        let read: TrustList = serde_json::from_slice(&twin).unwrap();
        assert_eq!(read, list());
        let value: serde_json::Value = serde_json::from_slice(&twin).unwrap();
        assert_eq!(value["generated_at"], "2026-02-28T15:42:07Z");
        assert_eq!(value["entries"][2]["mail_domain"], "15-20.autre.fr");
        assert_eq!(value["entries"][2]["updated_at"], "2026-01-02T03:04:05Z");
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &signed);
        assert_eq!(value["xml_sha256"], hex::encode(digest));
    }
}
