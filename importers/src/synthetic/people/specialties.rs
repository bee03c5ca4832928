//! Savoir-faire: what a person is qualified in, with the labels of the files. It must not know who is qualified.

use super::super::dice::Dice;
use super::professions::Coded;

/// One savoir-faire: its type (`TRE_R04`), its code (`TRE_R38`, R43…), how common it is in its table, and how many of a thousand of its
/// holders work on their own account.
#[derive(Debug)]
pub(crate) struct Skill {
    pub(crate) kind: Coded,
    pub(crate) coded: Coded,
    weight: u32,
    pub(crate) liberal: u32,
}

impl Skill {
    /// One of a table, where an entry without a code means none.
    pub(crate) fn draw(dice: &mut Dice, skills: &'static [Self]) -> Option<&'static Self> {
        if skills.is_empty() {
            return None;
        }
        Some(dice.weigh_by(skills, |skill| skill.weight)).filter(|skill| !skill.coded.0.is_empty())
    }

    /// Whether activity rows are repeated for it; the others stand in the savoir-faire file alone.
    pub(crate) fn is_shown_with_activities(&self) -> bool {
        matches!(self.kind.0, "S" | "C" | "DEC")
    }
}

const ORDINAL: Coded = ("S", "Spécialité ordinale");
const CAPACITY: Coded = ("CAPA", "Capacité");
const COMPETENCE: Coded = ("C", "Compétence");
const ORIENTATION: Coded = ("OP", "Orientation particulière");
const UNQUALIFYING: Coded = ("DNQ", "DESC non qualifiant");

const fn skill(
    kind: Coded,
    weight: u32,
    code: &'static str,
    label: &'static str,
    liberal: u32,
) -> Skill {
    Skill {
        kind,
        coded: (code, label),
        weight,
        liberal,
    }
}

pub(crate) const NONE: &[Skill] = &[];

/// Per thousand doctors; general medicine is SM26, SM53 and SM54 together.
pub(crate) const DOCTORS: &[Skill] = &[
    skill(
        ORDINAL,
        200,
        "SM53",
        "Spécialiste en Médecine Générale",
        680,
    ),
    skill(ORDINAL, 140, "SM26", "Qualifié en Médecine Générale", 720),
    skill(ORDINAL, 110, "SM54", "Médecine Générale", 600),
    skill(ORDINAL, 66, "SM42", "Psychiatrie", 400),
    skill(ORDINAL, 50, "SM02", "Anesthesie-réanimation", 300),
    skill(ORDINAL, 38, "SM40", "Pédiatrie", 340),
    skill(ORDINAL, 37, "SM44", "Radio-diagnostic", 620),
    skill(
        ORDINAL,
        32,
        "SM04",
        "Cardiologie et maladies vasculaires",
        600,
    ),
    skill(ORDINAL, 28, "SM38", "Ophtalmologie", 840),
    skill(ORDINAL, 24, "SM20", "Gynécologie-obstétrique", 500),
    skill(ORDINAL, 22, "SM25", "Médecine du travail", 10),
    skill(
        ORDINAL,
        18,
        "SM24",
        "Gastro-entérologie et hépatologie",
        560,
    ),
    skill(ORDINAL, 17, "SM15", "Dermatologie et vénéréologie", 840),
    skill(
        ORDINAL,
        16,
        "SM08",
        "Chirurgie orthopédique et traumatologie",
        560,
    ),
    skill(ORDINAL, 15, "SM41", "Pneumologie", 350),
    skill(ORDINAL, 14, "SM32", "Neurologie", 330),
    skill(ORDINAL, 14, "SM59", "Médecine d'urgence", 30),
    skill(ORDINAL, 13, "SM48", "Rhumatologie", 620),
    skill(
        ORDINAL,
        12,
        "SM34",
        "O.R.L et chirurgie cervico faciale",
        640,
    ),
    skill(
        ORDINAL,
        12,
        "SM29",
        "Médecine physique et réadaptation",
        220,
    ),
    skill(ORDINAL, 11, "SM18", "Gériatrie", 40),
    skill(
        ORDINAL,
        11,
        "SM49",
        "Santé publique et médecine sociale",
        20,
    ),
    skill(ORDINAL, 10, "SM03", "Biologie médicale", 500),
    skill(ORDINAL, 9, "SM05", "Chirurgie générale", 450),
    skill(ORDINAL, 9, "SM30", "Néphrologie", 250),
    skill(
        ORDINAL,
        9,
        "SM62",
        "Endocrinologie, diabétologie, nutrition",
        420,
    ),
    skill(
        ORDINAL,
        8,
        "SM43",
        "Psychiatrie option enfant & adolescent",
        350,
    ),
    skill(ORDINAL, 8, "SM27", "Médecine interne", 80),
    skill(
        ORDINAL,
        8,
        "SM01",
        "Anatomie et cytologie pathologiques",
        480,
    ),
    skill(ORDINAL, 7, "SM46", "Médecine intensive-réanimation", 40),
    skill(ORDINAL, 6, "SM14", "Chirurgie viscérale et digestive", 450),
    skill(ORDINAL, 6, "SM12", "Chirurgie urologique", 560),
    skill(ORDINAL, 6, "SM36", "Oncologie option médicale", 180),
    skill(ORDINAL, 5, "SM37", "Oncologie option radiothérapie", 420),
    skill(
        ORDINAL,
        5,
        "SM10",
        "Chirurgie plastique reconstructrice et esthétique",
        750,
    ),
    skill(ORDINAL, 5, "SM19", "Gynécologie médicale", 780),
    skill(ORDINAL, 5, "SM61", "Médecine vasculaire", 760),
    skill(ORDINAL, 4, "SM28", "Médecine nucléaire", 320),
    skill(ORDINAL, 4, "SM13", "Chirurgie vasculaire", 540),
    skill(ORDINAL, 4, "SM31", "Neuro-chirurgie", 260),
    skill(ORDINAL, 4, "SM57", "Allergologie", 660),
    skill(
        ORDINAL,
        3,
        "SM58",
        "Maladies infectieuses et tropicales",
        20,
    ),
    skill(ORDINAL, 3, "SM22", "Hématologie option maladie du sang", 90),
    skill(ORDINAL, 3, "SM50", "Stomatologie", 800),
    skill(
        ORDINAL,
        3,
        "SM11",
        "Chirurgie thoracique et cardio-vasculaire",
        330,
    ),
    skill(ORDINAL, 3, "SM09", "Chirurgie infantile", 130),
    skill(ORDINAL, 2, "SM17", "Génétique médicale", 20),
    skill(ORDINAL, 2, "SM16", "Endocrinologie et métabolismes", 450),
    skill(
        ORDINAL,
        2,
        "SM60",
        "Médecine légale et expertises médicales",
        60,
    ),
    skill(ORDINAL, 2, "SM56", "CHIRURGIE ORALE", 780),
    skill(
        ORDINAL,
        2,
        "SM07",
        "Chirurgie maxillo-faciale et stomatologie",
        520,
    ),
    skill(ORDINAL, 22, "", "", 200),
];

/// What doctors add to their specialty.
pub(crate) const MORE: &[Skill] = &[
    skill(CAPACITY, 26, "CAPA06", "Gérontologie", 0),
    skill(CAPACITY, 24, "CAPA02", "Aide médicale urgente", 0),
    skill(CAPACITY, 18, "CAPA10", "Médecine et Biologie du sport", 0),
    skill(
        CAPACITY,
        12,
        "CAPA05",
        "Evaluation et traitement de la douleur",
        0,
    ),
    skill(CAPACITY, 10, "CAPA04", "Angéiologie", 0),
    skill(CAPACITY, 8, "CAPA01", "Addictologie clinique", 0),
    skill(CAPACITY, 8, "CAPA03", "Allergologie", 0),
    skill(CAPACITY, 5, "CAPA09", "Médecine de catastrophe", 0),
    skill(CAPACITY, 4, "CAPA13", "Médecine tropicale", 0),
    skill(ORIENTATION, 30, "OP01", "Acupuncture", 0),
    skill(ORIENTATION, 28, "OP02", "Homéopathie", 0),
    skill(ORIENTATION, 15, "OP03", "Mésothérapie", 0),
    skill(COMPETENCE, 16, "C05", "Angéiologie", 0),
    skill(COMPETENCE, 12, "C12", "Médecine du sport", 0),
    skill(COMPETENCE, 8, "C02", "Allergologie", 0),
    skill(UNQUALIFYING, 14, "DN05", "Médecine d'urgence", 0),
    skill(
        UNQUALIFYING,
        12,
        "DN02",
        "Médecine de la douleur et médecine palliative",
        0,
    ),
    skill(UNQUALIFYING, 8, "DN01", "Addictologie", 0),
];

pub(crate) const DENTISTS: &[Skill] = &[
    skill(ORDINAL, 52, "SCD01", "Orthopédie dento-faciale", 900),
    skill(ORDINAL, 10, "SCD02", "Chirurgie Orale", 800),
    skill(ORDINAL, 6, "SCD03", "Médecine bucco-dentaire", 500),
    skill(ORDINAL, 932, "", "", 850),
];

pub(crate) const NURSES: &[Skill] = &[
    skill(
        ORDINAL,
        4,
        "SI01",
        "Exercice infirmier en pratique avancée pathologies chroniques stabilisées",
        300,
    ),
    skill(
        ORDINAL,
        2,
        "SI02",
        "Exercice infirmier en pratique avancée oncologie et hémato-oncologie",
        20,
    ),
    skill(
        ORDINAL,
        1,
        "SI04",
        "Exercice infirmier en pratique avancée santé mentale",
        60,
    ),
    skill(
        ORDINAL,
        1,
        "SI05",
        "Exercice infirmier en pratique avancée urgences",
        10,
    ),
    skill(ORDINAL, 992, "", "", 210),
];

#[cfg(test)]
mod tests {
    use super::{DENTISTS, DOCTORS, NURSES, Skill};

    #[test]
    fn tables_are_per_thousand() {
        for (table, bounds) in [
            (DOCTORS, 960..1_160),
            (DENTISTS, 1_000..1_001),
            (NURSES, 1_000..1_001),
        ] {
            let whole: u32 = table.iter().map(|skill| skill.weight).sum();
            assert!(bounds.contains(&whole), "{whole}");
        }
    }

    #[test]
    fn general_medicine_is_about_45_per_cent() {
        let weight = |skills: &[&Skill]| skills.iter().map(|skill| skill.weight).sum::<u32>();
        let general: Vec<_> = DOCTORS
            .iter()
            .filter(|skill| ["SM26", "SM53", "SM54"].contains(&skill.coded.0))
            .collect();
        let whole = weight(&DOCTORS.iter().collect::<Vec<_>>());
        assert!((400..=470).contains(&(weight(&general) * 1_000 / whole)));
    }
}
