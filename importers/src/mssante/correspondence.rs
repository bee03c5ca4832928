//! `Extraction_Correspondance_MSSante`: the only place where its headings are spelt.

use super::address;
use crate::columns::record;
use crate::format::FileFormat;
use crate::reject::Fault;
use crate::rows::Table;
use crate::table::Values;

record! {
    /// One row of `Extraction_Correspondance_MSSante` (31 columns): a mailbox attached to a person, an organisation or
    /// both. The address is the key; one address on several rows is one mailbox with several attachments. Values are as
    /// published, not trimmed, except [`address`](Self::address).
    ///
    /// Copies of the file abbreviate the last eleven headings by dropping ` structure BAL`.
    Correspondence {
        /// Kind of mailbox (`TRE_R257`): `PER`, `ORG`; `APP` and `CAB` exist elsewhere.
        kind: Required "Type de BAL";
        /// The mailbox: one `@`, two non-empty sides, no blanks around or inside.
        address: Required "Adresse BAL";
        /// Type of the holder's identifier (`TRE_G08`): `8` RPPS, `0` ADELI, `10` mailbox address. Empty for `ORG`.
        id_type: Required "Type Identifiant PP";
        /// Identifier of the holder, without its type.
        id: Required "Identifiant PP";
        /// Type followed by identifier, as published: may be empty.
        national_id: Required "Identification nationale PP";
        /// Type of the organisation's identifier (`TRE_G07`): `1` FINESS, `3` SIRET, `4` RPPS-rang…
        organization_id_type: Required "Type identifiant structure";
        /// Identifier of the organisation, its type included: `1770816478`.
        organization_id: Required "Identification Structure";
        /// Service the mailbox belongs to; free text.
        department: Optional "Service de rattachement";
        /// Practice title (`TRE_R11`): `DR`…
        practice_title: Optional "Civilité d'exercice" or "Civilité exercice";
        /// Family name the holder practises under. Empty for `ORG`.
        family_name: Required "Nom d'exercice";
        /// Given name the holder practises under. Empty for `ORG`.
        given_name: Required "Prénom d'exercice";
        /// Category (`TRE_R09`).
        category_code: Optional "Catégorie profession";
        /// Label of the category.
        category_label: Optional "Libellé de catégorie profession";
        /// Profession (`TRE_G15`…).
        profession_code: Optional "Code Profession";
        /// Label of the profession.
        profession_label: Optional "Libellé Profession";
        /// Skill.
        skill_code: Optional "Code savoir-faire";
        /// Label of the skill.
        skill_label: Optional "Libellé savoir-faire";
        /// Whether the holder does without the paper copy, as published: `O`/`N`, elsewhere `True`/`False`.
        accepts_paperless: Optional "Dématérialisation";
        /// Legal name of the organisation.
        legal_name: Optional "Raison Sociale structure BAL" or "Raison Sociale";
        /// Trade name of the organisation.
        trade_name: Optional "Enseigne commerciale structure BAL" or "Enseigne commerciale";
        /// Complement of place.
        location_complement: Optional "L2COMPLEMENTLOCALISATION structure BAL" or "L2COMPLEMENTLOCALISATION";
        /// Complement of distribution.
        distribution_complement: Optional "L3COMPLEMENTDISTRIBUTION structure BAL" or "L3COMPLEMENTDISTRIBUTION";
        /// Number in the street.
        street_number: Optional "L4NUMEROVOIE structure BAL" or "L4NUMEROVOIE";
        /// `B`, `T`…
        street_number_suffix: Optional "L4COMPLEMENTNUMEROVOIE structure BAL" or "L4COMPLEMENTNUMEROVOIE";
        /// Kind of street. The leading `N` is the publisher's.
        street_type: Optional "NL4TYPEVOIE structure BAL" or "NL4TYPEVOIE" or "L4TYPEVOIE";
        /// Street.
        street_name: Optional "L4LIBELLEVOIE structure BAL" or "L4LIBELLEVOIE";
        /// Hamlet or post office box.
        locality: Optional "L5LIEUDITMENTION structure BAL" or "L5LIEUDITMENTION";
        /// Postal code and town as written on an envelope.
        routing_line: Optional "L6LIGNEACHEMINEMENT structure BAL" or "L6LIGNEACHEMINEMENT";
        /// Postal code.
        postal_code: Optional "Code postal structure BAL" or "Code postal";
        /// Département.
        departement: Optional "Département structure BAL" or "Département";
        /// Country.
        country: Optional "Pays structure BAL" or "Pays";
    }
}

/// The file, as something [`Rows`](crate::Rows) can read.
#[derive(Debug)]
pub enum Correspondences {}

impl Table for Correspondences {
    const FORMAT: FileFormat = FileFormat::Correspondence;
    type Record<'a> = Correspondence<'a>;

    fn record<'a>(values: Values<'a>, _scratch: &'a mut String) -> Result<Self::Record<'a>, Fault> {
        let mut record = Correspondence::from_values(values);
        record.address = address::check(record.address)?;
        Ok(record)
    }
}
