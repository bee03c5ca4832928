//! Text that others wrote, made fit for a terminal and a report. It must not know what the text names.

/// Characters worth showing.
const LONGEST: usize = 200;

/// The text without control characters, which could rewrite what a terminal shows, without the invisible ones that make
/// one name look like another, and not endless.
pub(crate) fn printable(text: &str) -> String {
    let shown = |c| {
        if is_hidden(c) {
            char::REPLACEMENT_CHARACTER
        } else {
            c
        }
    };
    text.chars().take(LONGEST).map(shown).collect()
}

/// Controls, zero-width characters, line separators and the characters that turn the direction of text.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn texts() {
        let cases = [
            ("Prénom d’exercice.txt", "Prénom d’exercice.txt"),
            ("a\u{1b}[31m", "a\u{fffd}[31m"),
            ("facture\u{202e}txt.exe", "facture\u{fffd}txt.exe"),
            ("a\u{200b}b\0\n", "a\u{fffd}b\u{fffd}\u{fffd}"),
        ];
        for (text, expected) in cases {
            assert_eq!(printable(text), expected, "{text:?}");
        }
        assert_eq!(printable(&"é".repeat(5_000)), "é".repeat(200));
    }
}
