//! Who may follow a node at once: so many in all, and few of one address, so that nobody takes the seats of
//! all others.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Followers at once.
pub(super) const SEATS: usize = 1_000;
/// Those of one address: the nodes behind one gateway of a network, and those that just left.
pub(super) const OF_ONE: usize = 16;

/// The seats; cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Seats(Arc<Mutex<Taken>>);

#[derive(Default)]
struct Taken {
    all: usize,
    of: HashMap<IpAddr, usize>,
}

/// A seat, free again once this is dropped.
pub(super) struct Seat {
    seats: Seats,
    from: Option<IpAddr>,
}

/// Why there is no seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    /// All are taken.
    All,
    /// As many are taken by this address as it may take.
    OfOne,
}

impl Seats {
    /// Takes a seat for an address; none: this machine itself, which may take as many as there are.
    pub(super) fn take(&self, from: Option<IpAddr>) -> Result<Seat, Full> {
        let mut taken = self.taken();
        if taken.all >= SEATS {
            return Err(Full::All);
        }
        if let Some(from) = from {
            let own = taken.of.entry(from).or_default();
            if *own >= OF_ONE {
                return Err(Full::OfOne);
            }
            *own += 1;
        }
        taken.all += 1;
        Ok(Seat {
            seats: self.clone(),
            from,
        })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken();
        taken.all = taken.all.saturating_sub(1);
        if let Some(from) = self.from
            && let Some(own) = taken.of.get_mut(&from)
        {
            *own = own.saturating_sub(1);
            if *own == 0 {
                taken.of.remove(&from);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_takes_the_seats_of_others_and_who_leaves_makes_room() {
        let seats = Seats::default();
        let one = Some(IpAddr::from([192, 0, 2, 1]));
        let mut own: Vec<_> = (0..OF_ONE).map(|_| seats.take(one).unwrap()).collect();
        assert_eq!(seats.take(one).err(), Some(Full::OfOne));
        let other = seats.take(Some(IpAddr::from([192, 0, 2, 2]))).unwrap();
        own.pop();
        own.push(seats.take(one).unwrap());
        let local: Vec<_> = (0..SEATS - OF_ONE - 1)
            .map(|_| seats.take(None).unwrap())
            .collect();
        assert_eq!(seats.take(None).err(), Some(Full::All));
        drop(other);
        let last = seats.take(None).unwrap();
        drop((own, local, last));
        assert!(seats.taken().of.is_empty());
        assert_eq!(seats.taken().all, 0);
    }
}
