//! What an explanation holds.

use crate::pass::payload::Payload;
use domain::{Field, IntentId, Kind, RecordId, RunId, Side, Timestamp, Value};
use schemars::JsonSchema;
use serde::Serialize;
use store::{Exchange, IntentOp, IntentState, StoredRecord};
use sync::{Agreed, Ground};

/// Why a record's values are what they are.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Explanation {
    /// The shop's name.
    pub shop: String,
    /// What kind of record it is.
    pub kind: Kind,
    /// The records of the pair, as last fetched.
    pub records: Vec<RecordStory>,
    /// How the two came to be linked; nothing without a counterpart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub linked: Option<Linked>,
    /// Why there is no counterpart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alone: Option<String>,
    /// Whether a person said that it is left alone, with its counterpart.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub left_alone: bool,
    /// When an appointment begins, in both sides' local times and words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub begins: Vec<String>,
    /// Field by field.
    pub fields: Vec<FieldStory>,
    /// Writes that are not finished.
    pub open: Vec<OpenWrite>,
    /// What flows wrote to the records of the pair, newest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flows: Vec<FlowWrote>,
}

/// A call by which a flow wrote to a record, or made it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FlowWrote {
    /// The record.
    pub record: RecordId,
    /// The flow.
    pub flow: String,
    /// Its run; `flow runs` tells every step of it.
    pub run: String,
    /// The step.
    pub step: String,
    /// The operation that it called.
    pub operation: String,
    /// The names of what was sent.
    pub sent: Vec<String>,
    /// Whether it made the record.
    pub made: bool,
    /// When.
    #[schemars(with = "String")]
    pub at: Timestamp,
}

/// One record.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RecordStory {
    /// Where it lives.
    pub side: Side,
    /// The vendor's id.
    pub id: RecordId,
    /// The number by which people know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Its name or title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When it was first seen.
    #[schemars(with = "String")]
    pub first_seen: Timestamp,
    /// When it was last fetched.
    #[schemars(with = "String")]
    pub fetched: Timestamp,
    /// Whether the vendor no longer has it.
    pub deleted: bool,
}

impl RecordStory {
    fn of(stored: &StoredRecord) -> Self {
        Self {
            side: stored.record.side,
            id: stored.record.id.clone(),
            reference: stored.record.reference.clone(),
            name: crate::review::title_of(&stored.record),
            first_seen: stored.first_seen_at,
            fetched: stored.fetched_at,
            deleted: stored.gone,
        }
    }
}

impl Explanation {
    pub(super) fn about(shop: &str, stored: &StoredRecord, other: Option<&StoredRecord>) -> Self {
        let mut records: Vec<RecordStory> = std::iter::once(stored)
            .chain(other)
            .map(RecordStory::of)
            .collect();
        records.sort_by_key(|record| record.side == Side::MyGadgetRepairs);
        Self {
            shop: shop.to_owned(),
            kind: stored.record.kind,
            records,
            linked: None,
            alone: None,
            left_alone: false,
            begins: Vec::new(),
            fields: Vec::new(),
            open: Vec::new(),
            flows: Vec::new(),
        }
    }
}

/// How two records came to be linked.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Linked {
    /// The rung of the ladder, `a person`, or `created`.
    pub how: String,
    /// What spoke for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// Where Repairbridge made one of them for the other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub made_in: Option<Side>,
    /// When, where the journal still tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub at: Option<Timestamp>,
    /// In which run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
}

/// One thing for each side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "SideValuesOf{T}")]
pub struct SideValues<T> {
    /// HighLevel's.
    pub highlevel: T,
    /// MyGadgetRepairs'.
    pub mygadgetrepairs: T,
}

impl<T> SideValues<T> {
    /// That of a side.
    #[must_use]
    pub const fn on(&self, side: Side) -> &T {
        match side {
            Side::HighLevel => &self.highlevel,
            Side::MyGadgetRepairs => &self.mygadgetrepairs,
        }
    }
}

/// One field.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FieldStory {
    /// Its name.
    pub field: &'static str,
    /// The vendors' own names.
    pub wire: SideValues<&'static str>,
    /// The values as last fetched, in shared terms.
    pub values: SideValues<Option<Value>>,
    /// Whether they mean the same.
    pub agree: bool,
    /// The values on which both last agreed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreed: Option<Agreed>,
    /// Who set each value.
    pub set_by: SideValues<Option<Origin>>,
    /// The rule of the field, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Why the two differ; nothing where they agree.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub differs: Option<crate::agreement::Why>,
    /// The open question about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<i64>,
}

/// Who set a value.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "who", rename_all = "snake_case")]
pub enum Origin {
    /// We wrote it.
    Repairbridge(WrittenStory),
    /// Not written by Repairbridge.
    Person {
        /// When we first saw it.
        #[schemars(with = "String")]
        first_seen: Timestamp,
    },
    /// The vendor itself filled it in or stored it in another form.
    Vendor,
}

/// A write of ours.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct WrittenStory {
    /// Our id of the write.
    pub write: IntentId,
    /// The run that read it back.
    pub run: RunId,
    /// Why, in words.
    pub because: String,
    /// What decided it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ground: Option<Ground>,
    /// What was written; nothing where the field was emptied.
    pub wrote: Option<Value>,
    /// What it replaced.
    pub replaced: Option<Value>,
    /// What it read back as.
    pub read_back: Option<Value>,
    /// When it was decided.
    #[schemars(with = "String")]
    pub decided_at: Timestamp,
    /// When it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub sent_at: Option<Timestamp>,
    /// When it was read back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub confirmed_at: Option<Timestamp>,
    /// How many attempts it took.
    pub attempts: u32,
}

impl WrittenStory {
    pub(super) fn of(exchange: &Exchange, kept: &Payload, field: Field) -> Self {
        let intent = &exchange.intent;
        let ground = kept.grounds.get(&field).copied();
        Self {
            write: intent.id,
            run: intent.run,
            because: ground.map_or_else(|| kept.cause.clone(), Ground::words),
            ground,
            wrote: kept.changes.get(&field).cloned().flatten(),
            replaced: kept.before.get(&field).cloned(),
            read_back: kept.shown.get(&field).cloned(),
            decided_at: exchange.decided_at,
            sent_at: intent.sent_at,
            confirmed_at: exchange.finished_at,
            attempts: intent.attempt + 1,
        }
    }
}

/// A write that is not finished.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct OpenWrite {
    /// Our id of it.
    pub id: IntentId,
    /// The side that is written.
    pub side: Side,
    /// What is done.
    pub op: IntentOp,
    /// Where it stands.
    pub state: IntentState,
    /// Why it was decided.
    pub cause: String,
    /// The fields that it writes.
    pub fields: Vec<&'static str>,
    /// Attempts that counted.
    pub attempts: u32,
    /// What it waits for, or why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<String>,
    /// Not before this instant.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub not_before: Option<Timestamp>,
}
