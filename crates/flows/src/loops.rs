//! What keeps flows from starting each other without end, and from acting on a mass of records at once.

use crate::{Cause, ceiling};
use jiff::{SignedDuration, Timestamp};

/// Runs of one flow on one record within an hour before the flow is paused.
pub const RUNS_PER_RECORD: usize = 10;
/// Runs of one flow within ten minutes before those that would write wait for a person.
pub const RUNS_AT_ONCE: usize = 50;

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const TEN_MINUTES: SignedDuration = SignedDuration::from_mins(10);

/// Why a flow does not start on an occurrence of this cause: it led to it itself, or too many flows did.
#[must_use]
pub fn circle(flow: &str, cause: &Cause) -> Option<String> {
    let chain = cause.chain();
    if chain.iter().any(|other| other == flow) {
        return Some(format!(
            "loop: the flow led to this itself, by way of {}; let it start only on changes of people (by = \"people\")",
            chain.join(", ")
        ));
    }
    (chain.len() > ceiling::CHAIN).then(|| {
        format!(
            "loop: {} flows led one to the other ({}); more than {} are stopped",
            chain.len(),
            chain.join(", "),
            ceiling::CHAIN
        )
    })
}

/// Why a flow is to be paused: it ran too often on the same record, this run not counted. `runs` are the beginnings of
/// its runs on the record, in any order.
#[must_use]
pub fn burst(runs: &[Timestamp], now: Timestamp) -> Option<String> {
    let recent = runs
        .iter()
        .filter(|run| now.duration_since(**run) < HOUR)
        .count();
    (recent >= RUNS_PER_RECORD).then(|| {
        format!(
            "the flow ran {recent} times on the same record within an hour and is paused; see what changes the record \
             each time, then enable the flow again"
        )
    })
}

/// Why a run that would write waits for a person: too many of its flow began at once, this one not counted.
#[must_use]
pub fn mass(runs: &[Timestamp], now: Timestamp) -> Option<String> {
    let recent = runs
        .iter()
        .filter(|run| now.duration_since(**run) < TEN_MINUTES)
        .count();
    (recent >= RUNS_AT_ONCE).then(|| {
        format!(
            "{recent} runs of the flow began within ten minutes; a person must say that so many are meant, since each \
             may write"
        )
    })
}
