//! All the checks of one endpoint, one after the other, so that a gateway meets one visitor at a time.

use std::sync::Arc;

use rustls::ProtocolVersion;
use rustls::pki_types::{CertificateDer, TrustAnchor, UnixTime};
use rustls::sign::CertifiedKey;

use super::clients::{self, Reception};
use super::endpoint::{Endpoint, Opening};
use super::finding::{Finding, Sheet};
use super::plan::ProbeSettings;
use super::smtp::Dialogue;
use super::tls::{Handshake, shake_hands};
use super::trouble::Trouble;
use super::{presented, versions};
use crate::domain::campaign::{Check, CheckName, Subject};

/// What the probes of an endpoint compare with, prepared once.
pub(super) struct Expected {
    pub(super) settings: ProbeSettings,
    pub(super) at: UnixTime,
    pub(super) registered: Vec<Vec<u8>>,
    pub(super) anchors: Vec<TrustAnchor<'static>>,
    pub(super) listed: Option<Arc<CertifiedKey>>,
    pub(super) revoked: Option<Arc<CertifiedKey>>,
    pub(super) unlisted: Option<Arc<CertifiedKey>>,
}

/// Makes every check of an endpoint.
pub(super) async fn probe(endpoint: &Endpoint, expected: &Expected) -> Vec<Check> {
    let mut sheet = Sheet::new(
        Subject::Gateway {
            host: endpoint.host.clone(),
            port: endpoint.port,
        },
        Some(endpoint.address),
    );
    let settings = &expected.settings;
    let (name, finding, presented) = meet(endpoint, expected).await;
    sheet.note(name, finding);
    if presented.is_empty() {
        skip_the_rest(endpoint.opening, &mut sheet);
        return sheet.into_checks();
    }

    sheet.note(
        CheckName::CertificateRegistered,
        presented::registered(&presented, &expected.registered),
    );
    sheet.note(
        CheckName::CertificatePath,
        presented::path(&presented, &expected.anchors, expected.at),
    );
    sheet.note(
        CheckName::CertificateHost,
        presented::host(&presented, &endpoint.host),
    );
    sheet.note(
        CheckName::TlsVersions,
        versions::probe(endpoint, settings).await,
    );
    match endpoint.opening {
        Opening::Implicit => {}
        Opening::Starttls => {
            sheet.note(CheckName::TlsInjection, smuggle(endpoint, expected).await);
        }
    }
    for (name, identity, reception) in [
        (
            CheckName::ClientListedAccepted,
            &expected.listed,
            Reception::Accepted,
        ),
        (
            CheckName::ClientRevokedRefused,
            &expected.revoked,
            Reception::Refused,
        ),
        (
            CheckName::ClientUnlistedRefused,
            &expected.unlisted,
            Reception::Refused,
        ),
    ] {
        let finding = clients::probe(endpoint, identity.as_ref(), reception, settings).await;
        sheet.note(name, finding);
    }
    sheet.into_checks()
}

/// One handshake: does TLS begin, and which chain is presented?
async fn meet(
    endpoint: &Endpoint,
    expected: &Expected,
) -> (CheckName, Finding, Vec<CertificateDer<'static>>) {
    let name = match endpoint.opening {
        Opening::Starttls => CheckName::TlsStarttls,
        Opening::Implicit => CheckName::TlsImplicit,
    };
    let stream = match endpoint.reach(&expected.settings).await {
        Ok(stream) => stream,
        Err(trouble) => return (name, Finding::failed(trouble.to_string()), Vec::new()),
    };
    let identity = expected.listed.as_ref();
    let handshake = shake_hands(stream, &endpoint.host, identity, &expected.settings).await;
    let version = match handshake.version() {
        Some(ProtocolVersion::TLSv1_2) => "TLS 1.2",
        Some(ProtocolVersion::TLSv1_3) => "TLS 1.3",
        Some(_) | None => "another version of TLS",
    };
    let Handshake { presented, outcome } = handshake;
    let finding = match outcome {
        Ok(_) => Finding::passed(format!("the handshake ends well with {version}")),
        // It spoke TLS and proved its key; that it does not want us is told by another check.
        Err(trouble @ Trouble::Alert(_)) if !presented.is_empty() => {
            Finding::passed(format!("TLS begins, and then {trouble}"))
        }
        Err(trouble) => Finding::failed(format!("the handshake does not end well: {trouble}")),
    };
    (name, finding, presented)
}

/// Sends a command in clear behind STARTTLS. A gateway that keeps it obeys it inside TLS, and is one reply ahead
/// from then on: it answers QUIT, which takes 221 (RFC 5321 §4.2.3), with the reply to what came before.
async fn smuggle(endpoint: &Endpoint, expected: &Expected) -> Finding {
    let settings = &expected.settings;
    let dialogue = match endpoint.greet(settings).await {
        Ok(dialogue) => dialogue,
        Err(trouble) => return Finding::failed(format!("it could not be tried: {trouble}")),
    };
    let obeyed = async {
        let stream = dialogue.starttls("NOOP\r\n").await?;
        let identity = expected.listed.as_ref();
        let handshake = shake_hands(stream, &endpoint.host, identity, settings).await;
        let mut dialogue = Dialogue::new(handshake.outcome?, settings.step_timeout);
        dialogue.ehlo(settings.helo_name.as_str()).await?;
        Ok::<_, Trouble>(dialogue.quit().await?.code != 221)
    };
    match obeyed.await {
        Ok(false) => {
            Finding::passed("a command in clear behind STARTTLS is forgotten".to_owned())
        }
        Ok(true) => Finding::failed(
            "it obeys inside TLS a command that was sent in clear behind STARTTLS, which it must forget"
                .to_owned(),
        ),
        Err(trouble) if trouble.is_refusal() => Finding::passed(format!(
            "a command in clear behind STARTTLS is not obeyed: {trouble}"
        )),
        Err(trouble) => Finding::failed(format!(
            "it was sent a command in clear behind STARTTLS, which it must forget, and then {trouble}"
        )),
    }
}

fn skip_the_rest(opening: Opening, sheet: &mut Sheet) {
    let injection = match opening {
        Opening::Starttls => Some(CheckName::TlsInjection),
        Opening::Implicit => None,
    };
    for name in [
        CheckName::CertificateRegistered,
        CheckName::CertificatePath,
        CheckName::CertificateHost,
        CheckName::TlsVersions,
    ]
    .into_iter()
    .chain(injection)
    .chain([
        CheckName::ClientListedAccepted,
        CheckName::ClientRevokedRefused,
        CheckName::ClientUnlistedRefused,
    ]) {
        sheet.note(
            name,
            Finding::skipped("TLS did not begin", "it takes a TLS connection to see this"),
        );
    }
}
