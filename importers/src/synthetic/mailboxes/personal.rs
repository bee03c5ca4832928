//! Mailboxes of people: who has one, where, and how the address is made from the name. It must not know the number that tells
//! namesakes apart.

use std::borrow::Cow;

use super::super::dice::{Dice, Topic};
use super::super::fold::{Join, push_folded};
use super::super::nation::Nation;
use super::super::people::activities::{Site, main_site};
use super::super::people::{Person, Practice};
use super::super::structures::kinds::MailHome;
use super::super::structures::{group_department, own_department, town_rank};
use super::domains::{APICRYPT, Home, of_establishment, regional};

/// Most mailboxes one person has.
pub(crate) const MOST: usize = 2;

/// A mailbox but for the number its address may need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PersonalBox {
    pub(crate) local: String,
    pub(crate) domain: Cow<'static, str>,
    /// The structure it is attached to, if that is told.
    pub(crate) site: Option<Site>,
}

impl PersonalBox {
    /// The address of the `number`th to ask for it: the first one needs no number.
    pub(crate) fn address(&self, number: u32) -> String {
        let Self { local, domain, .. } = self;
        if number > 1 {
            format!("{local}{number}@{domain}")
        } else {
            format!("{local}@{domain}")
        }
    }
}

/// The mailboxes of a person, none for most. Outsiders all have one: that is what they are known by.
pub(crate) fn of(nation: &Nation, person: &Person) -> Vec<PersonalBox> {
    let mut dice = Dice::new(
        nation.seed,
        Topic::Mailbox,
        &[person.slot, person.epoch.generation],
    );
    let holds = dice.per_mille(person.profession.mailbox) || person.slot >= nation.professionals;
    if !holds {
        return Vec::new();
    }
    let site = main_site(nation, person);
    let count = if dice.per_mille(90) { 2 } else { 1 };
    let mut boxes: Vec<PersonalBox> = Vec::with_capacity(MOST);
    for place in 0..count {
        let (domain, attached) = home(nation, person, site, place, &mut dice);
        if boxes.iter().all(|other| other.domain != domain) {
            // A move brings another address; see `Nation::fresh_starts`.
            let mut style = Dice::new(
                nation.seed,
                Topic::Mailbox,
                &[
                    person.slot,
                    person.epoch.generation,
                    place,
                    person.epoch.moves,
                ],
            );
            boxes.push(PersonalBox {
                local: local(person, &mut style),
                domain,
                site: attached,
            });
        }
    }
    boxes
}

fn home(
    nation: &Nation,
    person: &Person,
    site: Site,
    place: u32,
    dice: &mut Dice,
) -> (Cow<'static, str>, Option<Site>) {
    let told = |dice: &mut Dice, per_mille| {
        (site != Site::Nowhere && dice.per_mille(per_mille)).then_some(site)
    };
    if let (0, Site::Establishment(kind, rank)) = (place, site) {
        let own = match kind.spec().domain {
            MailHome::Own => dice.per_mille(690),
            MailHome::SometimesOwn => dice.per_mille(500),
            MailHome::Shared(_) | MailHome::Regional => false,
        };
        if own {
            let domain = match of_establishment(nation, kind, rank) {
                Home::Own(domain) => Cow::Owned(domain),
                Home::Shared(domain) => Cow::Borrowed(domain),
            };
            return (domain, Some(site));
        }
    }
    let domain = match (dice.below(100), person.practice, place) {
        (0..58, Practice::Liberal, 0) | (0..62, Practice::Salaried, _) => person.profession.domain,
        (58..86, Practice::Liberal, 0) if person.profession.is_doctor() => APICRYPT,
        (0..60, Practice::Liberal, _) => APICRYPT,
        _ => regional(department(nation, person, site)),
    };
    (Cow::Borrowed(domain), told(dice, 60))
}

/// Where someone works, without making the whole structure.
fn department(nation: &Nation, person: &Person, site: Site) -> &'static str {
    match site {
        Site::Establishment(kind, rank) => town_rank(nation, kind, rank).0.department.0,
        Site::Group(rank) => group_department(nation, rank),
        Site::Own | Site::Nowhere => own_department(nation, person),
    }
}

fn local(person: &Person, dice: &mut Dice) -> String {
    let join = if dice.per_mille(750) {
        Join::Hyphen
    } else {
        Join::Nothing
    };
    let part = |name: &str| {
        let mut part = String::with_capacity(name.len());
        push_folded(&mut part, name, join);
        part
    };
    let (given, surname) = (part(&person.name.given), part(&person.name.surname));
    match dice.below(100) {
        0..80 => format!("{given}.{surname}"),
        80..89 => format!("{}.{surname}", given.get(..1).unwrap_or_default()),
        89..96 => format!("{surname}.{given}"),
        _ => format!("{given}-{surname}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Country;
    use super::super::super::structures::kinds::Kind;
    use super::{Nation, Person, of};

    #[test]
    fn addresses_are_made_of_names_and_known_domains() {
        let nation = Nation::new(&Country {
            professionals: 3_000,
            seed: 1,
            day: 0,
            churn: 0.0,
        });
        let mut seen = 0;
        for slot in 0..nation.slots() {
            let person = Person::at(&nation, slot, nation.epoch(slot, 0));
            for mailbox in of(&nation, &person) {
                let address = mailbox.address(1);
                let known = mailbox.domain.ends_with(".mssante.fr")
                    || mailbox.domain == "interop-mssante.apicrypt.org";
                let plain = |byte: u8| {
                    byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-@".contains(&byte)
                };
                assert!(known && address.bytes().all(plain), "{address}");
                assert!(
                    !mailbox.local.starts_with('.') && !mailbox.local.ends_with('.'),
                    "{address}"
                );
                seen += 1;
            }
        }
        assert!((600..1_000).contains(&seen), "{seen}: a quarter of them");
        assert_eq!(nation.network.count(Kind::PublicHospital), 2);
    }
}
