//! The writes that callers combine into one transaction.

use crate::flow::NewSighting;
use crate::model::{
    FactRow, Intent, IntentState, JournalEntry, Link, RecordState, Review, ReviewKind, ReviewState,
};
use crate::note_change::NoteChange;
use domain::{IntentId, Kind, LinkId, Record, RecordId, RunId, Side, Timestamp};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// A normalised key of a contact, for matching.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Key {
    /// `email`, `phone`, `name` or `mark`.
    pub what: &'static str,
    /// The normal form. Never empty: an empty key matches nothing.
    pub value: String,
}

/// One write. [`crate::Store::commit`] carries out a list of them, all or none.
#[derive(Clone, Debug)]
pub enum Change {
    /// Of what is committed after this, every change of a record is kept as a sighting: of what was seen as somebody's
    /// outside, of what we wrote ourselves as the sync's.
    Sight,
    /// Sightings of what is no snapshot of a synced kind.
    Sighted(Vec<NewSighting>),
    /// Records as just fetched, in one statement. A record whose fingerprint is unchanged keeps its state;
    /// a new or changed one becomes unsettled, and so does a gone one that is back.
    Saw {
        /// The records, of one side and kind, with their keys.
        records: Vec<(Record, Vec<Key>)>,
        /// The sweep that saw them; 0 for none.
        sweep: i64,
        /// When the vendor was asked. What was written or asked for after that stays, unless the vendor says that
        /// this is newer: the answer may have been on its way meanwhile.
        asked_at: Timestamp,
        /// For rows of a lagging search index: the same with an instant that lies so much further back.
        stale_after: Option<Timestamp>,
    },
    /// A record as it stands after our own write, to be compared with its counterpart once more.
    Wrote(Box<Record>, Vec<Key>),
    /// Sets where a record stands.
    Settle(Side, Kind, RecordId, RecordState),
    /// Records that the vendor no longer has.
    Gone(Side, Kind, RecordId),
    /// Lets the children of a record be decided again.
    WakeChildren(Side, RecordId),
    /// Lets a record be decided again.
    Unsettle(Side, Kind, RecordId),
    /// A new link.
    Link(Link),
    /// New base, withheld values and counts of a link.
    Rebase {
        /// The link.
        link: LinkId,
        /// The new base.
        base: Json,
        /// The new withheld values.
        withheld: Json,
        /// Fields compared, agreeing, held.
        counts: (u32, u32, u32),
    },
    /// Ends a link; the records stay where they are.
    Unlink(LinkId, String),
    /// A new remote write. Ignored when the source has an open one for that side.
    Intend(Box<Intent>),
    /// Where a remote write stands now.
    Progress {
        /// The write.
        intent: IntentId,
        /// Its new state.
        state: IntentState,
        /// The record that was made or found.
        target: Option<RecordId>,
        /// Not again before.
        not_before: Option<Timestamp>,
        /// Whether this counts as an attempt.
        counts: bool,
        /// Code and words of a failure.
        failure: Option<(String, String)>,
    },
    /// A remote write was carried out and read back: what it did is kept with it, and the run that saw it.
    Finish {
        /// The write.
        intent: IntentId,
        /// The record that was written.
        target: RecordId,
        /// The run that read it back.
        run: RunId,
        /// What it did.
        exchange: Json,
    },
    /// Drops a remote write whose cause is gone or will be decided anew. Never one that may have been sent.
    Cancel(IntentId),
    /// Replaces what a remote write will send.
    Rewrite(IntentId, Json),
    /// Asks a person. An open question about the same thing is updated.
    Ask(Box<Review>),
    /// Answers a question.
    Answer(i64, ReviewState, String),
    /// Opens a question again whose answer is taken back. Nothing where the same question was asked anew meanwhile.
    Reopen(i64),
    /// Closes an open question that no longer stands.
    Moot(ReviewKind, Kind, Side, RecordId, String),
    /// Remembers that two contacts (HighLevel, MyGadgetRepairs) are different people.
    Apart(RecordId, RecordId),
    /// Forgets that.
    NotApart(RecordId, RecordId),
    /// Forgets that a record once had a counterpart: it may get one again.
    ForgetEnded(Side, Kind, RecordId),
    /// Remembers that a record is left alone.
    LeaveAlone(Side, Kind, RecordId),
    /// Forgets that.
    TakeUp(Side, Kind, RecordId),
    /// Webhooks of a side that were looked at, and what came of them.
    Heard {
        /// Their numbers.
        webhooks: Vec<i64>,
        /// So many of them were no webhooks: a person asked to look.
        asked: usize,
        /// Who sent them.
        on: Side,
        /// Changes that they told of.
        told: usize,
        /// Changes that a poll found although no webhook had told.
        missed: usize,
        /// When the last of them came.
        last_at: Option<Timestamp>,
    },
    /// Where polling of a source stands.
    Cursor(String, Json),
    /// Where polling of several stood, by source.
    Cursors(BTreeMap<String, FactRow>),
    /// Something learnt about the shop.
    Fact(&'static str, Json),
    /// A line for the journal.
    Journal(JournalEntry),
    /// A person approved the first run.
    Approved,
    /// New rules.
    Rules(Json),
    /// Everything of a kind is decided again (rules or vocabularies changed).
    UnsettleAll(Kind),
    /// The notes of a HighLevel contact may have changed: they are fetched by the next pass.
    NotesDue(RecordId),
    /// Anything else about notes.
    Note(NoteChange),
}
