//! Professions with their labels, sizes and habits. It must not know any person.

use super::super::dice::Dice;
use super::super::structures::kinds::Kind;
use super::employers::{BENCH, CARE, DENTAL, DRUGS, HOSPITALS, SHOPS, SOCIAL};
use super::specialties::{DENTISTS, DOCTORS, NONE, NURSES, Skill};

/// A code and its label as the files have them, which is not always how the code tables do.
pub(crate) type Coded = (&'static str, &'static str);

/// How a profession is practised in France; shares are per thousand unless said otherwise.
#[derive(Debug)]
pub(crate) struct Profession {
    pub(crate) coded: Coded,
    /// Of 100,000 people of the directory.
    weight: u32,
    pub(crate) women: u32,
    /// Who works on their own account.
    pub(crate) liberal: u32,
    /// Who has a personal mailbox.
    pub(crate) mailbox: u32,
    /// The mail domain the order or the public operator runs for the profession.
    pub(crate) domain: &'static str,
    /// Who is styled Docteur.
    pub(crate) doctor: u32,
    /// What stands on the door of a practice, before the name.
    pub(crate) sign: &'static str,
    pub(crate) employers: &'static [(u32, Kind)],
    /// Who registers the practice.
    pub(crate) authority: &'static str,
    pub(crate) diploma: Coded,
    pub(crate) skills: &'static [Skill],
}

impl Profession {
    pub(crate) fn draw(dice: &mut Dice) -> &'static Self {
        dice.weigh_by(PROFESSIONS, |profession| profession.weight)
    }

    /// One of those that left the ADELI register last.
    pub(crate) fn draw_in_adeli(dice: &mut Dice) -> &'static Self {
        const LAST: [&str; 5] = ["91", "93", "26", "92", "72"];
        dice.weigh_by(PROFESSIONS, |profession| {
            u32::from(LAST.contains(&profession.coded.0))
        })
    }

    pub(crate) fn is_doctor(&self) -> bool {
        self.coded.0 == "10"
    }

    /// Code 99, whose holders are told by their role.
    pub(crate) fn is_told_by_role(&self) -> bool {
        self.coded.0 == "99"
    }
}

const OTHER: Profession = Profession {
    coded: ("", ""),
    weight: 0,
    women: 800,
    liberal: 0,
    mailbox: 80,
    domain: "pro.mssante.fr",
    doctor: 0,
    sign: "CABINET",
    employers: SOCIAL,
    authority: "ARS/ARS/ARS",
    diploma: ("", ""),
    skills: NONE,
};

