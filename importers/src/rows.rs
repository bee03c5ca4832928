//! Typed rows out of an open file: records that borrow the reader's buffer, and rejects. It must not know how the file
//! was found.

use crate::error::{InputError, ReadError};
use crate::format::FileFormat;
use crate::mssante::Correspondences;
use crate::open::OpenFile;
use crate::reject::{Fault, Reject};
use crate::rpps::{Diplomas, PersonActivities, Skills};
use crate::table::Values;
use std::marker::PhantomData;

/// A file layout whose rows are records of one type.
pub trait Table {
    /// The layout.
    const FORMAT: FileFormat;
    /// One row, borrowed from the reader until the next one.
    type Record<'a>;

    /// Makes a record of the values of a row, or says why it cannot be used. `scratch` holds what the record needs and
    /// the row does not spell.
    #[doc(hidden)]
    fn record<'a>(values: Values<'a>, scratch: &'a mut String) -> Result<Self::Record<'a>, Fault>;
}

/// What a line of a file turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row<R> {
    /// A usable row.
    Record {
        /// Line in the file, the header being line 1.
        line: u64,
        /// The row.
        record: R,
    },
    /// A row to count and report.
    Reject(Reject),
}

/// The rows of one open file, in file order.
#[derive(Debug)]
pub struct Rows<T> {
    file: OpenFile,
    scratch: String,
    table: PhantomData<fn() -> T>,
}

/// The rows of a file of whichever format it is.
#[derive(Debug)]
pub enum Records {
    /// `PS_LibreAcces_Personne_activite`.
    PersonActivity(Rows<PersonActivities>),
    /// `PS_LibreAcces_SavoirFaire`.
    Skill(Rows<Skills>),
    /// `PS_LibreAcces_Dipl_AutExerc`.
    Diploma(Rows<Diplomas>),
    /// `Extraction_Correspondance_MSSante`.
    Correspondence(Rows<Correspondences>),
}

impl OpenFile {
    /// The rows, by the format of the file.
    pub fn records(self) -> Records {
        match self.format() {
            FileFormat::PersonActivity => Records::PersonActivity(Rows::new(self)),
            FileFormat::Skill => Records::Skill(Rows::new(self)),
            FileFormat::Diploma => Records::Diploma(Rows::new(self)),
            FileFormat::Correspondence => Records::Correspondence(Rows::new(self)),
        }
    }

    /// The rows as `T`, for whoever knows the format.
    ///
    /// # Errors
    /// [`InputError::NameAndHeaderDisagree`] if the file has another format.
    pub fn rows<T: Table>(self) -> Result<Rows<T>, InputError> {
        if self.format() == T::FORMAT {
            Ok(Rows::new(self))
        } else {
            Err(InputError::NameAndHeaderDisagree {
                file: self.name().to_owned(),
                by_name: T::FORMAT,
                by_header: self.format(),
            })
        }
    }
}

impl<T: Table> Rows<T> {
    const fn new(file: OpenFile) -> Self {
        Self {
            file,
            scratch: String::new(),
            table: PhantomData,
        }
    }

    /// The file being read: its name, encoding and how far it has been read.
    pub const fn file(&self) -> &OpenFile {
        &self.file
    }

    /// The next row, or nothing at the end. Blank lines are passed over and not counted.
    ///
    /// # Errors
    /// The source could not be read to its end: disk, damaged archive, zip bomb. What was read before must not be taken
    /// for the whole file.
    pub fn next_row(&mut self) -> Result<Option<Row<T::Record<'_>>>, ReadError> {
        let Self { file, scratch, .. } = self;
        let Some(raw) = file.next_raw()? else {
            return Ok(None);
        };
        let line = raw.number;
        let found = raw.values().and_then(|values| T::record(values, scratch));
        Ok(Some(match found {
            Ok(record) => Row::Record { line, record },
            Err(Fault { code, detail }) => Row::Reject(Reject {
                file: raw.shape.name.clone(),
                line,
                code,
                detail,
            }),
        }))
    }
}
