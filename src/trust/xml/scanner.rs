//! Walks through the bytes of a file from one expected string to the next, and names what stands there
//! instead. It must not know what the strings mean.

use std::borrow::Cow;

use super::error::{ListError, ListRule};
use super::profile::{self, Tag};

/// The text of an element.
pub(super) struct Text<'a> {
    /// Where it begins.
    pub(super) at: usize,
    /// As it stands in the file.
    pub(super) written: &'a str,
    /// With its references resolved.
    pub(super) value: Cow<'a, str>,
}

/// A place in a text.
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// How many bytes lie behind.
    pub(super) const fn at(&self) -> usize {
        self.at
    }

    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Steps over a string if it comes next.
    pub(super) fn skip(&mut self, expected: &str) -> bool {
        let found = self.rest().starts_with(expected);
        if found {
            self.at += expected.len();
        }
        found
    }

    /// Steps over a string, which must come next.
    pub(super) fn expect(&mut self, expected: &str) -> Result<(), ListError> {
        if self.skip(expected) {
            Ok(())
        } else {
            Err(self.surprise(expected))
        }
    }

    /// Steps over white space between elements: it is signed, and means nothing.
    pub(super) fn skip_layout(&mut self) {
        let rest = self.rest().as_bytes();
        let layout = |byte: &&u8| matches!(byte, b' ' | b'\n' | b'\t');
        self.at += rest.iter().take_while(layout).count();
    }

    /// Layout, then a string.
    pub(super) fn expect_next(&mut self, expected: &str) -> Result<(), ListError> {
        self.skip_layout();
        self.expect(expected)
    }

    /// The text of an element that comes after layout.
    pub(super) fn element(&mut self, tag: &Tag, max_bytes: usize) -> Result<Text<'a>, ListError> {
        self.expect_next(tag.open)?;
        let at = self.at;
        let value = self.text(max_bytes)?;
        let written = self.text.get(at..self.at).unwrap_or_default();
        self.expect(tag.close)?;
        Ok(Text { at, written, value })
    }

    /// Text up to the next tag.
    fn text(&mut self, max_bytes: usize) -> Result<Cow<'a, str>, ListError> {
        let mut text = Cow::Borrowed("");
        let start = self.at;
        loop {
            let plain = self.plain_text()?;
            if text.is_empty() {
                text = Cow::Borrowed(plain);
            } else {
                text.to_mut().push_str(plain);
            }
            if self.at - start > max_bytes {
                return Err(self.refuse_at(ListRule::TextTooLong, start));
            }
            match self.reference()? {
                Some(character) => text.to_mut().push(character),
                None => return Ok(text),
            }
        }
    }

    /// Text up to the next tag or reference.
    fn plain_text(&mut self) -> Result<&'a str, ListError> {
        let rest = self.rest();
        let end = rest.bytes().position(is_special).unwrap_or(rest.len());
        let (plain, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        self.at += plain.len();
        match after.bytes().next() {
            Some(b'<' | b'&') => {}
            None => return Err(self.refuse(ListRule::Truncated)),
            Some(b'>') => return Err(self.refuse(ListRule::Escape)),
            Some(b'\r') => return Err(self.refuse(ListRule::CarriageReturn)),
            Some(_) => return Err(self.refuse(ListRule::Character)),
        }
        // Both begin with this byte, which few texts hold.
        if plain.as_bytes().contains(&0xEF) && plain.contains(['\u{FFFE}', '\u{FFFF}']) {
            return Err(self.refuse(ListRule::Character));
        }
        Ok(plain)
    }

    /// The character of a reference, if one comes next. Canonical form has three of them.
    fn reference(&mut self) -> Result<Option<char>, ListError> {
        if !self.rest().starts_with('&') {
            return Ok(None);
        }
        for (character, reference) in profile::ESCAPES {
            if self.skip(reference) {
                return Ok(Some(*character));
            }
        }
        Err(self.refuse(reference_rule(self.rest())))
    }

    /// Text up to the next tag of which the caller makes out what it may hold.
    pub(super) fn raw_text(&mut self, max_bytes: usize) -> Result<&'a str, ListError> {
        let rest = self.rest();
        let end = rest.find('<').unwrap_or(rest.len());
        if end > max_bytes {
            return Err(self.refuse(ListRule::TextTooLong));
        }
        self.at += end;
        Ok(rest.get(..end).unwrap_or_default())
    }

    /// A refusal of what comes next.
    pub(super) fn refuse(&self, rule: ListRule) -> ListError {
        self.refuse_at(rule, self.at)
    }

    /// A refusal of what stands at a place.
    pub(super) fn refuse_at(&self, rule: ListRule, offset: usize) -> ListError {
        let before = self.text.get(..offset).unwrap_or_default();
        ListError::Shape {
            rule,
            offset,
            line: 1 + before.bytes().filter(|byte| *byte == b'\n').count(),
        }
    }

    /// A refusal that names what comes next instead of a tag.
    pub(super) fn surprise(&self, expected: &str) -> ListError {
        self.refuse(surprise(self.rest(), expected))
    }
}

