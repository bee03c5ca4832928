//! Matching a header line to a published layout: by name after folding, never by position. It must not read rows.

use crate::columns::{Column, Need};
use crate::format::{FORMATS, FormatSpec};
use crate::printable::printable;
use crate::table::Slot;
use std::cmp::Reverse;

/// A heading or a file name without what people change in it: case, accents, and everything but letters and digits.
pub fn fold(text: &str) -> String {
    text.chars()
        .flat_map(char::to_lowercase)
        .filter(|c| c.is_alphanumeric())
        .flat_map(|c| without_accent(c).chars().chain(plain(c)))
        .collect()
}

/// The letters of an accented one; nothing for any other character.
const fn without_accent(c: char) -> &'static str {
    match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => "a",
        'ç' => "c",
        'è' | 'é' | 'ê' | 'ë' => "e",
        'ì' | 'í' | 'î' | 'ï' => "i",
        'ñ' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' => "o",
        'ù' | 'ú' | 'û' | 'ü' => "u",
        'ý' | 'ÿ' => "y",
        'æ' => "ae",
        'œ' => "oe",
        _ => "",
    }
}

fn plain(c: char) -> Option<char> {
    without_accent(c).is_empty().then_some(c)
}

/// The headings of a file.
#[derive(Debug)]
pub(crate) struct Header {
    names: Vec<String>,
    folded: Vec<String>,
}

/// How a file's columns answer to a layout.
#[derive(Debug)]
pub(crate) struct Layout {
    /// One per declared column, in published order.
    pub(crate) slots: Vec<Slot>,
    /// Published names of the required columns the file lacks.
    pub(crate) missing_required: Vec<&'static str>,
    /// Published names of the optional columns the file lacks.
    pub(crate) missing_optional: Vec<&'static str>,
    /// Headings of the file that no declared column answers to.
    pub(crate) unknown: Vec<String>,
    /// Published name of a column that two headings answer to, so that it is not known which one to read.
    pub(crate) ambiguous: Option<&'static str>,
    /// How many declared columns the file has.
    pub(crate) matched: usize,
}

impl Header {
    /// Reads a header line. A trailing `|` and the dummy columns third parties add (`""`, `test`) are no columns.
    pub(crate) fn parse(line: &str) -> Self {
        let mut names: Vec<String> = line.split('|').map(|name| printable(name.trim())).collect();
        while names
            .last()
            .is_some_and(|name| matches!(fold(name).as_str(), "" | "test"))
        {
            names.pop();
        }
        let folded = names.iter().map(|name| fold(name)).collect();
        Self { names, folded }
    }

    /// How many columns the file has.
    pub(crate) const fn width(&self) -> usize {
        self.names.len()
    }

    /// The layout that explains most of the headings and lacks least, if it explains any.
    pub(crate) fn recognise(&self) -> Option<(&'static FormatSpec, Layout)> {
        FORMATS
            .iter()
            .map(|spec| (spec, self.layout(spec.columns)))
            .filter(|(_, layout)| layout.matched > 0)
            .max_by_key(|(_, layout)| (layout.matched, Reverse(layout.missing_required.len())))
    }

    /// Finds each declared column.
    pub(crate) fn layout(&self, columns: &'static [Column]) -> Layout {
        let mut layout = Layout {
            slots: Vec::with_capacity(columns.len()),
            missing_required: Vec::new(),
            missing_optional: Vec::new(),
            unknown: Vec::new(),
            ambiguous: None,
            matched: 0,
        };
        let mut explained = vec![false; self.width()];
        for column in columns {
            let answers: Vec<usize> = std::iter::once(&column.published)
                .chain(column.aliases)
                .map(|name| fold(name))
                .filter_map(|name| self.folded.iter().position(|folded| *folded == name))
                .collect();
            let slot = answers.first().map_or(Slot::Absent, |at| Slot::Field(*at));
            if answers.is_empty() {
                match column.need {
                    Need::Required => layout.missing_required.push(column.published),
                    Need::Optional => layout.missing_optional.push(column.published),
                }
            } else {
                layout.matched += 1;
            }
            if answers.len() > 1 {
                layout.ambiguous = Some(column.published);
            }
            for at in answers {
                if let Some(flag) = explained.get_mut(at) {
                    *flag = true;
                }
            }
            layout.slots.push(slot);
        }
        layout.unknown = self
            .names
            .iter()
            .zip(&explained)
            .filter(|(_, explained)| !**explained)
            .map(|(name, _)| name.clone())
            .collect();
        layout
    }

