//! When things happen: how often something has happened to a slot up to a day, without replaying the days before. It must not know
//! what happens.

/// Something that comes back to every slot at one steady rate, each slot at its own phase, so that every day has its even share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rhythm {
    /// Events a day and slot, in units of 2^-32; at most one a day.
    rate: u64,
}

impl Rhythm {
    /// `share` of the slots are touched each day; what lies outside 0..=1 is brought back to it, and not-a-number means never.
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the product lies in 0..=2^32 once the share is clamped, and `as` turns not-a-number into 0"
    )]
    pub(crate) fn daily(share: f64) -> Self {
        Self {
            rate: (share.clamp(0.0, 1.0) * 4_294_967_296.0) as u64,
        }
    }

    /// Events up to and including `day`. None on day 0.
    pub(crate) fn count(self, phase: u32, day: u32) -> u32 {
        // At most 2^32 * (2^32 - 1) + (2^32 - 1), the last value of a u64.
        super::dice::high(self.rate * u64::from(day) + u64::from(phase))
    }

    /// The day of the `nth` event, counted from 1; `None` if it never comes.
    pub(crate) fn day(self, phase: u32, nth: u32) -> Option<u32> {
        if self.rate == 0 {
            return None;
        }
        let wanted = (u64::from(nth) << 32).saturating_sub(u64::from(phase));
        u32::try_from(wanted.div_ceil(self.rate)).ok()
    }
}

#[cfg(test)]
mod tests {

    use proptest::prelude::*;

    use super::Rhythm;

    #[test]
    fn shares_outside_the_unit_are_brought_back() {
        assert_eq!(Rhythm::daily(f64::NAN).count(u32::MAX, u32::MAX), 0);
        assert_eq!(Rhythm::daily(-1.0).count(u32::MAX, 9), 0);
        assert_eq!(Rhythm::daily(7.0).count(u32::MAX, u32::MAX), u32::MAX);
    }

    proptest! {
        #[test]
        fn the_day_of_an_event_is_where_the_count_reaches_it(share in 0.0001_f64..1.0, phase: u32, nth in 1_u32..500) {
            let rhythm = Rhythm::daily(share);
            let day = rhythm.day(phase, nth).expect("a positive rate");
            prop_assert_eq!(rhythm.count(phase, day), nth);
            prop_assert!(rhythm.count(phase, day - 1) < nth);
        }

        #[test]
        fn a_day_touches_its_share_of_the_slots(share in 0.0_f64..1.0, day in 0_u32..10_000) {
            let rhythm = Rhythm::daily(share);
            let touched = (0..4_096_u32)
                .map(|slot| slot << 20)
                .filter(|&phase| rhythm.count(phase, day + 1) > rhythm.count(phase, day))
                .count();
            let expected = share * 4_096.0;
            prop_assert!((f64::from(u32::try_from(touched).expect("small")) - expected).abs() <= 2.0);
        }
    }
}
