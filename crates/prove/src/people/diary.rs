//! What people do with appointments in the diaries of both sides, and what is remembered of it.

use super::{Edit, People, pick, value_of};
use crate::step::{Act, Deed};
use crate::truth::{CALLED_OFF, Seen, Truth};
use domain::{Field, Kind, Side, Timestamp};
use jiff::SignedDuration;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use twin::RunningTwins;

const KIND: Kind = Kind::Appointment;
const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
const QUARTER: i64 = 900;

/// What is remembered of appointments beside the ledger of edits.
#[derive(Debug, Default)]
pub(crate) struct Diary {
    /// Every begin that an appointment was seen with.
    starts: BTreeMap<(Side, String), BTreeSet<String>>,
    /// Appointments that were seen before they began.
    ahead: BTreeSet<(Side, String)>,
    /// What people typed in although the other side had it: the appointment there.
    pub(crate) same: BTreeMap<(Side, String), String>,
}

impl Diary {
    /// Looks at both diaries, as they are before somebody does something.
    pub(super) fn look(&mut self, truth: &Truth, now: Timestamp) {
        for side in Side::BOTH {
            for (id, seen) in truth.of(side, KIND) {
                if let Some(start) = seen.shows(Field::Start) {
                    self.saw(side, id, start, now);
                }
            }
        }
    }

    fn saw(&mut self, side: Side, id: &str, start: &str, now: Timestamp) {
        let key = (side, id.to_owned());
        if start.parse::<Timestamp>().is_ok_and(|start| start > now) {
            self.ahead.insert(key.clone());
        }
        self.starts.entry(key).or_default().insert(start.to_owned());
    }

    /// Whether an appointment was ever still to come.
    pub(crate) fn was_ahead(&self, side: Side, id: &str) -> bool {
        self.ahead.contains(&(side, id.to_owned()))
    }

    /// Whether two appointments ever began at the same instant.
    pub(crate) fn met(&self, left: &str, right: &str) -> bool {
        let of = |side, id: &str| self.starts.get(&(side, id.to_owned()));
        let (left, right) = (of(Side::HighLevel, left), of(Side::MyGadgetRepairs, right));
        left.zip(right)
            .is_some_and(|(left, right)| !left.is_disjoint(right))
    }
}

impl People {
    pub(super) fn in_diary(
        &mut self,
        twins: &RunningTwins,
        (act, at): (&Act, Timestamp),
        truth: &Truth,
    ) -> bool {
        let now = (act, at);
        match act.deed {
            Deed::NewAppointment => self.enter(twins, now, truth, &to_come(act, at)),
            Deed::PastAppointment => self.enter(twins, now, truth, &over(act, at)),
            Deed::SameAppointment => self.type_in(twins, now, truth),
            Deed::MoveAppointment => {
                self.change(twins, now, truth, Field::Start, |_| Some(to_come(act, at)))
            }
            Deed::RenameAppointment => {
                let title = value_of(Field::Title, act.number);
                self.change(twins, now, truth, Field::Title, |_| Some(title.clone()))
            }
            Deed::CallOff => self.change(twins, now, truth, Field::Cancelled, |seen| {
                (!is_off(seen)).then(|| true.to_string())
            }),
            Deed::PutBack => self.change(twins, now, truth, Field::Cancelled, |seen| {
                is_off(seen).then(|| false.to_string())
            }),
            _ => self.take_out(twins, now, truth),
        }
    }

    /// Somebody's appointment that the other side does not know.
    fn enter(
        &mut self,
        twins: &RunningTwins,
        (act, at): (&Act, Timestamp),
        truth: &Truth,
        start: &str,
    ) -> bool {
        let people = truth.of(act.side, Kind::Contact);
        let Some((person, _)) = pick(people.iter(), act.pick) else {
            return false;
        };
        self.written(twins, (act, at), person, start).is_some()
    }

