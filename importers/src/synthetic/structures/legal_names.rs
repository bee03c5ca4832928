//! What establishments and practices are called, as registers spell it: capitals, abbreviations, sometimes quotes. It must not know
//! their numbers or addresses.

use super::super::dice::Dice;
use super::super::fold::push_unaccented;
use super::super::names::Names;
use super::kinds::Kind;

const TREES: [&str; 30] = [
    "LES TILLEULS",
    "LES LILAS",
    "LES GLYCINES",
    "LES MIMOSAS",
    "LES ACACIAS",
    "LES MAGNOLIAS",
    "LES JARDINS",
    "LES ORMEAUX",
    "LES CEDRES",
    "LES PINS",
    "LA ROSERAIE",
    "LA CHENAIE",
    "LE PARC",
    "LE CLOS FLEURI",
    "LE VAL",
    "BEAU SEJOUR",
    "BELLEVUE",
    "BON ACCUEIL",
    "LA FONTAINE",
    "LES QUATRE SAISONS",
    "LES HIRONDELLES",
    "L'OREE DU BOIS",
    "LE MOULIN",
    "LES COQUELICOTS",
    "LES BLES D'OR",
    "LA SOURCE",
    "LES ALIZES",
    "LES REMPARTS",
    "LES GENETS",
    "LE GRAND PRE",
];
const SAINTS: [&str; 14] = [
    "SAINT-JOSEPH",
    "SAINTE-MARIE",
    "SAINT-VINCENT",
    "SAINT-JEAN",
    "SAINTE-ANNE",
    "SAINT-LUC",
    "NOTRE-DAME",
    "SAINT-LOUIS",
    "SAINT-MARTIN",
    "SAINTE-MARGUERITE",
    "SAINT-FRANCOIS",
    "JEANNE D'ARC",
    "SAINT-ROCH",
    "SAINT-CAMILLE",
];
const SPOTS: [&str; 16] = [
    "DE LA GARE",
    "DU CENTRE",
    "DE LA MAIRIE",
    "DE L'EGLISE",
    "DU MARCHE",
    "DES HALLES",
    "DE LA POSTE",
    "DU PONT",
    "DE LA PLACE",
    "DU CHATEAU",
    "DES ARCADES",
    "DE LA FONTAINE",
    "DU PORT",
    "DE LA REPUBLIQUE",
    "DES ECOLES",
    "DE L'HOTEL DE VILLE",
];

/// The name of a commune as signs have it: `SAINT-ETIENNE`, `PARIS 15`.
pub(crate) fn town(commune: &str) -> String {
    let mut town = String::with_capacity(commune.len());
    push_unaccented(
        &mut town,
        commune
            .strip_suffix("e Arrondissement")
            .or(commune.strip_suffix("er Arrondissement"))
            .unwrap_or(commune),
    );
    town.make_ascii_uppercase();
    town
}

