//! What an act that waits rests on: its subject as it stood when the act was asked for.

use time::OffsetDateTime;

/// Whose standing an act rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject<'a> {
    /// The operator of this number.
    Operator(i64),
    /// The certificate of this number.
    Certificate(i64),
    /// The signing key with a certificate of this SHA-256, hexadecimal.
    Signer(&'a str),
}

/// Where the subject of an act stood.
///
/// The moment is part of it: a suspension of today is not the one of last week, and who agreed to lift
/// that one has said nothing of this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ground {
    /// Stored name of the state it was in.
    pub state: String,
    /// Since when, UTC.
    pub since: OffsetDateTime,
}

impl std::fmt::Display for Ground {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} since {}", self.state, self.since)
    }
}
