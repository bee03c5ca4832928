//! Postal addresses of structures (NF Z 10-011 as the files hold it), with the faults the files have. It must not know what the
//! structure is.

use super::super::dice::Dice;
use super::super::fold::push_unaccented;
use super::communes::{Commune, Communes};
use super::streets::{NAMES, PLACES_WITHIN, TYPES};

/// What sort of mail a structure receives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mail {
    /// Letters come to the door.
    Door,
    /// A large house with its own CEDEX code.
    Cedex,
}

/// The address columns of a structure, in the order of the activity file (directory-files §1.3, columns 26 to 39 and 44-45).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) recipient: &'static str,
    pub(crate) within: String,
    pub(crate) number: String,
    pub(crate) repetition: &'static str,
    pub(crate) street_type: (&'static str, &'static str),
    pub(crate) street: String,
    pub(crate) mention: String,
    pub(crate) office: String,
    pub(crate) postal_code: String,
    pub(crate) commune: (&'static str, &'static str),
    pub(crate) country: (&'static str, &'static str),
    pub(crate) department: (&'static str, &'static str),
    /// Where it really is, whatever the columns say.
    pub(crate) true_department: &'static str,
}

/// Towns and countries of the few who practise abroad: postal code column, office column, country (COG).
const ABROAD: [(&str, &str, (&str, &str)); 6] = [
    ("GL", "GL 5O 2QJ CHELTENHAM", ("99132", "Royaume-uni")),
    ("1050", "1050 BRUXELLES", ("99131", "Belgique")),
    ("7500", "7500 TOURNAI", ("99131", "Belgique")),
    ("1205", "1205 GENEVE", ("99140", "Suisse")),
    ("L-1526", "L-1526 LUXEMBOURG", ("99137", "Luxembourg")),
    ("66111", "66111 SAARBRUCKEN", ("99109", "Allemagne")),
];
const FRANCE: (&str, &str) = ("99000", "France");

impl Address {
    /// Somewhere in the country, by population; rarely outside it.
    pub(crate) fn anywhere(dice: &mut Dice, communes: &Communes) -> Self {
        let commune = communes.draw(dice);
        let mut address = Self::within(dice, commune, Mail::Door);
        if dice.per_million(1_000) {
            let (code, office, country) = dice.pick(&ABROAD);
            code.clone_into(&mut address.postal_code);
            office.clone_into(&mut address.office);
            address.country = country;
            (address.commune, address.department) = Default::default();
            address.true_department = "";
        }
        address
    }

    pub(crate) fn within(dice: &mut Dice, commune: Commune, mail: Mail) -> Self {
        let postal_code = commune.postal_code(dice);
        let mut address = Self {
            postal_code: postal_code.to_owned(),
            commune: (commune.code, commune.name),
            true_department: commune.department.0,
            ..Self::default()
        };
        address.draw_street(dice);
        address.office = office(postal_code, commune.name, mail);
        match mail {
            Mail::Cedex => {
                // The sorting office often stands for the commune.
                if dice.per_mille(300) {
                    address.commune = Default::default();
                }
                address.mention = format!("BP {}", 10 + dice.below(990) * 10);
            }
            Mail::Door => {
                if dice.per_mille(12) {
                    address.commune = Default::default();
                    address.postal_code.clear();
                } else if let Some(city) = commune.whole_city().filter(|_| dice.per_mille(300)) {
                    address.commune = city;
                }
                if dice.per_mille(15) {
                    address.mention = format!("BP {}", 1 + dice.below(99));
                }
            }
        }
        if dice.per_mille(150) {
            address.country = FRANCE;
        }
        if dice.per_mille(200) {
            address.department = commune.department;
        }
        address
    }

