//! History is loaded quietly: what may send a message to somebody is done only for what just happened, and never while
//! a shop's first run is still loading what was there before.

use domain::Lane;
use std::fmt;

/// What is done to a person's record in the CRM beside the fields that are kept in step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// A tag is added.
    Tag,
    /// A workflow is started.
    Workflow,
    /// A custom field is set.
    CustomField,
    /// A task is opened.
    Task,
}

impl Effect {
    /// Every effect.
    pub const ALL: [Self; 4] = [Self::Tag, Self::Workflow, Self::CustomField, Self::Task];

    /// Whether it starts automations that send messages (highlevel-quirks.md 2.13).
    #[must_use]
    pub const fn may_message(self) -> bool {
        matches!(self, Self::Tag | Self::Workflow)
    }
}

/// The circumstances under which something is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Circumstances {
    /// How urgent the work is: history is in the background.
    pub lane: Lane,
    /// The shop's first run has not come to its end.
    pub first_run: bool,
}

/// Why something is not done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loud {
    /// It would send messages about what happened before.
    History,
    /// It would send messages while a first run loads what was there before.
    FirstRun,
}

impl fmt::Display for Loud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::History => {
                "it may send messages, and this is history: only what just happened may"
            }
            Self::FirstRun => {
                "it may send messages, and the shop's first run is not over: it waits until then"
            }
        })
    }
}

/// Whether something may be done now.
///
/// # Errors
/// When it may send messages and is not about what just happened.
pub const fn quiet(effect: Effect, now: Circumstances) -> Result<(), Loud> {
    if !effect.may_message() {
        Ok(())
    } else if now.first_run {
        Err(Loud::FirstRun)
    } else if matches!(now.lane, Lane::Background) {
        Err(Loud::History)
    } else {
        Ok(())
    }
}
