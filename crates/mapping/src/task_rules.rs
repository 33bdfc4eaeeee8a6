//! How tickets and tasks correspond: status groups, due dates, and the statuses that we may set.

use crate::StatusGroup;
use jiff::civil::Time;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Business days from opening to the due date, by status group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DueDays {
    /// While the work goes on.
    pub open: u16,
    /// While the shop waits for parts or an answer.
    pub waiting: u16,
    /// While the device waits to be collected.
    pub ready: u16,
    /// Once finished.
    pub done: u16,
    /// Once called off.
    pub cancelled: u16,
}

impl Default for DueDays {
    fn default() -> Self {
        // Done and cancelled as ready, so that finishing a ticket does not move its date once more.
        Self {
            open: 3,
            waiting: 7,
            ready: 5,
            done: 5,
            cancelled: 5,
        }
    }
}

impl DueDays {
    /// The days of a group.
    #[must_use]
    pub const fn of(&self, group: StatusGroup) -> u16 {
        match group {
            StatusGroup::Open => self.open,
            StatusGroup::Waiting => self.waiting,
            StatusGroup::Ready => self.ready,
            StatusGroup::Done => self.done,
            StatusGroup::Cancelled => self.cancelled,
        }
    }
}

/// How tickets and tasks correspond.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TaskRules {
    /// Time of day, in the shop's zone, at which tasks are due.
    pub due_time: Time,
    /// MyGadgetRepairs status (id or label) set when a task is completed in HighLevel. Without one, the
    /// completion is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub done_status: Option<String>,
    /// MyGadgetRepairs status (id or label) set when a completed task is opened again in HighLevel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reopened_status: Option<String>,
    /// Issue type id of tickets that we create.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issue_type: Option<String>,
    /// Business days from opening to the due date.
    pub due_days: DueDays,
    /// Status group by status id or label; what is missing is guessed from the label's words.
    pub statuses: BTreeMap<String, StatusGroup>,
}

impl Default for TaskRules {
    fn default() -> Self {
        Self {
            due_time: Time::constant(17, 0, 0, 0),
            done_status: None,
            reopened_status: None,
            issue_type: None,
            due_days: DueDays::default(),
            statuses: BTreeMap::new(),
        }
    }
}
