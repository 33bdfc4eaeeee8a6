//! The triggers: which there are, where they come from, which parameters they know, and when they start a flow.

mod kinds;

pub(crate) use kinds::EVENT;
pub use kinds::{TriggerKind, trigger, triggers};

use crate::eval::same;
use crate::{Cause, Occurrence};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// What starts a flow. Which of the parameters a trigger knows stands in [`triggers`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trigger {
    /// The trigger's id.
    pub on: String,
    /// Whose changes count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<By>,
    /// Only when one of these fields changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// Only when the ticket came into one of these groups of statuses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Only when it came into one of these statuses: a ticket's by label or id, an opportunity's or an appointment's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statuses: Vec<String>,
    /// Only when one of these tags was added or taken off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Only when one of these tags was added.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags_added: Vec<String>,
    /// Only when one of these tags was taken off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags_removed: Vec<String>,
    /// Only of these calendars.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calendars: Vec<String>,
    /// Only of these pipelines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pipelines: Vec<String>,
    /// Only when it came into one of these stages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<String>,
    /// Only by these channels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<String>,
    /// Only when it was answered so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<String>,
    /// Only when the text holds this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contains: Option<String>,
    /// Only comments for the team, or only those that customers see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub internal: Option<bool>,
    /// For a trigger of the clock: after so many days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// For a trigger of the clock: whether only days count on which the shop is open; or how many of those.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business_days: Option<BusinessDays>,
    /// For a trigger of the clock: after (or before) so many hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<u32>,
    /// For a trigger of the clock: after (or before) so many minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
}

/// Whose changes start a flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// Only those from outside this product.
    #[default]
    People,
    /// Everybody's, the sync's and other flows' among them.
    Anyone,
}

/// Days on which the shop is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum BusinessDays {
    /// Whether `days` are such days.
    Only(bool),
    /// So many.
    Days(u32),
}

impl Trigger {
    /// The parameters that are given, by name.
    pub(crate) fn given(&self) -> Vec<&'static str> {
        let some = [
            ("by", self.by.is_some()),
            ("fields", !self.fields.is_empty()),
            ("groups", !self.groups.is_empty()),
            ("statuses", !self.statuses.is_empty()),
            ("tags", !self.tags.is_empty()),
            ("tags_added", !self.tags_added.is_empty()),
            ("tags_removed", !self.tags_removed.is_empty()),
            ("calendars", !self.calendars.is_empty()),
            ("pipelines", !self.pipelines.is_empty()),
            ("stages", !self.stages.is_empty()),
            ("channels", !self.channels.is_empty()),
            ("answers", !self.answers.is_empty()),
            ("contains", self.contains.is_some()),
            ("internal", self.internal.is_some()),
            ("days", self.days.is_some()),
            ("business_days", self.business_days.is_some()),
            ("hours", self.hours.is_some()),
            ("minutes", self.minutes.is_some()),
        ];
        some.into_iter()
            .filter(|(_, given)| *given)
            .map(|(name, _)| name)
            .collect()
    }

    /// Whether it is set off by an occurrence.
    #[must_use]
    pub fn fits(&self, occurrence: &Occurrence) -> bool {
        if self.on != occurrence.trigger {
            return false;
        }
        let by = self.by.unwrap_or_default();
        let kind = trigger(&self.on);
        let knows_by = kind.is_some_and(|kind| kind.parameters.contains(&"by"));
        if knows_by && by == By::People && occurrence.cause != Cause::Outside {
            return false;
        }
        let facts = Facts(&occurrence.facts);
        // What the clock sets off was chosen by the same parameters when it was found.
        if kind.is_some_and(|kind| kind.clock) {
            return true;
        }
        let moved = facts.get("from") != facts.get("to");
        one_of(&self.fields, &[facts.get("changed")])
            && one_of(&self.groups, &[facts.get("to_group")])
            && (self.statuses.is_empty()
                || (moved && one_of(&self.statuses, &[facts.get("to"), facts.get("to_id")])))
            && one_of(&self.tags, &[facts.get("added"), facts.get("removed")])
            && one_of(&self.tags_added, &[facts.get("added")])
            && one_of(&self.tags_removed, &[facts.get("removed")])
            && one_of(&self.calendars, &[facts.record("calendar_id")])
            && one_of(&self.pipelines, &[facts.record("pipeline_id")])
            && one_of(&self.stages, &[facts.get("to")])
            && one_of(&self.channels, &[facts.record("channel")])
            && one_of(&self.answers, &[facts.get("to")])
            && self
                .internal
                .is_none_or(|internal| *facts.record("internal") == json!(internal))
            && self.contains.as_ref().is_none_or(|part| {
                let text = facts
                    .record("body")
                    .as_str()
                    .unwrap_or_default()
                    .to_lowercase();
                text.contains(&part.trim().to_lowercase())
            })
    }
}

/// Whether nothing is asked, or one of what is asked is among what is there.
pub(crate) fn one_of(asked: &[String], there: &[&Json]) -> bool {
    asked.is_empty()
        || there.iter().any(|there| match there {
            Json::Array(items) => items
                .iter()
                .any(|item| asked.iter().any(|one| same(item, &json!(one)))),
            Json::Null => false,
            plain => asked.iter().any(|one| same(plain, &json!(one))),
        })
}

/// The facts of an occurrence.
struct Facts<'a>(&'a Json);

impl<'a> Facts<'a> {
    fn get(&self, name: &str) -> &'a Json {
        self.0.get(name).unwrap_or(&Json::Null)
    }

    /// A field of the record: as it is now, or as it was when it is gone.
    fn record(&self, field: &str) -> &'a Json {
        let view = |name: &str| self.get(name).get(field);
        view("after")
            .or_else(|| view("before"))
            .unwrap_or(&Json::Null)
    }
}
