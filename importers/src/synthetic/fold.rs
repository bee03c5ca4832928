//! Names as they are spelt in a mail address: lower-case ASCII letters. It must not know where the letters go.

/// How the parts of a compound name are joined in an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Join {
    Hyphen,
    Nothing,
}

/// Appends `name` without accents, in lower case; spaces, hyphens and apostrophes become the joint.
pub(crate) fn push_folded(out: &mut String, name: &str, join: Join) {
    let start = out.len();
    let mut joint_due = false;
    for letter in name.chars() {
        let folded = letters(letter);
        if folded.is_empty() && !letter.is_ascii_alphanumeric() {
            joint_due = true;
            continue;
        }
        if joint_due && out.len() > start && join == Join::Hyphen {
            out.push('-');
        }
        joint_due = false;
        match folded {
            "" => out.push(letter.to_ascii_lowercase()),
            folded => out.extend(folded.chars().map(|letter| letter.to_ascii_lowercase())),
        }
    }
}

/// Appends `name` without accents, in its own case.
pub(crate) fn push_unaccented(out: &mut String, name: &str) {
    for letter in name.chars() {
        match letters(letter) {
            "" => out.push(letter),
            folded => out.push_str(folded),
        }
    }
}

/// The ASCII letters of an accented letter of our tables, case kept; nothing for any other character.
fn letters(letter: char) -> &'static str {
    match letter {
        'À' | 'Â' | 'Ä' | 'Á' | 'Ã' => "A",
        'à' | 'â' | 'ä' | 'á' | 'ã' => "a",
        'Ç' => "C",
        'ç' => "c",
        'É' | 'È' | 'Ê' | 'Ë' => "E",
        'é' | 'è' | 'ê' | 'ë' => "e",
        'Î' | 'Ï' | 'Í' => "I",
        'î' | 'ï' | 'í' => "i",
        'Ñ' => "N",
        'ñ' => "n",
        'Ô' | 'Ö' | 'Ó' => "O",
        'ô' | 'ö' | 'ó' => "o",
        'Ù' | 'Û' | 'Ü' | 'Ú' => "U",
        'ù' | 'û' | 'ü' | 'ú' => "u",
        'Ÿ' => "Y",
        'ÿ' => "y",
        'Œ' => "OE",
        'œ' => "oe",
        'Æ' => "AE",
        'æ' => "ae",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Join, push_folded, push_unaccented};

    #[test]
    fn names_become_address_parts() {
        for (name, hyphen, nothing) in [
            ("Éléonore", "eleonore", "eleonore"),
            ("L'HÉRITIER", "l-heritier", "lheritier"),
            ("LE GOFF", "le-goff", "legoff"),
            ("Jean-François", "jean-francois", "jeanfrancois"),
            ("D\\'ANGELO", "d-angelo", "dangelo"),
            ("-Œ-", "oe", "oe"),
            ("", "", ""),
        ] {
            for (join, wanted) in [(Join::Hyphen, hyphen), (Join::Nothing, nothing)] {
                let mut folded = String::new();
                push_folded(&mut folded, name, join);
                assert_eq!(folded, wanted);
            }
        }
    }

    #[test]
    fn accents_alone_are_dropped() {
        let mut plain = String::new();
        push_unaccented(&mut plain, "L'Hérault-Œuvré 2e");
        assert_eq!(plain, "L'Herault-OEuvre 2e");
    }

    proptest! {
        #[test]
        fn an_address_part_is_always_plain(name in "\\PC*") {
            let mut folded = String::new();
            push_folded(&mut folded, &name, Join::Hyphen);
            prop_assert!(folded.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'));
            prop_assert!(!folded.starts_with('-') && !folded.ends_with('-') && !folded.contains("--"));
        }
    }
}
