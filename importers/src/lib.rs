#![doc = include_str!("../README.md")]

mod archive;
mod columns;
mod encoding;
mod error;
mod format;
mod header;
mod input;
mod limits;
pub mod mssante;
mod open;
mod printable;
mod reject;
mod rows;
pub mod rpps;
pub mod synthetic;
mod table;

pub use columns::{Column, Need};
pub use encoding::Encoding;
pub use error::{ArchiveError, InputError, ReadError};
pub use format::{FORMATS, FileFormat, FormatSpec, Source};
pub use header::fold;
pub use input::{Ignored, IgnoredReason, Input, RecognisedBy, SourceFile};
pub use limits::Limits;
pub use open::OpenFile;
pub use reject::{Reject, RejectCode};
pub use rows::{Records, Row, Rows, Table};
