//! The authorities that are trusted by configuration.

use std::path::PathBuf;

use rustls_pki_types::TrustAnchor;
use time::OffsetDateTime;

use crate::domain::certificate::CertificatePurpose;
use crate::trust::certificate::{Certificate, UnusableFile, UploadError, file, read_upload};
use crate::trust::rules::{Finding, Subject, WithoutRevocation, lint};

/// Why a file of anchors cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnchorsError {
    /// The file cannot be read as certificates.
    #[error(transparent)]
    File(#[from] UploadError),
    /// A certificate of it cannot be an anchor at all.
    #[error("certificate {0} cannot be an anchor: its name or its key cannot be read")]
    Unusable(String),
}

/// Authorities trusted by configuration, root or not.
#[derive(Clone, Debug, Default)]
pub struct Anchors {
    certificates: Vec<Certificate>,
    trusted: Vec<TrustAnchor<'static>>,
}

impl Anchors {
    /// Reads one or more anchors from PEM, or one from DER.
    ///
    /// Anchors that break rules are kept, so that [`Anchors::lint`] can report them and a path that
    /// ends in one can say why it is refused.
    pub fn from_pem(file: &[u8]) -> Result<Self, AnchorsError> {
        let mut anchors = Self::default();
        for der in read_upload(file)? {
            let certificate =
                Certificate::parse(&der).map_err(|reason| UploadError::Certificate {
                    number: anchors.certificates.len() + 1,
                    reason,
                })?;
            let anchor = webpki::anchor_from_trusted_cert(certificate.der())
                .map_err(|_| AnchorsError::Unusable(certificate.subject.to_string()))?
                .to_owned();
            anchors.trusted.push(anchor);
            anchors.certificates.push(certificate);
        }
        Ok(anchors)
    }

    /// Reads the anchors of files, PEM or DER.
    pub fn of_files(files: &[PathBuf]) -> Result<Self, UnusableFile> {
        let mut anchors = Self::default();
        for path in files {
            let read = Self::from_pem(&file::read(path)?);
            anchors = anchors.and(read.map_err(|error| UnusableFile::new(path, &error))?);
        }
        Ok(anchors)
    }

    /// These anchors and those of another file.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.certificates.extend(other.certificates);
        self.trusted.extend(other.trusted);
        self
    }

    /// The anchors' certificates, in the order of the file.
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// What the rules have to say of each anchor at this moment, such as that it has expired; those
    /// without findings are left out.
    pub fn lint(&self, at: OffsetDateTime) -> Vec<(&Certificate, Vec<Finding>)> {
        let judged = self.certificates.iter().map(|certificate| {
            let findings = lint(&Subject {
                certificate,
                purpose: CertificatePurpose::Anchor,
                at,
                without_revocation: WithoutRevocation::Warn,
            });
            (certificate, findings)
        });
        judged.filter(|(_, found)| !found.is_empty()).collect()
    }

    /// The same as names and keys.
    pub(in crate::trust) fn trusted(&self) -> &[TrustAnchor<'static>] {
        &self.trusted
    }

    /// The certificates with the name and the key of an anchor.
    pub(super) fn matching(&self, anchor: &TrustAnchor<'_>) -> impl Iterator<Item = &Certificate> {
        let pairs = self.certificates.iter().zip(&self.trusted);
        pairs.filter_map(|(certificate, trusted)| {
            let is_same = trusted.subject == anchor.subject
                && trusted.subject_public_key_info == anchor.subject_public_key_info;
            is_same.then_some(certificate)
        })
    }
}
