//! The values of one row in the order a record wants them, whatever the order of the file.

/// Where the value of a column is found in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slot {
    /// Index of the field.
    Field(usize),
    /// The file has no such column.
    Absent,
}

/// The values of one row, one per declared column; `""` where the file has no such column.
#[derive(Debug)]
pub struct Values<'a> {
    line: &'a str,
    starts: &'a [usize],
    slots: std::slice::Iter<'a, Slot>,
}

impl<'a> Values<'a> {
    pub(crate) fn new(line: &'a str, starts: &'a [usize], slots: &'a [Slot]) -> Self {
        Self {
            line,
            starts,
            slots: slots.iter(),
        }
    }

    /// The value of the next column.
    #[inline]
    pub(crate) fn next_value(&mut self) -> &'a str {
        match self.slots.next() {
            Some(Slot::Field(index)) => field(self.line, self.starts, *index),
            Some(Slot::Absent) | None => "",
        }
    }
}

/// Field `index` of a line; `""` beyond the last.
#[inline]
pub(crate) fn field<'a>(line: &'a str, starts: &[usize], index: usize) -> &'a str {
    let bounds = || {
        let origin = *starts.first()?;
        let start = starts.get(index)? - origin;
        // A carriage return before the line feed is counted in the last field's bounds and is not in the line.
        let end = (starts.get(index + 1)? - 1 - origin).min(line.len());
        line.get(start..end)
    };
    bounds().unwrap_or_default()
}
