//! Progress bars on standard error; where that is no terminal, one line per phase.

use std::collections::HashSet;
use std::io::IsTerminal as _;
use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::output;
use crate::ingest::{Event, Observer};

const BYTES: &str = "{msg:42!} {bar:28} {percent:>3} % {bytes:>10}/{total_bytes:10} {eta:>4}";
const STEPS: &str = "{msg:42!} {bar:28} {percent:>3} % {human_pos:>10}/{human_len:10} {eta:>4}";
const SPINNER: &str = "{msg:42!} {spinner}";

/// What a bar counts.
#[derive(Clone, Copy, Debug)]
pub(super) enum Unit {
    /// Bytes.
    Bytes,
    /// Rows, people, documents.
    Steps,
    /// Nothing: it only turns.
    Nothing,
}

/// One bar at a time, named by what it shows.
#[derive(Debug, Default)]
pub(super) struct Bars {
    current: Mutex<Option<(String, ProgressBar)>>,
    said: Mutex<HashSet<String>>,
}

impl Bars {
    /// Shows how far something is; another name ends the bar before.
    pub(super) fn show(&self, name: &str, unit: Unit, done: u64, total: u64) {
        if !std::io::stderr().is_terminal() {
            let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
            if said.insert(name.to_owned()) {
                output::note(name);
            }
            return;
        }
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let bar = match &mut *current {
            Some((shown, bar)) if shown == name => bar,
            other => {
                if let Some((_, before)) = other.take() {
                    before.finish();
                }
                &mut other
                    .insert((name.to_owned(), new_bar(name, unit, total)))
                    .1
            }
        };
        bar.set_length(total);
        bar.set_position(done);
    }

    /// Ends the bar that is shown.
    pub(super) fn end(&self) {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, bar)) = current.take() {
            bar.finish();
        }
    }
}

fn new_bar(name: &str, unit: Unit, total: u64) -> ProgressBar {
    let template = match unit {
        Unit::Bytes => BYTES,
        Unit::Steps => STEPS,
        Unit::Nothing => SPINNER,
    };
    let style = ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ");
    ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr())
        .with_style(style)
        .with_message(name.to_owned())
}

impl Observer for Bars {
    fn observe(&self, event: Event<'_>) {
        match event {
            Event::Hashing { file } => self.show(&format!("digest of {file}"), Unit::Nothing, 0, 0),
            Event::Reading { file, done, total } => {
                self.show(&format!("reading {file}"), Unit::Bytes, done, total);
            }
            Event::Comparing { entity } => {
                self.show(&format!("comparing {entity}"), Unit::Nothing, 0, 0);
            }
            Event::Applying { entity } => {
                self.show(&format!("applying {entity}"), Unit::Nothing, 0, 0);
            }
            Event::Waiting => self.show("waiting for another import to end", Unit::Nothing, 0, 0),
        }
    }
}
