//! A trigger that happened, derived from what was seen.

mod app;
mod appointment;
mod comment;
mod contact;
mod customer;
mod estimate;
mod event;
mod invoice;
mod lead;
mod message;
mod note;
mod opportunity;
mod reminder;
mod task;
mod ticket;

use crate::view::{changed, view};
use crate::{Cause, Sighting};
use jiff::Timestamp;
use mapping::{Rules, Setting};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// A trigger that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Occurrence {
    /// The trigger's id, such as `mygadgetrepairs.ticket.ready`.
    pub trigger: String,
    /// Unique for the event and the same whenever it is derived.
    pub key: String,
    /// When it happened, as far as the vendor tells; else when it was seen.
    pub at: Timestamp,
    /// What the record is: `mygadgetrepairs.ticket` …
    pub source: String,
    /// The vendor's id of the record.
    pub record: String,
    /// `before`, `after`, `changed`, `from`, `to` and what else belongs to the trigger, in the words users see.
    pub facts: Json,
    /// Who brought it about.
    pub cause: Cause,
}

/// What happened according to a sighting. Nothing for one that was seen while history was loaded.
#[must_use]
pub fn occurrences(sighting: &Sighting, setting: &Setting, rules: &Rules) -> Vec<Occurrence> {
    if sighting.history {
        return Vec::new();
    }
    let seen = Seen::new(sighting, setting, rules);
    match sighting.source.as_str() {
        "highlevel.contact" => contact::of(&seen),
        "highlevel.task" => task::of(&seen),
        "highlevel.note" => note::of(&seen),
        "highlevel.appointment" => appointment::booked(&seen),
        "highlevel.opportunity" => opportunity::of(&seen),
        "highlevel.message" => message::of(&seen),
        "highlevel.app" => app::of(&seen),
        "mygadgetrepairs.customer" => customer::of(&seen),
        "mygadgetrepairs.ticket" => ticket::of(&seen),
        "mygadgetrepairs.comment" => comment::of(&seen),
        "mygadgetrepairs.appointment" => appointment::at_counter(&seen),
        "mygadgetrepairs.reminder" => reminder::of(&seen),
        "mygadgetrepairs.invoice" => invoice::of(&seen),
        "mygadgetrepairs.estimate" => estimate::of(&seen),
        "mygadgetrepairs.lead" => lead::of(&seen),
        _ => event::of(&seen),
    }
}

/// A sighting with both states in the words users see.
struct Seen<'a> {
    sighting: &'a Sighting,
    before: Option<Json>,
    after: Option<Json>,
    changed: Vec<String>,
    at: Timestamp,
}

/// What became of a record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// It is new.
    Created,
    /// It is another than before, or said to be.
    Updated,
    /// It is gone.
    Deleted,
    /// Nothing that anybody would see.
    Same,
}

impl<'a> Seen<'a> {
    fn new(sighting: &'a Sighting, setting: &Setting, rules: &Rules) -> Self {
        let shown = |record: &Option<Json>| {
            let record = record.as_ref().filter(|record| !record.is_null())?;
            Some(view(&sighting.source, record, setting, rules))
        };
        let (before, after) = (shown(&sighting.before), shown(&sighting.after));
        let changed = match (&before, &after) {
            (Some(before), Some(after)) => changed(before, after),
            _ => Vec::new(),
        };
        Self {
            sighting,
            before,
            after,
            changed,
            at: crate::happened::at(sighting, setting),
        }
    }

    /// What became of the record. One that was not known, but that the vendor says was changed, is not new.
    fn turn(&self) -> Turn {
        let says_other = self
            .sighting
            .event
            .as_deref()
            .is_some_and(|event| !event.ends_with("Create"));
        match (&self.before, &self.after) {
            (None, Some(_)) if says_other => Turn::Updated,
            (None, Some(_)) => Turn::Created,
            (Some(_), None) => Turn::Deleted,
            (Some(_), Some(_)) if !self.changed.is_empty() => Turn::Updated,
            _ => Turn::Same,
        }
    }

    /// A field before; null where it is not known.
    fn before(&self, field: &str) -> &Json {
        self.before
            .as_ref()
            .and_then(|view| view.get(field))
            .unwrap_or(&Json::Null)
    }

    /// A field now.
    fn after(&self, field: &str) -> &Json {
        self.after
            .as_ref()
            .and_then(|view| view.get(field))
            .unwrap_or(&Json::Null)
    }

    /// Whether a field changed between two known states.
    fn has_changed(&self, field: &str) -> bool {
        self.changed.iter().any(|name| name == field)
    }

    /// Whether any of the fields did.
    fn any_changed(&self, fields: &[&str]) -> bool {
        fields.iter().any(|field| self.has_changed(field))
    }

    /// An occurrence of a trigger of this source, `verb` being what stands behind it.
    fn tells(&self, verb: &str) -> Occurrence {
        self.tells_more(verb, [])
    }

    /// An occurrence with where the record came from and where it went.
    fn tells_move(&self, verb: &str, from: &Json, to: &Json) -> Occurrence {
        self.tells_more(verb, [("from", from.clone()), ("to", to.clone())])
    }

    /// An occurrence with facts of its own.
    fn tells_more<const N: usize>(&self, verb: &str, facts: [(&str, Json); N]) -> Occurrence {
        let sighting = self.sighting;
        let trigger = format!("{}.{verb}", sighting.source);
        let mut all = Map::new();
        all.insert("before".to_owned(), self.before.clone().into());
        all.insert("after".to_owned(), self.after.clone().into());
        all.insert("changed".to_owned(), self.changed.clone().into());
        all.extend(facts.map(|(name, value)| (name.to_owned(), value)));
        // Of notes and opportunities both a webhook and a list may tell; each is made once.
        let told_twice = matches!(
            sighting.source.as_str(),
            "highlevel.note" | "highlevel.opportunity"
        );
        let key = if told_twice && verb == "created" {
            format!("{trigger}:{}", sighting.record)
        } else {
            format!("{}:{trigger}", sighting.seq)
        };
        Occurrence {
            key,
            trigger,
            at: self.at,
            source: sighting.source.clone(),
            record: sighting.record.clone(),
            facts: Json::Object(all),
            cause: sighting.cause.clone(),
        }
    }
}

/// The occurrence under the vendor's own id of the event, by which the same event is known when it is seen again.
fn known_by(mut occurrence: Occurrence, id: Option<&str>) -> Occurrence {
    if let Some(id) = id.filter(|id| !id.is_empty()) {
        occurrence.key = format!("{}:{id}", occurrence.trigger);
    }
    occurrence
}
