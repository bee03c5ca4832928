//! Published versions of the list and the keys that signed them, as values.

use time::OffsetDateTime;

use super::digest::Digest;

/// What is kept of one published version beside its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListVersion {
    /// Its number, from 1 and without gaps.
    pub sequence: u64,
    /// `DateDeGeneration`, to the second, UTC.
    pub generated_at: OffsetDateTime,
    /// Until when it says it is good, UTC.
    pub next_update: OffsetDateTime,
    /// Bytes of the signed XML.
    pub bytes: u64,
    /// SHA-256 of the signed XML.
    pub sha256: Digest,
    /// Rows of the list.
    pub entries: u64,
    /// SHA-256 of the signer's certificate.
    pub signer: Digest,
    /// Name of who published it: an administrator's, or `schedule`.
    pub published_by: String,
    /// Names of the others who agreed.
    pub approved_by: Vec<String>,
    /// Why, in the words of who asked.
    pub reason: String,
    /// When it became the published one, UTC.
    pub published_at: OffsetDateTime,
}

/// Where a signing key stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignerState {
    /// Announced: signs after the current one.
    Next,
    /// Signs.
    Current,
    /// Signed once, or was announced and taken back; known for verifying the past.
    Retired,
}

impl SignerState {
    /// Every state, in the order of a life.
    pub const ALL: [Self; 3] = [Self::Next, Self::Current, Self::Retired];

    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Current => "current",
            Self::Retired => "retired",
        }
    }

    /// The state of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Whether those who read lists pin a key of this state.
    pub const fn is_pinned(self) -> bool {
        match self {
            Self::Next | Self::Current => true,
            Self::Retired => false,
        }
    }
}

/// The certificate of a key that signs, will sign or signed the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListSigner {
    /// Number of the record.
    pub id: i64,
    /// The certificate, DER.
    pub der: Vec<u8>,
    /// SHA-256 of the certificate.
    pub sha256: Digest,
    /// Where the key stands.
    pub state: SignerState,
    /// When it was announced, UTC.
    pub announced_at: OffsetDateTime,
    /// The first version that named it as the next one.
    pub announced_in: Option<u64>,
    /// When it began to sign, UTC.
    pub current_at: Option<OffsetDateTime>,
    /// When it ended, UTC.
    pub retired_at: Option<OffsetDateTime>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_read_as_they_are_written() {
        for state in SignerState::ALL {
            assert_eq!(SignerState::from_name(state.as_str()), Some(state));
        }
        assert_eq!(SignerState::from_name("Current"), None);
    }
}
