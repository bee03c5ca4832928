//! Mailboxes of services. It must not know people.

use super::super::dice::{Dice, Topic, count, index};
use super::super::fold::{Join, push_folded};
use super::super::nation::Nation;
use super::super::structures::kinds::{Kind, MailHome};
use super::super::structures::{Structure, group_department};
use super::domains::{Home, of_establishment, regional};
use super::services::{FORMS, HOSPITAL, SMALL};

/// Group practices with a mailbox, per thousand.
const GROUPS_WITH_MAILBOX: u32 = 140;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServiceBox {
    pub(crate) address: String,
    /// Service de rattachement, free text.
    pub(crate) service: String,
}

/// The service mailboxes of an establishment.
pub(crate) fn of(nation: &Nation, kind: Kind, rank: u32, structure: &Structure) -> Vec<ServiceBox> {
    let ordinal = nation.network.ordinal(kind, rank);
    let mut dice = Dice::new(nation.seed, Topic::ServiceMailbox, &[ordinal]);
    let services: &[_] = if kind.spec().domain == MailHome::Own {
        &HOSPITAL
    } else {
        &SMALL
    };
    let boxes = size(&mut dice, kind, rank, nation.network.count(kind))
        .min(count(services) * count(&FORMS));
    if boxes == 0 {
        return Vec::new();
    }
    let home = of_establishment(nation, kind, rank);
    let first = dice.below(count(services));
    (0..boxes)
        .map(|place| {
            let (word, label) = services
                .get(index((first + place) % count(services)))
                .copied()
                .unwrap_or_default();
            let (before, after) = FORMS
                .get(index(place / count(services)))
                .copied()
                .unwrap_or_default();
            let mut local = format!("{before}{word}{after}");
            // A renamed mailbox takes the next number: an address is never given twice.
            let changes = nation.service_changes(ordinal, place);
            if changes > 0 {
                local.push_str(&(changes + 1).to_string());
            }
            let address = match &home {
                Home::Own(domain) => format!("{local}@{domain}"),
                Home::Shared(domain) => {
                    let mut house = String::new();
                    push_folded(&mut house, &structure.legal_name, Join::Hyphen);
                    let number = structure
                        .national_id
                        .get(1..)
                        .unwrap_or_default()
                        .to_ascii_lowercase();
                    format!("{local}.{house}.{number}@{domain}")
                }
            };
            ServiceBox {
                address,
                service: spelt(&mut dice, label),
            }
        })
        .collect()
}

/// The one mailbox some group practices have.
pub(crate) fn of_group(nation: &Nation, rank: u32) -> Option<ServiceBox> {
    let mut dice = Dice::new(nation.seed, Topic::ServiceMailbox, &[rank, 1]);
    dice.per_mille(GROUPS_WITH_MAILBOX).then(|| ServiceBox {
        address: format!(
            "secretariat.cabinet-{rank}@{}",
            regional(group_department(nation, rank))
        ),
        service: String::new(),
    })
}

/// How many mailboxes; the largest hospitals have many more than the middle one, in proportion to how many hospitals there are.
fn size(dice: &mut Dice, kind: Kind, rank: u32, houses: u32) -> u32 {
    let middle = kind.spec().mailboxes;
    let usual = |dice: &mut Dice| middle / 100 + u32::from(dice.below(100) < middle % 100);
    match kind {
        Kind::PublicHospital => {
            2 + dice.below(middle / 50) + (houses * 5 / 12) / (rank + houses / 240 + 1)
        }
        Kind::Clinic | Kind::NonProfitHospital => {
            1 + dice.below(middle / 50) + (houses * 5 / 36) / (rank + houses / 240 + 1)
        }
        Kind::CareHome
        | Kind::HealthCentre
        | Kind::Pharmacy
        | Kind::Laboratory
        | Kind::Dialysis
        | Kind::Disability
        | Kind::HealthHouse
        | Kind::Company
        | Kind::OpticalShop
        | Kind::School
        | Kind::Industry => usual(dice),
    }
}

/// Free text is typed in many ways.
fn spelt(dice: &mut Dice, label: &str) -> String {
    match dice.below(100) {
        _ if label.is_empty() => String::new(),
        0..70 => label.to_owned(),
        70..90 => format!("Secrétariat {}", label.to_lowercase()),
        90..94 => format!("Secrétariat \"{}\"", label.to_lowercase()),
        _ => String::new(),
    }
}
