//! One flow at work on one occurrence: a value that can be kept and taken up again anywhere.

use crate::{BusinessHours, Flow, Occurrence};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// One flow at work on one occurrence. Everything that the stepper needs to go on is in here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The id of the flow.
    pub flow: String,
    /// What happened.
    pub occurrence: Occurrence,
    /// What the steps gave, by their ids.
    #[serde(default)]
    pub steps: Map<String, Json>,
    /// What `set` named.
    #[serde(default)]
    pub names: Map<String, Json>,
    /// Where it stands, outermost list of steps first.
    #[serde(default)]
    pub(crate) place: Vec<Frame>,
    /// What it waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) waits_for: Option<WaitsFor>,
    /// Bytes of what it keeps in `steps` and `names`.
    #[serde(default)]
    pub(crate) kept: usize,
    /// How many steps it has taken.
    #[serde(default)]
    pub taken: u32,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Outcome>,
}

/// A place in one list of steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Frame {
    /// Which list of the step in which the outer frame stands.
    pub of: List,
    /// The next step of the list.
    pub at: usize,
}

/// Which list of steps a frame stands in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum List {
    /// The flow's own.
    Flow,
    /// What a branch does when its conditions hold.
    Then,
    /// What a branch does when they do not.
    Else,
    /// What is done for each item.
    Each {
        /// The items.
        items: Vec<Json>,
        /// The number of the item at hand, from nought.
        turn: usize,
    },
}

/// What a run waits for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WaitsFor {
    /// The answer of an operation, with what was asked of it.
    Call {
        /// The input, for the history.
        input: Json,
    },
    /// An instant.
    Until {
        /// When.
        until: Timestamp,
    },
    /// A person's answer.
    Answer {
        /// The question.
        question: String,
        /// What may be answered.
        options: Vec<String>,
        /// When nobody is waited for any longer.
        until: Timestamp,
        /// What holds then.
        otherwise: String,
    },
    /// Whether something was done before.
    Once {
        /// What is remembered.
        key: String,
        /// For how long.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        within: Option<SignedDuration>,
    },
}

impl Run {
    /// A run at the beginning of a flow.
    #[must_use]
    pub fn new(flow: &Flow, occurrence: Occurrence) -> Self {
        Self {
            flow: flow.id.clone(),
            occurrence,
            steps: Map::new(),
            names: Map::new(),
            place: Vec::new(),
            waits_for: None,
            kept: 0,
            taken: 0,
            ended: None,
        }
    }
}

/// What the stepper is given from outside.
#[derive(Clone, Debug)]
pub struct Given<'a> {
    /// Now.
    pub now: Timestamp,
    /// The records by name, as listed in [`crate::scope`]. Loaded anew after each wait.
    pub scope: &'a Json,
    /// What the run was waiting for.
    pub resume: Resume,
    /// When the shop is open, and its zone.
    pub calendar: &'a BusinessHours,
}

/// What a run was waiting for, and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Resume {
    /// Nothing yet: it begins. Also after a crash before anything was kept.
    Begin,
    /// The instant has come; or nobody answered in time.
    Woke,
    /// The operation gave this.
    Called(Result<Json, CallFailure>),
    /// A person answered.
    Answered(String),
    /// Whether it is the first time. True also when this very run has asked before.
    Once(bool),
}

impl Resume {
    /// What it is, for messages.
    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::Begin => "nothing",
            Self::Woke => "the time",
            Self::Called(_) => "the answer of an operation",
            Self::Answered(_) => "a person's answer",
            Self::Once(_) => "whether it is the first time",
        }
    }
}

/// Why a call of an operation failed for good. What passes is tried again by the door, not by the flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallFailure {
    /// The stable code.
    pub code: String,
    /// What is wrong and how to mend it.
    pub why: String,
}

/// How far a run came, and what it needs next.
#[derive(Clone, Debug, PartialEq)]
pub struct Advanced {
    /// The run as it is now. Keep it before doing what is next.
    pub run: Run,
    /// The steps that were taken, in order.
    pub log: Vec<StepLog>,
    /// What it needs from outside.
    pub next: Next,
}

/// What a run needs from outside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "next")]
pub enum Next {
    /// A call of an operation; resume with [`Resume::Called`].
    Call {
        /// The step's path, unique within the run: with the run's id it is the mark of this call.
        step: String,
        /// The operation's id.
        operation: String,
        /// Its input.
        input: Json,
    },
    /// An instant; resume with [`Resume::Woke`].
    Wait {
        /// The step's path.
        step: String,
        /// When.
        until: Timestamp,
    },
    /// A person's answer; resume with [`Resume::Answered`], or with [`Resume::Woke`] when nobody answered in time.
    Ask {
        /// The step's path.
        step: String,
        /// The question.
        question: String,
        /// What may be answered.
        options: Vec<String>,
        /// When nobody is waited for any longer.
        until: Timestamp,
        /// What holds then.
        otherwise: String,
    },
    /// Whether this is the first time; resume with [`Resume::Once`]. The runner keeps the key with the run's id and
    /// the instant, and says yes where no other run holds it, or holds it for longer than `within`.
    Once {
        /// The step's path.
        step: String,
        /// What is remembered, unique for flow, step and record.
        key: String,
        /// For how long it is remembered; for good when nothing is given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        within: Option<SignedDuration>,
    },
    /// Nothing: it is over.
    End {
        /// How it ended.
        outcome: Outcome,
    },
}

/// One step that was taken, for the history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepLog {
    /// The step's path.
    pub step: String,
    /// What it was given.
    pub input: Json,
    /// What it gave.
    pub output: Json,
    /// What came of it.
    pub outcome: StepOutcome,
}

/// What came of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum StepOutcome {
    /// It is done.
    Done,
    /// It waits for something from outside.
    Waits,
    /// Here the run ended, for a good reason.
    Ended {
        /// The reason.
        why: String,
    },
    /// It failed.
    Failed {
        /// What is wrong and how to mend it.
        why: String,
    },
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    /// Every step was taken.
    Done,
    /// There was nothing to do, or no longer.
    NotNeeded {
        /// Why.
        why: String,
    },
    /// Something is wrong.
    Failed {
        /// The step, and where in it.
        place: String,
        /// What is wrong and how to mend it.
        why: String,
    },
    /// It was stopped: by the flow itself, or by a guard.
    Stopped {
        /// Why.
        why: String,
    },
}
