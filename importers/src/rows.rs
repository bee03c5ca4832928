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

#[cfg(test)]
mod tests {

    use super::*;
    use crate::format::FORMATS;
    use crate::limits::Limits;
    use proptest::prelude::*;
    use std::io::Cursor;

    fn open(format: FileFormat, bytes: Vec<u8>) -> OpenFile {
        OpenFile::from_reader("f.txt", format, Cursor::new(bytes), &Limits::default()).unwrap()
    }

    fn header(format: FileFormat) -> String {
        let names: Vec<_> = format
            .spec()
            .columns
            .iter()
            .map(|column| column.published)
            .collect();
        names.join("|")
    }

    /// Reads to the end; how many records and rejects there were.
    fn drain<T: Table>(mut rows: Rows<T>) -> (u64, u64) {
        let (mut records, mut rejects) = (0, 0);
        while let Some(row) = rows.next_row().unwrap() {
            match row {
                Row::Record { .. } => records += 1,
                Row::Reject(_) => rejects += 1,
            }
        }
        assert_eq!(rows.file().rows_read(), records + rejects);
        (records, rejects)
    }

    #[test]
    fn rows_of_another_type_are_refused() {
        let file = open(FileFormat::Skill, header(FileFormat::Skill).into_bytes());
        assert!(file.rows::<Diplomas>().is_err());
        let file = open(FileFormat::Skill, header(FileFormat::Skill).into_bytes());
        assert_eq!(drain(file.rows::<Skills>().unwrap()), (0, 0));
    }

    #[test]
    fn a_failing_source_is_an_error_that_says_where() {
        struct Failing;
        impl std::io::Read for Failing {
            fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
                Err(std::io::Error::other("gone"))
            }
        }
        // Beyond what is read to open the file.
        let row = "8|99000000010|899000000010||||||||||\n";
        let text = header(FileFormat::Skill) + "\n" + &row.repeat(200_000);
        let source = std::io::Read::chain(Cursor::new(text), Failing);
        let file = OpenFile::from_reader("f.txt", FileFormat::Skill, source, &Limits::default());
        let mut rows = file.unwrap().rows::<Skills>().unwrap();
        let mut seen = 0_u64;
        let error = loop {
            match rows.next_row() {
                Ok(Some(_)) => seen += 1,
                Ok(None) => panic!("the failure was taken for the end"),
                Err(error) => break error,
            }
        };
        assert!(seen > 100_000);
        assert_eq!(error.after, seen + 1);
        assert_eq!(error.file, "f.txt");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            rows in proptest::collection::vec(
                proptest::collection::vec("[^|\r\n\0]{0,8}", 56), 0..20
            ),
            closing in prop_oneof![Just(""), Just("|")],
            end in prop_oneof![Just("\n"), Just("\r\n")],
        ) {
            let mut rows = rows;
            for row in &mut rows {
                // The key is the one value that is not handed on as it is.
                row.splice(0..3, ["8", "99", "899"].map(str::to_owned));
            }
            let mut text = header(FileFormat::PersonActivity) + closing + end;
            for row in &rows {
                text = text + &row.join("|") + closing + end;
            }
            let mut read = open(FileFormat::PersonActivity, text.into_bytes())
                .rows::<PersonActivities>()
                .unwrap();
            for (number, row) in (2..).zip(&rows) {
                let Some(Row::Record { line, record }) = read.next_row().unwrap() else {
                    panic!("line {number} is no record");
                };
                let values: Vec<_> = record.fields().iter().map(|(_, value)| *value).collect();
                prop_assert_eq!(line, number);
                prop_assert_eq!(values, row.iter().map(String::as_str).collect::<Vec<_>>());
            }
            prop_assert_eq!(read.next_row().unwrap(), None);
        }

        #[test]
        fn any_bytes_after_a_header_are_records_and_rejects(
            bytes in proptest::collection::vec(
                prop_oneof![3 => Just(b'|'), 1 => Just(b'\n'), 2 => any::<u8>()], 0..3_000
            )
        ) {
            for spec in FORMATS {
                let mut text = header(spec.format).into_bytes();
                text.push(b'\n');
                text.extend(&bytes);
                let (records, rejects) = match open(spec.format, text).records() {
                    Records::PersonActivity(rows) => drain(rows),
                    Records::Skill(rows) => drain(rows),
                    Records::Diploma(rows) => drain(rows),
                    Records::Correspondence(rows) => drain(rows),
                };
                let blank = |line: &&[u8]| matches!(*line, b"" | b"\r");
                let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !blank(line)).count();
                prop_assert_eq!(records + rejects, u64::try_from(lines).unwrap());
            }
        }

        #[test]
        fn any_bytes_as_a_file_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            for spec in FORMATS {
                let source = Cursor::new(bytes.clone());
                drop(OpenFile::from_reader("f.txt", spec.format, source, &Limits::default()));
            }
        }
    }
}