    fn draw_street(&mut self, dice: &mut Dice) {
        let street = dice.pick(&NAMES);
        let (code, label) = dice.weigh(&TYPES);
        match dice.below(1_000) {
            // The type typed into the name, or the whole address in one column.
            0..30 => self.street = format!("{code} {street}"),
            30..38 => {
                let number = 1 + dice.below(150);
                self.street = format!("{number} {} {street}", label.to_uppercase());
            }
            _ => {
                self.street_type = (code, label);
                street.clone_into(&mut self.street);
                match dice.below(10_000) {
                    0..8 => "P".clone_into(&mut self.number),
                    8..600 => {}
                    _ => self.number = (1 + dice.harmonic(240)).to_string(),
                }
                self.repetition =
                    dice.weigh(&[(940, ""), (40, "B"), (12, "T"), (4, "A"), (4, "C")]);
            }
        }
        match dice.below(1_000) {
            0..90 => dice.pick(&PLACES_WITHIN).clone_into(&mut self.within),
            90..94 => {
                let building = dice.pick(&["A", "B", "C"]);
                self.within = format!("BAT {building}\\{}EME ETAGE", 2 + dice.below(5));
            }
            94..100 => {
                self.recipient = dice.pick(&[
                    "SECRETARIAT",
                    "MAISON MEDICALE",
                    "CENTRE MEDICAL",
                    "POLE SANTE",
                ]);
            }
            _ => {}
        }
        if self.street.contains('\'') && dice.per_mille(20) {
            self.street = self.street.replace('\'', "\\'");
        }
    }
}

/// The line of the sorting office: `44000 NANTES`, `77000 MELUN CEDEX`.
fn office(postal_code: &str, commune: &str, mail: Mail) -> String {
    let name = commune
        .split_once(" Arrondissement")
        .map_or(commune, |(city, _)| {
            city.rsplit_once(' ').map_or(city, |(city, _)| city)
        });
    let mut office = format!("{postal_code} ");
    push_unaccented(&mut office, name);
    office.make_ascii_uppercase();
    match mail {
        Mail::Door => {}
        Mail::Cedex => office.push_str(" CEDEX"),
    }
    office
}

#[cfg(test)]
mod tests {
    use super::super::super::dice::{Dice, Topic};
    use super::{Address, Communes, Mail, office};

    #[test]
    fn the_office_is_in_capitals() {
        assert_eq!(office("44000", "Nantes", Mail::Door), "44000 NANTES");
        assert_eq!(
            office("42000", "Saint-Étienne", Mail::Cedex),
            "42000 SAINT-ETIENNE CEDEX"
        );
        assert_eq!(
            office("75012", "Paris 12e Arrondissement", Mail::Door),
            "75012 PARIS"
        );
    }

    #[test]
    fn faults_are_there_and_rare() {
        let (communes, mut dice) = (Communes::load(), Dice::new(1, Topic::OwnCabinet, &[]));
        let drawn: Vec<_> = (0..50_000)
            .map(|_| Address::anywhere(&mut dice, &communes))
            .collect();
        let share = |fault: fn(&&Address) -> bool| drawn.iter().filter(fault).count();
        assert!(
            (15..80).contains(&share(|address| address.number == "P")),
            "P as a number"
        );
        assert!(
            (200..600).contains(&share(
                |address| address.street.contains('\\') || address.within.contains('\\')
            )),
            "backslashes"
        );
        assert!(
            (400..800).contains(&share(
                |address| address.commune.0.is_empty() && address.postal_code.is_empty()
            )),
            "office only"
        );
        assert!(
            (20..90).contains(&share(|address| !["", "99000"].contains(&address.country.0))),
            "abroad"
        );
        assert!(
            (200..800).contains(&share(|address| address.commune == ("75056", "Paris"))),
            "Paris as a whole"
        );
        assert!(
            drawn
                .iter()
                .all(|address| address.country.0 == "99132" || address.office.len() > 6),
            "an office for everybody"
        );
    }

    #[test]
    fn cedex_often_leaves_the_commune_empty() {
        let (communes, mut dice) = (Communes::load(), Dice::new(1, Topic::OwnCabinet, &[]));
        let drawn: Vec<_> = (0..1_000)
            .map(|_| Address::within(&mut dice, communes.by_size(0).0, Mail::Cedex))
            .collect();
        let empty = drawn
            .iter()
            .filter(|address| address.commune == ("", ""))
            .count();
        assert!((230..370).contains(&empty), "{empty}");
        assert!(drawn.iter().all(|address| {
            address.office.ends_with("TOULOUSE CEDEX") && address.mention.starts_with("BP ")
        }));
    }
}
