//! What an intent about notes holds, and how it is made.

use crate::pass::Pass;
use crate::ports::Act;
use domain::{IntentId, Kind, Lane, RecordId, Side, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Change, Intent, IntentOp, IntentState};
use sync::{Circumstances, Effect, Loud, quiet};

/// Notes with the fingerprints of their texts.
pub(super) type Notes = Vec<(RecordId, String)>;

/// The document of an intent about notes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "note", rename_all = "snake_case")]
pub(in crate::pass) enum NotePayload {
    /// Tells notes to a ticket, in a comment.
    Digest {
        contact: RecordId,
        ticket: RecordId,
        reference: Option<String>,
        notes: Notes,
        text: String,
        token: String,
    },
    /// Shows notes in a customer's custom field.
    Field {
        contact: RecordId,
        customer: RecordId,
        reference: Option<String>,
        notes: Notes,
        name: String,
        text: String,
    },
    /// Makes a note of a comment.
    Back {
        contact: RecordId,
        comment: RecordId,
        reference: Option<String>,
        text: String,
    },
    /// Does what a rule says to the contact of a note.
    Act {
        rule: String,
        contact: RecordId,
        act: Act,
    },
    /// Opens a task that a rule wants.
    Task {
        rule: String,
        contact: RecordId,
        title: String,
        due: Timestamp,
        token: String,
    },
}

impl NotePayload {
    /// Reads an intent's document.
    pub(in crate::pass) fn read(intent: &Intent) -> Option<Self> {
        serde_json::from_value(intent.payload.clone()).ok()
    }

    /// The rule that wants it.
    pub(super) fn rule(&self) -> Option<&str> {
        match self {
            Self::Act { rule, .. } | Self::Task { rule, .. } => Some(rule),
            _ => None,
        }
    }

    /// What it does to a contact, as far as automations may answer to it.
    pub(super) const fn effect(&self) -> Option<Effect> {
        match self {
            Self::Act {
                act: Act::Tag(_), ..
            } => Some(Effect::Tag),
            Self::Act {
                act: Act::Workflow(_),
                ..
            } => Some(Effect::Workflow),
            Self::Act {
                act: Act::Field { .. },
                ..
            } => Some(Effect::CustomField),
            Self::Task { .. } => Some(Effect::Task),
            Self::Digest { .. } | Self::Field { .. } | Self::Back { .. } => None,
        }
    }

    /// How urgent it is. A rule acts on notes that were written after it was set: they just happened.
    const fn lane(&self) -> Lane {
        match self.effect() {
            Some(_) => Lane::Live,
            None => Lane::Background,
        }
    }

    /// Whether it may be done now, so that history stays quiet.
    pub(super) fn is_quiet(&self, lane: Lane, first_run: bool) -> Result<(), Loud> {
        self.effect().map_or(Ok(()), |effect| {
            quiet(effect, Circumstances { lane, first_run })
        })
    }

    /// The same for something that is about to be intended.
    pub(super) fn may_be_intended(&self, first_run: bool) -> bool {
        self.is_quiet(self.lane(), first_run).is_ok()
    }

    /// The notes that it tells.
    pub(super) fn notes(&self) -> &[(RecordId, String)] {
        match self {
            Self::Digest { notes, .. } | Self::Field { notes, .. } => notes,
            _ => &[],
        }
    }

    const fn aim(&self) -> (Side, IntentOp) {
        match self {
            Self::Digest { .. } => (Side::MyGadgetRepairs, IntentOp::Create),
            Self::Field { .. } => (Side::MyGadgetRepairs, IntentOp::Update),
            // A workflow is started once: after a lost answer somebody looks before it is started again.
            Self::Back { .. }
            | Self::Task { .. }
            | Self::Act {
                act: Act::Workflow(_),
                ..
            } => (Side::HighLevel, IntentOp::Create),
            Self::Act { .. } => (Side::HighLevel, IntentOp::Update),
        }
    }
}

impl Pass<'_> {
    /// The change that intends something about notes. `source` tells apart what may be open at once.
    pub(super) fn intend_note(&self, source: RecordId, payload: &NotePayload) -> Change {
        let (side, op) = payload.aim();
        Change::Intend(Box::new(Intent {
            id: IntentId(self.context.new_id()),
            run: self.run,
            side,
            kind: Kind::Note,
            op,
            target: None,
            source,
            payload: serde_json::to_value(payload).unwrap_or_default(),
            state: IntentState::Ready,
            attempt: 0,
            lane: payload.lane(),
            not_before: Timestamp::UNIX_EPOCH,
            sent_at: None,
            code: None,
            message: None,
        }))
    }

    /// A word that only one text of ours carries.
    pub(super) fn token(&self) -> String {
        let id = self.context.new_id().simple().to_string();
        id[20..].to_owned()
    }
}

/// Whether an open write may have been sent already.
pub(super) const fn is_sent(intent: &Intent) -> bool {
    matches!(
        intent.state,
        IntentState::Sent | IntentState::Unknown | IntentState::Written
    )
}