    /// A heading that occurs twice.
    pub(crate) fn repeated(&self) -> Option<String> {
        self.folded.iter().enumerate().find_map(|(at, name)| {
            let earlier = self.folded.iter().take(at).any(|other| other == name);
            earlier.then(|| self.names.get(at).cloned().unwrap_or_default())
        })
    }
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::format::FileFormat;
    use proptest::prelude::*;

    #[test]
    fn folding() {
        let cases = [
            ("Prénom d'exercice", "prenomdexercice"),
            ("PRÉNOM D’EXERCICE ", "prenomdexercice"),
            ("Pre\u{301}nom d'exercice", "prenomdexercice"),
            ("Téléphone 2 (coord. structure)", "telephone2coordstructure"),
            ("ps-libreacces_Œuvre", "pslibreaccesoeuvre"),
            ("|\"\\ ", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(fold(text), expected, "{text:?}");
        }
    }

    fn headings(spec: &FormatSpec) -> Vec<&'static str> {
        spec.columns.iter().map(|column| column.published).collect()
    }

    #[test]
    fn no_two_columns_of_a_format_answer_to_one_heading() {
        for spec in FORMATS {
            let names: Vec<String> = spec
                .columns
                .iter()
                .flat_map(|column| std::iter::once(&column.published).chain(column.aliases))
                .map(|name| fold(name))
                .collect();
            let distinct: std::collections::BTreeSet<_> = names.iter().collect();
            assert_eq!(distinct.len(), names.len(), "{}", spec.stem);
        }
    }

    #[test]
    fn published_headers_are_recognised_whole() {
        for spec in FORMATS {
            for end in ["", "|", "||", "|test", "|\"\"|Test|"] {
                let header = Header::parse(&(headings(spec).join("|") + end));
                let (found, layout) = header.recognise().unwrap();
                assert_eq!(
                    (found.format, header.width()),
                    (spec.format, spec.columns.len())
                );
                let expected: Vec<Slot> = (0..spec.columns.len()).map(Slot::Field).collect();
                assert_eq!(layout.slots, expected);
                assert_eq!(
                    (layout.missing_required.len(), layout.missing_optional.len()),
                    (0, 0)
                );
                assert_eq!(layout.unknown.len(), 0);
            }
        }
    }

    #[test]
    fn a_file_that_lacks_a_column_is_not_taken_for_a_smaller_one() {
        for spec in FORMATS {
            for column in spec.columns {
                let rest: Vec<_> = headings(spec)
                    .into_iter()
                    .filter(|name| *name != column.published)
                    .collect();
                let (found, layout) = Header::parse(&rest.join("|")).recognise().unwrap();
                assert_eq!(found.format, spec.format, "without {}", column.published);
                let (required, optional) = match column.need {
                    Need::Required => (vec![column.published], vec![]),
                    Need::Optional => (vec![], vec![column.published]),
                };
                assert_eq!(
                    (layout.missing_required, layout.missing_optional),
                    (required, optional)
                );
            }
        }
    }

    #[test]
    fn two_headings_for_one_column_are_seen() {
        let names = headings(FileFormat::PersonActivity.spec()).join("|");
        let twice = Header::parse(&format!("{names}|NOM D'EXERCICE"));
        assert_eq!(twice.repeated().unwrap(), "NOM D'EXERCICE");
        let both = Header::parse(&format!("{names}|Code fonction"));
        assert_eq!(both.repeated(), None);
        let (_, layout) = both.recognise().unwrap();
        assert_eq!(layout.ambiguous, Some("Code rôle"));
    }

    proptest! {
        #[test]
        fn any_text_is_parsed(line in any::<String>()) {
            let header = Header::parse(&line);
            prop_assert!(header.width() <= line.matches('|').count() + 1);
            header.recognise();
            header.repeated();
        }

        #[test]
        fn order_does_not_matter(names in Just(headings(FileFormat::Skill.spec())).prop_shuffle()) {
            let header = Header::parse(&names.join("|"));
            let (found, layout) = header.recognise().unwrap();
            prop_assert_eq!(found.format, FileFormat::Skill);
            for (column, slot) in FileFormat::Skill.spec().columns.iter().zip(layout.slots) {
                let at = names.iter().position(|name| *name == column.published).unwrap();
                prop_assert_eq!(slot, Slot::Field(at));
            }
        }
    }
}
