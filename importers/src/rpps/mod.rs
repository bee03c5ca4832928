//! `PS_LibreAcces`, the open extract of health professionals: three files, one row of each being about one person.
//! Nothing here knows where the bytes come from.

mod diploma;
mod person_activity;
mod skill;

pub use diploma::{Diploma, Diplomas};
pub use person_activity::{PersonActivities, PersonActivity};
pub use skill::{Skill, Skills};

use crate::format::{FileFormat, FormatSpec, Source};
use crate::reject::{Fault, RejectCode};

pub(crate) const PERSON_ACTIVITY: FormatSpec = FormatSpec {
    format: FileFormat::PersonActivity,
    source: Source::Rpps,
    stem: "PS_LibreAcces_Personne_activite",
    columns: PersonActivity::COLUMNS,
};

pub(crate) const SKILL: FormatSpec = FormatSpec {
    format: FileFormat::Skill,
    source: Source::Rpps,
    stem: "PS_LibreAcces_SavoirFaire",
    columns: Skill::COLUMNS,
};

pub(crate) const DIPLOMA: FormatSpec = FormatSpec {
    format: FileFormat::Diploma,
    source: Source::Rpps,
    stem: "PS_LibreAcces_Dipl_AutExerc",
    columns: Diploma::COLUMNS,
};

/// `Identification nationale PP`, or what it stands for (`Type d'identifiant PP` followed by `Identifiant PP`) where the
/// file leaves it empty. A row without either belongs to nobody.
fn national_id<'a>(
    national_id: &'a str,
    id_type: &str,
    id: &str,
    scratch: &'a mut String,
) -> Result<&'a str, Fault> {
    let published = national_id.trim();
    if !published.is_empty() {
        return Ok(published);
    }
    let (id_type, id) = (id_type.trim(), id.trim());
    if id_type.is_empty() || id.is_empty() {
        return Err(Fault::new(RejectCode::MissingPersonId, String::new()));
    }
    scratch.clear();
    scratch.push_str(id_type);
    scratch.push_str(id);
    Ok(scratch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn national_id_is_read_or_put_together() {
        let cases = [
            ("899000000010", "8", "99000000010", Some("899000000010")),
            ("", "8", "99000000010", Some("899000000010")),
            (" ", " 0", "990000001 ", Some("0990000001")),
            ("899000000010", "", "", Some("899000000010")),
            ("", "8", "", None),
            ("", "", "99000000010", None),
            ("", "", "", None),
        ];
        for (published, id_type, id, expected) in cases {
            let mut scratch = String::from("left over");
            let found = national_id(published, id_type, id, &mut scratch).ok();
            assert_eq!(found, expected, "{published:?} {id_type:?} {id:?}");
        }
    }
}
