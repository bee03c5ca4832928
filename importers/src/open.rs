//! A file whose header has been checked and whose rows are about to be read. It must not know where files lie.

use crate::encoding::{Encoding, Text};
use crate::error::{InputError, ReadError};
use crate::format::FileFormat;
use crate::header::{Header, Layout};
use crate::limits::Limits;
use crate::reject::{Fault, RejectCode};
use crate::table::{Fields, Line, Lines, Slot, Values, field};
use std::io::Read;

/// A file of a known format, open after its header.
#[derive(Debug)]
pub struct OpenFile {
    lines: Lines<Text>,
    shape: Shape,
    format: FileFormat,
    missing_optional: Vec<&'static str>,
    unknown_columns: Vec<String>,
    rows_read: u64,
}

/// What every row of the file is held against.
#[derive(Debug)]
pub(crate) struct Shape {
    pub(crate) name: String,
    /// Columns of the header.
    width: usize,
    slots: Vec<Slot>,
}

/// A line of the file and what to hold it against.
#[derive(Debug)]
pub(crate) struct Raw<'a> {
    pub(crate) number: u64,
    pub(crate) shape: &'a Shape,
    line: Line<'a>,
}

impl OpenFile {
    /// Opens a stream of bytes as a file of one format. `name` is what errors and rejects call it.
    ///
    /// # Errors
    /// The stream cannot be read or is empty, a required column is missing, a heading occurs twice, or the header is
    /// that of another format.
    pub fn from_reader(
        name: &str,
        format: FileFormat,
        source: impl Read + Send + 'static,
        limits: &Limits,
    ) -> Result<Self, InputError> {
        Self::begin(name, Some(format), Box::new(source), limits)
    }

    /// As [`from_reader`](Self::from_reader); without a format, the header decides.
    pub(crate) fn begin(
        name: &str,
        format: Option<FileFormat>,
        source: Box<dyn Read + Send>,
        limits: &Limits,
    ) -> Result<Self, InputError> {
        let file = || name.to_owned();
        let io = |error| InputError::reading(name, error);
        let mut lines = Lines::new(Text::new(source).map_err(io)?, limits.max_line_bytes);
        let header = match lines.next_line().map_err(io)? {
            None => return Err(InputError::EmptyFile { file: file() }),
            Some((_, Line::TooLong)) => return Err(InputError::UnknownFile { file: file() }),
            Some((_, Line::Fields(Fields { bytes, .. }))) => {
                Header::parse(&String::from_utf8_lossy(bytes))
            }
        };
        let (format, layout) = settle(name, format, &header)?;
        Ok(Self {
            lines,
            shape: Shape {
                name: file(),
                width: header.width(),
                slots: layout.slots,
            },
            format,
            missing_optional: layout.missing_optional,
            unknown_columns: layout.unknown,
            rows_read: 0,
        })
    }

    /// The name given to the file.
    pub fn name(&self) -> &str {
        &self.shape.name
    }

    /// Its format.
    pub const fn format(&self) -> FileFormat {
        self.format
    }

    /// The encoding found; one to announce unless it is UTF-8.
    pub const fn encoding(&self) -> Encoding {
        self.lines.source().encoding()
    }

    /// Bytes read so far, before any conversion: against [`SourceFile::bytes`](crate::SourceFile::bytes), the progress.
    pub const fn bytes_read(&self) -> u64 {
        self.lines.source().bytes_read()
    }

    /// Rows read so far, rejects included, header and blank lines not.
    pub const fn rows_read(&self) -> u64 {
        self.rows_read
    }

    /// Columns of the header, without a trailing `|` and dummy columns.
    pub const fn column_count(&self) -> usize {
        self.shape.width
    }

    /// Published names of the columns this file does without; their values are all `""`.
    pub fn missing_optional(&self) -> &[&'static str] {
        &self.missing_optional
    }

    /// Headings this crate does not know, as the file spells them: a first sign that the publisher changed the layout.
    pub fn unknown_columns(&self) -> &[String] {
        &self.unknown_columns
    }

    pub(crate) fn next_raw(&mut self) -> Result<Option<Raw<'_>>, ReadError> {
        let Self { lines, shape, .. } = self;
        let after = lines.line();
        match lines.next_line() {
            Ok(None) => Ok(None),
            Ok(Some((number, line))) => {
                self.rows_read += 1;
                Ok(Some(Raw {
                    number,
                    shape,
                    line,
                }))
            }
            Err(source) => Err(ReadError {
                file: shape.name.clone(),
                after,
                source,
            }),
        }
    }
}

/// The format of a file from its name, where that says one, and its header; and its layout, if nothing required lacks.
fn settle(
    name: &str,
    by_name: Option<FileFormat>,
    header: &Header,
) -> Result<(FileFormat, Layout), InputError> {
    let file = || name.to_owned();
    if let Some(column) = header.repeated() {
        return Err(InputError::DuplicateColumn {
            file: file(),
            column,
        });
    }
    let Some((best, layout)) = header.recognise() else {
        return Err(InputError::UnknownFile { file: file() });
    };
    let (format, layout) = match by_name {
        Some(by_name) if by_name != best.format => {
            if layout.missing_required.is_empty() {
                return Err(InputError::NameAndHeaderDisagree {
                    file: file(),
                    by_name,
                    by_header: best.format,
                });
            }
            (by_name, header.layout(by_name.spec().columns))
        }
        Some(by_name) => (by_name, layout),
        // A few headings in common with a layout make no file of that layout.
        None if !layout.missing_required.is_empty() && layout.matched * 2 < header.width() => {
            return Err(InputError::UnknownFile { file: file() });
        }
        None => (best.format, layout),
    };
    if let Some(column) = layout.ambiguous {
        return Err(InputError::DuplicateColumn {
            file: file(),
            column: column.to_owned(),
        });
    }
    if !layout.missing_required.is_empty() {
        return Err(InputError::MissingColumns {
            file: file(),
            format,
            missing: layout.missing_required,
        });
    }
    Ok((format, layout))
}

impl<'a> Raw<'a> {
    /// The values of the columns, if the line is a row of the file.
    pub(crate) fn values(&self) -> Result<Values<'a>, Fault> {
        let fault = |code, detail| Err(Fault::new(code, detail));
        let fields = match self.line {
            Line::Fields(fields) => fields,
            Line::TooLong => return fault(RejectCode::LineTooLong, String::new()),
        };
        if memchr::memchr(0, fields.bytes).is_some() {
            return fault(RejectCode::NulByte, String::new());
        }
        let line = match std::str::from_utf8(fields.bytes) {
            Ok(line) => line,
            Err(error) => {
                let detail = format!("byte {}", error.valid_up_to() + 1);
                return fault(RejectCode::InvalidUtf8, detail);
            }
        };
        let (width, found) = (self.shape.width, fields.count());
        let closed = found == width + 1 && field(line, fields.starts, width).is_empty();
        if found != width && !closed {
            let detail = format!("{width} fields expected, {found} found");
            return fault(RejectCode::FieldCount, detail);
        }
        Ok(Values::new(line, fields.starts, &self.shape.slots))
    }
}
