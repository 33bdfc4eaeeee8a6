//! What a plan asks for, in the order in which it is written.

use super::Work;
use crate::Deed;
use domain::{Kind, Side};
use std::collections::VecDeque;

/// Writes of one sort.
#[derive(Clone, Copy, Debug)]
pub(super) struct Job {
    pub(super) kind: Kind,
    /// How many are left.
    pub(super) left: u64,
    /// Requests of each.
    pub(super) requests: u64,
    /// Whether each makes a contact in HighLevel.
    pub(super) makes_contact: bool,
}

/// The writes to a side: contacts before what hangs on them. HighLevel: one request for a creation (the answer shows
/// it), two for a change (look, write), and one more to read an appointment back. MyGadgetRepairs: the same, and a look
/// back, which many share. Letting go costs nothing.
pub(super) fn jobs(work: &Work, side: Side) -> VecDeque<Job> {
    let mut jobs: Vec<Job> = Vec::new();
    for (deed, on, kind, left) in work.plan.iter() {
        let requests = match deed {
            Deed::Create => 1,
            Deed::Update | Deed::Delete => 2,
            Deed::Unlink => continue,
        };
        let reads_back = (on, kind) == (Side::HighLevel, Kind::Appointment) && deed != Deed::Delete;
        let requests = requests + u64::from(reads_back);
        if on == side && left > 0 {
            jobs.push(Job {
                kind,
                left,
                requests,
                makes_contact: (deed, on, kind) == (Deed::Create, Side::HighLevel, Kind::Contact),
            });
        }
    }
    let looks = [
        (Kind::Contact, work.key_looks),
        (Kind::Appointment, work.unread.bookings),
    ];
    for (kind, left) in looks {
        if side == Side::HighLevel && left > 0 {
            jobs.push(Job {
                kind,
                left,
                requests: 1,
                makes_contact: false,
            });
        }
    }
    jobs.sort_by_key(|job| job.kind);
    jobs.into()
}
