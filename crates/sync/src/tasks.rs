//! Which task and ticket are the same piece of work.

use crate::{Candidate, Match, Reason, Rung};
use domain::{Field, Record, RecordId, Side, normalize::name};
use std::collections::BTreeSet;

/// What becomes of a task or ticket that is not linked. `here` are all records of its kind under its
/// person, `there` all under the person's counterpart, `linked` the ids of either side that are linked.
///
/// Marks decide, where each names the other and nobody else does. Without a mark the same title is a
/// question for a person: two jobs on the same sort of device are common.
#[must_use]
pub fn match_task(
    subject: &Record,
    here: &[Record],
    there: &[Record],
    linked: &BTreeSet<RecordId>,
) -> Match {
    let named: Vec<&Record> = there
        .iter()
        .filter(|record| joined(subject, record))
        .collect();
    if let [only] = named.as_slice()
        && !linked.contains(&only.id)
        && here
            .iter()
            .filter(|rival| joined(rival, only))
            .all(|rival| rival.id == subject.id)
    {
        return Match::Link {
            to: only.id.clone(),
            rung: Rung::Mark,
            reasons: vec![Reason::MarkAgrees],
        };
    }
    let candidates: Vec<Candidate> = there
        .iter()
        .filter_map(|record| {
            let marked = named.iter().any(|other| other.id == record.id);
            let taken = linked.contains(&record.id);
            let mut reasons = Vec::new();
            reasons.extend(marked.then_some(Reason::MarkAgrees));
            reasons.extend(same_title(subject, record).then_some(Reason::SameName));
            // A second task about a ticket that has its own is only asked about when a mark says so.
            let plausible = marked || (!reasons.is_empty() && !taken);
            reasons.extend(taken.then_some(Reason::TakenElsewhere));
            plausible.then(|| Candidate {
                id: record.id.clone(),
                reasons,
            })
        })
        .collect();
    if candidates.is_empty() {
        Match::Create
    } else {
        Match::Review { candidates }
    }
}

/// Whether a mark in either record names the other.
fn joined(one: &Record, other: &Record) -> bool {
    let names = |from: &Record, to: &Record| {
        marks(from).any(|mark| to.reference.as_deref() == Some(&mark) || to.id.as_str() == mark)
    };
    names(one, other) || names(other, one)
}

fn marks(record: &Record) -> impl Iterator<Item = String> {
    let in_body = record.text(Field::Body).and_then(|body| match record.side {
        Side::HighLevel => mapping::mark::read_task_body(body).1,
        Side::MyGadgetRepairs => mapping::mark::read_ticket_description(body).1,
    });
    record.mark.clone().into_iter().chain(in_body)
}

fn same_title(one: &Record, other: &Record) -> bool {
    let title = |record: &Record| name::key(record.text(Field::Title).unwrap_or(""));
    let folded = title(one);
    !folded.is_empty() && folded == title(other)
}
