//! Kinds of establishment: how many there are, what they call themselves in the files, how they are numbered. It must not know any
//! single one.

use super::super::people::professions::Coded;
use super::super::places::address::Mail;

/// Places where people work that are not a practice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    PublicHospital,
    Clinic,
    NonProfitHospital,
    CareHome,
    HealthCentre,
    Pharmacy,
    Laboratory,
    Dialysis,
    Disability,
    HealthHouse,
    Company,
    OpticalShop,
    School,
    Industry,
}

/// The national register an establishment is numbered in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Register {
    Finess,
    Siret,
}

/// How its staff is spread over the establishments of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Crowd {
    /// A few employ most.
    Skewed,
    Even,
}

/// Where the service mailboxes of a kind live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MailHome {
    /// Its own mail domain, also for its staff.
    Own,
    /// One in five has its own domain, the others are guests of a regional one.
    SometimesOwn,
    /// A domain shared by the kind.
    Shared(&'static str),
    Regional,
}

#[derive(Debug)]
pub(crate) struct Spec {
    pub(crate) kind: Kind,
    /// Of 10,000 people of the directory.
    pub(crate) per_ten_thousand: u32,
    pub(crate) sector: Coded,
    pub(crate) register: Register,
    pub(crate) crowd: Crowd,
    pub(crate) mail: Mail,
    pub(crate) authority: &'static str,
    pub(crate) domain: MailHome,
    /// Service mailboxes, hundredths of one for an establishment of middle size.
    pub(crate) mailboxes: u32,
}

const FINESS: Spec = Spec {
    kind: Kind::PublicHospital,
    per_ten_thousand: 0,
    sector: ("", ""),
    register: Register::Finess,
    crowd: Crowd::Even,
    mail: Mail::Door,
    authority: "ARS/ARS/ARS",
    domain: MailHome::Regional,
    mailboxes: 0,
};
const SIRET: Spec = Spec {
    register: Register::Siret,
    authority: "ARS/Variable/Variable",
    ..FINESS
};

/// In an order that must not change: an establishment's numbers follow from its place here.
pub(crate) static SPECS: [Spec; 14] = [
    Spec {
        kind: Kind::PublicHospital,
        per_ten_thousand: 8,
        sector: ("SA01", "Etablissement Public de santé"),
        crowd: Crowd::Skewed,
        mail: Mail::Cedex,
        domain: MailHome::Own,
        mailboxes: 400,
        ..FINESS
    },
    Spec {
        kind: Kind::Clinic,
        per_ten_thousand: 6,
        sector: ("SA04", "Etab. Privé Non PSPH"),
        crowd: Crowd::Skewed,
        domain: MailHome::Own,
        mailboxes: 500,
        ..FINESS
    },
    Spec {
        kind: Kind::NonProfitHospital,
        per_ten_thousand: 5,
        sector: ("SA03", "Etablissement Privé PSPH"),
        crowd: Crowd::Skewed,
        mail: Mail::Cedex,
        domain: MailHome::Own,
        mailboxes: 400,
        ..FINESS
    },
    Spec {
        kind: Kind::CareHome,
        per_ten_thousand: 42,
        sector: ("SA17", "Etablissement pour personnes âgées"),
        domain: MailHome::SometimesOwn,
        mailboxes: 120,
        ..FINESS
    },
    Spec {
        kind: Kind::HealthCentre,
        per_ten_thousand: 16,
        sector: ("SA05", "Centre de santé"),
        domain: MailHome::Regional,
        mailboxes: 150,
        ..FINESS
    },
    Spec {
        kind: Kind::Pharmacy,
        per_ten_thousand: 115,
        sector: ("SA33", "Pharmacie d'officine"),
        authority: "CNOP/CNOP/CNOP",
        domain: MailHome::Shared("officine.mssante.fr"),
        mailboxes: 80,
        ..FINESS
    },
    Spec {
        kind: Kind::Laboratory,
        per_ten_thousand: 28,
        sector: ("SA25", "Laboratoire de biologie médicale"),
        authority: "CNOP/CNOP/CNOP",
        domain: MailHome::SometimesOwn,
        mailboxes: 220,
        ..FINESS
    },
    Spec {
        kind: Kind::Dialysis,
        per_ten_thousand: 3,
        sector: ("SA34", "Centre de dialyse"),
        mailboxes: 150,
        ..FINESS
    },
    Spec {
        kind: Kind::Disability,
        per_ten_thousand: 30,
        sector: ("SA16", "Etablissement pour personnes handicapées"),
        mailboxes: 50,
        ..FINESS
    },
    Spec {
        kind: Kind::HealthHouse,
        per_ten_thousand: 14,
        sector: ("SA52", "Maison de santé ou Pôle de santé"),
        mailboxes: 100,
        ..SIRET
    },
    Spec {
        kind: Kind::Company,
        per_ten_thousand: 60,
        sector: ("SA09", "Exercice en Société"),
        mailboxes: 20,
        ..SIRET
    },
    Spec {
        kind: Kind::OpticalShop,
        per_ten_thousand: 70,
        sector: ("SA42", "Appareillage médical"),
        authority: "ARS/CPAM/CPAM",
        ..SIRET
    },
    Spec {
        kind: Kind::School,
        per_ten_thousand: 12,
        sector: (
            "SA14",
            "Etab. scolaires, universitaires et de formation hors champ FINESS",
        ),
        ..SIRET
    },
    Spec {
        kind: Kind::Industry,
        per_ten_thousand: 6,
        sector: ("SA32", "Fab. Exploit. Import. Méd. DM"),
        authority: "CNOP/CNOP/CNOP",
        ..SIRET
    },
];

impl Kind {
    pub(crate) fn spec(self) -> &'static Spec {
        SPECS
            .iter()
            .find(|spec| spec.kind == self)
            .unwrap_or(&SPECS[0])
    }
}

#[cfg(test)]
mod tests {
    use super::SPECS;

    #[test]
    fn every_kind_has_its_own_spec() {
        for spec in &SPECS {
            assert_eq!(spec.kind.spec().sector, spec.sector);
        }
    }
}
