//! How people get a name wrong: without accents, without hyphens and spaces, with one wrong letter.

use rand_pcg::Pcg32;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::country::pick;

/// Shortest word that a typing error is made in: below it the result is another name.
const SHORTEST: usize = 4;

/// The name as typed where accents are a bother; `None` where it has none.
pub(crate) fn without_accents(name: &str) -> Option<String> {
    let plain: String = name.nfd().filter(|c| !is_combining_mark(*c)).collect();
    (plain != name).then_some(plain)
}

/// The name in one piece; `None` where it is in one piece already.
pub(crate) fn in_one_piece(name: &str) -> Option<String> {
    let joined: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
    (joined != name).then_some(joined)
}

/// The text with one letter left out, added, replaced, or swapped with the next, in one of its longer words; `None`
/// where it has no such word.
pub(crate) fn mistyped(text: &str, dice: &mut Pcg32) -> Option<String> {
    let letters: Vec<char> = text.chars().collect();
    let words: Vec<&[char]> = letters.split(|c| !c.is_alphabetic()).collect();
    let long: Vec<usize> = (0..words.len())
        .filter(|place| words.get(*place).is_some_and(|word| word.len() >= SHORTEST))
        .collect();
    let chosen = *long.get(pick(dice, long.len()))?;
    let from: usize = words.iter().take(chosen).map(|word| word.len() + 1).sum();
    let length = words.get(chosen)?.len();
    loop {
        let mut typed = letters.clone();
        let letter = char::from(b'a' + u8::try_from(pick(dice, 26)).unwrap_or_default());
        match pick(dice, 4) {
            0 => drop(typed.remove(from + pick(dice, length))),
            1 => typed.insert(from + pick(dice, length + 1), letter),
            2 => *typed.get_mut(from + pick(dice, length))? = letter,
            _ => {
                let place = from + pick(dice, length - 1);
                typed.swap(place, place + 1);
            }
        }
        // another case of the same letter, or two equal letters swapped, is no error
        let typed: String = typed.into_iter().collect();
        if typed.to_lowercase() != text.to_lowercase() {
            return Some(typed);
        }
    }
}
