//! A secure mailbox (BAL) and what it is attached to.

use serde::{Deserialize, Serialize};

use super::ids::{NationalId, OrganizationId, StructureNationalId};

/// Why a text is not a mail address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a mail address: {0}")]
pub struct InvalidAddress(pub &'static str);

/// A mail address, in lower case: the key of a mailbox.
///
/// Operators treat both parts without regard to case, so two spellings are one mailbox.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MailAddress(String);

impl MailAddress {
    /// Longest address accepted, in bytes (RFC 5321 §4.5.3.1.3, less the angle brackets).
    pub const MAX_BYTES: usize = 254;

    /// Parses `local@domain`: one `@`, both sides present, no space or control character.
    pub fn parse(text: &str) -> Result<Self, InvalidAddress> {
        // Before the length: a letter can be longer in lower case than it was.
        let text = text.trim().to_lowercase();
        if text.len() > Self::MAX_BYTES {
            return Err(InvalidAddress("longer than 254 bytes"));
        }
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(InvalidAddress("holds a space or a control character"));
        }
        let (local, domain) = text.split_once('@').ok_or(InvalidAddress("has no @"))?;
        if domain.contains('@') {
            return Err(InvalidAddress("has more than one @"));
        }
        if local.is_empty() || domain.is_empty() {
            return Err(InvalidAddress("has nothing on one side of the @"));
        }
        Ok(Self(text))
    }

    /// The address in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What follows the `@`.
    pub fn domain(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, domain)| domain)
    }
}

impl std::fmt::Display for MailAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Type de BAL (`TRE_R257`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum MailboxKind {
    /// `PER`: of one person.
    Personal,
    /// `ORG`: of a department of a structure.
    Organizational,
    /// `APP`: of a software.
    Application,
    /// `CAB`: of a practice.
    Practice,
}

impl MailboxKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [
        Self::Personal,
        Self::Organizational,
        Self::Application,
        Self::Practice,
    ];

    /// The published code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Personal => "PER",
            Self::Organizational => "ORG",
            Self::Application => "APP",
            Self::Practice => "CAB",
        }
    }

    /// The kind of a published code, whatever its case.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.code().eq_ignore_ascii_case(code))
    }
}

/// Whether a mailbox may be shown (liste rouge); read only by [`super::publication`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Listing {
    /// May be published.
    Listed,
    /// Liste rouge: exists, and is shown to nobody.
    Unlisted,
}

/// One mailbox with everything it is attached to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    /// The key.
    pub address: MailAddress,
    /// Type de BAL.
    pub kind: MailboxKind,
    /// Dématérialisation: the owner accepts not to receive paper copies.
    pub accepts_paperless: bool,
    /// Liste rouge.
    pub listing: Listing,
    /// People and structures it belongs to; one address on several rows has several.
    pub attachments: Vec<Attachment>,
}

/// What ties a mailbox to a person, a structure, or both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The person, as the mailbox extract names them.
    pub person: Option<AttachedPerson>,
    /// The structure, as the mailbox extract names it.
    pub structure: Option<AttachedStructure>,
    /// Service de rattachement, free text.
    pub department: String,
}

/// A person as named by the mailbox extract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachedPerson {
    /// Identification nationale PP.
    pub national_id: NationalId,
    /// Civilité d'exercice.
    pub title: String,
    /// Nom d'exercice.
    pub family: String,
    /// Prénom d'exercice.
    pub given: String,
    /// Catégorie professionnelle.
    pub category: String,
    /// Profession.
    pub profession: String,
    /// Savoir-faire.
    pub specialty: String,
}

/// A structure as named by the mailbox extract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachedStructure {
    /// `idNat_struct`.
    pub national_id: StructureNationalId,
    /// The structures of the directory that carry this identifier.
    pub organizations: Vec<OrganizationId>,
    /// Raison sociale.
    pub legal_name: String,
    /// Enseigne commerciale.
    pub trade_name: String,
    /// Address.
    pub address: super::organization::Address,
}

/// A mailbox as its owner's document lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnedMailbox {
    /// The address.
    pub address: MailAddress,
    /// Type de BAL.
    pub kind: MailboxKind,
    /// The owner accepts not to receive paper copies.
    pub accepts_paperless: bool,
    /// Liste rouge.
    pub listing: Listing,
    /// Service de rattachement.
    pub department: String,
    /// The structure it belongs to, where one is named.
    pub structure: Option<StructureNationalId>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_address_is_one_key_whatever_its_case() {
        let address = MailAddress::parse(" Jean.Test@CH-Fictif.MSSante.fr ").unwrap();
        assert_eq!(address.as_str(), "jean.test@ch-fictif.mssante.fr");
        assert_eq!(address.domain(), "ch-fictif.mssante.fr");
    }

    #[test]
    fn what_is_not_an_address_says_why() {
        for (text, why) in [
            ("", "has no @"),
            ("a.b", "has no @"),
            ("a@b@c", "has more than one @"),
            ("@b", "has nothing on one side of the @"),
            ("a@", "has nothing on one side of the @"),
            ("a b@c", "holds a space or a control character"),
            ("a\u{0}@c", "holds a space or a control character"),
        ] {
            assert_eq!(
                MailAddress::parse(text),
                Err(InvalidAddress(why)),
                "{text:?}"
            );
        }
        let long = format!("{}@b.fr", "a".repeat(254));
        assert_eq!(
            MailAddress::parse(&long),
            Err(InvalidAddress("longer than 254 bytes"))
        );
    }

    #[test]
    fn the_length_is_that_of_the_key() {
        // Two bytes each, three in lower case.
        let grows = format!("{}@b.fr", "Ⱥ".repeat(120));
        assert_eq!(
            MailAddress::parse(&grows),
            Err(InvalidAddress("longer than 254 bytes"))
        );
    }

    proptest! {
        #[test]
        fn what_was_parsed_parses_to_itself(
            text in prop_oneof!["\\PC{0,20}", "\\PC{1,9}@\\PC{1,9}", "[ȺİΣ]{80,130}@b", " ?[0-9]{2,16} ?"]
        ) {
            if let Ok(address) = MailAddress::parse(&text) {
                prop_assert!(address.as_str().len() <= MailAddress::MAX_BYTES);
                prop_assert_eq!(MailAddress::parse(address.as_str()), Ok(address));
            }
            if let Ok(id) = NationalId::parse(&text) {
                prop_assert_eq!(NationalId::parse(id.as_str()), Ok(id));
            }
            if let Ok(id) = StructureNationalId::parse(&text) {
                prop_assert_eq!(StructureNationalId::parse(id.as_str()), Ok(id));
            }
            if let Ok(id) = OrganizationId::parse(&text) {
                prop_assert_eq!(OrganizationId::parse(id.as_str()), Ok(id));
            }
        }
    }

    #[test]
    fn kinds_keep_their_published_codes() {
        for kind in MailboxKind::ALL {
            assert_eq!(MailboxKind::from_code(kind.code()), Some(kind));
        }
        assert_eq!(MailboxKind::from_code("per"), Some(MailboxKind::Personal));
        assert_eq!(MailboxKind::from_code("XYZ"), None);
    }
}