const PROFESSIONS: &[Profession] = &[
    Profession {
        coded: ("60", "Infirmier"),
        weight: 45_000,
        women: 870,
        liberal: 210,
        mailbox: 150,
        domain: "infirmier.mssante.fr",
        sign: "CABINET INFIRMIER",
        employers: CARE,
        authority: "ONI/ONI/ONI",
        diploma: ("DE26", "DE Infirmier"),
        skills: NURSES,
        ..OTHER
    },
    Profession {
        coded: ("10", "Médecin"),
        weight: 15_800,
        women: 490,
        liberal: 520,
        mailbox: 560,
        domain: "medecin.mssante.fr",
        doctor: 985,
        sign: "CABINET DU DR",
        employers: HOSPITALS,
        authority: "CNOM/CNOM/CNOM",
        diploma: ("DE09", "DE Docteur en médecine"),
        skills: DOCTORS,
    },
    Profession {
        coded: ("70", "Masseur-Kinésithérapeute"),
        weight: 6_200,
        women: 540,
        liberal: 840,
        mailbox: 330,
        domain: "masseur-kinesitherapeute.mssante.fr",
        sign: "CABINET DE KINESITHERAPIE",
        employers: CARE,
        authority: "CNOMK/CNOMK/CNOMK",
        diploma: ("DE20", "DE Masseur-Kinésithérapeute"),
        ..OTHER
    },
    Profession {
        coded: ("21", "Pharmacien"),
        weight: 4_300,
        women: 680,
        liberal: 0,
        mailbox: 420,
        domain: "pharmacien.mssante.fr",
        doctor: 700,
        sign: "PHARMACIE",
        employers: DRUGS,
        authority: "CNOP/CNOP/CNOP",
        diploma: ("DE15", "DE Docteur en pharmacie"),
        ..OTHER
    },
    Profession {
        coded: ("93", "Psychologue"),
        weight: 4_800,
        women: 870,
        liberal: 420,
        mailbox: 90,
        sign: "CABINET DE PSYCHOLOGIE",
        diploma: ("UT01", "Titre de psychologue"),
        ..OTHER
    },
    Profession {
        coded: ("40", "Chirurgien-Dentiste"),
        weight: 2_900,
        women: 500,
        liberal: 850,
        mailbox: 400,
        domain: "chirurgien-dentiste.mssante.fr",
        doctor: 960,
        sign: "CABINET DENTAIRE DU DR",
        employers: DENTAL,
        authority: "CNOCD/CNOCD/CNOCD",
        diploma: ("DE03", "DE Docteur en chirurgie dentaire"),
        skills: DENTISTS,
    },
    Profession {
        coded: ("98", "Manipulateur ERM"),
        weight: 2_400,
        women: 730,
        employers: CARE,
        diploma: ("DE18", "DE Manipulateur d'électroradiologie médicale"),
        ..OTHER
    },
    Profession {
        coded: ("28", "Opticien-Lunetier"),
        weight: 2_600,
        women: 560,
        mailbox: 40,
        employers: SHOPS,
        authority: "ARS/CPAM/CPAM",
        diploma: ("BT02", "BTS Opticien-Lunetier"),
        ..OTHER
    },
    Profession {
        coded: ("71", "Ostéopathe"),
        weight: 2_300,
        women: 480,
        liberal: 980,
        mailbox: 60,
        sign: "CABINET D'OSTEOPATHIE",
        diploma: ("UT02", "Titre d'ostéopathe"),
        ..OTHER
    },
    Profession {
        coded: ("99", "Acteur caractérisé par son rôle"),
        weight: 2_800,
        mailbox: 30,
        employers: CARE,
        authority: "ARS/Variable/Variable",
        ..OTHER
    },
    Profession {
        coded: ("86", "Technicien de laboratoire médical"),
        weight: 2_200,
        women: 780,
        mailbox: 20,
        employers: BENCH,
        diploma: ("DE30", "DE Technicien de laboratoire médical"),
        ..OTHER
    },
    Profession {
        coded: ("91", "Orthophoniste"),
        weight: 1_900,
        women: 965,
        liberal: 830,
        mailbox: 260,
        domain: "orthophoniste.mssante.fr",
        sign: "CABINET D'ORTHOPHONIE",
        authority: "ARS/CPAM/CPAM",
        diploma: ("CC01", "Certificat de capacité d'orthophoniste"),
        ..OTHER
    },
    Profession {
        coded: ("50", "Sage-Femme"),
        weight: 1_500,
        women: 972,
        liberal: 350,
        mailbox: 480,
        domain: "sage-femme.mssante.fr",
        sign: "CABINET DE SAGE-FEMME",
        employers: HOSPITALS,
        authority: "CNOSF/CNOSF/CNOSF",
        diploma: ("DE24", "DE Sage-femme"),
        ..OTHER
    },
    Profession {
        coded: ("31", "Assistant dentaire"),
        weight: 1_400,
        women: 980,
        mailbox: 10,
        employers: DENTAL,
        diploma: ("TI01", "Titre d'assistant dentaire"),
        ..OTHER
    },
    Profession {
        coded: ("94", "Ergothérapeute"),
        weight: 900,
        women: 870,
        liberal: 180,
        sign: "CABINET D'ERGOTHERAPIE",
        diploma: ("DE06", "DE Ergothérapeute"),
        ..OTHER
    },
    Profession {
        coded: ("96", "Psychomotricien"),
        weight: 900,
        women: 880,
        liberal: 220,
        sign: "CABINET DE PSYCHOMOTRICITE",
        diploma: ("DE22", "DE Psychomotricien"),
        ..OTHER
    },
    Profession {
        coded: ("95", "Diététicien"),
        weight: 900,
        women: 940,
        liberal: 330,
        sign: "CABINET DE DIETETIQUE",
        employers: CARE,
        diploma: ("BT01", "BTS Diététique"),
        ..OTHER
    },
    Profession {
        coded: ("80", "Pédicure-Podologue"),
        weight: 850,
        women: 680,
        liberal: 970,
        mailbox: 380,
        domain: "pedicure-podologue.mssante.fr",
        sign: "CABINET DE PEDICURIE-PODOLOGIE",
        authority: "ONPP/ONPP/ONPP",
        diploma: ("DE21", "DE Pédicure-podologue"),
        ..OTHER
    },
    Profession {
        coded: ("41", "Assistant de service social"),
        weight: 1_000,
        women: 920,
        mailbox: 60,
        diploma: ("DE01", "DE Assistant de service social"),
        ..OTHER
    },
    Profession {
        coded: ("72", "Psychothérapeute"),
        weight: 500,
        women: 760,
        liberal: 800,
        mailbox: 40,
        sign: "CABINET DE PSYCHOTHERAPIE",
        diploma: ("UT03", "Titre de psychothérapeute"),
        ..OTHER
    },
    Profession {
        coded: ("92", "Orthoptiste"),
        weight: 350,
        women: 880,
        liberal: 650,
        mailbox: 220,
        sign: "CABINET D'ORTHOPTIE",
        employers: HOSPITALS,
        authority: "ARS/CPAM/CPAM",
        diploma: ("CC02", "Certificat de capacité d'orthoptiste"),
        ..OTHER
    },
    Profession {
        coded: ("26", "Audioprothésiste"),
        weight: 300,
        women: 560,
        mailbox: 120,
        employers: SHOPS,
        authority: "ARS/CPAM/CPAM",
        diploma: ("DE02", "DE Audioprothésiste"),
        ..OTHER
    },
    Profession {
        coded: ("81", "Orthoprothésiste"),
        weight: 120,
        women: 300,
        employers: SHOPS,
        diploma: ("BT03", "BTS Prothésiste-orthésiste"),
        ..OTHER
    },
    Profession {
        coded: ("73", "Chiropracteur"),
        weight: 90,
        women: 400,
        liberal: 990,
        sign: "CABINET DE CHIROPRAXIE",
        diploma: ("UT04", "Titre de chiropracteur"),
        ..OTHER
    },
    Profession {
        coded: ("32", "Physicien médical"),
        weight: 60,
        women: 430,
        mailbox: 150,
        employers: HOSPITALS,
        diploma: (
            "DQ01",
            "Diplôme de qualification en physique radiologique et médicale",
        ),
        ..OTHER
    },
    Profession {
        coded: ("97", "Conseiller en génétique"),
        weight: 25,
        women: 900,
        mailbox: 200,
        employers: HOSPITALS,
        diploma: ("MA01", "Master conseil en génétique"),
        ..OTHER
    },
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{PROFESSIONS, Profession};

    #[test]
    fn the_table_is_sane() {
        let whole: u32 = PROFESSIONS.iter().map(|profession| profession.weight).sum();
        assert!(
            (95_000..105_000).contains(&whole),
            "{whole}: weights are of 100,000"
        );
        let codes: HashSet<_> = PROFESSIONS
            .iter()
            .map(|profession| profession.coded.0)
            .collect();
        assert_eq!(codes.len(), PROFESSIONS.len());
        for profession in PROFESSIONS {
            let Profession {
                women,
                liberal,
                mailbox,
                doctor,
                ..
            } = profession;
            let shares = [women, liberal, mailbox, doctor];
            assert!(
                shares.into_iter().all(|share| *share <= 1_000),
                "{profession:?}"
            );
            assert!(*liberal == 0 || profession.sign.len() > 6, "{profession:?}");
        }
    }
}
