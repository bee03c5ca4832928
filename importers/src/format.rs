//! The registry of the published files: which exist, who publishes them, how they are named and laid out.
//! It must not know how a file is found or read.

use crate::columns::Column;
use crate::{mssante, rpps};

/// One published file layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileFormat {
    /// `PS_LibreAcces_Personne_activite`: one row per activity of a professional.
    PersonActivity,
    /// `PS_LibreAcces_SavoirFaire`: one row per specialty, competence or capacity.
    Skill,
    /// `PS_LibreAcces_Dipl_AutExerc`: one row per diploma, authorisation to practise, or both.
    Diploma,
    /// `Extraction_Correspondance_MSSante`: one row per mailbox and attachment.
    Correspondence,
}

/// Who publishes a set of files, and so which command takes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// The open extract of health professionals, `PS_LibreAcces`: three files in one archive.
    Rpps,
    /// The open extract of secure mailboxes, `Extraction_Correspondance_MSSante`: one file.
    Mssante,
}

/// What is known of a format before any file of it is opened.
#[derive(Debug)]
pub struct FormatSpec {
    /// The format described.
    pub format: FileFormat,
    /// Its publication.
    pub source: Source,
    /// The file name as published, without its `_AAAAMMJJhhmm` and `.txt`. The names of the open-data mirror
    /// (`ps-libreacces-personne-activite.txt`) differ only by what [`fold`](crate::fold) removes.
    pub stem: &'static str,
    /// Every column, in published order.
    pub columns: &'static [Column],
}

/// Every format this crate reads. A new one is a folder beside `rpps` and a line here.
pub const FORMATS: &[FormatSpec] = &[
    rpps::PERSON_ACTIVITY,
    rpps::SKILL,
    rpps::DIPLOMA,
    mssante::CORRESPONDENCE,
];

impl FileFormat {
    /// The published file name, without timestamp and extension.
    pub const fn as_str(self) -> &'static str {
        self.spec().stem
    }

    /// The publication this file belongs to.
    pub const fn source(self) -> Source {
        self.spec().source
    }

    /// Its line of the registry.
    pub const fn spec(self) -> &'static FormatSpec {
        match self {
            Self::PersonActivity => &rpps::PERSON_ACTIVITY,
            Self::Skill => &rpps::SKILL,
            Self::Diploma => &rpps::DIPLOMA,
            Self::Correspondence => &mssante::CORRESPONDENCE,
        }
    }
}

impl Source {
    /// Short name, stable: `rpps` or `mssante`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rpps => "rpps",
            Self::Mssante => "mssante",
        }
    }

    /// The published archive's name, without timestamp and extension.
    pub const fn archive_stem(self) -> &'static str {
        match self {
            Self::Rpps => "PS_LibreAcces",
            Self::Mssante => "Extraction_Correspondance_MSSante",
        }
    }

    /// The words an operator types to import this source: an error that says only "wrong file" sends them searching.
    pub const fn command(self) -> &'static str {
        match self {
            Self::Rpps => "import rpps",
            Self::Mssante => "import mailboxes",
        }
    }
}

impl std::fmt::Display for FileFormat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_registered_once_under_its_own_name() {
        let listed: Vec<_> = FORMATS.iter().map(|spec| spec.format).collect();
        assert_eq!(
            listed,
            [
                FileFormat::PersonActivity,
                FileFormat::Skill,
                FileFormat::Diploma,
                FileFormat::Correspondence
            ]
        );
        for spec in FORMATS {
            assert_eq!(spec.format.as_str(), spec.stem);
            assert_eq!(spec.format.source(), spec.source);
        }
    }

    #[test]
    fn column_counts_are_the_published_ones() {
        let counts: Vec<_> = FORMATS.iter().map(|spec| spec.columns.len()).collect();
        assert_eq!(counts, [56, 13, 13, 31]);
    }
}
