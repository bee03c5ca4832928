//! The signed list as a value: which operator's certificate stands behind which mail domain.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::distinguished_name::OperatorDn;
use super::mail_domain::MailDomainName;

/// One row of the list: a pair of mail domain and certificate name, and whom to call.
///
/// A domain has as many entries as certificates; the pair is the key (`Domaine` of the published
/// format).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrustEntry {
    /// `Nom`.
    pub mail_domain: MailDomainName,
    /// `Description`.
    pub description: String,
    /// `DNCertificatOperateur`: the subject of the operator's certificate.
    pub operator_dn: OperatorDn,
    /// `ResponsableContact`: telephone and address, as one text.
    pub responsible_contact: String,
    /// `SupportContact`: telephone and address, as one text.
    pub support_contact: String,
    /// `DateMAJ`, to the second, UTC.
    pub updated_at: OffsetDateTime,
}

/// The list: sorted by mail domain, then by the name of the certificate, without duplicates when
/// it is ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrustList {
    /// `DateDeGeneration`, to the second, UTC.
    pub generated_at: OffsetDateTime,
    /// Its rows.
    pub entries: Vec<TrustEntry>,
}
