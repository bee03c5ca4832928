//! From published files to the truth: read, stage, compare, gate, apply, report.
//!
//! Knows the files through `annuaire-importers` and the database through `storage`; it knows no
//! protocol and no index.

mod compare;
mod describe;
mod error;
mod guard;
mod labels;
mod lane;
mod map_activity;
mod map_correspondence;
mod map_diploma;
mod map_skill;
mod observe;
mod rejects;
mod report;
mod run;
mod seen;
mod settle;
mod stage;
mod stager;

pub use error::ImportError;
pub use guard::{GatePolicy, Refusal};
pub use observe::{Event, Observer, Silent};
pub use rejects::rejects_csv;
pub use report::{EntityReport, FileReport, IgnoredFile, RejectExample, Report};
pub use run::{ImportRequest, Mode, Waiting, run};
