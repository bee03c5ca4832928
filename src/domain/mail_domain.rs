//! The mail domains of the trust space: their names, and whom they are for.

use serde::{Deserialize, Serialize};

use super::text::{self, InvalidText};

/// Why a text is not the name of a mail domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a mail domain: {0}")]
pub struct InvalidMailDomain(&'static str);

/// Name of a mail domain: two or more labels of lower-case letters, digits and hyphens (RFC 1034
/// §3.5, RFC 5890 §2.3.1), such as `hopital.mssante.fr`. Compared as a whole: no subdomain inherits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MailDomainName(String);

impl MailDomainName {
    /// Parses a name; upper case is folded, everything else must be as the list writes it.
    pub fn parse(text: &str) -> Result<Self, InvalidMailDomain> {
        let name = text.to_ascii_lowercase();
        if name.len() > 253 {
            return Err(InvalidMailDomain("longer than 253 characters"));
        }
        let mut labels = 0;
        for label in name.split('.') {
            labels += 1;
            if label.is_empty() || label.len() > 63 {
                return Err(InvalidMailDomain(
                    "a label has no or more than 63 characters",
                ));
            }
            if label.starts_with('-') || label.ends_with('-') {
                return Err(InvalidMailDomain("a label begins or ends with a hyphen"));
            }
            let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
            if !label.bytes().all(allowed) {
                return Err(InvalidMailDomain(
                    "only letters, digits and hyphens make a label",
                ));
            }
        }
        if labels < 2 {
            return Err(InvalidMailDomain("it has one label"));
        }
        Ok(Self(name))
    }

    /// The name, in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for MailDomainName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for MailDomainName {
    type Error = InvalidMailDomain;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<MailDomainName> for String {
    fn from(name: MailDomainName) -> Self {
        name.0
    }
}

/// A mail domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailDomain {
    /// Its name.
    pub name: MailDomainName,
    /// What it is for; the list shows it.
    pub description: String,
    /// Codes of `TRE_G15` that may have a mailbox in it; none: anybody.
    pub allowed_professions: Vec<String>,
    /// Numbers of the operators that run it.
    pub operators: Vec<i64>,
    /// Version of the record, against lost updates.
    pub version: i64,
}

/// Which mail domains are listed.
#[derive(Clone, Debug, Default)]
pub struct MailDomainFilter {
    /// Of this operator.
    pub operator: Option<i64>,
    /// With this in the name or the description, whatever its case.
    pub text: Option<String>,
}

/// Why a mail domain is not recorded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMailDomainText {
    /// The description cannot be kept.
    #[error("description: {0}")]
    Description(#[from] InvalidText),
    /// Not a code of a profession.
    #[error("allowed_professions: {0:?} is not a code of one to four letters and digits")]
    Profession(String),
    /// More codes than there are professions.
    #[error("allowed_professions: more than 100 codes")]
    TooManyProfessions,
}

/// A description as it is kept.
pub fn description(text: &str) -> Result<String, InvalidMailDomainText> {
    Ok(text::line(text, 500)?)
}

/// Codes of professions as they are kept: sorted, each once.
pub fn professions(codes: &[String]) -> Result<Vec<String>, InvalidMailDomainText> {
    if codes.len() > 100 {
        return Err(InvalidMailDomainText::TooManyProfessions);
    }
    let mut kept = codes.to_vec();
    let is_code = |code: &&String| {
        matches!(code.len(), 1..=4) && code.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    if let Some(other) = kept.iter().find(|code| !is_code(code)) {
        let shown = other.chars().take(20).collect();
        return Err(InvalidMailDomainText::Profession(shown));
    }
    kept.sort();
    kept.dedup();
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_whole_lower_case_host_names() {
        // 253 characters: three full labels, one of 58 and the last one.
        let longest = format!("{0}.{0}.{0}.{1}.fr", "a".repeat(63), "b".repeat(58));
        assert_eq!(longest.len(), 253);
        for good in [
            "hopital.mssante.fr",
            "15-20.mssante.fr",
            "xn--hpital-9ua.fr",
            &longest,
        ] {
            assert_eq!(MailDomainName::parse(good).unwrap().as_str(), good);
        }
        assert_eq!(
            MailDomainName::parse("CHU.Mssante.FR").unwrap().as_str(),
            "chu.mssante.fr"
        );
        let long_label = format!("{}.fr", "a".repeat(64));
        let long_name = format!("a.{longest}");
        for bad in [
            "",
            "fr",
            ".fr",
            "fr.",
            "a..fr",
            "-a.fr",
            "a-.fr",
            "a_b.fr",
            "hôpital.fr",
            "a b.fr",
            "*.mssante.fr",
            " a.fr",
            &long_label,
            &long_name,
        ] {
            assert!(MailDomainName::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn professions_are_codes_sorted_and_each_once() {
        let codes = |codes: &[&str]| {
            professions(&codes.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        assert_eq!(codes(&["60", "10", "60"]).unwrap(), ["10", "60"]);
        assert_eq!(codes(&[]).unwrap(), [""; 0]);
        for bad in ["", "12345", "6 0", "é1"] {
            assert!(codes(&[bad]).is_err(), "{bad:?}");
        }
        assert_eq!(
            professions(&vec!["60".to_owned(); 101]),
            Err(InvalidMailDomainText::TooManyProfessions)
        );
    }
}
