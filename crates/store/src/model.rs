//! What the store holds, as its callers see it.

use domain::{
    Fingerprint, IntentId, Kind, Lane, LinkId, Record, RecordId, RunId, ShopId, Side, Timestamp,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::fmt;

/// A shop as registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Shop {
    /// Our number for it.
    pub id: ShopId,
    /// Its short name.
    pub name: String,
    /// The HighLevel location.
    pub location: String,
    /// IANA zone chosen by a person; else the location's.
    pub zone: Option<String>,
    /// Two-letter country chosen by a person; else the location's.
    pub country: Option<String>,
    /// Whether syncing is paused.
    pub paused: bool,
    /// The shop's rules document.
    pub rules: Json,
    /// When a person approved the first run.
    #[schemars(with = "Option<String>")]
    pub approved_at: Option<Timestamp>,
    /// When it was added.
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    /// When it was removed, with its journal kept; nothing for a shop that is there.
    #[schemars(with = "Option<String>")]
    pub removed_at: Option<Timestamp>,
}

/// Something learnt about a shop.
#[derive(Clone, Debug, PartialEq)]
pub struct FactRow {
    /// The value.
    pub value: Json,
    /// When it was learnt.
    pub at: Timestamp,
}

/// Open remote writes of one sort.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IntentCount {
    /// Where they write.
    pub side: Side,
    /// What they write.
    pub kind: Kind,
    /// What they do.
    pub op: IntentOp,
    /// Where they stand.
    pub state: IntentState,
    /// How many there are.
    pub count: u64,
    /// When the first of them falls due.
    pub next_due: Timestamp,
}

/// Where a snapshot stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordState {
    /// Nothing to do.
    Settled,
    /// Changed since the last decision.
    Unsettled,
    /// A child whose parent has no link yet.
    WaitsForParent,
    /// A person has to decide.
    WaitsForPerson,
}

/// A snapshot with its book-keeping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRecord {
    /// The record as last fetched.
    pub record: Record,
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// When it was first seen.
    pub first_seen_at: Timestamp,
    /// When it was last fetched.
    pub fetched_at: Timestamp,
    /// Where it stands.
    pub state: RecordState,
    /// Whether the vendor no longer has it.
    pub gone: bool,
}

/// A pair of records known to be the same thing.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Our id.
    pub id: LinkId,
    /// Contact, task …
    pub kind: Kind,
    /// The HighLevel record.
    pub left: RecordId,
    /// The MyGadgetRepairs record.
    pub right: RecordId,
    /// The values on which both sides last agreed (the sync's own document).
    pub base: Json,
    /// Values that a vendor refused, not to be written again as they are (the sync's own document).
    pub withheld: Json,
    /// Why the two belong together.
    pub reason: String,
    /// Mapped fields compared.
    pub fields: u32,
    /// Of those, how many agree.
    pub agree: u32,
    /// Of those, how many are held back with a reason.
    pub held: u32,
}

impl Link {
    /// A new pair, HighLevel's record first, that is not compared yet.
    #[must_use]
    pub fn fresh(
        id: LinkId,
        kind: Kind,
        (left, right): (RecordId, RecordId),
        reason: &str,
    ) -> Self {
        Self {
            id,
            kind,
            left,
            right,
            base: Json::Null,
            withheld: Json::Object(serde_json::Map::new()),
            reason: reason.to_owned(),
            fields: 0,
            agree: 0,
            held: 0,
        }
    }

    /// The linked record on the given side.
    #[must_use]
    pub const fn on(&self, side: Side) -> &RecordId {
        match side {
            Side::HighLevel => &self.left,
            Side::MyGadgetRepairs => &self.right,
        }
    }
}

/// Sums over the links of a kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LinkTotals {
    /// Linked pairs.
    pub links: u64,
    /// Mapped fields compared.
    pub fields: u64,
    /// Fields that agree.
    pub agree: u64,
    /// Fields held back with a reason.
    pub held: u64,
}

