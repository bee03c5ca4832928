//! Rows that cannot be used: data to count and explain, not errors. Nothing here decides when to reject.

/// Why a row cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RejectCode {
    /// Neither as many fields as the header, nor one more that is empty.
    FieldCount,
    /// The line is longer than [`Limits::max_line_bytes`](crate::Limits::max_line_bytes).
    LineTooLong,
    /// The file is UTF-8 and this line is not.
    InvalidUtf8,
    /// The line holds a NUL: it was damaged on its way, and no database text could hold it.
    NulByte,
    /// No `Identification nationale PP`, and none can be put together from type and identifier.
    MissingPersonId,
    /// `Adresse BAL` is not one local part, one `@` and one domain.
    InvalidAddress,
}

impl RejectCode {
    /// Every code.
    pub const ALL: &'static [Self] = &[
        Self::FieldCount,
        Self::LineTooLong,
        Self::InvalidUtf8,
        Self::NulByte,
        Self::MissingPersonId,
        Self::InvalidAddress,
    ];

    /// The code in reports. Stable: people filter on it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FieldCount => "field_count",
            Self::LineTooLong => "line_too_long",
            Self::InvalidUtf8 => "invalid_utf8",
            Self::NulByte => "nul_byte",
            Self::MissingPersonId => "missing_person_id",
            Self::InvalidAddress => "invalid_address",
        }
    }
}

impl std::fmt::Display for RejectCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A row that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// [`SourceFile::name`](crate::SourceFile::name) of the file.
    pub file: String,
    /// Line in the file, the header being line 1.
    pub line: u64,
    /// Why.
    pub code: RejectCode,
    /// The values compared, in a few words. Never a name nor an address; may be empty.
    pub detail: String,
}

/// A [`Reject`] before it is known where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub(crate) code: RejectCode,
    pub(crate) detail: String,
}

impl Fault {
    pub(crate) const fn new(code: RejectCode, detail: String) -> Self {
        Self { code, detail }
    }
}

#[cfg(test)]
mod tests {
    use super::RejectCode;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_distinct() {
        let names: BTreeSet<_> = RejectCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), RejectCode::ALL.len());
    }
}
