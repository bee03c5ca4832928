//! What commands say: results on standard output, everything else on standard error.

use std::io::{self, Write as _};

/// Writes a result line; a closed pipe is not worth a word.
pub(super) fn line(text: &str) {
    // `annuaire … | head` closes the pipe: there is nobody left to tell.
    let _ = writeln!(io::stdout().lock(), "{text}");
}

/// Writes a result that already ends its last line.
pub(super) fn text(text: &str) {
    let _ = write!(io::stdout().lock(), "{text}");
}

/// Says something beside the result.
pub(super) fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Says why a command failed, causes that add nothing left out.
pub(super) fn error(error: &anyhow::Error) {
    let mut said = error.to_string();
    for cause in error.chain().skip(1) {
        let cause = cause.to_string();
        if !said.contains(&cause) {
            said = format!("{said}: {cause}");
        }
    }
    note(&format!("annuaire: {said}"));
}
