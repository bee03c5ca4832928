//! One line of a `|`-separated file. The published files have no quoting and no escape: whatever a field holds is written as it
//! is. It must not know the columns.

use std::fmt::{Display, Write as _};

/// How a line of a file ends: the RPPS files close every line with a delimiter, the mailbox file does not
/// (directory-files §1.5.2, §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Delimiter,
    Bare,
}

/// A line in the making, reused from row to row.
#[derive(Debug, Default)]
pub(crate) struct Line {
    text: String,
}

impl Line {
    pub(crate) fn field(&mut self, value: &str) {
        self.text.push_str(value);
        self.text.push('|');
    }

    /// A code and its label, the commonest pair of columns.
    pub(crate) fn coded(&mut self, (code, label): (&str, &str)) {
        self.field(code);
        self.field(label);
    }

    pub(crate) fn number(&mut self, value: impl Display) {
        // Writing to a String cannot fail.
        let _ = write!(self.text, "{value}|");
    }

    pub(crate) fn empty(&mut self, columns: usize) {
        self.text.extend(std::iter::repeat_n('|', columns));
    }

    /// Ends the line, gives it out, and is ready for the next one.
    pub(crate) fn end<E>(
        &mut self,
        ending: Ending,
        out: impl FnOnce(&str) -> Result<(), E>,
    ) -> Result<(), E> {
        match ending {
            Ending::Delimiter => {}
            Ending::Bare => {
                self.text.pop();
            }
        }
        self.text.push('\n');
        let given = out(&self.text);
        self.text.clear();
        given
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::{Ending, Line};

    #[test]
    fn lines_end_as_their_file_asks() {
        for (ending, wanted) in [
            (Ending::Delimiter, "a\"\\|1|||c|l|\n"),
            (Ending::Bare, "a\"\\|1|||c|l\n"),
        ] {
            let mut line = Line::default();
            for _ in 0..2 {
                line.field("a\"\\");
                line.number(1);
                line.empty(2);
                line.coded(("c", "l"));
                let mut text = String::new();
                line.end(ending, |given| {
                    text.push_str(given);
                    Ok::<(), Infallible>(())
                })
                .unwrap();
                assert_eq!(text, wanted);
            }
        }
    }
}
