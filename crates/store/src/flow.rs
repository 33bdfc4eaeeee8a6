//! What is kept of flows: sightings, definitions, runs and their steps.

use domain::{Kind, Side, Timestamp};
use serde_json::Value as Json;

/// One change of a record at a vendor, as it was seen.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredSighting {
    /// Its place in the order of all of them.
    pub seq: i64,
    /// What it is about.
    pub sighting: NewSighting,
    /// Who changed it.
    pub cause: Json,
    /// When it was seen.
    pub at: Timestamp,
}

/// A change of a record that is no snapshot of a synced kind.
#[derive(Clone, Debug, PartialEq)]
pub struct NewSighting {
    /// Whose record, and what it is: `highlevel.opportunity`.
    pub source: String,
    /// The record.
    pub record: String,
    /// The vendor's own event, where the sighting is nothing but that.
    pub event: Option<String>,
    /// The record before; nothing where it was not there.
    pub before: Option<Json>,
    /// The record now; nothing where it is gone.
    pub after: Option<Json>,
}

/// A record that flows watch beside the synced kinds.
#[derive(Clone, Debug, PartialEq)]
pub struct Watched {
    /// The vendor's id.
    pub record: String,
    /// As the vendor showed it.
    pub body: Json,
    /// When the vendor says that it was made.
    pub created_at: Option<Timestamp>,
}

/// Since when a record has been as it is, in one respect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Since {
    /// Whose record, and what it is.
    pub source: String,
    /// The record.
    pub record: String,
    /// In which respect: `status`.
    pub what: String,
    /// Since when.
    pub at: Timestamp,
}

/// A flow with the versions that are at work.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredFlow {
    /// Its id within the shop.
    pub id: String,
    /// Whether it is switched on.
    pub enabled: bool,
    /// The number of the version at work.
    pub live: i64,
    /// That version.
    pub document: Json,
    /// The number of the version that is tried beside it.
    pub draft: Option<i64>,
    /// That version.
    pub draft_document: Option<Json>,
    /// The recipe that it came from.
    pub recipe: Option<String>,
    /// What happened before is history to it.
    pub active_from: Timestamp,
    /// Why it stopped by itself.
    pub paused_why: Option<String>,
}

/// Whether a flow is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowSwitch {
    /// Its id within the shop.
    pub id: String,
    /// Whether it is switched on.
    pub enabled: bool,
    /// Why it stopped by itself.
    pub paused_why: Option<String>,
}

/// A version of a flow.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowVersion {
    /// Its number, from 1.
    pub number: i64,
    /// The flow as JSON.
    pub document: Json,
    /// When it was given.
    pub at: Timestamp,
}

/// How a run works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunMode {
    /// It does what the flow says.
    Live,
    /// A draft beside the live flow: it writes nothing.
    Shadow,
    /// A person tries the flow: it writes nothing.
    Test,
}

impl RunMode {
    /// As it stands in the store and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Shadow => "shadow",
            Self::Test => "test",
        }
    }

    pub(crate) fn read(text: &str) -> Self {
        match text {
            "live" => Self::Live,
            "shadow" => Self::Shadow,
            _ => Self::Test,
        }
    }
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowRunState {
    /// It can go on.
    Ready,
    /// It waits for its time.
    Waiting,
    /// It waits for a person's answer.
    Asking,
    /// It waits until a person allows it.
    Held,
    /// A call is under way, or its outcome is not known.
    Sent,
    /// It did all that the flow says.
    Done,
    /// A condition said that it is not needed.
    NotNeeded,
    /// A step failed.
    Failed,
    /// It was stopped: a loop, a ceiling, or a person.
    Stopped,
}

impl FlowRunState {
    /// Every state.
    pub const ALL: [Self; 9] = [
        Self::Ready,
        Self::Waiting,
        Self::Asking,
        Self::Held,
        Self::Sent,
        Self::Done,
        Self::NotNeeded,
        Self::Failed,
        Self::Stopped,
    ];

    /// As it stands in the store and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Waiting => "waiting",
            Self::Asking => "asking",
            Self::Held => "held",
            Self::Sent => "sent",
            Self::Done => "done",
            Self::NotNeeded => "not_needed",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
        }
    }

    /// Whether it goes on by itself when its time has come.
    #[must_use]
    pub const fn goes_on(self) -> bool {
        matches!(
            self,
            Self::Ready | Self::Waiting | Self::Asking | Self::Sent
        )
    }

    /// Whether nothing more happens in it.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(
            self,
            Self::Done | Self::NotNeeded | Self::Failed | Self::Stopped
        )
    }

    pub(crate) fn read(text: &str) -> Self {
        let named = Self::ALL.into_iter().find(|state| state.as_str() == text);
        named.unwrap_or(Self::Stopped)
    }
}