/// Legal name and trade name. `rank` is that of the establishment in its kind, the largest first; `round` counts the houses of its
/// kind that the same town had before.
pub(crate) fn establishment(
    dice: &mut Dice,
    names: &Names,
    kind: Kind,
    town: &str,
    rank: u32,
    round: u32,
) -> (String, String) {
    let tree = dice.pick(&TREES);
    let spot = dice.pick(&SPOTS);
    let saint = dice.pick(&SAINTS);
    let mut trade = String::new();
    let legal = match kind {
        Kind::PublicHospital if round > 0 => format!("HOPITAL {saint} DE {town}"),
        Kind::PublicHospital if rank < 32 => {
            dice.pick(&["CHU DE ", "CHU ", "CHRU DE "]).to_owned() + town
        }
        Kind::PublicHospital => {
            dice.pick(&[
                "CH DE ",
                "CENTRE HOSPITALIER DE ",
                "CH ",
                "CENTRE HOSPITALIER ",
            ])
            .to_owned()
                + town
        }
        Kind::Clinic => match dice.below(20) {
            0..6 => format!("CLINIQUE {saint}"),
            6..12 => format!("POLYCLINIQUE DE {town}"),
            12..13 => format!("CLINIQUE \"{tree}\""),
            _ => format!("CLINIQUE {tree} {town}"),
        },
        Kind::NonProfitHospital => match dice.below(3) {
            0 => format!("HOPITAL {saint} {town}"),
            1 => format!("FONDATION HOPITAL {saint}"),
            _ => format!("CENTRE DE REEDUCATION {tree}"),
        },
        Kind::CareHome => match dice.below(20) {
            0..8 => format!("EHPAD \"{tree}\""),
            8..15 => format!("EHPAD RESIDENCE {tree}"),
            15..18 => format!("EHPAD {town}"),
            _ => format!("RESIDENCE \"{tree}\" {town}"),
        },
        Kind::HealthCentre => match dice.below(4) {
            0 => format!("CENTRE DE SANTE MUNICIPAL DE {town}"),
            1 => format!("CENTRE DE SANTE DENTAIRE {spot}"),
            2 => format!("CENTRE DE SOINS INFIRMIERS DE {town}"),
            _ => format!("CENTRE DE SANTE POLYVALENT {town}"),
        },
        Kind::Pharmacy => {
            if dice.per_mille(150) {
                trade = format!("PHARMACIE {spot}");
            }
            match dice.below(20) {
                0..8 => format!("PHARMACIE {spot}"),
                8..15 => format!("PHARMACIE {}", names.sign(dice)),
                15..17 => format!("SELARL PHARMACIE \"{tree}\""),
                17..19 => format!("SELARL PHARMACIE {spot}"),
                _ => format!("GRANDE PHARMACIE DE {town}"),
            }
        }
        Kind::Laboratory => match dice.below(4) {
            0 => format!("LBM {}", names.sign(dice)),
            1 => format!("SELAS BIO {town}"),
            2 => format!("LABORATOIRE DE BIOLOGIE MEDICALE {spot}"),
            _ => format!("SELARL LABORATOIRE {}", names.sign(dice)),
        },
        Kind::Dialysis => format!("CENTRE DE DIALYSE {town}"),
        Kind::Disability => {
            let sort = dice.pick(&["IME", "ESAT", "MAS", "FAM", "SESSAD", "ITEP"]);
            if dice.per_mille(400) {
                format!("{sort} \"{tree}\"")
            } else {
                format!("{sort} {tree}")
            }
        }
        Kind::HealthHouse => match dice.below(3) {
            0 => format!("MSP DE {town}"),
            1 => format!("MAISON DE SANTE PLURIPROFESSIONNELLE {spot} {town}"),
            _ => format!("SISA MAISON DE SANTE \"{tree}\""),
        },
        Kind::Company => match dice.below(3) {
            0 => format!("SELARL DU DR {}", names.sign(dice)),
            1 => format!("SELARL {}", names.sign(dice)),
            _ => format!("SELAS CABINET {spot}"),
        },
        Kind::OpticalShop => match dice.below(3) {
            0 => format!("OPTIQUE {}", names.sign(dice)),
            1 => format!("AUDITION {town}"),
            _ => format!("OPTIQUE {spot}"),
        },
        Kind::School => match dice.below(3) {
            0 => format!("SERVICE DE PREVENTION ET DE SANTE AU TRAVAIL {town}"),
            1 => format!("PMI DE {town}"),
            _ => format!("RECTORAT - SERVICE MEDICAL {town}"),
        },
        Kind::Industry => format!("LABORATOIRES {} SAS", names.sign(dice)),
    };
    (legal, trade)
}

/// The sign of a practice several people share.
pub(crate) fn group(dice: &mut Dice, names: &Names) -> String {
    match dice.below(100) {
        0..19 => format!("CABINET \"{}\"", dice.pick(&TREES)),
        19..55 => format!("CABINET MEDICAL {}", dice.pick(&SPOTS)),
        55..75 => format!("SCM DES DRS {} ET {}", names.sign(dice), names.sign(dice)),
        75..90 => format!("CABINET DE GROUPE {}", dice.pick(&SPOTS)),
        _ => format!("SCM {}", dice.pick(&TREES)),
    }
}

/// The sign of a practice of one's own.
pub(crate) fn own(dice: &mut Dice, sign: &str, surname: &str, given: &str) -> String {
    match dice.below(100) {
        0..6 => format!("CABINET \"{}\" - {sign} {surname}", dice.pick(&TREES)),
        6..30 => format!("{sign} {given} {surname}"),
        _ => format!("{sign} {surname}"),
    }
}

#[cfg(test)]
mod tests {
    use super::town;

    #[test]
    fn towns_are_on_signs_in_capitals() {
        assert_eq!(town("Saint-Étienne"), "SAINT-ETIENNE");
        assert_eq!(town("Paris 15e Arrondissement"), "PARIS 15");
        assert_eq!(town("Lyon 1er Arrondissement"), "LYON 1");
    }
}
