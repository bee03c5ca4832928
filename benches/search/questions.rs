//! The questions, drawn from the people themselves: a thousand of each kind, the same in each run.

use std::hint::black_box;

use annuaire::domain::mailbox::MailAddress;
use annuaire::domain::name;
use annuaire::domain::practitioner::Practitioner;
use annuaire::domain::publication::{Audience, is_visible};
use annuaire::domain::query::{DEFAULT_LIMIT, PractitionerFilter, RoleFilter, Search};
use annuaire::search::{SearchError, Snapshot};
use rand_pcg::Pcg32;

use crate::country::{dice, pick};
use crate::slips;

/// Questions of one kind.
const MANY: usize = 1_000;

/// Questions of one kind.
pub(crate) struct Set {
    pub(crate) name: &'static str,
    pub(crate) questions: Vec<Question>,
}

/// One question, with who should come back where that is known.
pub(crate) enum Question {
    /// A page of people; the folded family and given name of who is meant.
    People(Box<Search<PractitionerFilter>>, Option<(String, String)>),
    /// Whether mail to an address is deliverable.
    Recipient(MailAddress),
    /// The mailbox of an address with its attachments.
    Mailbox(MailAddress),
}

/// What came back.
pub(crate) enum Found {
    /// Who is meant stands at this place, from zero on.
    At(usize),
    /// Others than who is meant.
    Others,
    /// Nothing at all.
    Nothing,
    /// Something, and nobody in particular is meant.
    Something,
}

type Draw = fn(&Practitioner, &mut Pcg32) -> Option<Question>;

/// Every kind; a person of whom a kind cannot be asked is passed over.
const KINDS: &[(&str, Draw)] = &[
    ("family and given name", |person, _| {
        Some(named(person, format!("{} {}", person.family, person.given)))
    }),
    ("given and family name", |person, _| {
        Some(named(person, format!("{} {}", person.given, person.family)))
    }),
    ("accents dropped", |person, _| {
        let full = format!("{} {}", person.family, person.given);
        Some(named(person, slips::without_accents(&full)?))
    }),
    ("hyphens and spaces dropped", |person, _| {
        let family = slips::in_one_piece(&person.family);
        let given = slips::in_one_piece(&person.given);
        if family.is_none() && given.is_none() {
            return None;
        }
        let family = family.as_ref().unwrap_or(&person.family);
        let given = given.as_ref().unwrap_or(&person.given);
        Some(named(person, format!("{family} {given}")))
    }),
    ("one typing error", |person, dice| {
        let full = format!("{} {}", person.family, person.given);
        Some(named(person, slips::mistyped(&full, dice)?))
    }),
    ("family name and 3 letters", |person, _| {
        let beginning: String = person.given.chars().take(3).collect();
        Some(named(person, format!("{} {beginning}", person.family)))
    }),
    ("2 to 4 letters", |person, dice| {
        let letters = 2 + pick(dice, 3);
        let beginning = name::joined(&person.family).chars().take(letters).collect();
        Some(people(PractitionerFilter::Name(beginning), None))
    }),
    ("name, specialty and city", |person, _| {
        let full = format!("{} {}", person.family, person.given);
        let filters = vec![PractitionerFilter::Name(full), practises(person)?];
        Some(people(PractitionerFilter::All(filters), Some(person)))
    }),
    ("specialty and city", |person, _| {
        Some(people(practises(person)?, None))
    }),
    ("recipient by address", |person, _| {
        Some(Question::Recipient(mailbox(person)?))
    }),
    ("mailbox by address", |person, _| {
        Some(Question::Mailbox(mailbox(person)?))
    }),
];

/// A thousand questions of each kind, fewer where too few people suit, and no set where nobody does.
pub(crate) fn draw(sample: &[Practitioner]) -> Vec<Set> {
    KINDS
        .iter()
        .zip(1..)
        .map(|((name, draw), topic)| {
            let mut dice = dice(topic);
            let drawn = sample.iter().filter_map(|person| draw(person, &mut dice));
            Set {
                name,
                questions: drawn.take(MANY).collect(),
            }
        })
        .filter(|set: &Set| !set.questions.is_empty())
        .collect()
}

fn named(person: &Practitioner, text: String) -> Question {
    people(PractitionerFilter::Name(text), Some(person))
}

fn people(filter: PractitionerFilter, meant: Option<&Practitioner>) -> Question {
    let search = Search {
        filter,
        limit: DEFAULT_LIMIT,
        after: None,
    };
    Question::People(Box::new(search), meant.map(folded))
}

fn folded(person: &Practitioner) -> (String, String) {
    (name::fold(&person.family), name::fold(&person.given))
}

/// One activity of the person with a specialty of its profession, and the town of its structure.
fn practises(person: &Practitioner) -> Option<PractitionerFilter> {
    person.roles.iter().find_map(|role| {
        let mut specialties = person.specialties.iter();
        let held = specialties.find(|held| held.profession == role.profession)?;
        let commune = &role.organization.as_ref()?.address.commune;
        (!commune.is_empty()).then(|| {
            PractitionerFilter::Role(RoleFilter {
                specialties: Some(vec![held.code.clone()]),
                city: Some(commune.clone()),
                ..RoleFilter::default()
            })
        })
    })
}

fn mailbox(person: &Practitioner) -> Option<MailAddress> {
    let mut visible = person
        .mailboxes
        .iter()
        .filter(|mailbox| is_visible(mailbox.listing, Audience::Public));
    visible.next().map(|mailbox| mailbox.address.clone())
}

impl Question {
    /// Whether somebody in particular should come back.
    pub(crate) const fn means_somebody(&self) -> bool {
        match self {
            Self::People(_, meant) => meant.is_some(),
            Self::Recipient(_) | Self::Mailbox(_) => true,
        }
    }

    /// Asks, and looks at nothing of the answer.
    pub(crate) fn ask(&self, snapshot: &Snapshot) -> Result<(), SearchError> {
        match self {
            Self::People(search, _) => drop(black_box(snapshot.practitioners(search)?)),
            Self::Recipient(address) => drop(black_box(snapshot.recipient(address))),
            Self::Mailbox(address) => drop(black_box(snapshot.mailbox(address)?)),
        }
        Ok(())
    }

    /// Asks, and looks where in the answer stands who is meant; namesakes count.
    pub(crate) fn look(&self, snapshot: &Snapshot) -> Result<Found, SearchError> {
        let there = |is_there| {
            if is_there {
                Found::At(0)
            } else {
                Found::Nothing
            }
        };
        match self {
            Self::People(search, meant) => {
                let page = snapshot.practitioners(search)?;
                let mut hits = page.items.iter();
                Ok(match meant {
                    _ if page.items.is_empty() => Found::Nothing,
                    None => Found::Something,
                    Some(meant) => hits
                        .position(|hit| folded(&hit.item) == *meant)
                        .map_or(Found::Others, Found::At),
                })
            }
            Self::Recipient(address) => Ok(there(snapshot.recipient(address).is_some())),
            Self::Mailbox(address) => Ok(there(snapshot.mailbox(address)?.is_some())),
        }
    }
}
