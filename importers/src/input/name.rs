//! What a file name says: the format, the time of the extract. It must not open the file.

use crate::format::{FORMATS, FileFormat, Source};
use crate::header::fold;
use std::path::Path;
use time::{Date, Month, PrimitiveDateTime, Time};

/// The format a text file is named as: a published stem in any case and punctuation, then nothing but a timestamp or a
/// copy's number.
pub(super) fn format(name: &str) -> Option<FileFormat> {
    let stem = visible_stem(name, "txt")?;
    FORMATS
        .iter()
        .find(|spec| is_stem_and_digits(&stem, spec.stem))
        .map(|spec| spec.format)
}

/// The publication an archive is named as.
pub(super) fn archive(name: &str) -> Option<Source> {
    let stem = visible_stem(name, "zip")?;
    [Source::Rpps, Source::Mssante]
        .into_iter()
        .find(|source| is_stem_and_digits(&stem, source.archive_stem()))
}

/// Whether a name has an extension, in any case.
pub(super) fn has_extension(name: &str, extension: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|found| found.eq_ignore_ascii_case(extension))
}

/// The folded name without its extension. Hidden files have none: archives made on a Mac hold, for each file, one of
/// the same name after `._` that is something else.
fn visible_stem(name: &str, extension: &str) -> Option<String> {
    if name.starts_with('.') || !has_extension(name, extension) {
        return None;
    }
    Some(fold(Path::new(name).file_stem()?.to_str()?))
}

fn is_stem_and_digits(folded: &str, stem: &str) -> bool {
    folded
        .strip_prefix(fold(stem).as_str())
        .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The time in a name: twelve digits in a row, `AAAAMMJJhhmm`, the hour counted to 24. Local time of the publisher.
pub(super) fn source_time(name: &str) -> Option<PrimitiveDateTime> {
    name.split(|c: char| !c.is_ascii_digit())
        .filter(|run| run.len() == 12)
        .find_map(parse_time)
}

fn parse_time(digits: &str) -> Option<PrimitiveDateTime> {
    let number = |at: usize, length: usize| digits.get(at..at + length);
    let small = |at: usize| number(at, 2)?.parse::<u8>().ok();
    let month = Month::try_from(small(4)?).ok()?;
    let date = Date::from_calendar_date(number(0, 4)?.parse().ok()?, month, small(6)?).ok()?;
    let time = Time::from_hms(small(8)?, small(10)?, 0).ok()?;
    Some(PrimitiveDateTime::new(date, time))
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn formats_by_name() {
        use FileFormat::{Correspondence, Diploma, PersonActivity, Skill};
        let cases = [
            (
                "PS_LibreAcces_Personne_activite_202309110848.txt",
                Some(PersonActivity),
            ),
            ("PS_LibreAcces_SavoirFaire_202309110848.txt", Some(Skill)),
            (
                "PS_LibreAcces_Dipl_AutExerc_202309110848.txt",
                Some(Diploma),
            ),
            (
                "Extraction_Correspondance_MSSante_202608261013.txt",
                Some(Correspondence),
            ),
            ("ps-libreacces-personne-activite.txt", Some(PersonActivity)),
            ("ps-libreacces-savoirfaire.txt", Some(Skill)),
            ("ps-libreacces-dipl-autexerc.txt", Some(Diploma)),
            (
                "PS_LIBREACCES_PERSONNE_ACTIVITE_202309110848.TXT",
                Some(PersonActivity),
            ),
            (
                "PS_LibreAcces_Personne_activite_202309110848 (1).txt",
                Some(PersonActivity),
            ),
            ("._PS_LibreAcces_Personne_activite_202309110848.txt", None),
            (
                "PS_LibreAcces_Personne_activite_202309110848.txt.part",
                None,
            ),
            ("PS_LibreAcces_Personne_activite_202309110848.zip", None),
            ("PS_LibreAcces_Personne_activite_extrait.txt", None),
            ("PS_LibreAcces_202309110848.txt", None),
            ("porteurs-cps-cpf.txt", None),
            ("", None),
        ];
        for (name, expected) in cases {
            assert_eq!(format(name), expected, "{name:?}");
        }
    }

    #[test]
    fn archives_by_name() {
        let cases = [
            ("PS_LibreAcces_202309111008.zip", Some(Source::Rpps)),
            ("ps-libreacces.zip", Some(Source::Rpps)),
            (
                "Extraction_Correspondance_MSSante_202608261013.zip",
                Some(Source::Mssante),
            ),
            ("PS_LibreAcces_Personne_activite_202309110848.zip", None),
            ("other.zip", None),
        ];
        for (name, expected) in cases {
            assert_eq!(archive(name), expected, "{name:?}");
        }
    }

    #[test]
    fn times() {
        let cases = [
            ("a_202309110848.txt", Some(datetime!(2023-09-11 08:48))),
            ("a_202309112359 (1).txt", Some(datetime!(2023-09-11 23:59))),
            ("209901010000", Some(datetime!(2099-01-01 00:00))),
            ("a_202313110848.txt", None),
            ("a_202302300848.txt", None),
            ("a_202309112448.txt", None),
            ("a_202309110860.txt", None),
            ("a_20230911084800.txt", None),
            ("a_20230911.txt", None),
            ("a.txt", None),
        ];
        for (name, expected) in cases {
            assert_eq!(source_time(name), expected, "{name:?}");
        }
    }
}
