//! Telephone numbers nobody has: the ranges that the French numbering plan keeps for fiction. It must not know whose they are.

use super::super::dice::Dice;

/// Prefixes reserved for audiovisual works (ARCEP decision 2018-0881, annex), by zone.
const ZONES: [&str; 5] = ["019900", "026191", "035301", "046571", "053649"];
const MOBILE: &str = "063998";

/// A ten-digit number of the zone of `department`, sometimes a mobile one, sometimes with spaces.
pub(crate) fn fictional(dice: &mut Dice, department: &str) -> String {
    let prefix = if dice.per_mille(60) {
        MOBILE
    } else {
        zone(department)
    };
    let digits = format!("{prefix}{:04}", dice.below(10_000));
    if dice.per_mille(80) {
        spaced(&digits)
    } else {
        digits
    }
}

fn zone(department: &str) -> &'static str {
    let [paris, west, east, south_east, south_west] = ZONES;
    match department {
        "75" | "77" | "78" | "91" | "92" | "93" | "94" | "95" => paris,
        "14" | "18" | "22" | "27" | "28" | "29" | "35" | "36" | "37" | "41" | "44" | "45"
        | "49" | "50" | "53" | "56" | "61" | "72" | "76" | "85" | "974" | "976" => west,
        "02" | "08" | "10" | "21" | "25" | "39" | "51" | "52" | "54" | "55" | "57" | "58"
        | "59" | "60" | "62" | "67" | "68" | "70" | "71" | "80" | "88" | "89" | "90" => east,
        "01" | "03" | "04" | "05" | "06" | "07" | "11" | "13" | "15" | "26" | "2A" | "2B"
        | "30" | "34" | "38" | "42" | "43" | "48" | "63" | "66" | "69" | "73" | "74" | "83"
        | "84" => south_east,
        _ => south_west,
    }
}

/// `0199001234` as `01 99 00 12 34`.
fn spaced(digits: &str) -> String {
    let mut spaced = String::with_capacity(14);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && place % 2 == 0 {
            spaced.push(' ');
        }
        spaced.push(digit);
    }
    spaced
}

#[cfg(test)]
mod tests {
    use super::super::super::dice::{Dice, Topic};
    use super::{MOBILE, ZONES, fictional};

    #[test]
    fn no_number_can_ring() {
        let mut dice = Dice::new(1, Topic::Phone, &[]);
        let mut with_spaces = 0;
        for department in ["75", "35", "67", "2A", "33", "974", "", "99"]
            .iter()
            .cycle()
            .take(4_000)
        {
            let phone = fictional(&mut dice, department);
            with_spaces += u32::from(phone.contains(' '));
            let digits = phone.replace(' ', "");
            assert_eq!(digits.len(), 10);
            assert!(
                ZONES.contains(&&digits[..6]) || digits.starts_with(MOBILE),
                "{phone}"
            );
        }
        assert!((200..450).contains(&with_spaces), "{with_spaces}");
    }
}