/// What a remote write does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum IntentOp {
    /// Makes a record.
    Create,
    /// Changes fields of a record.
    Update,
    /// Deletes a record.
    Delete,
}

/// Where a remote write stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum IntentState {
    /// Decided, not sent.
    Ready,
    /// About to be sent, or sent with no answer recorded yet.
    Sent,
    /// Sent; whether it was carried out has to be found out by looking.
    Unknown,
    /// Carried out; not read back yet.
    Written,
    /// Read back.
    Done,
    /// Refused for good; shown, and can be retried.
    Failed,
    /// Waits for a person: credentials, a scope, an approval.
    Held,
}

impl IntentState {
    /// The name in the store and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Sent => "sent",
            Self::Unknown => "unknown",
            Self::Written => "written",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Held => "held",
        }
    }

    pub(crate) fn read(text: &str) -> Option<Self> {
        [
            Self::Ready,
            Self::Sent,
            Self::Unknown,
            Self::Written,
            Self::Done,
            Self::Failed,
            Self::Held,
        ]
        .into_iter()
        .find(|state| state.as_str() == text)
    }
}

impl fmt::Display for IntentState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl IntentOp {
    /// The name in the store and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }

    pub(crate) fn read(text: &str) -> Option<Self> {
        [Self::Create, Self::Update, Self::Delete]
            .into_iter()
            .find(|op| op.as_str() == text)
    }
}

/// One durable remote write.
#[derive(Clone, Debug, PartialEq)]
pub struct Intent {
    /// Our id.
    pub id: IntentId,
    /// The run that decided it.
    pub run: RunId,
    /// The side that is written.
    pub side: Side,
    /// The kind that is written.
    pub kind: Kind,
    /// What is done.
    pub op: IntentOp,
    /// The record that is changed or deleted; once known, the record that was made.
    pub target: Option<RecordId>,
    /// The record on the other side that is the cause.
    pub source: RecordId,
    /// What to write and why (the sync's own document).
    pub payload: Json,
    /// Where it stands.
    pub state: IntentState,
    /// Attempts that counted.
    pub attempt: u32,
    /// How urgent it is: of what is due, the more urgent goes first.
    pub lane: Lane,
    /// Not before this instant.
    pub not_before: Timestamp,
    /// When it was last sent; once it is written, when the answer came: only what was read later shows it.
    pub sent_at: Option<Timestamp>,
    /// Stable code of the last failure.
    pub code: Option<String>,
    /// The last failure in words.
    pub message: Option<String>,
}

/// A remote write with its times. A finished one is kept, with what it did, to be explained and taken back.
#[derive(Clone, Debug, PartialEq)]
pub struct Exchange {
    /// The write. Once it is finished, its run is the one that read it back.
    pub intent: Intent,
    /// When it was decided.
    pub decided_at: Timestamp,
    /// When it was read back, or refused for good.
    pub finished_at: Option<Timestamp>,
}

/// What a person is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReviewKind {
    /// Whether two records are the same person.
    Match,
    /// Which of two values is right.
    Conflict,
    /// Whether records that vanished on one side should be let go.
    Vanished,
}

impl ReviewKind {
    /// The name in the store and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Match => "match",
            Self::Conflict => "conflict",
            Self::Vanished => "vanished",
        }
    }

    pub(crate) fn read(text: &str) -> Option<Self> {
        [Self::Match, Self::Conflict, Self::Vanished]
            .into_iter()
            .find(|what| what.as_str() == text)
    }
}

/// Where a question to a person stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReviewState {
    /// Nobody has answered.
    Open,
    /// Answered.
    Decided,
    /// No longer a question: the records changed.
    Obsolete,
}

