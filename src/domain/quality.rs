//! Flags of quality: what is odd in a published value and kept all the same.

/// What is odd in a row. A flag never hides or refuses the row that carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QualityFlag {
    /// The RPPS number has a wrong key or another length than 11.
    RppsKey,
    /// The FINESS number has a wrong key or is none.
    FinessKey,
    /// The SIRET number has a wrong key or is none.
    SiretKey,
    /// The SIREN number has a wrong key or is none.
    SirenKey,
    /// A code is not in the official table.
    UnknownCode,
    /// A telephone number has not the ten digits of a French one, nor a `+`.
    OddPhone,
    /// The postal code has not five digits.
    OddPostalCode,
    /// The structure has no identifier; its key was made from its name and address.
    NoStructureId,
    /// An identifier holds what no identifier may hold, and was left out.
    OddIdentifier,
    /// The type of mailbox is not known; it was taken from who owns the mailbox.
    UnknownMailboxKind,
    /// The address is in no domain of the trust space (`*.mssante.fr` or Apicrypt's gateway).
    ForeignDomain,
}

impl QualityFlag {
    /// Every flag.
    pub const ALL: [Self; 11] = [
        Self::RppsKey,
        Self::FinessKey,
        Self::SiretKey,
        Self::SirenKey,
        Self::UnknownCode,
        Self::OddPhone,
        Self::OddPostalCode,
        Self::NoStructureId,
        Self::OddIdentifier,
        Self::UnknownMailboxKind,
        Self::ForeignDomain,
    ];

    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RppsKey => "rpps_key",
            Self::FinessKey => "finess_key",
            Self::SiretKey => "siret_key",
            Self::SirenKey => "siren_key",
            Self::UnknownCode => "unknown_code",
            Self::OddPhone => "odd_phone",
            Self::OddPostalCode => "odd_postal_code",
            Self::NoStructureId => "no_structure_id",
            Self::OddIdentifier => "odd_identifier",
            Self::UnknownMailboxKind => "unknown_mailbox_kind",
            Self::ForeignDomain => "foreign_domain",
        }
    }
}

/// The flags of one row, each at most once, in the order they were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags(Vec<QualityFlag>);

impl Flags {
    /// No flag.
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// Raises a flag where the value is odd.
    pub fn raise_if(&mut self, odd: bool, flag: QualityFlag) {
        if odd && !self.0.contains(&flag) {
            self.0.push(flag);
        }
    }

    /// The flags raised.
    pub fn iter(&self) -> impl Iterator<Item = QualityFlag> {
        self.0.iter().copied()
    }

    /// The stored form: names separated by spaces.
    pub fn to_text(&self) -> String {
        let names: Vec<&str> = self.iter().map(QualityFlag::as_str).collect();
        names.join(" ")
    }
}

/// Whether a telephone number is neither ten digits nor an international one; none at all is fine.
pub fn is_odd_phone(phone: &str) -> bool {
    let kept: String = phone
        .chars()
        .filter(|c| !matches!(c, ' ' | '.' | '-' | '/' | '(' | ')'))
        .collect();
    let digits = kept.strip_prefix('+').unwrap_or(&kept);
    let length = if kept.starts_with('+') {
        8..=15
    } else {
        10..=10
    };
    !kept.is_empty()
        && (!digits.bytes().all(|b| b.is_ascii_digit())
            || !length.contains(&digits.len())
            || digits.bytes().all(|b| b == b'0'))
}

/// Whether a postal code is not five digits; none at all is fine.
pub fn is_odd_postal_code(code: &str) -> bool {
    !code.is_empty() && (code.len() != 5 || !code.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether a mail domain is outside the trust space (pattern of the national mailbox API).
pub fn is_foreign_domain(domain: &str) -> bool {
    !domain.ends_with(".mssante.fr") && domain != "interop-mssante.apicrypt.org"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telephones_as_they_are_published() {
        for (phone, odd) in [
            ("", false),
            ("0240000000", false),
            ("02 40 00 00 00", false),
            ("02.40.00.00.00", false),
            ("+33 2 40 00 00 00", false),
            ("0000", true),
            ("0000000000", true),
            ("024000000", true),
            ("voir secrétariat", true),
        ] {
            assert_eq!(is_odd_phone(phone), odd, "{phone:?}");
        }
    }

    #[test]
    fn domains_of_the_trust_space() {
        assert!(!is_foreign_domain("ch-fictif.mssante.fr"));
        assert!(!is_foreign_domain("interop-mssante.apicrypt.org"));
        assert!(is_foreign_domain("mssante.fr.example"));
        assert!(is_foreign_domain("evilmssante.fr"));
    }

    #[test]
    fn a_flag_is_raised_once() {
        let mut flags = Flags::none();
        flags.raise_if(true, QualityFlag::RppsKey);
        flags.raise_if(false, QualityFlag::SiretKey);
        flags.raise_if(true, QualityFlag::RppsKey);
        flags.raise_if(true, QualityFlag::OddPhone);
        assert_eq!(flags.to_text(), "rpps_key odd_phone");
    }
}
