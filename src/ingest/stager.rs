//! All the lanes of an import, and what is counted while reading.

use std::collections::BTreeMap;

use tokio::sync::mpsc::{Receiver, channel};

use super::labels::LabelVotes;
use super::lane::{Copies, Lane, LaneSummary};
use crate::domain::code::CodeLabels;
use crate::storage::Entity;

/// Chunks waiting for one COPY at most.
const WAITING_CHUNKS: usize = 4;

/// Where the mappers put what they read from a file.
#[derive(Debug)]
pub(super) struct Stager {
    pub(super) practitioner: Lane,
    pub(super) practice: Lane,
    pub(super) specialty: Lane,
    pub(super) diploma: Lane,
    pub(super) organization: Lane,
    pub(super) role: Lane,
    pub(super) mailbox: Lane,
    pub(super) attachment: Lane,
    pub(super) labels: LabelVotes,
    pub(super) official: CodeLabels,
}

/// The receiving end of one lane.
#[derive(Debug)]
pub(super) struct LaneEnd {
    pub(super) entity: &'static Entity,
    pub(super) chunks: Receiver<Vec<u8>>,
}

/// What the lanes know when all is read.
#[derive(Debug)]
pub(super) struct StagerSummary {
    pub(super) lanes: BTreeMap<&'static str, LaneSummary>,
    pub(super) labels: LabelVotes,
}

impl Stager {
    /// Lanes for every entity, and the ends to copy from.
    pub(super) fn new() -> (Self, Vec<LaneEnd>) {
        let mut ends = Vec::new();
        let mut lane = |name: &str| {
            let (sender, chunks) = channel(WAITING_CHUNKS);
            let entity = Entity::named(name);
            let copies = match entity {
                Some(entity) if entity.content.contains(&"copies") => Copies::Counted,
                _ => Copies::Ignored,
            };
            ends.extend(entity.map(|entity| LaneEnd { entity, chunks }));
            Lane::new(copies, sender)
        };
        let stager = Self {
            practitioner: lane("practitioner"),
            practice: lane("practice"),
            specialty: lane("specialty"),
            diploma: lane("diploma"),
            organization: lane("organization"),
            role: lane("role"),
            mailbox: lane("mailbox"),
            attachment: lane("attachment"),
            labels: LabelVotes::default(),
            official: CodeLabels::official(),
        };
        (stager, ends)
    }

    /// Gives back the memory of what was seen in a file; each kind of row is in one file only.
    pub(super) fn end_file(&mut self) {
        for lane in [
            &mut self.practitioner,
            &mut self.practice,
            &mut self.specialty,
            &mut self.diploma,
            &mut self.organization,
            &mut self.role,
            &mut self.mailbox,
            &mut self.attachment,
        ] {
            lane.forget();
        }
    }

    /// Sends what is left in every lane.
    pub(super) fn finish(self) -> Result<StagerSummary, super::lane::Closed> {
        let mut lanes = BTreeMap::new();
        for (name, lane) in [
            ("practitioner", self.practitioner),
            ("practice", self.practice),
            ("specialty", self.specialty),
            ("diploma", self.diploma),
            ("organization", self.organization),
            ("role", self.role),
            ("mailbox", self.mailbox),
            ("attachment", self.attachment),
        ] {
            lanes.insert(name, lane.finish()?);
        }
        Ok(StagerSummary {
            lanes,
            labels: self.labels,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::ENTITIES;

    #[test]
    fn every_entity_has_a_lane() {
        let (stager, ends) = Stager::new();
        let mut named: Vec<&str> = ends.iter().map(|end| end.entity.name).collect();
        let finished = stager.finish().unwrap();
        named.sort_unstable();
        assert_eq!(named, finished.lanes.keys().copied().collect::<Vec<_>>());
        assert_eq!(named.len(), ENTITIES.len());
    }
}
