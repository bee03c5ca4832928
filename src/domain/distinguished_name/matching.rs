//! Whether two names are of one subject: RFC 5280 §7.1, with values prepared as RFC 4518 §2 says.

use unicode_normalization::UnicodeNormalization;

use super::Attribute;

/// Whether the names have the same relative names in the same order, each one compared as a set.
pub(super) fn same_subject(left: &[Vec<Attribute>], right: &[Vec<Attribute>]) -> bool {
    left.len() == right.len()
        && left.iter().zip(right).all(|(left, right)| {
            left.len() == right.len() && within(left, right) && within(right, left)
        })
}

fn within(some: &[Attribute], others: &[Attribute]) -> bool {
    some.iter().all(|one| {
        others
            .iter()
            .any(|other| one.kind == other.kind && same_value(&one.value, &other.value))
    })
}

/// A value with quotes has two readings; they are compared where the other value leaves it open.
fn same_value(left: &str, right: &str) -> bool {
    let unquoted = |text: &str| prepare(&text.replace('"', ""));
    match (left.contains('"'), right.contains('"')) {
        (true, true) | (false, false) => prepare(left) == prepare(right),
        (true, false) => unquoted(left) == prepare(right),
        (false, true) => prepare(left) == unquoted(right),
    }
}

/// The name with every value prepared in its reading without quotes, several values sorted.
pub(super) fn prepared(rdns: &[Vec<Attribute>]) -> Vec<Vec<Attribute>> {
    let prepared = |attribute: &Attribute| Attribute {
        kind: attribute.kind.clone(),
        value: prepare(&attribute.value.replace('"', "")),
    };
    rdns.iter()
        .map(|rdn| {
            let mut rdn: Vec<Attribute> = rdn.iter().map(prepared).collect();
            rdn.sort();
            rdn
        })
        .collect()
}

/// RFC 4518 §2.2 to §2.6.1: mapped, case folded, in NFKC, inner spaces as one, none at the edges.
fn prepare(value: &str) -> String {
    let folded: String = value
        .chars()
        .filter_map(mapped)
        .nfkc()
        .flat_map(fold)
        .collect();
    let mut text = String::with_capacity(folded.len());
    // Folding can undo the normal form, and the normal form can make white space of other marks.
    for c in folded.nfkc() {
        match c {
            c if !c.is_whitespace() => text.push(c),
            _ if text.is_empty() || text.ends_with(' ') => {}
            _ => text.push(' '),
        }
    }
    text.truncate(text.trim_end().len());
    text
}

/// RFC 4518 §2.2: separators become spaces, what is not seen goes.
fn mapped(c: char) -> Option<char> {
    match c {
        c if c.is_whitespace() => Some(' '),
        '\u{AD}'
        | '\u{34F}'
        | '\u{1806}'
        | '\u{180B}'..='\u{180E}'
        | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}'
        | '\u{FFF9}'..='\u{FFFC}'
        | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0001}'..='\u{E007F}' => None,
        c if c.is_control() => None,
        c => Some(c),
    }
}

/// Case folding (RFC 3454 table B.2): the lower case, and the letters that have another fold.
fn fold(c: char) -> impl Iterator<Item = char> {
    let (first, second) = match c {
        'ß' | 'ẞ' => ('s', Some('s')),
        'ς' => ('σ', None),
        c => (c, None),
    };
    first.to_lowercase().chain(second)
}
