//! `Extraction_Correspondance_MSSante`, the open extract of secure mailboxes: one file.
//! Nothing here knows where the bytes come from.

mod address;
mod correspondence;

pub use correspondence::{Correspondence, Correspondences};

use crate::format::{FileFormat, FormatSpec, Source};

pub(crate) const CORRESPONDENCE: FormatSpec = FormatSpec {
    format: FileFormat::Correspondence,
    source: Source::Mssante,
    stem: "Extraction_Correspondance_MSSante",
    columns: Correspondence::COLUMNS,
};