    /// An appointment of the other side, for the same person and the same instant.
    fn type_in(
        &mut self,
        twins: &RunningTwins,
        (act, at): (&Act, Timestamp),
        truth: &Truth,
    ) -> bool {
        let across = act.side.other();
        let theirs = truth.of(across, KIND).iter();
        let theirs: Vec<_> = theirs.filter(|(_, seen)| !is_off(seen)).collect();
        let Some((id, seen)) = pick(theirs.into_iter(), act.pick) else {
            return false;
        };
        let person = seen
            .parent
            .as_ref()
            .and_then(|parent| truth.of(across, Kind::Contact).get(parent));
        // Whoever has both the name and the e-mail of the person there is the person here.
        let here = truth.of(act.side, Kind::Contact).iter();
        let same = |one: &Seen, other: &Seen| {
            [Field::Name, Field::Email]
                .into_iter()
                .all(|field| one.shows(field).is_some() && one.shows(field) == other.shows(field))
        };
        let mut here = here.filter(|(_, one)| person.is_some_and(|person| same(one, person)));
        let (Some((person, _)), Some(start)) = (here.next(), seen.shows(Field::Start)) else {
            return false;
        };
        let made = self.written(twins, (act, at), person, start);
        let known = made.map(|made| self.diary.same.insert((act.side, made), id.clone()));
        known.is_some()
    }

    /// Enters an appointment; its id, where the vendor lets the person.
    fn written(
        &mut self,
        twins: &RunningTwins,
        (act, at): (&Act, Timestamp),
        person: &str,
        start: &str,
    ) -> Option<String> {
        let title = value_of(Field::Title, act.number);
        let id = match act.side {
            Side::HighLevel => {
                // The last calendar takes nothing without a member of staff.
                let calendars = twins.highlevel().calendars();
                let free = calendars.len().saturating_sub(1).max(1);
                let (calendar, _) = calendars.get(act.number as usize % free)?;
                let fields = json!({"calendarId": calendar, "title": title, "startTime": start});
                let made = twins.highlevel().act(
                    &json!({"action": "create_appointment", "contact": person, "fields": fields}),
                );
                made.ok()?["id"].as_str()?.to_owned()
            }
            Side::MyGadgetRepairs => {
                let mut fields = json!({"customer": person, "subject": title});
                put_times(&mut fields, start, length(act));
                let made = twins
                    .mygadgetrepairs()
                    .act(&json!({"action": "create_appointment", "fields": fields}));
                made.ok()?
            }
        };
        self.theirs.insert((act.side, KIND, id.clone()));
        self.diary.saw(act.side, &id, start, at);
        Some(id)
    }

    /// Changes one thing of an appointment; `to` says to what, and of which appointments it can be changed.
    fn change(
        &mut self,
        twins: &RunningTwins,
        (act, at): (&Act, Timestamp),
        truth: &Truth,
        field: Field,
        to: impl Fn(&Seen) -> Option<String>,
    ) -> bool {
        let all = truth.of(act.side, KIND).iter();
        let fit: Vec<_> = all
            .filter(|(_, seen)| !seen.deleted)
            .filter_map(|(id, seen)| Some((id, seen, to(seen)?)))
            .collect();
        let Some((id, seen, value)) = pick(fit.into_iter(), act.pick) else {
            return false;
        };
        let title = seen.shows(Field::Title).unwrap_or_default();
        let fields = match (act.side, field) {
            (Side::HighLevel, Field::Title) => json!({"title": value}),
            (Side::HighLevel, Field::Start) => json!({"startTime": value}),
            (Side::HighLevel, _) => {
                let off = value == true.to_string();
                json!({"appointmentStatus": if off { "cancelled" } else { "confirmed" }})
            }
            (_, Field::Title) => json!({"subject": subject(&value, is_off(seen))}),
            (_, Field::Start) => {
                let mut fields = json!({});
                put_times(&mut fields, &value, length(act));
                fields
            }
            _ => json!({"subject": subject(title, value == true.to_string())}),
        };
        let wanted = json!({"action": "edit_appointment", "id": id, "fields": fields});
        let done = match act.side {
            Side::HighLevel => twins.highlevel().act(&wanted).is_ok(),
            Side::MyGadgetRepairs => twins.mygadgetrepairs().act(&wanted).is_ok(),
        };
        if done {
            if field == Field::Start {
                self.diary.saw(act.side, id, &value, at);
            }
            self.edits.push(Edit {
                act: act.number,
                side: act.side,
                kind: KIND,
                record: id.clone(),
                field,
                value: Some(value),
                saw: seen.shows(field).map(str::to_owned),
                at,
            });
        }
        done
    }

