//! From bytes to UTF-8: decides the encoding of a file from its beginning and converts the rest. It must not know lines.

use std::io::{self, ErrorKind, Read};

/// How much of a file decides on its encoding.
const PREFIX: u64 = 4 * 1024 * 1024;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The encoding a file was found to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, as published. A line that is not is rejected on its own.
    Utf8,
    /// Windows-1252 (of which ISO 8859-1 is a part, for text): the whole file was converted. Worth telling the operator.
    Windows1252,
}

impl Encoding {
    /// The registered name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Windows1252 => "windows-1252",
        }
    }

    /// A damaged character in a UTF-8 file must not turn every accent of the country into two; so the prefix is
    /// Windows-1252 only if it has more bytes that UTF-8 forbids than characters that only UTF-8 would form. Text in
    /// Windows-1252 hardly ever forms one: it takes an accented capital followed by a symbol.
    fn of(prefix: &[u8]) -> Self {
        let (mut formed, mut forbidden) = (0_usize, 0_usize);
        let mut rest = prefix;
        while let Err(error) = std::str::from_utf8(rest) {
            let (valid, after) = rest.split_at(error.valid_up_to());
            formed += multibyte(valid);
            // No length: the sequence is cut by the end of the prefix, which says nothing.
            let Some(length) = error.error_len() else {
                return Self::decide(formed, forbidden);
            };
            forbidden += 1;
            rest = after.get(length..).unwrap_or_default();
        }
        Self::decide(formed + multibyte(rest), forbidden)
    }

    const fn decide(formed: usize, forbidden: usize) -> Self {
        if forbidden > formed {
            Self::Windows1252
        } else {
            Self::Utf8
        }
    }
}

impl std::fmt::Display for Encoding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Characters of more than one byte in valid UTF-8.
fn multibyte(valid: &[u8]) -> usize {
    valid.iter().filter(|byte| **byte >= 0xc0).count()
}

/// A source whose beginning has been looked at; reads as UTF-8 (lines that are not, excepted) without byte order mark.
pub(crate) struct Text {
    prefix: io::Cursor<Vec<u8>>,
    source: Box<dyn Read + Send>,
    encoding: Encoding,
    bytes_read: u64,
    raw: Vec<u8>,
    converted: io::Cursor<Vec<u8>>,
}

impl Text {
    pub(crate) fn new(mut source: Box<dyn Read + Send>) -> io::Result<Self> {
        let mut prefix = Vec::new();
        source.by_ref().take(PREFIX).read_to_end(&mut prefix)?;
        if matches!(prefix.get(..2), Some(b"\xff\xfe" | b"\xfe\xff")) {
            return Err(io::Error::new(
                ErrorKind::InvalidData,
                "the file is in UTF-16; UTF-8 or Windows-1252 is expected",
            ));
        }
        let encoding = Encoding::of(&prefix);
        let mark = if prefix.starts_with(BYTE_ORDER_MARK) {
            BYTE_ORDER_MARK.len()
        } else {
            0
        };
        let bytes_read = u64::try_from(mark).unwrap_or_default();
        let mut prefix = io::Cursor::new(prefix);
        prefix.set_position(bytes_read);
        Ok(Self {
            prefix,
            source,
            encoding,
            bytes_read,
            raw: Vec::new(),
            converted: io::Cursor::new(Vec::new()),
        })
    }

    pub(crate) const fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Bytes of the source handed on, before conversion.
    pub(crate) const fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    fn read_raw(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut count = self.prefix.read(into)?;
        if count == 0 {
            // Its four megabytes are of no more use.
            self.prefix = io::Cursor::new(Vec::new());
            count = self.source.read(into)?;
        }
        self.bytes_read += u64::try_from(count).unwrap_or_default();
        Ok(count)
    }

    fn convert_more(&mut self) -> io::Result<()> {
        let mut raw = std::mem::take(&mut self.raw);
        raw.resize(64 * 1024, 0);
        let count = self.read_raw(&mut raw)?;
        // One byte is one character, so no chunk can cut one.
        let (text, _) = encoding_rs::WINDOWS_1252
            .decode_without_bom_handling(raw.get(..count).unwrap_or_default());
        self.converted = io::Cursor::new(text.into_owned().into_bytes());
        self.raw = raw;
        Ok(())
    }
}

impl Read for Text {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.encoding {
            Encoding::Utf8 => self.read_raw(into),
            Encoding::Windows1252 => {
                let count = self.converted.read(into)?;
                if count > 0 || into.is_empty() {
                    return Ok(count);
                }
                self.convert_more()?;
                self.converted.read(into)
            }
        }
    }
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Text")
            .field("encoding", &self.encoding)
            .field("bytes_read", &self.bytes_read)
            .finish_non_exhaustive()
    }
}
