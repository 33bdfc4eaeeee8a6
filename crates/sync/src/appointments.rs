//! Which appointments of both sides are the same.

use crate::{Candidate, Match, Reason, Rung};
use domain::{Field, Record, RecordId, Side};
use std::collections::BTreeSet;

/// What becomes of an appointment that is not linked. `here` are all appointments of its person, `there` all of the
/// person's counterpart, `linked` the ids of either side that are linked.
///
/// Our mark decides. Without one, the same person at the same instant is the same appointment, typed in on both
/// sides, as long as nothing else stands at that instant; else a person is asked.
#[must_use]
pub fn match_appointment(
    subject: &Record,
    here: &[Record],
    there: &[Record],
    linked: &BTreeSet<RecordId>,
) -> Match {
    let free = |record: &&Record| !linked.contains(&record.id);
    let marked: Vec<&Record> = there
        .iter()
        .filter(free)
        .filter(|other| marks(subject, other))
        .collect();
    if let [only] = marked.as_slice() {
        return Match::Link {
            to: only.id.clone(),
            rung: Rung::Mark,
            reasons: vec![Reason::MarkAgrees],
        };
    }
    let same: Vec<&Record> = there
        .iter()
        .filter(free)
        // Whoever carries a mark is the counterpart of what it names.
        .filter(|other| other.mark.is_none() && subject.mark.is_none())
        .filter(|other| same_start(subject, other))
        .collect();
    let rivals = here
        .iter()
        .filter(free)
        .filter(|rival| rival.id != subject.id && same_start(rival, subject))
        .count();
    match same.as_slice() {
        [] => Match::Create,
        [only] if rivals == 0 => Match::Link {
            to: only.id.clone(),
            rung: Rung::SameStart,
            reasons: vec![Reason::SameStart],
        },
        several => Match::Review {
            candidates: several
                .iter()
                .map(|record| Candidate {
                    id: record.id.clone(),
                    reasons: vec![Reason::SameStart, Reason::NotTheOnlyOne],
                })
                .collect(),
        },
    }
}

/// Whether the mark in the MyGadgetRepairs one names the other.
fn marks(one: &Record, other: &Record) -> bool {
    let (left, right) = match one.side {
        Side::HighLevel => (one, other),
        Side::MyGadgetRepairs => (other, one),
    };
    right.mark.as_deref() == Some(left.id.as_str())
}

fn same_start(one: &Record, other: &Record) -> bool {
    let start = |record: &Record| record.fields.get(&Field::Start).cloned();
    start(one).is_some() && Field::Start.same(start(one).as_ref(), start(other).as_ref())
}
