//! Whom to ask about which certificates: read from the certificates themselves, and from the paths on
//! which they stand.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use time::OffsetDateTime;

use crate::domain::certificate::CertificatePurpose;
use crate::domain::revocation_source::{RevocationSource, SourceKind};
use crate::trust::certificate::Certificate;
use crate::trust::chain::{Anchors, check_path};

/// A certificate whose revocation matters, and the authority above it on its path.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    pub(super) certificate: Arc<Certificate>,
    pub(super) issuer: Arc<Certificate>,
}

/// Every certificate whose revocation matters, each once for each authority above it.
#[derive(Debug)]
pub(super) struct Subjects(Vec<Subject>);

/// The sources to ask, and for what.
#[derive(Debug)]
pub(super) struct Wanted(BTreeMap<String, (SourceKind, Vec<Subject>)>);

impl Subjects {
    /// Those of these chains, and the authorities between them and an anchor. What stands on no path is
    /// left out: there is nobody whose word on it could be believed.
    pub(super) fn of(
        chains: &[(i64, Vec<Vec<u8>>)],
        anchors: &Anchors,
        at: OffsetDateTime,
    ) -> Self {
        let mut subjects = BTreeMap::new();
        for (id, chain) in chains {
            let read: Result<Vec<_>, _> = chain.iter().map(|der| Certificate::parse(der)).collect();
            let Ok(read) = read else {
                tracing::warn!(
                    certificate = id,
                    "the bytes of a registered certificate cannot be read"
                );
                continue;
            };
            let Some((leaf, others)) = read.split_first() else {
                continue;
            };
            // One that is not in force yet is asked about before it is.
            let at = at.max(leaf.not_before);
            let Ok(path) = check_path(leaf, others, anchors, CertificatePurpose::Gateway, at)
            else {
                continue;
            };
            let path: Vec<_> = path.certificates.into_iter().map(Arc::new).collect();
            for (certificate, issuer) in path.iter().zip(path.iter().skip(1)) {
                let subject = Subject {
                    certificate: Arc::clone(certificate),
                    issuer: Arc::clone(issuer),
                };
                subjects.insert((certificate.fingerprint, issuer.fingerprint), subject);
            }
        }
        Self(subjects.into_values().collect())
    }

    /// Where to ask. A revocation list comes first: one file answers for all certificates of an authority,
    /// tells nobody which of them matter here, and can be judged again years later. A responder is asked
    /// where a certificate names no list that HTTP reaches, or where all of those it names fail and what
    /// they said last ends soon.
    pub(super) fn sources(&self, known: &[RevocationSource], now: OffsetDateTime) -> Wanted {
        let failing: BTreeSet<&str> = known
            .iter()
            .filter(|it| it.severity(now).is_some())
            .map(|it| it.url.as_str())
            .collect();
        let mut wanted = Wanted(BTreeMap::new());
        for subject in &self.0 {
            let extensions = &subject.certificate.extensions;
            let lists = || extensions.crl_urls.iter().filter(|url| is_web(url));
            for url in lists() {
                wanted.add(url, SourceKind::Crl, subject);
            }
            if lists().all(|url| failing.contains(url.as_str())) {
                for url in extensions.ocsp_urls.iter().filter(|url| is_web(url)) {
                    wanted.add(url, SourceKind::Ocsp, subject);
                }
            }
        }
        wanted
    }
}

impl Wanted {
    fn add(&mut self, url: &str, kind: SourceKind, subject: &Subject) {
        let (first, subjects) = self
            .0
            .entry(url.to_owned())
            .or_insert_with(|| (kind, Vec::new()));
        // An address that is named as a list here and as a responder there is what it was first.
        if *first == kind {
            subjects.push(subject.clone());
        }
    }

    /// Whether these are the sources that are kept.
    pub(super) fn are(&self, known: &[RevocationSource]) -> bool {
        let is_wanted = |it: &RevocationSource| {
            let wanted = self.0.get(&it.url);
            wanted.is_some_and(|(kind, _)| *kind == it.kind)
        };
        known.len() == self.0.len() && known.iter().all(is_wanted)
    }

    /// Addresses and kinds, side by side.
    pub(super) fn columns(&self) -> (Vec<String>, Vec<SourceKind>) {
        let pairs = self.0.iter().map(|(url, (kind, _))| (url.clone(), *kind));
        pairs.unzip()
    }

    /// The certificates that are asked about there; none where it is wanted no more.
    pub(super) fn subjects(&self, url: &str) -> Vec<Subject> {
        let found = self.0.get(url);
        found
            .map(|(_, subjects)| subjects.clone())
            .unwrap_or_default()
    }
}

fn is_web(url: &str) -> bool {
    let scheme = url.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|it| it.eq_ignore_ascii_case("http") || it.eq_ignore_ascii_case("https"))
}
