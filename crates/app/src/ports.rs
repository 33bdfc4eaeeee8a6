//! What the use cases ask of a side. One adapter per vendor answers; a preview answers in their place
//! without writing anything.

use async_trait::async_trait;
use domain::{Failure, FailureClass, Field, Kind, Record, RecordId, Side, Timestamp, Value};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fmt;

/// Native fields to write; `None` empties the field.
pub type Writes = BTreeMap<Field, Option<Value>>;

/// Which records a page is taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All of them.
    All,
    /// Those that may have changed since the instant, in the order that the vendor offers.
    Changed(Option<Timestamp>),
}

/// One page of records.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The records.
    pub records: Vec<Record>,
    /// Where the next page begins; nothing after the last one. Can be stored and used after a restart.
    pub next: Option<Json>,
}

/// A record to be made.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// Its kind.
    pub kind: Kind,
    /// The record that it belongs to on the side where it is made.
    pub parent: Option<RecordId>,
    /// Its native fields.
    pub fields: Writes,
    /// What a new contact's `source` says.
    pub source: Option<String>,
    /// The issue type of a new ticket.
    pub issue_type: Option<String>,
    /// The source record's reference or id, by which the new record is found again.
    pub mark: String,
}

/// A record that was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// Its id.
    pub id: RecordId,
    /// As the vendor stored it, where the answer says so; else it has to be read back.
    pub record: Option<Record>,
}

/// Something done to a contact or customer beside its mapped fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Adds a tag.
    Tag(String),
    /// Puts the contact into a workflow, by its name or id.
    Workflow(String),
    /// Sets a custom field, by its name, key or id.
    Field {
        /// The field.
        name: String,
        /// The text.
        value: String,
    },
}

/// What a look-up after an unknown outcome found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Records that may be the one that was sent.
    pub candidates: Vec<Record>,
    /// What it means when none of them is.
    pub absence: Absence,
}

/// What it means that a look-up does not find what was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absence {
    /// Nothing, and it need not: the vendor itself refuses a second one.
    Harmless,
    /// Nothing, until the index that was asked shows what was made (highlevel-quirks.md 3.1).
    IndexLags,
    /// It has not arrived: what was asked shows all that there is.
    NotThere,
}

/// One side of a shop.
#[async_trait]
pub trait Port: Send + Sync {
    /// Which side.
    fn side(&self) -> Side;

    /// Whether lists come from an index that lags behind writes.
    fn lists_lag(&self) -> bool;

    /// Whether changed records of a kind can be told apart from the rest. If not, every poll walks through
    /// all of them and compares (HighLevel tasks: there is no other way).
    fn tells_changes(&self, kind: Kind) -> bool;

    /// Whether the vendor refuses a second contact with the same value of the field.
    fn guards(&self, field: Field) -> bool;

    /// One page of records of a kind.
    async fn page(&self, kind: Kind, scope: &Scope, next: Option<&Json>)
    -> Result<Page, PortError>;

    /// One record as it is now, or nothing when the vendor has none.
    async fn fetch(
        &self,
        kind: Kind,
        id: &RecordId,
        parent: Option<&RecordId>,
    ) -> Result<Option<Record>, PortError>;

    /// The record as a webhook's body shows it; nothing where the body does not show it whole.
    fn told(&self, kind: Kind, body: &[u8]) -> Option<Record> {
        let _ = (kind, body);
        None
    }

    /// The records of a kind that belong to one record: the notes of a contact, the comments of a ticket.
    async fn list_of(&self, kind: Kind, parent: &RecordId) -> Result<Vec<Record>, PortError>;

    /// Whether something was done to a contact already, as far as the side shows it.
    async fn is_done(&self, contact: &RecordId, act: &Act) -> Result<bool, PortError>;

    /// Does something to a contact.
    async fn enact(&self, contact: &RecordId, act: &Act) -> Result<(), PortError>;

    /// Makes a record.
    async fn create(&self, draft: &Draft) -> Result<Made, PortError>;

    /// Changes fields of a record. Answers the record as stored, where the vendor's answer says so.
    async fn update(
        &self,
        kind: Kind,
        id: &RecordId,
        parent: Option<&RecordId>,
        writes: &Writes,
    ) -> Result<Option<Record>, PortError>;

    /// Records with the keys of a draft, where the vendor would not refuse a second one by itself: looked for
    /// just before a creation, since somebody may have entered the person meanwhile.
    async fn same_keys(&self, draft: &Draft) -> Result<Vec<Record>, PortError>;

    /// Contacts that hold the draft's e-mail address or number now, where the side can be asked for keys otherwise than
    /// through an index that lags: looked for when a contact vanished that may have been merged.
    async fn holders(&self, draft: &Draft) -> Result<Vec<Record>, PortError> {
        let _ = draft;
        Ok(Vec::new())
    }

    /// Deletes a record. One that is not there (any more) is as good as deleted.
    async fn delete(
        &self,
        kind: Kind,
        id: &RecordId,
        parent: Option<&RecordId>,
    ) -> Result<(), PortError>;

    /// What hangs on a record and would go with it, in words; nothing when nothing does, or nothing that the
    /// vendor shows.
    async fn attached(&self, record: &Record) -> Result<Option<String>, PortError>;

    /// Looks for a record that may have been made from the draft when the answer was lost.
    async fn find(&self, draft: &Draft) -> Result<Finding, PortError>;
}

/// What a failure means for the record in question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The vendor has a record with the same key already.
    Duplicate {
        /// Its id.
        id: RecordId,
        /// The key.
        field: Field,
    },
    /// The record is not there (any more).
    NotFound,
    /// Anything else.
    Other,
}

/// A failed request to a side.
#[derive(Clone, Debug)]
pub struct PortError {
    /// The side.
    pub side: Side,
    /// Stable code.
    pub code: &'static str,
    /// In words that a shop owner understands, with the mend.
    pub message: String,
    /// What to do about it.
    pub class: FailureClass,
    /// Whether the request may have been carried out.
    pub maybe_applied: bool,
    /// What it means for the record.
    pub cause: Cause,
}

impl PortError {
    /// The side may not be asked before an instant: what is to be sent together does not fit into its budget.
    pub fn no_room(side: Side, until: Timestamp) -> Self {
        Self::ours(
            side,
            FailureClass::Deferred { until },
            "BUDGET-WAIT",
            format!("not before {until}: the allowance of this minute is used up"),
        )
    }

    /// A refusal of our own: nothing was sent, or nothing came of it.
    pub fn ours(
        side: Side,
        class: FailureClass,
        code: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self {
            side,
            code,
            message: message.into(),
            class,
            maybe_applied: false,
            cause: Cause::Other,
        }
    }

    /// Wraps a vendor client's error.
    pub fn new(side: Side, error: &impl Failure, maybe_applied: bool, cause: Cause) -> Self {
        Self {
            side,
            code: error.code(),
            message: error.to_string(),
            class: error.class(),
            maybe_applied,
            cause,
        }
    }
}

impl fmt::Display for PortError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Many messages name the side themselves.
        if !self.message.contains(self.side.title()) {
            write!(f, "{}: ", self.side.title())?;
        }
        write!(f, "{} ({})", self.message, self.code)
    }
}

impl std::error::Error for PortError {}
