//! How moments are written, and days and moments that may be absent, as JSON keeps them: ISO 8601 days,
//! RFC 3339 moments, `null`.
//!
//! The JSON forms of the time crate refuse a `null` within a tagged enum, where what is read was buffered.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A moment as people and programs read it: `2026-06-01T08:00:00Z` (RFC 3339). The time crate's own
/// `Display` is for neither.
pub(crate) fn rfc3339(moment: OffsetDateTime) -> String {
    // Only a year beyond 9999 has no such form.
    moment
        .format(&Rfc3339)
        .unwrap_or_else(|_| moment.to_string())
}

/// `2026-06-01`.
pub(crate) mod day {
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};
    use time::Date;
    use time::format_description::StaticFormatDescription;
    use time::macros::format_description;

    const FORM: StaticFormatDescription = format_description!("[year]-[month]-[day]");

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "the shape serde calls it in"
    )]
    pub(crate) fn serialize<S: Serializer>(day: &Date, to: S) -> Result<S::Ok, S::Error> {
        let text = day.format(FORM).map_err(serde::ser::Error::custom)?;
        text.serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
        let text = String::deserialize(from)?;
        Date::parse(&text, FORM).map_err(serde::de::Error::custom)
    }

    /// The same, or `null`.
    pub(crate) mod option {
        use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};
        use time::Date;

        use super::FORM;

        #[expect(
            clippy::ref_option,
            clippy::trivially_copy_pass_by_ref,
            reason = "the shape serde calls it in"
        )]
        pub(crate) fn serialize<S: Serializer>(
            day: &Option<Date>,
            to: S,
        ) -> Result<S::Ok, S::Error> {
            let text = day
                .map(|day| day.format(FORM))
                .transpose()
                .map_err(serde::ser::Error::custom)?;
            text.serialize(to)
        }

        pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
            from: D,
        ) -> Result<Option<Date>, D::Error> {
            Option::<String>::deserialize(from)?
                .map(|text| Date::parse(&text, FORM))
                .transpose()
                .map_err(serde::de::Error::custom)
        }
    }
}

/// `2026-06-01T08:00:00Z`, or `null`.
pub(crate) mod moment {
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};
    use time::OffsetDateTime;
    use time::format_description::well_known::Rfc3339;

    #[expect(clippy::ref_option, reason = "the shape serde calls it in")]
    pub(crate) fn serialize<S: Serializer>(
        moment: &Option<OffsetDateTime>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        let text = moment
            .map(|moment| moment.format(&Rfc3339))
            .transpose()
            .map_err(serde::ser::Error::custom)?;
        text.serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<OffsetDateTime>, D::Error> {
        Option::<String>::deserialize(from)?
            .map(|text| OffsetDateTime::parse(&text, &Rfc3339))
            .transpose()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    #[test]
    fn a_moment_is_told_in_the_form_that_programs_read() {
        for (moment, told) in [
            (datetime!(2026-11-22 0:08:12 UTC), "2026-11-22T00:08:12Z"),
            (datetime!(2026-06-01 8:00 +2), "2026-06-01T08:00:00+02:00"),
        ] {
            assert_eq!(super::rfc3339(moment), told);
        }
    }
}
