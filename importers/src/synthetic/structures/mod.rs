//! Structures: establishments, group practices and practices of one's own, each made from its number alone whenever a row needs it.
//! It must not know who works there, but for the owner of a practice of one's own.

pub(crate) mod kinds;
pub(crate) mod legal_names;
pub(crate) mod network;

use super::dice::{Dice, Topic};
use super::fold::{Join, push_folded};
use super::identifiers::{Company, cabinet, finess, key, rpps, siren, siret};
use super::luhn::Key;
use super::nation::{Epoch, Nation};
use super::people::Person;
use super::people::professions::Coded;
use super::places::address::Address;
use super::places::phones::fictional;
use kinds::{Kind, Register};

/// The structure columns of an activity row (directory-files §1.3, columns 19 to 49).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Structure {
    pub(crate) siret: String,
    pub(crate) siren: String,
    pub(crate) finess_site: String,
    pub(crate) finess_legal: String,
    pub(crate) technical_id: String,
    pub(crate) legal_name: String,
    pub(crate) trade_name: String,
    pub(crate) address: Address,
    pub(crate) phone: String,
    pub(crate) phone_2: String,
    pub(crate) fax: String,
    pub(crate) mail: String,
    /// Type prefix and number (`TRE_G07`).
    pub(crate) national_id: String,
    pub(crate) authority: &'static str,
    pub(crate) sector: Coded,
}

