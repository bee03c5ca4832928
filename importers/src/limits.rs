//! The bounds a reader works within; what they protect is said here, where they bite is in `archive` and `table`.

/// How much a source may ask of the machine before it is refused.
///
/// The defaults leave the national files of 2026 (820 MB inflated, 4.7:1, 57 fields) a factor of ten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes one archive member may inflate to. Counted while inflating, whatever the archive declares.
    pub max_member_bytes: u64,
    /// Bytes all the members read from one archive may inflate to together.
    pub max_total_bytes: u64,
    /// Inflated bytes per stored byte; beyond it a member is taken for a zip bomb. Deflate itself reaches about 1,000.
    pub max_ratio: u64,
    /// Members an archive may list, whether they concern us or not.
    pub max_members: usize,
    /// Bytes in one line, its line end not counted. A longer one is a counted reject.
    pub max_line_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_member_bytes: 10_000_000_000,
            max_total_bytes: 20_000_000_000,
            max_ratio: 200,
            max_members: 1_000,
            max_line_bytes: 64 * 1024,
        }
    }
}