/// A run to be begun.
#[derive(Clone, Debug, PartialEq)]
pub struct NewFlowRun {
    /// Its id.
    pub id: String,
    /// The flow.
    pub flow: String,
    /// Its version.
    pub version: i64,
    /// How it works.
    pub mode: RunMode,
    /// What makes the occurrence unique.
    pub key: String,
    /// What the occurrence is about.
    pub source: String,
    /// Its record.
    pub record: String,
    /// The occurrence.
    pub occurrence: Json,
    /// Where it stands from the beginning.
    pub state: FlowRunState,
    /// Why, where it does not begin.
    pub why: Option<String>,
}

/// A run as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowRun {
    /// What it was begun with, and where it stands now.
    pub begun: NewFlowRun,
    /// Where the stepper stands; null before it began.
    pub run: Json,
    /// The call that is under way.
    pub act: Option<Json>,
    /// The calls so far that wrote, or would have.
    pub acts: Json,
    /// What a person is asked.
    pub question: Option<Json>,
    /// What the person answered.
    pub answer: Option<String>,
    /// Whether a person allowed what it was held for.
    pub allowed: bool,
    /// When it goes on.
    pub due_at: Timestamp,
    /// How often the call at hand failed in passing.
    pub attempt: i64,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

/// How a run goes on.
#[derive(Clone, Debug, PartialEq)]
pub struct RunProgress {
    /// The run.
    pub id: String,
    /// Where it stands.
    pub state: FlowRunState,
    /// Why, in words.
    pub why: Option<String>,
    /// Where the stepper stands.
    pub run: Json,
    /// The call that is under way.
    pub act: Option<Json>,
    /// The calls so far that wrote, or would have.
    pub acts: Json,
    /// What a person is asked.
    pub question: Option<Json>,
    /// When it goes on.
    pub due_at: Timestamp,
    /// How often the call at hand failed in passing.
    pub attempt: i64,
    /// The steps that were taken.
    pub steps: Vec<NewStep>,
}

/// A step that a run took.
#[derive(Clone, Debug, PartialEq)]
pub struct NewStep {
    /// Its place in the flow.
    pub step: String,
    /// What went in.
    pub input: Json,
    /// What came out.
    pub output: Json,
    /// What became of it.
    pub outcome: String,
}

/// A step as it was kept.
#[derive(Clone, Debug, PartialEq)]
pub struct TakenStep {
    /// The step.
    pub step: NewStep,
    /// When it was taken.
    pub at: Timestamp,
}

/// A call of a flow that wrote something.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowAct {
    /// The run.
    pub run: String,
    /// The step's path.
    pub step: String,
    /// The operation.
    pub operation: String,
    /// The flows that led to it, oldest first; the last is the caller.
    pub chain: Vec<String>,
    /// What was sent.
    pub input: Json,
    /// Whether it made the record.
    pub made: bool,
    /// When.
    pub at: Timestamp,
}

/// Which runs are asked for.
#[derive(Clone, Debug, Default)]
pub struct RunFilter {
    /// Of this flow.
    pub flow: Option<String>,
    /// In this state.
    pub state: Option<FlowRunState>,
    /// Working like this.
    pub mode: Option<RunMode>,
    /// How many at most, newest first.
    pub limit: u32,
}

/// The source of a synced kind: whose record it is, and what people call it there.
#[must_use]
pub const fn source_of(on: Side, what: Kind) -> &'static str {
    match (on, what) {
        (Side::HighLevel, Kind::Contact) => "highlevel.contact",
        (Side::HighLevel, Kind::Task) => "highlevel.task",
        (Side::HighLevel, Kind::Note) => "highlevel.note",
        (Side::HighLevel, Kind::Appointment) => "highlevel.appointment",
        (Side::MyGadgetRepairs, Kind::Contact) => "mygadgetrepairs.customer",
        (Side::MyGadgetRepairs, Kind::Task) => "mygadgetrepairs.ticket",
        (Side::MyGadgetRepairs, Kind::Note) => "mygadgetrepairs.comment",
        (Side::MyGadgetRepairs, Kind::Appointment) => "mygadgetrepairs.appointment",
    }
}
