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
/// it), two for a change (look, write). MyGadgetRepairs: the same, and a look back, which many share. Letting go costs
/// nothing.
pub(super) fn jobs(work: &Work, side: Side) -> VecDeque<Job> {
    let mut jobs: Vec<Job> = Vec::new();
    for (deed, on, kind, left) in work.plan.iter() {
        let requests = match deed {
            Deed::Create => 1,
            Deed::Update | Deed::Delete => 2,
            Deed::Unlink => continue,
        };
        if on == side && left > 0 {
            jobs.push(Job {
                kind,
                left,
                requests,
                makes_contact: (deed, on, kind) == (Deed::Create, Side::HighLevel, Kind::Contact),
            });
        }
    }
    if side == Side::HighLevel && work.key_looks > 0 {
        jobs.push(Job {
            kind: Kind::Contact,
            left: work.key_looks,
            requests: 1,
            makes_contact: false,
        });
    }
    jobs.sort_by_key(|job| job.kind);
    jobs.into()
}
