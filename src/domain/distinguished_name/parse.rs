//! Reads the spellings of names that lists hold, and refuses what could be read in two ways.

use super::{Attribute, InvalidDn, MAX_BYTES, kinds};

/// Most attributes of a name; those of the list have five.
const MAX_ATTRIBUTES: usize = 64;

/// The relative names in the order of the certificate, which is the reverse of the text's
/// (RFC 4514 §2.1).
pub(super) fn parse(text: &str) -> Result<Vec<Vec<Attribute>>, InvalidDn> {
    if text.len() > MAX_BYTES {
        return Err(InvalidDn("longer than 4,096 bytes"));
    }
    let mut rdns = Vec::with_capacity(5);
    let mut rdn = Vec::with_capacity(1);
    let mut count = 0;
    let mut rest = text;
    loop {
        let (kind, value) = rest.split_once('=').ok_or(InvalidDn("a part has no ="))?;
        let kind = kinds::canonical(kind.trim_matches(' '))
            .ok_or(InvalidDn("the type of a part is not known"))?;
        let (value, after) = value_of(value)?;
        rdn.push(Attribute { kind, value });
        count += 1;
        if count > MAX_ATTRIBUTES {
            return Err(InvalidDn("more than 64 attributes"));
        }
        let mut separated = after.chars();
        match separated.next() {
            Some('+') => {}
            separator => {
                rdns.push(std::mem::take(&mut rdn));
                if separator.is_none() {
                    rdns.reverse();
                    return Ok(rdns);
                }
            }
        }
        rest = separated.as_str();
    }
}

/// A value, and the text from its separator on.
fn value_of(text: &str) -> Result<(String, &str), InvalidDn> {
    if text.starts_with('#') {
        return Err(InvalidDn("a value in hexadecimal BER is not taken"));
    }
    match text.strip_prefix('"').map(quoted) {
        Some(Ok(Some(read))) => Ok(read),
        Some(Err(error)) => Err(error),
        Some(Ok(None)) | None => plain(text),
    }
}

/// A value as Java and RFC 1779 §2.3 write it, from behind its opening quote on; `None` where the
/// closing quote does not end the value, so that the quotes are part of it.
fn quoted(text: &str) -> Result<Option<(String, &str)>, InvalidDn> {
    let mut value = Value::default();
    let mut rest = text;
    loop {
        let mut chars = rest.chars();
        match chars.next() {
            None => return Ok(None),
            Some('"') => {
                rest = chars.as_str();
                break;
            }
            Some('\\') => rest = value.escape(chars.as_str())?,
            Some(c) => {
                value.push(c);
                rest = chars.as_str();
            }
        }
    }
    let after = rest.trim_start_matches(' ');
    if after.is_empty() || after.starts_with([',', '+']) {
        value.finish().map(|value| Some((value, after)))
    } else {
        Ok(None)
    }
}

/// A value up to a separator outside quotes, with RFC 4514 §2.4 escapes.
fn plain(text: &str) -> Result<(String, &str), InvalidDn> {
    let mut value = Value::default();
    let mut in_quotes = false;
    let mut rest = text;
    loop {
        let mut chars = rest.chars();
        let Some(c) = chars.next() else { break };
        let after = chars.as_str();
        match c {
            '\\' => {
                rest = value.escape(after)?;
                continue;
            }
            ',' | '+' if !in_quotes => break,
            ',' | '+' if begins_a_part(after) => {
                return Err(InvalidDn(
                    "a separator between quotes can be read in two ways",
                ));
            }
            // A quote that nothing closes is a character like others.
            '"' => in_quotes = !in_quotes && has_quote(after),
            _ => {}
        }
        value.push(c);
        rest = after;
    }
    Ok((value.finish()?, rest))
}

/// Whether an unescaped quote follows.
fn has_quote(text: &str) -> bool {
    let mut escaped = false;
    text.bytes().any(|b| {
        let found = b == b'"' && !escaped;
        escaped = b == b'\\' && !escaped;
        found
    })
}

/// Whether a text reads as the beginning of a part: a type and `=`.
fn begins_a_part(text: &str) -> bool {
    text.split_once('=')
        .is_some_and(|(kind, _)| kinds::canonical(kind.trim_matches(' ')).is_some())
}

/// A value being read: bytes, since escapes give single ones.
#[derive(Default)]
struct Value(Vec<u8>);

impl Value {
    fn push(&mut self, c: char) {
        self.0
            .extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }

    /// Reads what stands behind a backslash: one of the characters that may be escaped, or a byte
    /// as two hexadecimal digits. The text behind it.
    fn escape<'a>(&mut self, text: &'a str) -> Result<&'a str, InvalidDn> {
        const REFUSED: InvalidDn = InvalidDn("a backslash escapes nothing that may be escaped");
        let mut chars = text.chars();
        let first = chars.next().ok_or(REFUSED)?;
        if matches!(
            first,
            ' ' | '"' | '#' | '+' | ',' | ';' | '<' | '=' | '>' | '\\'
        ) {
            self.push(first);
            return Ok(chars.as_str());
        }
        let second = chars.next().ok_or(REFUSED)?;
        let digit = |c: char| c.to_digit(16).and_then(|d| u8::try_from(d).ok());
        let (high, low) = digit(first).zip(digit(second)).ok_or(REFUSED)?;
        self.0.push(high << 4 | low);
        Ok(chars.as_str())
    }

    fn finish(self) -> Result<String, InvalidDn> {
        String::from_utf8(self.0).map_err(|_| InvalidDn("escaped bytes are not UTF-8"))
    }
}
