//! Which appointments of both sides are the same.

use crate::{Candidate, Match, Reason, Rung};
use domain::{Field, Record, RecordId, Timestamp};
use std::collections::BTreeSet;

/// What becomes of an appointment that is not linked. `here` are all appointments of its person, `there` all of the
/// person's counterpart, `linked` the ids of either side that are linked.
///
/// Our mark decides; a copied one is a question. Without one, the same person at the same instant is the same appointment, typed in on both
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
    if !marked.is_empty() {
        let rivalled = here
            .iter()
            .filter(free)
            .any(|rival| rival.id != subject.id && marked.iter().any(|one| marks(rival, one)));
        return match marked.as_slice() {
            [only] if !rivalled => Match::Link {
                to: only.id.clone(),
                rung: Rung::Mark,
                reasons: vec![Reason::MarkAgrees],
            },
            several => ask(several, Reason::MarkAgrees),
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
        several => ask(several, Reason::SameStart),
    }
}

/// Several may be meant: a person says which.
fn ask(several: &[&Record], reason: Reason) -> Match {
    let candidate = |record: &&Record| Candidate {
        id: record.id.clone(),
        reasons: vec![reason, Reason::NotTheOnlyOne],
    };
    Match::Review {
        candidates: several.iter().map(candidate).collect(),
    }
}

/// The stretch of begins that a walk over HighLevel's calendars reads, from the day before on, so that what moved a
/// moment ago is still seen.
#[must_use]
pub fn calendar_window(now: Timestamp, days_ahead: u16) -> (Timestamp, Timestamp) {
    const DAY: i64 = 86_400;
    let at = |seconds: i64| {
        Timestamp::from_second(now.as_second().saturating_add(seconds)).unwrap_or(now)
    };
    (at(-DAY), at(i64::from(days_ahead) * DAY))
}

/// Whether the mark in either names the other.
fn marks(one: &Record, other: &Record) -> bool {
    let names = |from: &Record, to: &Record| from.mark.as_deref() == Some(to.id.as_str());
    names(one, other) || names(other, one)
}

fn same_start(one: &Record, other: &Record) -> bool {
    let start = |record: &Record| record.fields.get(&Field::Start).cloned();
    start(one).is_some() && Field::Start.same(start(one).as_ref(), start(other).as_ref())
}