    fn take_out(
        &mut self,
        twins: &RunningTwins,
        (act, at): (&Act, Timestamp),
        truth: &Truth,
    ) -> bool {
        let all = truth.of(act.side, KIND).iter();
        let there: Vec<_> = all.filter(|(_, seen)| !seen.deleted).collect();
        let Some((id, seen)) = pick(there.into_iter(), act.pick) else {
            return false;
        };
        let wanted = json!({"action": "delete_appointment", "id": id});
        let done = match act.side {
            Side::HighLevel => twins.highlevel().act(&wanted).is_ok(),
            Side::MyGadgetRepairs => twins.mygadgetrepairs().act(&wanted).is_ok(),
        };
        if done && act.side == Side::HighLevel {
            self.note_deletion((act, at), id, seen);
        }
        done
    }

    /// A contact goes with its appointments.
    pub(super) fn note_appointments_of(
        &mut self,
        (act, at): (&Act, Timestamp),
        truth: &Truth,
        contact: &str,
    ) {
        for (id, seen) in truth.of(Side::HighLevel, KIND) {
            if !seen.deleted && seen.parent.as_deref() == Some(contact) {
                self.note_deletion((act, at), id, seen);
            }
        }
    }

    /// For whoever looks from the counter, a deleted appointment is called off.
    fn note_deletion(&mut self, (act, at): (&Act, Timestamp), id: &str, seen: &Seen) {
        self.edits.push(Edit {
            act: act.number,
            side: act.side,
            kind: KIND,
            record: id.to_owned(),
            field: Field::Cancelled,
            value: Some(true.to_string()),
            saw: seen.shows(Field::Cancelled).map(str::to_owned),
            at,
        });
    }
}

fn is_off(seen: &Seen) -> bool {
    seen.shows(Field::Cancelled) == Some("true")
}

/// A begin within the next three weeks; now and then one that is over before the schedule is.
fn to_come(act: &Act, at: Timestamp) -> String {
    let ahead = if act.pick.is_multiple_of(6) {
        HOUR * i64::from(1 + act.number % 40)
    } else {
        DAY * i64::from(1 + act.pick % 20) + QUARTER * i64::from(act.number % 96)
    };
    quarter(at, ahead)
}

/// A begin of today, of yesterday or of last month.
fn over(act: &Act, at: Timestamp) -> String {
    quarter(
        at,
        -[2 * HOUR, 30 * HOUR, 33 * DAY][act.number as usize % 3],
    )
}

fn quarter(at: Timestamp, ahead: i64) -> String {
    let seconds = (at.as_second() + ahead).div_euclid(QUARTER) * QUARTER;
    Timestamp::from_second(seconds).unwrap_or(at).to_string()
}

fn length(act: &Act) -> i64 {
    QUARTER * i64::from(1 + act.number % 4)
}

fn put_times(fields: &mut Json, start: &str, length: i64) {
    fields["startDate"] = start.into();
    let end = start
        .parse::<Timestamp>()
        .and_then(|start| start.checked_add(SignedDuration::from_secs(length)));
    if let Ok(end) = end {
        fields["endDate"] = end.to_string().into();
    }
}

fn subject(title: &str, off: bool) -> String {
    format!("{}{title}", if off { CALLED_OFF } else { "" })
}
