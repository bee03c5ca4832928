//! Lines and fields: `|` and the line end are the only special bytes, `"` and `\` are data. It must not know which file
//! it reads, nor what a column means.

mod lines;
mod separators;
mod values;

pub(crate) use lines::{Fields, Line, Lines};
pub(crate) use values::{Slot, Values, field};
