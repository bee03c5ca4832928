//! Code systems of the directory and the dictionary of their labels.
//!
//! Documents hold codes; labels are looked up when an answer is written. The label of the extract
//! wins over that of the official table, and a code without either shows itself.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::name;

/// A code system, under the name it has in this service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CodeSystem {
    /// Civilité.
    Civility,
    /// Civilité d'exercice.
    Title,
    /// Profession.
    Profession,
    /// Catégorie professionnelle.
    ProfessionCategory,
    /// Type de savoir-faire.
    SpecialtyKind,
    /// Savoir-faire.
    Specialty,
    /// Mode d'exercice.
    PracticeMode,
    /// Secteur d'activité.
    ActivitySector,
    /// Section du tableau des pharmaciens.
    PharmacistSection,
    /// Rôle.
    Function,
    /// Genre d'activité.
    ActivityKind,
    /// Type de BAL.
    MailboxKind,
    /// Type de diplôme.
    DiplomaKind,
    /// Diplôme.
    Diploma,
    /// Type d'autorisation.
    AuthorizationKind,
    /// Discipline d'autorisation.
    AuthorizationDiscipline,
    /// Pays (COG).
    Country,
    /// Département.
    Department,
    /// Type d'identifiant de structure.
    StructureIdKind,
    /// Type d'identifiant de personne.
    PersonIdKind,
}

/// What is known of a code system.
#[derive(Debug)]
pub struct CodeSystemSpec {
    /// The system.
    pub system: CodeSystem,
    /// Its name in paths and in the database.
    pub name: &'static str,
    /// The official tables it takes its codes from.
    pub official: &'static [&'static str],
    /// Official codes, as `;`-separated lines with a header naming `code` and `label`.
    tables: &'static [&'static str],
}

/// Every code system, in the order of [`CodeSystem`].
pub const CODE_SYSTEMS: &[CodeSystemSpec] = &[
    spec(
        CodeSystem::Civility,
        "civility",
        &["TRE_R81-Civilite"],
        &[include_str!("nos/TRE_R81-Civilite.csv")],
    ),
    spec(
        CodeSystem::Title,
        "title",
        &["TRE_R11-CiviliteExercice"],
        &[include_str!("nos/TRE_R11-CiviliteExercice.csv")],
    ),
    spec(
        CodeSystem::Profession,
        "profession",
        &[
            "TRE_G15-ProfessionSante",
            "TRE_R94-ProfessionSocial",
            "TRE_R95-UsagerTitre",
            "TRE_R291-AutreProfession",
        ],
        &[
            include_str!("nos/TRE_G15-ProfessionSante.csv"),
            include_str!("nos/professions_hors_G15.csv"),
        ],
    ),
    spec(
        CodeSystem::ProfessionCategory,
        "profession-category",
        &["TRE_R09-CategorieProfessionnelle"],
        &[include_str!("nos/TRE_R09-CategorieProfessionnelle.csv")],
    ),
    spec(
        CodeSystem::SpecialtyKind,
        "specialty-kind",
        &["TRE_R04-TypeSavoirFaire"],
        &[include_str!("nos/TRE_R04-TypeSavoirFaire.csv")],
    ),
    spec(
        CodeSystem::Specialty,
        "specialty",
        &["TRE_R38-SpecialiteOrdinale", "TRE_R43-CapaciteSavoirFaire"],
        &[
            include_str!("nos/TRE_R38-SpecialiteOrdinale.csv"),
            include_str!("nos/TRE_R43-CapaciteSavoirFaire.csv"),
        ],
    ),
    spec(
        CodeSystem::PracticeMode,
        "practice-mode",
        &["TRE_R23-ModeExercice"],
        &[include_str!("nos/TRE_R23-ModeExercice.csv")],
    ),
    spec(
        CodeSystem::ActivitySector,
        "activity-sector",
        &["TRE_R02-SecteurActivite"],
        &[include_str!("nos/TRE_R02-SecteurActivite.csv")],
    ),
    spec(
        CodeSystem::PharmacistSection,
        "pharmacist-section",
        &[
            "TRE_R06-SectionTableauCNOP",
            "TRE_G05-SousSectionTableauCNOP",
        ],
        &[include_str!(
            "nos/TRE_G05-SousSectionTableauCNOP_partial.csv"
        )],
    ),
    spec(
        CodeSystem::Function,
        "function",
        &["TRE_R21-Fonction", "TRE_R85-RolePriseCharge", "TRE_R96"],
        &[include_str!("nos/JDV_J108-EnsembleFonction-RASS.csv")],
    ),
    spec(
        CodeSystem::ActivityKind,
        "activity-kind",
        &["TRE_R22-GenreActivite"],
        &[include_str!("nos/TRE_R22-GenreActivite.csv")],
    ),
    spec(
        CodeSystem::MailboxKind,
        "mailbox-kind",
        &["TRE_R257-TypeBAL"],
        &[include_str!("nos/TRE_R257-TypeBAL.csv")],
    ),
    spec(CodeSystem::DiplomaKind, "diploma-kind", &[], &[]),
    spec(CodeSystem::Diploma, "diploma", &[], &[]),
    spec(
        CodeSystem::AuthorizationKind,
        "authorization-kind",
        &[],
        &[],
    ),
    spec(
        CodeSystem::AuthorizationDiscipline,
        "authorization-discipline",
        &[],
        &[],
    ),
    spec(CodeSystem::Country, "country", &[], &[]),
    spec(CodeSystem::Department, "department", &[], &[]),
    spec(
        CodeSystem::StructureIdKind,
        "structure-id-kind",
        &["TRE_G07-TypeIdentifiantStructure"],
        &[include_str!("nos/TRE_G07-TypeIdentifiantStructure.csv")],
    ),
    spec(
        CodeSystem::PersonIdKind,
        "person-id-kind",
        &["TRE_G08-TypeIdentifiantPersonne"],
        &[include_str!("nos/TRE_G08-TypeIdentifiantPersonne.csv")],
    ),
];

