//! The published layout: one file of the code for each file of the country, and nowhere else are columns spelt. It must not know how
//! people and structures are made.

pub(crate) mod correspondence;
pub(crate) mod diploma;
pub(crate) mod person_activity;
pub(crate) mod skill;

use super::people::Person;
use super::sheet::Line;

/// Published stem of a file: its name before the underscore and the time stamp.
pub(crate) const RPPS_ARCHIVE: &str = "PS_LibreAcces";

/// The three identifier columns every file of the directory begins with.
fn identify(line: &mut Line, person: &Person) {
    line.field(person.id.kind());
    line.field(&person.id.number);
    line.number(format_args!("{}{}", person.id.kind(), person.id.number));
}

fn name(line: &mut Line, person: &Person) {
    line.field(&person.name.surname);
    line.field(&person.name.given);
}
