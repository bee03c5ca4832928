//! `PS_LibreAcces_Dipl_AutExerc`: the only place where its headings are spelt.

use super::national_id;
use crate::columns::record;
use crate::format::FileFormat;
use crate::reject::Fault;
use crate::rows::Table;
use crate::table::Values;

record! {
    /// One row of `PS_LibreAcces_Dipl_AutExerc` (13 columns): a diploma, an authorisation to practise, or both. No dates
    /// are published. Values are as published, not trimmed, except [`national_id`](Self::national_id).
    Diploma {
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
        /// Kind of diploma: `DE`…
        diploma_type_code: Required "Code type diplôme obtenu";
        /// Label of the kind of diploma.
        diploma_type_label: Optional "Libellé type diplôme obtenu";
        /// Diploma: `DE09`…
        diploma_code: Required "Code diplôme obtenu";
        /// Label of the diploma.
        diploma_label: Optional "Libellé diplôme obtenu";
        /// Kind of authorisation.
        authorization_type_code: Required "Code type autorisation";
        /// Label of the kind of authorisation.
        authorization_type_label: Optional "Libellé type autorisation";
        /// Discipline authorised.
        authorization_discipline_code: Required "Code discipline autorisation";
        /// Label of the discipline.
        authorization_discipline_label: Optional "Libellé discipline autorisation";
    }
}

/// The file, as something [`Rows`](crate::Rows) can read.
#[derive(Debug)]
pub enum Diplomas {}

impl Table for Diplomas {
    const FORMAT: FileFormat = FileFormat::Diploma;
    type Record<'a> = Diploma<'a>;

    fn record<'a>(values: Values<'a>, scratch: &'a mut String) -> Result<Self::Record<'a>, Fault> {
        let mut record = Diploma::from_values(values);
        record.national_id = national_id(record.national_id, record.id_type, record.id, scratch)?;
        Ok(record)
    }
}