/// Bytes that end a run of text: markup, and what text may not hold.
fn is_special(byte: u8) -> bool {
    byte < b' ' && byte != b'\n' && byte != b'\t' || matches!(byte, b'<' | b'&' | b'>')
}

fn reference_rule(rest: &str) -> ListRule {
    match rest {
        rest if rest.starts_with("&#13;") || rest.starts_with("&#xD;") => ListRule::CarriageReturn,
        rest if rest.starts_with("&#") => ListRule::CharacterReference,
        rest if rest.starts_with("&quot;") || rest.starts_with("&apos;") => ListRule::Escape,
        _ => ListRule::EntityReference,
    }
}

/// What comes next instead of an expected tag.
fn surprise(rest: &str, expected: &str) -> ListRule {
    if expected.starts_with(rest) {
        return ListRule::Truncated;
    }
    let Some(markup) = rest.strip_prefix('<') else {
        return match rest.chars().next() {
            None => ListRule::Truncated,
            Some('\r') => ListRule::CarriageReturn,
            Some('&') => reference_rule(rest),
            Some(c) if !profile::is_xml_character(c) => ListRule::Character,
            Some(_) => ListRule::UnexpectedText,
        };
    };
    for (start, rule) in [
        ("!--", ListRule::Comment),
        ("![CDATA[", ListRule::Cdata),
        ("!", ListRule::Doctype),
        ("?", ListRule::ProcessingInstruction),
    ] {
        if markup.starts_with(start) {
            return rule;
        }
    }
    let found = tag_name(markup);
    if found.contains(':') {
        return ListRule::Prefix;
    }
    if found == tag_name(expected.trim_start_matches('<')) {
        let rest = markup.get(found.len()..).unwrap_or_default();
        let in_tag = rest.trim_start_matches([' ', '\t', '\n', '\r']);
        return match in_tag.chars().next() {
            None => ListRule::Truncated,
            Some('>' | '/') => ListRule::TagSpelling,
            Some(_) => ListRule::Attribute,
        };
    }
    match found {
        "Signature" => ListRule::MisplacedSignature,
        found if found.starts_with('/') => ListRule::UnexpectedEnd,
        _ => ListRule::UnexpectedElement,
    }
}

/// The name of a tag whose opening bracket is behind; that of an end tag begins with a slash.
fn tag_name(markup: &str) -> &str {
    let slash = usize::from(markup.starts_with('/'));
    let name = markup.get(slash..).unwrap_or_default();
    let end = name.find([' ', '\t', '\n', '\r', '/', '>', '<']);
    markup
        .get(..slash + end.unwrap_or(name.len()))
        .unwrap_or(markup)
}
