//! Where CRM notes are shown at the counter, and what follows from them in the CRM.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Where CRM notes are shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NotesRules {
    /// `comment`: as internal comments on open tickets. `custom_field:NAME`: in a custom field of the
    /// customer. `off`: nowhere.
    pub to: NotesTo,
    /// Notes older than this many days are not told.
    pub days: u32,
    /// Notes are told although the account does not show that a comment stays internal.
    pub even_if_visible: bool,
    /// Ticket comments become CRM notes as well.
    pub back: bool,
    /// Minutes after which the notes of a contact with an open ticket are fetched again, though nothing
    /// said that they changed. Longer where a tenth of the day's requests would not do.
    pub refresh_minutes: u32,
    /// Notes for which one rule may act in one pass; more wait for a person.
    pub most_per_pass: u64,
}

impl Default for NotesRules {
    fn default() -> Self {
        Self {
            to: NotesTo::Comment,
            days: 30,
            even_if_visible: false,
            back: false,
            refresh_minutes: 15,
            most_per_pass: 20,
        }
    }
}

/// The place of CRM notes at the counter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum NotesTo {
    /// Internal comments on open tickets.
    #[default]
    Comment,
    /// A custom field of the customer, by its label or number.
    CustomField(String),
    /// Nowhere.
    Off,
}

impl fmt::Display for NotesTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Comment => f.write_str("comment"),
            Self::CustomField(name) => write!(f, "custom_field:{name}"),
            Self::Off => f.write_str("off"),
        }
    }
}

impl FromStr for NotesTo {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match (text, text.strip_prefix("custom_field:").map(str::trim)) {
            ("comment", _) => Ok(Self::Comment),
            ("off", _) => Ok(Self::Off),
            (_, Some(name)) if !name.is_empty() => Ok(Self::CustomField(name.to_owned())),
            _ => Err(format!(
                "`{text}` is no place for notes; write comment, custom_field:NAME or off"
            )),
        }
    }
}

impl TryFrom<String> for NotesTo {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<NotesTo> for String {
    fn from(to: NotesTo) -> Self {
        to.to_string()
    }
}

/// What follows from a note in the CRM. Fires once for a note that was written after the rule was set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoteRule {
    /// Its name, by which it is remembered.
    pub name: String,
    /// Which notes.
    #[serde(default)]
    pub when: NoteWhen,
    /// What is done.
    pub then: NoteThen,
}

/// Which notes a rule is about: all that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NoteWhen {
    /// Any of these words or phrases, whole and regardless of case and accents.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
    /// Written by the user of this name; by HighLevel's id where the names cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// At most so many days old.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newer_than_days: Option<u32>,
    /// At least so many days old.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub older_than_days: Option<u32>,
}

/// What a rule does to the contact of the note. Tags and workflows may send messages to the customer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NoteThen {
    /// Adds a tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Puts the contact into a workflow: its name or id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow: Option<String>,
    /// Sets a custom field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set_field: Option<SetField>,
    /// Opens a task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<NewTask>,
}

/// A custom field of a contact and its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetField {
    /// The field's name, key or id.
    pub field: String,
    /// The text to set.
    pub value: String,
}

/// A task to open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewTask {
    /// Its title.
    pub title: String,
    /// Days until it is due.
    #[serde(default = "tomorrow")]
    pub due_days: u16,
}

const fn tomorrow() -> u16 {
    1
}

/// What makes no sense: no name, a name twice, nothing to do.
pub(crate) fn check(rules: &[NoteRule]) -> Result<(), String> {
    for (place, rule) in rules.iter().enumerate() {
        let name = rule.name.trim();
        if name.is_empty() {
            return Err(format!("number {} has no name; give it one", place + 1));
        }
        if rules[..place].iter().any(|other| other.name.trim() == name) {
            return Err(format!(
                "`{name}` stands there twice; give each its own name"
            ));
        }
        if rule.then == NoteThen::default() {
            return Err(format!(
                "`{name}` does nothing; write tag, workflow, set_field or task under `then`"
            ));
        }
    }
    Ok(())
}
