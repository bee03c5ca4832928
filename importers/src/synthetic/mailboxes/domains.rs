//! Mail domains of the trust space: national ones of professions, regional ones of public operators, own ones of hospitals. It must
//! not know addresses.

use super::super::dice::{Dice, Topic};
use super::super::fold::{Join, push_folded};
use super::super::nation::Nation;
use super::super::structures::kinds::{Kind, MailHome};
use super::super::structures::legal_names::town;
use super::super::structures::town_rank;

/// The gateway of an older network, outside mssante.fr (directory-files §2.2).
pub(crate) const APICRYPT: &str = "interop-mssante.apicrypt.org";

const REGIONS: [(&str, &[&str]); 14] = [
    (
        "aura.mssante.fr",
        &[
            "01", "03", "07", "15", "26", "38", "42", "43", "63", "69", "73", "74",
        ],
    ),
    (
        "bfc.mssante.fr",
        &["21", "25", "39", "58", "70", "71", "89", "90"],
    ),
    ("bretagne.mssante.fr", &["22", "29", "35", "56"]),
    ("centre.mssante.fr", &["18", "28", "36", "37", "41", "45"]),
    ("corse.mssante.fr", &["2A", "2B"]),
    (
        "grandest.mssante.fr",
        &["08", "10", "51", "52", "54", "55", "57", "67", "68", "88"],
    ),
    ("hdf.mssante.fr", &["02", "59", "60", "62", "80"]),
    (
        "idf.mssante.fr",
        &["75", "77", "78", "91", "92", "93", "94", "95"],
    ),
    ("normandie.mssante.fr", &["14", "27", "50", "61", "76"]),
    (
        "nouvelle-aquitaine.mssante.fr",
        &[
            "16", "17", "19", "23", "24", "33", "40", "47", "64", "79", "86", "87",
        ],
    ),
    (
        "occitanie.mssante.fr",
        &[
            "09", "11", "12", "30", "31", "32", "34", "46", "48", "65", "66", "81", "82",
        ],
    ),
    ("paca.mssante.fr", &["04", "05", "06", "13", "83", "84"]),
    ("pdl.mssante.fr", &["44", "49", "53", "72", "85"]),
    ("ocean-indien.mssante.fr", &["974", "976"]),
];

pub(crate) fn regional(department: &str) -> &'static str {
    REGIONS
        .iter()
        .find(|(_, departments)| departments.contains(&department))
        .map_or("outremer.mssante.fr", |(domain, _)| domain)
}

/// Where an establishment's services have their mailboxes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Home {
    /// A domain nobody else uses.
    Own(String),
    Shared(&'static str),
}

pub(crate) fn of_establishment(nation: &Nation, kind: Kind, rank: u32) -> Home {
    let (commune, round) = town_rank(nation, kind, rank);
    let own = |number: Option<u32>| {
        let mut domain = String::from(match kind {
            Kind::PublicHospital if rank < 32 => "chu-",
            Kind::PublicHospital => "ch-",
            Kind::Clinic => "clinique-",
            Kind::NonProfitHospital => "hopital-",
            Kind::CareHome => "ehpad-",
            Kind::Laboratory => "labo-",
            Kind::HealthCentre
            | Kind::Pharmacy
            | Kind::Dialysis
            | Kind::Disability
            | Kind::HealthHouse
            | Kind::Company
            | Kind::OpticalShop
            | Kind::School
            | Kind::Industry => "",
        });
        push_folded(&mut domain, &town(commune.name), Join::Hyphen);
        if commune.namesake {
            domain.push_str(&commune.department.0.to_ascii_lowercase());
        }
        if let Some(number) = number {
            domain.push('-');
            domain.push_str(&number.to_string());
        }
        domain.push_str(".mssante.fr");
        Home::Own(domain)
    };
    match kind.spec().domain {
        MailHome::Own => own((round > 0).then_some(round + 1)),
        MailHome::SometimesOwn => {
            let mut dice = Dice::new(
                nation.seed,
                Topic::Establishment,
                &[nation.network.ordinal(kind, rank), 2],
            );
            if dice.per_mille(200) {
                own(Some(rank))
            } else {
                Home::Shared(regional(commune.department.0))
            }
        }
        MailHome::Shared(domain) => Home::Shared(domain),
        MailHome::Regional => Home::Shared(regional(commune.department.0)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::super::Country;
    use super::{Home, Nation, of_establishment, regional};

    #[test]
    fn own_domains_are_owned_once() {
        let nation = Nation::new(&Country {
            professionals: 3_000_000,
            seed: 1,
            day: 0,
            churn: 0.0,
        });
        let mut seen = HashSet::new();
        let domains = nation.network.establishments().filter_map(|(kind, rank)| {
            match of_establishment(&nation, kind, rank) {
                Home::Own(domain) => Some(domain),
                Home::Shared(_) => None,
            }
        });
        for domain in domains {
            assert!(
                domain.ends_with(".mssante.fr") && domain.is_ascii() && !domain.contains(' '),
                "{domain}"
            );
            assert!(seen.insert(domain.clone()), "{domain} twice");
        }
        assert!(seen.len() > 5_000);
    }

    #[test]
    fn every_department_has_a_region() {
        assert_eq!(regional("35"), "bretagne.mssante.fr");
        assert_eq!(regional("972"), "outremer.mssante.fr");
        let listed: usize = super::REGIONS
            .iter()
            .map(|(_, departments)| departments.len())
            .sum();
        assert_eq!(listed, 96 + 2, "the metropolis, and two islands");
    }
}