impl ReviewState {
    /// The name in the store and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Decided => "decided",
            Self::Obsolete => "obsolete",
        }
    }

    pub(crate) fn read(text: &str) -> Option<Self> {
        [Self::Open, Self::Decided, Self::Obsolete]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

/// A question to a person.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Review {
    /// Our number, typed by people.
    pub id: i64,
    /// What is asked.
    pub what: ReviewKind,
    /// The kind of the records.
    pub kind: Kind,
    /// The side of the subject.
    pub side: Side,
    /// The subject.
    pub record: RecordId,
    /// The field in question, for conflicts; else empty.
    pub field: String,
    /// Candidates, values and reasons.
    pub detail: Json,
    /// Where it stands.
    pub state: ReviewState,
    /// What was decided.
    pub decision: Option<String>,
    /// When it was asked.
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    /// When it was answered, or came to be settled otherwise.
    #[schemars(with = "Option<String>")]
    pub decided_at: Option<Timestamp>,
}

/// A line for the journal.
#[derive(Clone, Debug, PartialEq)]
pub struct JournalEntry {
    /// The run.
    pub run: RunId,
    /// What happened: `linked`, `created`, `updated` …
    pub event: &'static str,
    /// The side that it happened on.
    pub side: Option<Side>,
    /// The kind of record.
    pub kind: Option<Kind>,
    /// The record.
    pub record: Option<RecordId>,
    /// Its counterpart.
    pub counterpart: Option<RecordId>,
    /// The rest.
    pub detail: Json,
}

/// A line of the journal.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct JournalRow {
    /// Ascending number.
    pub id: i64,
    /// The run.
    pub run: RunId,
    /// When.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// What happened.
    pub event: String,
    /// The side that it happened on.
    pub side: Option<Side>,
    /// The kind of record.
    pub kind: Option<Kind>,
    /// The record.
    pub record: Option<RecordId>,
    /// Its counterpart.
    pub counterpart: Option<RecordId>,
    /// The rest.
    pub detail: Json,
}

/// One pass of the sync.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct RunRow {
    /// Our id.
    pub id: RunId,
    /// When it began.
    #[schemars(with = "String")]
    pub started_at: Timestamp,
    /// When it ended.
    #[schemars(with = "Option<String>")]
    pub finished_at: Option<Timestamp>,
    /// What it is doing, or how it ended.
    pub phase: String,
    /// Counts.
    pub summary: Json,
}

/// A webhook as it came, to be kept before it is acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// The shop that it is about.
    pub shop: ShopId,
    /// Who sent it.
    pub side: Side,
    /// The same bytes for the same event, however often it comes.
    pub event: [u8; 16],
    /// The event's name.
    pub what: String,
    /// The kind of record to look at, if any.
    pub kind: Option<Kind>,
    /// The record to look at, if the event names one.
    pub record: Option<RecordId>,
    /// What the record belongs to, if the event says so.
    pub parent: Option<RecordId>,
    /// The body as it came.
    pub body: Vec<u8>,
    /// When it came.
    pub received_at: Timestamp,
}

/// A webhook that waits to be looked at: a hint that a record may have changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signal {
    /// The webhook's number.
    pub webhook: i64,
    /// Who sent it.
    pub side: Side,
    /// The kind of record to look at, if any.
    pub kind: Option<Kind>,
    /// The record to look at, if it is named.
    pub record: Option<RecordId>,
    /// What the record belongs to, if that is named.
    pub parent: Option<RecordId>,
    /// The event's name.
    pub what: String,
    /// The body as it came.
    pub body: Vec<u8>,
    /// When it came.
    pub received_at: Timestamp,
    /// The same event was looked at before: it came again, and nothing follows from it.
    pub is_known: bool,
}

/// What came of a side's webhooks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// Webhooks that were looked at; one that came several times counts once.
    pub received: u64,
    /// Changes that a webhook told of.
    pub told: u64,
    /// Changes that a poll found although no webhook had told.
    pub missed: u64,
    /// When the last one came.
    pub last_at: Option<Timestamp>,
}
