//! What was presented, within limits that are looked at before anything is parsed; and what the one who
//! asks knows of the present.

use std::sync::Arc;

use time::OffsetDateTime;

use super::super::Freshness;
use super::super::report::{Ended, failed, held, held_until};
use super::super::snapshot::Snapshot;
use crate::domain::admission::Reason;
use crate::trust::certificate::{Certificate, MAX_CERTIFICATE_BYTES, MAX_CHAIN_LENGTH};

/// The peer's own certificate, and what it sent along.
pub(in super::super) struct Presented {
    pub(in super::super) leaf: Arc<Certificate>,
    pub(in super::super) others: Vec<Arc<Certificate>>,
}

/// Reads the chain.
pub(in super::super) fn bounds(snapshot: &Snapshot, chain: &[Vec<u8>]) -> Ended<Presented> {
    let Some((leaf, others)) = chain.split_first() else {
        return failed(Reason::ChainEmpty, Reason::ChainEmpty.sentence());
    };
    if chain.len() > MAX_CHAIN_LENGTH {
        let found = format!(
            "{} certificates: {MAX_CHAIN_LENGTH} are looked at",
            chain.len()
        );
        return failed(Reason::ChainTooLong, found);
    }
    if let Some(place) = chain
        .iter()
        .position(|der| der.len() > MAX_CERTIFICATE_BYTES)
    {
        let bytes = chain.get(place).map(Vec::len).unwrap_or_default();
        let found = format!(
            "certificate {}: {bytes} bytes, {MAX_CERTIFICATE_BYTES} are looked at",
            place + 1
        );
        return failed(Reason::ChainUnreadable, found);
    }
    let mut read = Vec::with_capacity(others.len());
    for (place, der) in std::iter::once(leaf).chain(others).enumerate() {
        match snapshot.read(der) {
            Ok(certificate) => read.push(certificate),
            Err(error) => {
                let found = format!("certificate {}: {error}", place + 1);
                return failed(Reason::ChainUnreadable, found);
            }
        }
    }
    let others = read.split_off(1);
    match read.pop() {
        Some(leaf) => held(
            Presented { leaf, others },
            format!("{} certificates", chain.len()),
        ),
        None => failed(Reason::ChainEmpty, Reason::ChainEmpty.sentence()),
    }
}

/// Whether this node knows the present.
pub(in super::super) fn freshness(freshness: Freshness, at: OffsetDateTime) -> Ended<()> {
    match freshness {
        Freshness::Until(end) if at < end => {
            // Its end is in `valid_until`, where it is the first.
            held_until((), end, "the lease runs")
        }
        Freshness::Until(_) | Freshness::LeaseLost => {
            failed(Reason::NodeLeaseLost, Reason::NodeLeaseLost.sentence())
        }
        Freshness::ClockBack => failed(Reason::NodeClockBack, Reason::NodeClockBack.sentence()),
        Freshness::Past => held(
            (),
            "the past is asked about: what was known then stays known",
        ),
    }
}