/// The town of an establishment, and which house of its kind it is there, from 0. Houses with their own mail domain go around the
/// largest towns, so that town and round name them; the others are anywhere.
pub(crate) fn town_rank(
    nation: &Nation,
    kind: Kind,
    rank: u32,
) -> (super::places::communes::Commune, u32) {
    match kind {
        Kind::PublicHospital | Kind::Clinic | Kind::NonProfitHospital => {
            nation.communes.by_size(rank)
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
        | Kind::Industry => {
            let mut dice = Dice::new(
                nation.seed,
                Topic::Establishment,
                &[nation.network.ordinal(kind, rank), 1],
            );
            (nation.communes.draw(&mut dice), 0)
        }
    }
}

pub(crate) fn establishment(nation: &Nation, kind: Kind, rank: u32) -> Structure {
    let ordinal = nation.network.ordinal(kind, rank);
    let mut dice = Dice::new(nation.seed, Topic::Establishment, &[ordinal]);
    let spec = kind.spec();
    let (commune, round) = town_rank(nation, kind, rank);
    let address = Address::within(&mut dice, commune, spec.mail);
    let (legal_name, trade_name) = legal_names::establishment(
        &mut dice,
        &nation.names,
        kind,
        &legal_names::town(commune.name),
        rank,
        round,
    );
    let key = key(&mut dice);
    let siren = siren(Company::Establishment, ordinal);
    let mut structure = Structure {
        legal_name,
        trade_name,
        authority: spec.authority,
        sector: spec.sector,
        ..Structure::default()
    };
    match spec.register {
        Register::Finess => {
            let department = address.true_department;
            structure.finess_site = finess(department, 2 * ordinal, key);
            structure.finess_legal = finess(department, 2 * ordinal + 1, Key::Right);
            structure.technical_id = format!("F{}", structure.finess_site);
            structure.national_id = format!("1{}", structure.finess_site);
            if dice.per_mille(300) {
                structure.siret = siret(&siren, 1, Key::Right);
                structure.siren = siren;
            }
        }
        Register::Siret => {
            structure.siret = siret(&siren, 1 + rank % 3, key);
            structure.siren = siren;
            structure.technical_id = format!("C{}", structure.siret);
            structure.national_id = format!("3{}", structure.siret);
        }
    }
    structure.address = address;
    reach(&mut structure, &mut dice, 930);
    structure
}

/// A practice that several people share; its telephone changes with the days.
pub(crate) fn group(nation: &Nation, rank: u32) -> Structure {
    let mut dice = group_dice(nation, rank);
    let address = Address::anywhere(&mut dice, &nation.communes);
    let founder = rpps(nation.ordinal(rank % nation.slots().max(1), 0), Key::Right);
    let mut structure = Structure {
        technical_id: format!("R1011{rank:08}00"),
        national_id: format!("4{}", cabinet(&founder, 99)),
        legal_name: legal_names::group(&mut dice, &nation.names),
        authority: dice.pick(&["CNOM/CNOM/CNOM", "CNOM/CNOM/CNOM", "ARS/CPAM/CPAM"]),
        sector: ("SA08", "Cabinet de groupe"),
        address,
        ..Structure::default()
    };
    if dice.per_mille(300) {
        structure.siren = siren(Company::GroupCabinet, rank);
        structure.siret = siret(&structure.siren, 1, key(&mut dice));
    }
    reach(
        &mut structure,
        &mut Dice::new(
            nation.seed,
            Topic::Phone,
            &[rank, nation.calls_of_group(rank)],
        ),
        880,
    );
    structure
}

/// The practice of one person alone: another one after each move.
pub(crate) fn own(nation: &Nation, person: &Person) -> Structure {
    let moves = person.epoch.moves;
    let mut dice = Dice::new(
        nation.seed,
        Topic::OwnCabinet,
        &[person.slot, person.epoch.generation, moves],
    );
    let address = Address::anywhere(&mut dice, &nation.communes);
    let profession = person.profession;
    let ordinal = nation.ordinal(person.slot, person.epoch.generation);
    let mut structure = Structure {
        technical_id: format!("R1010{ordinal:08}{:02}", moves % 99),
        national_id: match person.id.rpps() {
            Some(rpps) => format!("4{}", cabinet(rpps, moves % 99)),
            None => format!("0{}{:02}", person.id.number, moves % 99),
        },
        legal_name: legal_names::own(
            &mut dice,
            profession.sign,
            &person.name.surname,
            &person.name.given,
        ),
        authority: profession.authority,
        sector: ("SA07", "Cabinet individuel"),
        address,
        ..Structure::default()
    };
    if dice.per_mille(300) {
        structure.siren = siren(Company::OwnCabinet, ordinal);
        structure.siret = siret(&structure.siren, 1 + moves % 99, key(&mut dice));
    }
    reach(&mut structure, &mut dice, 820);
    structure
}

/// Telephone, fax and ordinary mail; `known` of a thousand have a telephone.
fn reach(structure: &mut Structure, dice: &mut Dice, known: u32) {
    let department = structure.address.true_department;
    if dice.per_mille(known) {
        structure.phone = if dice.per_mille(3) {
            "0000".to_owned()
        } else {
            fictional(dice, department)
        };
    }
    if dice.per_mille(40) {
        structure.phone_2 = fictional(dice, department);
    }
    if dice.per_mille(180) {
        structure.fax = fictional(dice, department);
    }
    if dice.per_mille(110) {
        let mut slug = String::new();
        push_folded(&mut slug, &structure.legal_name, Join::Hyphen);
        let domain = if dice.per_mille(40) {
            "pro.mssante.fr"
        } else {
            "messagerie.example"
        };
        structure.mail = format!("{slug}@{domain}");
    }
}

/// Where a group practice is, without making the rest of it: the address is drawn first.
pub(crate) fn group_department(nation: &Nation, rank: u32) -> &'static str {
    Address::anywhere(&mut group_dice(nation, rank), &nation.communes).true_department
}

/// Where a practice of one's own is, or would be.
pub(crate) fn own_department(nation: &Nation, person: &Person) -> &'static str {
    Address::anywhere(&mut own_dice(nation, person), &nation.communes).true_department
}

fn group_dice(nation: &Nation, rank: u32) -> Dice {
    Dice::new(nation.seed, Topic::GroupCabinet, &[rank])
}

fn own_dice(nation: &Nation, person: &Person) -> Dice {
    let Epoch {
        generation, moves, ..
    } = person.epoch;
    Dice::new(
        nation.seed,
        Topic::OwnCabinet,
        &[person.slot, generation, moves],
    )
}
