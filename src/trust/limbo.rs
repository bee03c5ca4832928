//! The public cases of x509-limbo, as tests of paths and of revocation read them.

use rustls_pki_types::pem::{PemObject, SectionKind};
use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::certificate::{Certificate, read_upload};
use super::chain::{Anchors, Path, check_path, is_for_host};
use super::pki::NOW;
use crate::domain::certificate::CertificatePurpose;

#[derive(Deserialize)]
struct Suite {
    testcases: Vec<Case>,
}

/// One case: what is presented, under what, and what its authors expect.
#[derive(Deserialize)]
pub(crate) struct Case {
    pub(crate) id: String,
    features: Vec<String>,
    validation_kind: String,
    pub(crate) trusted_certs: Vec<String>,
    pub(crate) untrusted_intermediates: Vec<String>,
    pub(crate) peer_certificate: String,
    /// Revocation lists, PEM.
    pub(crate) crls: Vec<String>,
    validation_time: Option<String>,
    expected_result: String,
    pub(crate) expected_peer_name: Option<PeerName>,
}

#[derive(Deserialize)]
pub(crate) struct PeerName {
    pub(crate) kind: String,
    pub(crate) value: String,
}

/// The cases, but those with a limit of depth of their own, which is not offered; none, saying so, where
/// they are not here.
pub(crate) fn cases() -> Option<Vec<Case>> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = path.join("../shared/data/pki/limbo.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: the cases of x509-limbo are not here");
        return None;
    };
    let suite: Suite = serde_json::from_str(&text).unwrap();
    let mut cases = suite.testcases;
    cases.retain(|case| !case.features.iter().any(|it| it == "max-chain-depth"));
    Some(cases)
}

impl Case {
    /// Whether its authors expect that it is taken.
    pub(crate) fn should_be_taken(&self) -> bool {
        self.expected_result == "SUCCESS"
    }

    /// Whether revocation is what it is about.
    pub(crate) fn has_lists(&self) -> bool {
        !self.crls.is_empty()
    }

    pub(crate) fn purpose(&self) -> CertificatePurpose {
        match self.validation_kind.as_str() {
            "SERVER" => CertificatePurpose::SmtpServer,
            _ => CertificatePurpose::SmtpClient,
        }
    }

    pub(crate) fn at(&self) -> OffsetDateTime {
        match &self.validation_time {
            Some(text) => OffsetDateTime::parse(text, &Rfc3339).unwrap(),
            None => NOW,
        }
    }

    /// The lists, DER.
    pub(crate) fn lists(&self) -> Vec<Vec<u8>> {
        let read = |pem: &String| {
            let mut sections = <(SectionKind, Vec<u8>)>::pem_slice_iter(pem.as_bytes());
            sections.next().unwrap().unwrap().1
        };
        self.crls.iter().map(read).collect()
    }

    /// The path, or why there is none: in one word, or the first rule it breaks.
    pub(crate) fn path(&self) -> Result<Path, String> {
        let mut anchors = Anchors::default();
        for pem in &self.trusted_certs {
            // An anchor that cannot be read is none.
            if let Ok(more) = Anchors::from_pem(pem.as_bytes()) {
                anchors = anchors.and(more);
            }
        }
        let read = |pem: &String| {
            let der = read_upload(pem.as_bytes()).map_err(|_| "unreadable".to_owned())?;
            Certificate::parse(&der[0]).map_err(|_| "unreadable".to_owned())
        };
        let leaf = read(&self.peer_certificate)?;
        let sent = self.untrusted_intermediates.iter().map(read);
        let sent = sent.collect::<Result<Vec<_>, _>>()?;
        let path = check_path(&leaf, &sent, &anchors, self.purpose(), self.at())
            .map_err(|error| error.findings[0].rule.clone())?;
        match &self.expected_peer_name {
            Some(name)
                if self.purpose() == CertificatePurpose::SmtpServer
                    && !is_for_host(&leaf, &name.value) =>
            {
                Err("host".to_owned())
            }
            Some(_) | None => Ok(path),
        }
    }
}
