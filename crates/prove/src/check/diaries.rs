//! What must hold of appointments.

use super::{Evidence, name};
use crate::Violation;
use crate::people::People;
use crate::truth::Seen;
use domain::{Field, Kind, Side, Timestamp};
use store::Link;

const KIND: Kind = Kind::Appointment;
/// HighLevel's calendars are read from the day before on: what was changed in an older appointment is not noticed.
const READ_BACK: i64 = 86_400;

impl Evidence {
    /// Appointments that stand on both sides, as pairs.
    pub(crate) fn appointments(&self) -> u64 {
        let pairs = self.links.iter().filter(|link| link.kind == KIND);
        pairs.count() as u64
    }

    /// Whether an appointment gets no counterpart whatever stands on the other side.
    pub(super) fn stays_alone(&self, side: Side, seen: &Seen) -> bool {
        let rules = &self.rules.appointments;
        let kept = side == Side::MyGadgetRepairs && rules.back().is_none();
        let off = seen.shows(Field::Cancelled) == Some("true");
        !rules.are_synced() || kept || off || start(seen).is_none_or(|start| start <= self.now)
    }

    /// Whether two appointments of a link need not agree: the booking lies so far back that nobody looks at it.
    pub(super) fn lies_back(&self, link: &Link, left: &Seen) -> bool {
        let from = self.now.as_second() - READ_BACK;
        link.kind == KIND && start(left).is_some_and(|start| start.as_second() < from)
    }

    /// Whether a difference is an edit at the counter that goes no further, since the rules show HighLevel's
    /// appointments there and no more: it stands until the booking itself is changed.
    pub(super) fn is_counters_own(&self, people: &People, link: &Link, field: Field) -> bool {
        if self.rules.appointments.back().is_some() {
            return false;
        }
        let field = match field {
            Field::End => Field::Start,
            other => other,
        };
        let last = |side: Side| {
            let edits = people.edits.iter().filter(|edit| {
                (edit.side, edit.kind, edit.field) == (side, KIND, field)
                    && edit.record == link.on(side).as_str()
            });
            edits.map(|edit| edit.act).max()
        };
        last(Side::MyGadgetRepairs) > last(Side::HighLevel)
    }

    /// What was over when it was entered, and never was to come, gets no counterpart.
    pub(super) fn the_past_is_left_alone(&self, people: &People) -> Result<(), Violation> {
        for ((side, kind, record), source) in self.made() {
            let made = kind == KIND && !people.theirs.contains(&(side, kind, record.clone()));
            if made && !people.diary.was_ahead(side.other(), &source) {
                return Err(Violation::new(
                    "the_past_is_left_alone",
                    "only an appointment that is to come gets a counterpart",
                    format!(
                        "{} for {}",
                        name(side, kind, &record),
                        name(side.other(), kind, &source)
                    ),
                ));
            }
        }
        Ok(())
    }
}

fn start(seen: &Seen) -> Option<Timestamp> {
    seen.shows(Field::Start)?.parse().ok()
}
