//! The signed list as a value: which operator's certificate stands behind which mail domain. It must
//! not know how a list is written or signed.

use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, UtcOffset};

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
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
}

impl TrustEntry {
    /// What tells entries apart, and what a list is sorted by.
    pub fn key(&self) -> (&MailDomainName, &OperatorDn) {
        (&self.mail_domain, &self.operator_dn)
    }

    fn texts(&self) -> [&str; 3] {
        [
            &self.description,
            &self.responsible_contact,
            &self.support_contact,
        ]
        .map(String::as_str)
    }
}

/// The list: sorted by mail domain, then by the name of the certificate, without duplicates when
/// it is ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrustList {
    /// `DateDeGeneration`, to the second, UTC.
    #[serde(with = "time::serde::rfc3339")]
    pub generated_at: OffsetDateTime,
    /// Its rows.
    pub entries: Vec<TrustEntry>,
}

impl TrustList {
    /// A list as we publish it, from entries in any order: times to the second, sorted, and of
    /// entries with one key the one updated last. The same entries give the same list.
    pub fn assemble(generated_at: OffsetDateTime, mut entries: Vec<TrustEntry>) -> Self {
        for entry in &mut entries {
            entry.updated_at = to_the_second(entry.updated_at);
        }
        entries.sort_by(|left, right| {
            let newest_first = right.updated_at.cmp(&left.updated_at);
            let by_key = left.key().cmp(&right.key()).then(newest_first);
            by_key.then_with(|| left.texts().cmp(&right.texts()))
        });
        entries.dedup_by(|later, kept| later.key() == kept.key());
        Self {
            generated_at: to_the_second(generated_at),
            entries,
        }
    }
}

/// A time as the list can say it: in UTC, without the fraction of its second.
pub fn to_the_second(at: OffsetDateTime) -> OffsetDateTime {
    at.to_offset(UtcOffset::UTC).truncate_to_second()
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    fn entry(mail_domain: &str, dn: &str, updated_at: OffsetDateTime) -> TrustEntry {
        TrustEntry {
            mail_domain: MailDomainName::parse(mail_domain).unwrap(),
            description: String::new(),
            operator_dn: OperatorDn::parse(dn).unwrap(),
            responsible_contact: String::new(),
            support_contact: String::new(),
            updated_at,
        }
    }

    #[test]
    fn an_assembled_list_is_sorted_once_each_and_to_the_second() {
        let old = datetime!(2025-01-01 10:00:00.7 UTC);
        let new = datetime!(2025-02-01 10:00:00.7 +2);
        let list = TrustList::assemble(
            datetime!(2025-03-01 01:30:00.9 +1),
            vec![
                entry("b.fr", "CN=a,C=FR", old),
                entry("a.fr", "CN=b,C=FR", old),
                entry("a.fr", "CN=a,C=ZZ", old),
                entry("a-b.fr", "CN=z,C=FR", old),
                entry("a.fr", "CN=b,C=FR", new),
                entry("a.fr", "CN=b, C=FR", old),
            ],
        );
        assert_eq!(list.generated_at, datetime!(2025-03-01 00:30:00 UTC));
        assert_eq!(list.generated_at.offset(), UtcOffset::UTC);
        let keys: Vec<String> = list
            .entries
            .iter()
            .map(|entry| {
                format!(
                    "{} {} {}",
                    entry.mail_domain,
                    entry.operator_dn,
                    entry.updated_at.hour()
                )
            })
            .collect();
        assert_eq!(
            keys,
            [
                "a-b.fr CN=z,C=FR 10",
                "a.fr CN=a,C=ZZ 10",
                "a.fr CN=b,C=FR 8",
                "b.fr CN=a,C=FR 10"
            ]
        );
    }
}
