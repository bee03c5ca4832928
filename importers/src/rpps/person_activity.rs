//! `PS_LibreAcces_Personne_activite`: the only place where its headings are spelt.

use super::national_id;
use crate::columns::record;
use crate::format::FileFormat;
use crate::reject::Fault;
use crate::rows::Table;
use crate::table::Values;

record! {
    /// One row of `PS_LibreAcces_Personne_activite`: a professional in one activity. The person repeats on every row;
    /// someone without an activity has one row whose organisation columns are empty.
    ///
    /// Published with 48 columns in 2018, 52 later (sector and pharmacists' section), 56 today (role and kind of activity);
    /// some extracts leave the four skill columns to the file of skills. Values are as published, not trimmed, except
    /// [`national_id`](Self::national_id).
    PersonActivity {
        /// Type of identifier (`TRE_G08`): `8` RPPS, `0` ADELI.
        id_type: Required "Type d'identifiant PP";
        /// 11-digit RPPS or 9-character ADELI, without the type.
        id: Required "Identifiant PP";
        /// Type followed by identifier, the key of a person. Never empty: put together from the two others where the file
        /// leaves it out.
        national_id: Required "Identification nationale PP";
        /// Practice title (`TRE_R11`): `DR`, `PR`…
        practice_title_code: Optional "Code civilité d'exercice" or "Code civilité exercice";
        /// Label of the practice title.
        practice_title_label: Optional "Libellé civilité d'exercice" or "Libellé civilité exercice";
        /// Civil title (`TRE_R81`): `M`, `MME`.
        title_code: Optional "Code civilité";
        /// Label of the civil title.
        title_label: Optional "Libellé civilité";
        /// Family name the person practises under.
        family_name: Required "Nom d'exercice";
        /// Given name the person practises under.
        given_name: Required "Prénom d'exercice";
        /// Profession (`TRE_G15`, `R94`, `R95` or `R291`).
        profession_code: Required "Code profession";
        /// Label of the profession, as the file words it.
        profession_label: Optional "Libellé profession";
        /// Category (`TRE_R09`): `C` civil, `F` civil servant, `E` student, `M` military.
        category_code: Required "Code catégorie professionnelle";
        /// Label of the category.
        category_label: Optional "Libellé catégorie professionnelle";
        /// Kind of skill (`TRE_R04`).
        skill_type_code: Optional "Code type savoir-faire";
        /// Label of the kind of skill.
        skill_type_label: Optional "Libellé type savoir-faire";
        /// Skill (`TRE_R38`, `R39`, `R40`, `R42`, `R43`… as its kind says).
        skill_code: Optional "Code savoir-faire";
        /// Label of the skill, as the file words it.
        skill_label: Optional "Libellé savoir-faire";
        /// Practice mode (`TRE_R23`): `L`, `S`, `B`.
        practice_mode_code: Required "Code mode exercice";
        /// Label of the practice mode.
        practice_mode_label: Optional "Libellé mode exercice";
        /// SIRET of the site, 14 digits.
        site_siret: Required "Numéro SIRET site";
        /// SIREN of the site, 9 digits.
        site_siren: Required "Numéro SIREN site";
        /// FINESS of the site, 9 characters.
        site_finess: Required "Numéro FINESS site";
        /// FINESS of the legal entity, 9 characters.
        legal_entity_finess: Required "Numéro FINESS établissement juridique";
        /// The directory's own key of the organisation: `R10100000000001`, `F770816478`, `C99000000100`.
        organization_id: Required "Identifiant technique de la structure";
        /// Legal name of the site.
        legal_name: Required "Raison sociale site";
        /// Trade name of the site.
        trade_name: Optional "Enseigne commerciale site";
        /// Addressee complement.
        recipient_complement: Optional "Complément destinataire (coord. structure)";
        /// Complement of place: building, entrance.
        location_complement: Optional "Complément point géographique (coord. structure)";
        /// Number in the street; may hold a letter.
        street_number: Optional "Numéro Voie (coord. structure)";
        /// `B`, `T`…
        street_number_suffix: Optional "Indice répétition voie (coord. structure)";
        /// Kind of street.
        street_type_code: Optional "Code type de voie (coord. structure)";
        /// Label of the kind of street.
        street_type_label: Optional "Libellé type de voie (coord. structure)";
        /// Street; may hold its kind, or a whole address.
        street_name: Optional "Libellé Voie (coord. structure)";
        /// Post office box.
        distribution: Optional "Mention distribution (coord. structure)";
        /// Postal code and town as written on an envelope.
        cedex_office: Optional "Bureau cedex (coord. structure)";
        /// Postal code; free text abroad.
        postal_code: Required "Code postal (coord. structure)";
        /// Commune (COG), which may disagree with the postal code.
        commune_code: Optional "Code commune (coord. structure)";
        /// Name of the commune.
        commune_label: Required "Libellé commune (coord. structure)";
        /// Country (COG), often empty for France.
        country_code: Optional "Code pays (coord. structure)";
        /// Name of the country.
        country_label: Optional "Libellé pays (coord. structure)";
        /// Telephone, as typed.
        phone: Optional "Téléphone (coord. structure)";
        /// Second telephone, as typed.
        phone_2: Optional "Téléphone 2 (coord. structure)";
        /// Fax, as typed.
        fax: Optional "Télécopie (coord. structure)";
        /// Ordinary mail address of the organisation: not a secure mailbox.
        email: Optional "Adresse e-mail (coord. structure)";
        /// Département: `44`, `2A`, `974`. Often empty.
        departement_code: Optional "Code Département (structure)" or "Code département (coord. structure)";
        /// Name of the département.
        departement_label: Optional "Libellé Département (structure)" or "Libellé département (coord. structure)";
        /// National identifier of the organisation (`TRE_G07` type, then the number): `3`+SIRET, `1`+FINESS, `4`+RPPS-rang.
        former_organization_id: Optional "Ancien identifiant de la structure";
        /// Registration authorities: `CNOM/CNOM/CNOM`.
        registration_authority: Optional "Autorité d'enregistrement";
        /// Activity sector (`TRE_R02`): `SA07`. Absent from the 48-column file.
        activity_sector_code: Optional "Code secteur d'activité";
        /// Label of the activity sector.
        activity_sector_label: Optional "Libellé secteur d'activité";
        /// Section of the pharmacists' register (`TRE_G05`). Absent from the 48-column file.
        pharmacist_section_code: Optional "Code section tableau pharmaciens";
        /// Label of the pharmacists' section.
        pharmacist_section_label: Optional "Libellé section tableau pharmaciens";
        /// Role (`TRE_R21`, `R85`, `R96`): `FON-01`. Absent before the 56-column file.
        role_code: Optional "Code rôle" or "Code fonction";
        /// Label of the role.
        role_label: Optional "Libellé rôle" or "Libellé fonction";
        /// Kind of activity (`TRE_R22`): `GENR01`. Absent before the 56-column file.
        activity_kind_code: Optional "Code genre activité" or "Code genre d'activité";
        /// Label of the kind of activity.
        activity_kind_label: Optional "Libellé genre activité" or "Libellé genre d'activité";
    }
}

/// The file, as something [`Rows`](crate::Rows) can read.
#[derive(Debug)]
pub enum PersonActivities {}

impl Table for PersonActivities {
    const FORMAT: FileFormat = FileFormat::PersonActivity;
    type Record<'a> = PersonActivity<'a>;

    fn record<'a>(values: Values<'a>, scratch: &'a mut String) -> Result<Self::Record<'a>, Fault> {
        let mut record = PersonActivity::from_values(values);
        record.national_id = national_id(record.national_id, record.id_type, record.id, scratch)?;
        Ok(record)
    }
}
