//! Texts that people write and the registry keeps: of bounded length, without control characters.

/// Why a text is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidText {
    /// Nothing but spaces.
    #[error("it is empty")]
    Empty,
    /// Longer than is kept.
    #[error("it is longer than {most} characters")]
    TooLong {
        /// Characters at most.
        most: usize,
    },
    /// A control character, which could pretend to be something else where the text is shown.
    #[error("it holds the control character U+{code:04X}")]
    Control {
        /// Its code point.
        code: u32,
    },
}

/// A text as it is kept: without spaces around it, possibly empty, at most so many characters long.
/// Only a reason may have lines, and those of [`lines`].
pub fn line(text: &str, most: usize) -> Result<String, InvalidText> {
    bounded(text, most, |_| false)
}

/// The same where line feeds are allowed.
pub fn lines(text: &str, most: usize) -> Result<String, InvalidText> {
    bounded(text, most, |c| c == '\n')
}

/// A text that must not be empty.
pub fn wanted(text: String) -> Result<String, InvalidText> {
    if text.is_empty() {
        Err(InvalidText::Empty)
    } else {
        Ok(text)
    }
}

fn bounded(text: &str, most: usize, also: impl Fn(char) -> bool) -> Result<String, InvalidText> {
    let text = text.trim();
    if text.chars().nth(most).is_some() {
        return Err(InvalidText::TooLong { most });
    }
    match text.chars().find(|c| hides(*c) && !also(*c)) {
        Some(control) => Err(InvalidText::Control {
            code: u32::from(control),
        }),
        None => Ok(text.to_owned()),
    }
}

/// Controls, and marks that turn the direction of what is read (Unicode UAX 9).
fn hides(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn texts_are_trimmed_bounded_and_free_of_controls() {
        assert_eq!(line("  CHU de Brest ", 20).unwrap(), "CHU de Brest");
        assert_eq!(line("éèà", 3).unwrap(), "éèà");
        assert_eq!(line("éèàù", 3), Err(InvalidText::TooLong { most: 3 }));
        for (text, code) in [
            ("a\0b", 0),
            ("a\nb", 10),
            ("a\u{202e}b", 0x202e),
            ("\u{85}b", 0x85),
        ] {
            let found = line(text, 20);
            if code == 0x85 {
                // A space at the edge, whatever else it is.
                assert_eq!(found.unwrap(), "b");
            } else {
                assert_eq!(found, Err(InvalidText::Control { code }), "{text:?}");
            }
        }
        assert_eq!(lines("a\nb", 20).unwrap(), "a\nb");
        assert_eq!(lines("a\r\nb", 20), Err(InvalidText::Control { code: 13 }));
        assert_eq!(wanted(line("  ", 9).unwrap()), Err(InvalidText::Empty));
    }

    proptest! {
        #[test]
        fn what_is_kept_is_kept_again(text in any::<String>(), most in 0_usize..40) {
            if let Ok(kept) = line(&text, most) {
                prop_assert!(kept.chars().count() <= most);
                prop_assert_eq!(line(&kept, most), Ok(kept.clone()));
            }
        }
    }
}
