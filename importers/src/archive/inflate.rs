//! Inflating one member on its own thread: it costs three times as much processor as reading the rows does.
//! It must not know what the member holds.

use super::member::{Member, open};
use super::pipe::{Outlet, Pipe, Wanted};
use crate::error::ArchiveError;
use crate::limits::Limits;
use crate::printable::printable;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// Bytes handed over at a time.
const CHUNK: u64 = 1024 * 1024;

/// The bytes of a member, inflated while they are read.
///
/// # Errors
/// The thread cannot start. What is wrong with the member comes out of reading.
pub(crate) fn open_member(
    path: &Path,
    member: &Member,
    limits: Limits,
) -> io::Result<impl Read + Send + use<>> {
    let (path, member) = (path.to_owned(), member.clone());
    Pipe::start("inflate", move |outlet| {
        inflate(&path, &member, limits, outlet)
    })
}

fn inflate(path: &Path, member: &Member, limits: Limits, outlet: &Outlet) -> io::Result<()> {
    let mut guard = member.guard(limits)?;
    let mut archive = open(path, &limits)?;
    let mut entry = archive
        .by_index(member.index)
        .map_err(|error| damaged(member, &io::Error::from(error)))?;
    if entry.size() != member.bytes || !same_name(entry.name_raw(), member) {
        return Err(ArchiveError::Changed(member.name.clone()).into());
    }
    loop {
        let mut chunk = outlet.buffer();
        // Reading to the member's end is what compares its checksum, so only a read of nothing is the end.
        match entry.by_ref().take(CHUNK).read_to_end(&mut chunk) {
            Ok(0) => break,
            Ok(count) => guard.add(count)?,
            Err(error) if is_damage(error.kind()) => return Err(damaged(member, &error).into()),
            Err(error) => return Err(error),
        }
        if outlet.send(chunk) == Wanted::NoMore {
            return Ok(());
        }
    }
    Ok(guard.end()?)
}

/// The printable name is what a member keeps, so that is what is compared.
fn same_name(raw: &[u8], member: &Member) -> bool {
    !raw.is_ascii() || printable(&String::from_utf8_lossy(raw)) == member.name
}

/// The kinds the decoder uses for bytes that are wrong or missing; any other is the machine's trouble.
const fn is_damage(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::UnexpectedEof
    )
}

fn damaged(member: &Member, error: &io::Error) -> ArchiveError {
    ArchiveError::Damaged {
        member: member.name.clone(),
        detail: error.to_string(),
    }
}