const fn spec(
    system: CodeSystem,
    name: &'static str,
    official: &'static [&'static str],
    tables: &'static [&'static str],
) -> CodeSystemSpec {
    CodeSystemSpec {
        system,
        name,
        official,
        tables,
    }
}

impl CodeSystem {
    /// The name in paths and in the database, such as `practice-mode`.
    pub fn name(self) -> &'static str {
        CODE_SYSTEMS
            .iter()
            .find(|spec| spec.system == self)
            .map_or("", |spec| spec.name)
    }

    /// The system of this name: ours, or an official one such as `TRE_R38-SpecialiteOrdinale`.
    pub fn from_name(name: &str) -> Option<Self> {
        CODE_SYSTEMS
            .iter()
            .find(|spec| {
                spec.name.eq_ignore_ascii_case(name)
                    || spec.official.iter().any(|o| o.eq_ignore_ascii_case(name))
            })
            .map(|spec| spec.system)
    }
}

/// Words that mean several codes at once: how people ask for general medicine
/// (use case "Ségur" of the national API: SM26, SM53 and SM54 together).
const SPECIALTY_GROUPS: &[(&str, &[&str])] = &[
    ("medecine generale", &["SM26", "SM53", "SM54"]),
    ("medecin generaliste", &["SM26", "SM53", "SM54"]),
    ("generaliste", &["SM26", "SM53", "SM54"]),
];

/// Labels by code system and code.
#[derive(Clone, Debug)]
pub struct CodeLabels {
    systems: BTreeMap<CodeSystem, SystemLabels>,
}

/// The labels of one system.
#[derive(Clone, Debug, Default)]
struct SystemLabels {
    labels: BTreeMap<String, String>,
    /// Codes with their folded labels, folded when the first word is resolved: folding them all
    /// takes longer than the search that asks for it.
    folded: OnceLock<Vec<(String, String)>>,
}

impl SystemLabels {
    fn folded(&self) -> &[(String, String)] {
        self.folded.get_or_init(|| {
            let fold = |(code, label): (&String, &String)| (code.clone(), name::fold(label));
            self.labels.iter().map(fold).collect()
        })
    }
}

impl CodeLabels {
    /// The official tables alone.
    pub fn official() -> Self {
        let mut systems: BTreeMap<CodeSystem, SystemLabels> = BTreeMap::new();
        for spec in CODE_SYSTEMS {
            let system = systems.entry(spec.system).or_default();
            for (code, label) in spec.tables.iter().flat_map(|table| official_rows(table)) {
                system.labels.insert(code.to_owned(), label.to_owned());
            }
        }
        Self { systems }
    }

