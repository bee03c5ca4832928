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

    /// The header decides: every published one has accents, and damage is rare there. Were it folded to ASCII, the rest of
    /// the prefix decides. So a few damaged characters never turn every accent of the country into two.
    fn of(prefix: &[u8], is_whole_file: bool) -> Self {
        let header = memchr::memchr(b'\n', prefix)
            .and_then(|end| prefix.get(..end))
            .filter(|line| !line.is_ascii());
        let complete = is_whole_file || header.is_some();
        let evidence = Evidence::of(header.unwrap_or(prefix), complete);
        if evidence.forbidden > evidence.formed {
            Self::Windows1252
        } else {
            Self::Utf8
        }
    }
}

/// What speaks for and against UTF-8. Text in Windows-1252 hardly ever forms a character of several bytes: it takes an
/// accented capital followed by a symbol.
struct Evidence {
    /// Characters of several bytes.
    formed: usize,
    /// Places where UTF-8 is broken.
    forbidden: usize,
}

impl Evidence {
    /// A sequence cut by the end says something only if the text is complete.
    fn of(text: &[u8], complete: bool) -> Self {
        let mut evidence = Self {
            formed: 0,
            forbidden: 0,
        };
        for chunk in text.utf8_chunks() {
            evidence.formed += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
            evidence.forbidden += usize::from(!chunk.invalid().is_empty());
        }
        let cut = std::str::from_utf8(text).is_err_and(|error| error.error_len().is_none());
        if cut && !complete {
            evidence.forbidden -= 1;
        }
        evidence
    }
}

impl std::fmt::Display for Encoding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
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
        let is_whole_file = u64::try_from(prefix.len()).is_ok_and(|length| length < PREFIX);
        let encoding = Encoding::of(&prefix, is_whole_file);
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

#[cfg(test)]
mod tests {

    use super::*;
    use proptest::prelude::*;

    fn read(bytes: &[u8]) -> (Encoding, Vec<u8>, u64) {
        let mut text = Text::new(Box::new(io::Cursor::new(bytes.to_vec()))).unwrap();
        let mut found = Vec::new();
        text.read_to_end(&mut found).unwrap();
        (text.encoding(), found, text.bytes_read())
    }

    #[test]
    fn encodings() {
        use Encoding::{Utf8, Windows1252};
        let cases: &[(&[u8], Encoding, &str)] = &[
            (b"", Utf8, ""),
            (b"plain", Utf8, "plain"),
            ("Médecin".as_bytes(), Utf8, "Médecin"),
            (b"\xef\xbb\xbfM\xc3\xa9decin", Utf8, "Médecin"),
            (b"M\xe9decin", Windows1252, "Médecin"),
            (
                b"\x8cil de l\x92\xe9t\xe9 \x80",
                Windows1252,
                "Œil de l’été €",
            ),
            (b"\xe9", Windows1252, "é"),
        ];
        for (bytes, encoding, text) in cases {
            let length = u64::try_from(bytes.len()).unwrap();
            assert_eq!(
                read(bytes),
                (*encoding, text.as_bytes().to_vec(), length),
                "{bytes:02x?}"
            );
        }
    }

    #[test]
    fn damaged_rows_do_not_make_a_utf_8_file_another() {
        let mut damaged = "Libellé civilité|Prénom\n".to_owned().into_bytes();
        damaged.extend(b"M\xe9decin\n".repeat(20));
        assert_eq!(
            read(&damaged),
            (
                Encoding::Utf8,
                damaged.clone(),
                u64::try_from(damaged.len()).unwrap()
            )
        );
    }

    #[test]
    fn without_accents_in_the_header_the_rows_decide() {
        let utf8 = "Libelle\nMédecin\nInfirmi\u{e8}re\n";
        assert_eq!(read(utf8.as_bytes()).0, Encoding::Utf8);
        let mut mostly = utf8.to_owned().into_bytes();
        mostly.extend(b"\xe9\n");
        assert_eq!(read(&mostly).0, Encoding::Utf8);
        mostly.extend(b"\xe9\n\xe9");
        assert_eq!(read(&mostly).0, Encoding::Windows1252);
    }

    #[test]
    fn a_character_across_the_end_of_the_prefix_is_whole() {
        let before = usize::try_from(PREFIX).unwrap() - 1;
        let mut bytes = vec![b'x'; before];
        bytes.extend("é and on".as_bytes());
        let (encoding, found, count) = read(&bytes);
        assert_eq!(
            (encoding, count),
            (Encoding::Utf8, u64::try_from(bytes.len()).unwrap())
        );
        assert!(found == bytes);
    }

    #[test]
    fn conversion_goes_on_after_the_prefix() {
        let lines = usize::try_from(PREFIX).unwrap() / 3;
        let mut bytes = b"\xe9\xe9\n".repeat(lines);
        bytes.extend(b"|\xe8|");
        let (encoding, found, _) = read(&bytes);
        assert_eq!(encoding, Encoding::Windows1252);
        assert!(found.ends_with("éé\n|è|".as_bytes()));
        assert_eq!(found.len(), lines * 5 + "|è|".len());
    }

    #[test]
    fn utf_16_is_refused_by_name() {
        for mark in [b"\xff\xfeT\0", b"\xfe\xff\0T"] {
            let error = Text::new(Box::new(io::Cursor::new(mark.to_vec()))).unwrap_err();
            assert!(error.to_string().contains("UTF-16"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn utf_8_is_never_taken_for_another(text in any::<String>()) {
            let bytes = text.strip_prefix('\u{feff}').unwrap_or(&text).as_bytes();
            prop_assert_eq!(read(bytes).0, Encoding::Utf8);
            prop_assert_eq!(read(bytes).1, bytes);
        }

        #[test]
        fn french_in_windows_1252_is_recognised(
            words in proptest::collection::vec("[a-zA-ZéèêëàâçîïôûùüÉÈÀÇ'|-]{0,12}", 1..40)
        ) {
            let text = words.join(" ") + "é";
            let (bytes, ..) = encoding_rs::WINDOWS_1252.encode(&text);
            let (encoding, found, _) = read(&bytes);
            prop_assert_eq!(encoding, Encoding::Windows1252);
            prop_assert_eq!(String::from_utf8(found).unwrap(), text);
        }
    }
}
