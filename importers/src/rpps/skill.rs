//! `PS_LibreAcces_SavoirFaire`: the only place where its headings are spelt.

use super::national_id;
use crate::columns::record;
use crate::format::FileFormat;
use crate::reject::Fault;
use crate::rows::Table;
use crate::table::Values;

record! {
    /// One row of `PS_LibreAcces_SavoirFaire` (13 columns): one skill (specialty, competence, capacity…) of a professional
    /// in one profession. Values are as published, not trimmed, except [`national_id`](Self::national_id).
    Skill {
        /// Type of identifier (`TRE_G08`): `8` RPPS, `0` ADELI.
        id_type: Required "Type d'identifiant PP";
        /// 11-digit RPPS or 9-character ADELI, without the type.
        id: Required "Identifiant PP";
        /// Type followed by identifier, the key of a person; never empty.
        national_id: Required "Identification nationale PP";
        /// Family name the person practises under.
        family_name: Optional "Nom d'exercice";
        /// Given name the person practises under.
        given_name: Optional "Prénom d'exercice";
        /// Profession the skill belongs to.
        profession_code: Required "Code profession";
        /// Label of the profession, as the file words it.
        profession_label: Optional "Libellé profession";
        /// Category (`TRE_R09`) of the practice the skill belongs to.
        category_code: Required "Code catégorie professionnelle";
        /// Label of the category.
        category_label: Optional "Libellé catégorie professionnelle";
        /// Kind of skill (`TRE_R04`): `S`, `C`, `CAPA`…
        skill_type_code: Required "Code type savoir-faire";
        /// Label of the kind of skill.
        skill_type_label: Optional "Libellé type savoir-faire";
        /// Skill (`TRE_R38`, `R39`, `R40`, `R42`, `R43`… as its kind says).
        skill_code: Required "Code savoir-faire";
        /// Label of the skill, as the file words it.
        skill_label: Optional "Libellé savoir-faire";
    }
}

/// The file, as something [`Rows`](crate::Rows) can read.
#[derive(Debug)]
pub enum Skills {}

impl Table for Skills {
    const FORMAT: FileFormat = FileFormat::Skill;
    type Record<'a> = Skill<'a>;

    fn record<'a>(values: Values<'a>, scratch: &'a mut String) -> Result<Self::Record<'a>, Fault> {
        let mut record = Skill::from_values(values);
        record.national_id = national_id(record.national_id, record.id_type, record.id, scratch)?;
        Ok(record)
    }
}
