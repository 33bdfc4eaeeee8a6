//! The smallest number of requests with which a first run can do what it did.
//!
//! Counted: every page of every list once, at the vendors' largest pages (highlevel-api.md 7.7 and 9.4: 500;
//! mygadgetrepairs-api.md 1.2: 50); one request for each record made; two for each record changed, since nothing
//! is overwritten unseen; and, on MyGadgetRepairs, whose answers to writes hold only an id, the pages on which
//! what was written can be read back; and one for the notes of each contact with an open ticket, which HighLevel lists
//! for one contact only (highlevel-api.md 7.11). Facts about the account, probes, calendars and polls are not counted:
//! they are ours to keep few.

use crate::twins::Counts;
use app::{Requests, Tally};

const HIGHLEVEL_PAGE: u64 = 500;
const MYGADGETREPAIRS_PAGE: u64 = 50;

/// For a shop with so many records before, so many contacts with open tickets after, and a run that did this.
pub(crate) fn smallest(before: Counts, done: &Tally, watched: u64) -> Requests {
    let (made, changed) = (&done.created, &done.updated);
    let of = |counts: &std::collections::BTreeMap<String, u64>, name| {
        counts.get(name).copied().unwrap_or(0)
    };
    let mut highlevel = before.contacts.div_ceil(HIGHLEVEL_PAGE);
    highlevel += before.tasks.div_ceil(HIGHLEVEL_PAGE) + watched;
    for name in ["contact", "task"] {
        highlevel += of(&made.highlevel, name) + 2 * of(&changed.highlevel, name);
    }
    let mut mygadgetrepairs = before.customers.div_ceil(MYGADGETREPAIRS_PAGE);
    mygadgetrepairs += before.tickets.div_ceil(MYGADGETREPAIRS_PAGE);
    for name in ["customer", "ticket", "appointment", "comment"] {
        let (made, changed) = (
            of(&made.mygadgetrepairs, name),
            of(&changed.mygadgetrepairs, name),
        );
        mygadgetrepairs += made + 2 * changed + (made + changed).div_ceil(MYGADGETREPAIRS_PAGE);
    }
    Requests {
        highlevel,
        mygadgetrepairs,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Kind, RunId, Side};

    #[test]
    fn pages_writes_looks_and_read_backs_are_counted() {
        let context = domain::Context {
            clock: std::sync::Arc::new(http::SystemClock),
            randomness: std::sync::Arc::new(http::SystemRandomness),
        };
        let before = Counts {
            contacts: 501,
            tasks: 1,
            customers: 51,
            tickets: 50,
        };
        let mut done = Tally::new("main", RunId(context.new_id()));
        assert_eq!(smallest(before, &done, 7).highlevel, 2 + 1 + 7);
        assert_eq!(smallest(before, &done, 0).mygadgetrepairs, 2 + 1);
        done.made(Side::HighLevel, Kind::Contact);
        done.changed(Side::HighLevel, Kind::Task);
        done.made(Side::MyGadgetRepairs, Kind::Contact);
        done.changed(Side::MyGadgetRepairs, Kind::Contact);
        done.made(Side::MyGadgetRepairs, Kind::Task);
        let all = smallest(before, &done, 0);
        assert_eq!(all.highlevel, 3 + 1 + 2);
        assert_eq!(all.mygadgetrepairs, 3 + (1 + 2 + 1) + (1 + 1));
    }
}
