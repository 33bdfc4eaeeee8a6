//! The permissions that a HighLevel token needs for what a shop's rules do, and no more.

use crate::{App, AppError};
use domain::{Kind, Side};
use mapping::{CreateRule, NotesTo, Rules};
use schemars::JsonSchema;
use serde::Serialize;
use std::borrow::Cow;
use store::Shop;

/// The code with which a request is refused for want of a permission, or of something that the account does not have.
pub(crate) const NO_SCOPE: &str = "HL-AUTH-02";

/// A permission of a HighLevel token (highlevel-api.md 4.6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NeededScope {
    /// Its name, as HighLevel lists it where tokens are made.
    pub scope: Cow<'static, str>,
    /// What it is needed for.
    pub why: Cow<'static, str>,
    /// Whether it is for writing: without it everything is read, and writes wait.
    pub writes: bool,
}

impl App {
    /// What the shop's HighLevel token must be allowed under its rules, and for its flows.
    ///
    /// # Errors
    /// When the rules cannot be read.
    pub async fn needed_scopes(&self, shop: &Shop) -> Result<Vec<NeededScope>, AppError> {
        let mut scopes = needed(&self.rules_of(shop)?);
        for flow in self.scopes_of_flows(shop).await? {
            if !scopes.iter().any(|known| known.scope == flow.scope) {
                scopes.push(flow);
            }
        }
        Ok(scopes)
    }
}

/// The permissions that these rules need. Contacts and tasks are read whatever the rules say.
pub(crate) fn needed(rules: &Rules) -> Vec<NeededScope> {
    let notes = rules.notes.to != NotesTo::Off || !rules.note_rules.is_empty();
    let appointments = rules.appointments.are_synced();
    let does = |deed: fn(&mapping::NoteThen) -> bool| {
        let mut rules = rules.note_rules.iter();
        rules.any(|rule| deed(&rule.then))
    };
    let read = |scope, why| (true, scope, why, false);
    [
        read(
            "locations.readonly",
            "the location's country, time zone and duplicate rule",
        ),
        read("contacts.readonly", "contacts with their tasks and notes"),
        read("locations/tasks.readonly", "all tasks of the location"),
        (
            writes(rules),
            "contacts.write",
            "making and changing contacts, tasks and notes",
            true,
        ),
        (
            notes,
            "users.readonly",
            "the names of who wrote notes",
            false,
        ),
        (
            appointments,
            "calendars.readonly",
            "the location's calendars",
            false,
        ),
        (
            appointments,
            "calendars/events.readonly",
            "upcoming appointments",
            false,
        ),
        (
            appointments && writes_fields(rules, Kind::Appointment),
            "calendars/events.write",
            "booking and moving appointments, without a message to the customer",
            true,
        ),
        (
            does(|then| then.workflow.is_some()),
            "workflows.readonly",
            "workflows that a note rule names",
            false,
        ),
        (
            does(|then| then.set_field.is_some()),
            "locations/customFields.readonly",
            "custom fields that a note rule sets",
            false,
        ),
    ]
    .into_iter()
    .filter(|(needed, ..)| *needed)
    .map(|(_, scope, why, writes)| NeededScope {
        scope: scope.into(),
        why: why.into(),
        writes,
    })
    .collect()
}

/// Whether contacts, tasks or notes are written to HighLevel under these rules.
fn writes(rules: &Rules) -> bool {
    rules.create.on(Side::HighLevel) != &CreateRule::None
        || rules.notes.back
        || !rules.note_rules.is_empty()
        || writes_fields(rules, Kind::Contact)
        || writes_fields(rules, Kind::Task)
}

/// Whether any field of a kind is written to HighLevel.
fn writes_fields(rules: &Rules, kind: Kind) -> bool {
    rules.fields_of(kind).is_some_and(|rules| {
        let mut fields = rules.iter();
        fields.any(|(_, rule)| rule.direction.writes(Side::HighLevel))
    })
}