    /// The official tables under the labels that the extracts use.
    pub fn with_published<'a>(
        published: impl IntoIterator<Item = (CodeSystem, &'a str, &'a str)>,
    ) -> Self {
        let mut all = Self::official();
        for (system, code, label) in published {
            if !label.is_empty() {
                all.systems
                    .entry(system)
                    .or_default()
                    .labels
                    .insert(code.to_owned(), label.to_owned());
            }
        }
        all
    }

    /// The label of a code; the code itself where none is known.
    pub fn label<'a>(&'a self, system: CodeSystem, code: &'a str) -> &'a str {
        self.systems
            .get(&system)
            .and_then(|system| system.labels.get(code))
            .map_or(code, String::as_str)
    }

    /// Whether the code is in the official table or in an extract.
    pub fn is_known(&self, system: CodeSystem, code: &str) -> bool {
        self.systems
            .get(&system)
            .is_some_and(|system| system.labels.contains_key(code))
    }

    /// Every code of a system with its label, in the order of codes.
    pub fn codes(&self, system: CodeSystem) -> impl Iterator<Item = (&str, &str)> {
        self.systems
            .get(&system)
            .into_iter()
            .flat_map(|system| &system.labels)
            .map(|(code, label)| (code.as_str(), label.as_str()))
    }

    /// The codes meant by a word of a caller: a code, a group of specialties, or a label.
    ///
    /// Labels are compared folded; where no label is equal, those that begin with the words are
    /// meant, then those that hold all of them. Empty where nothing fits.
    pub fn resolve(&self, system: CodeSystem, asked: &str) -> Vec<String> {
        let asked = asked.trim();
        if let Some((code, _)) = self
            .codes(system)
            .find(|(code, _)| code.eq_ignore_ascii_case(asked))
        {
            return vec![code.to_owned()];
        }
        let wanted = name::fold(asked);
        if wanted.is_empty() {
            return Vec::new();
        }
        if system == CodeSystem::Specialty
            && let Some((_, codes)) = SPECIALTY_GROUPS.iter().find(|(words, _)| *words == wanted)
        {
            return codes.iter().map(|code| (*code).to_owned()).collect();
        }
        let folded = self.systems.get(&system).map(SystemLabels::folded);
        let matching = |fits: &dyn Fn(&str) -> bool| -> Vec<String> {
            let labels = folded.unwrap_or_default().iter();
            labels
                .filter(|(_, label)| fits(label))
                .map(|(code, _)| code.clone())
                .collect()
        };
        let equal = matching(&|label| label == wanted);
        if !equal.is_empty() {
            return equal;
        }
        let beginning = matching(&|label| label.starts_with(&wanted));
        if !beginning.is_empty() {
            return beginning;
        }
        matching(&|label| {
            wanted
                .split(' ')
                .all(|word| label.split(' ').any(|held| held == word))
        })
    }
}

fn official_rows(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let mut lines = table.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split(';').collect();
    let place = |wanted: &str| header.iter().position(|column| *column == wanted);
    let (code, label) = (place("code"), place("label"));
    lines.filter_map(move |line| {
        let cell = |column: Option<usize>| line.split(';').nth(column?);
        Some((cell(code)?, cell(label)?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_system_has_one_place_and_one_name() {
        let mut names = std::collections::BTreeSet::new();
        for spec in CODE_SYSTEMS {
            assert!(names.insert(spec.name));
            assert_eq!(CodeSystem::from_name(spec.name), Some(spec.system));
            assert_eq!(spec.system.name(), spec.name);
        }
        assert_eq!(
            CodeSystem::from_name("TRE_R38-SpecialiteOrdinale"),
            Some(CodeSystem::Specialty)
        );
    }

    #[test]
    fn official_tables_are_read_by_their_header() {
        let labels = CodeLabels::official();
        assert_eq!(labels.label(CodeSystem::Profession, "10"), "Médecin");
        assert_eq!(labels.label(CodeSystem::Profession, "71"), "Ostéopathe");
        assert_eq!(
            labels.label(CodeSystem::Function, "FON-01"),
            "Titulaire de cabinet"
        );
        assert_eq!(labels.label(CodeSystem::Profession, "zz"), "zz");
        for spec in CODE_SYSTEMS.iter().filter(|spec| !spec.tables.is_empty()) {
            assert!(
                labels.codes(spec.system).count() > 0,
                "{} is empty",
                spec.name
            );
        }
    }

    #[test]
    fn the_label_of_the_extract_wins() {
        let labels = CodeLabels::with_published([
            (CodeSystem::PracticeMode, "L", "Libéral"),
            (CodeSystem::PracticeMode, "S", ""),
        ]);
        assert_eq!(labels.label(CodeSystem::PracticeMode, "L"), "Libéral");
        assert_eq!(labels.label(CodeSystem::PracticeMode, "S"), "Salarié");
    }

    #[test]
    fn a_word_means_a_code_a_group_or_a_label() {
        let labels = CodeLabels::official();
        for (asked, codes) in [
            ("SM54", vec!["SM54"]),
            ("sm54", vec!["SM54"]),
            ("médecine générale", vec!["SM26", "SM53", "SM54"]),
            ("Médecin généraliste", vec!["SM26", "SM53", "SM54"]),
            ("nothing of the kind", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(
                labels.resolve(CodeSystem::Specialty, asked),
                codes,
                "{asked:?}"
            );
        }
        assert_eq!(labels.resolve(CodeSystem::Profession, "medecin"), ["10"]);
        assert_eq!(labels.resolve(CodeSystem::PracticeMode, "liberal"), ["L"]);
    }
}
