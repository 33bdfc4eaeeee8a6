//! Tasks (highlevel-api.md 7.11 and 9.4).

use super::lenient;
use crate::{
    Cursor,
    draft::{Draft, instant},
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use std::fmt;

/// A task of a contact.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Task {
    /// 20 characters; `_id` in the search over the location.
    #[serde(deserialize_with = "lenient::id")]
    pub id: String,
    /// One line.
    #[serde(default, deserialize_with = "lenient::text")]
    pub title: Option<String>,
    /// Text; absent when empty.
    #[serde(default, deserialize_with = "lenient::text")]
    pub body: Option<String>,
    /// When it is due.
    #[serde(default, deserialize_with = "lenient::moment")]
    pub due_date: Option<Timestamp>,
    /// Whether it is done; see [`Task::is_completed`].
    #[serde(default, deserialize_with = "lenient::flag")]
    pub completed: Option<bool>,
    /// `to_do` or `completed`, in the search.
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: Option<String>,
    /// The same, in other rows of the search.
    #[serde(default, deserialize_with = "lenient::text")]
    pub status_group: Option<String>,
    /// A user's id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub assigned_to: Option<String>,
    /// The contact.
    #[serde(default, deserialize_with = "lenient::text")]
    pub contact_id: Option<String>,
    /// When it was made; in the search only.
    #[serde(default, deserialize_with = "lenient::moment")]
    pub date_added: Option<Timestamp>,
    /// When it last changed; in the search only. See [`Task::changed_at`].
    #[serde(default, deserialize_with = "lenient::moment")]
    pub date_updated: Option<Timestamp>,
    /// The same under another name.
    #[serde(default, deserialize_with = "lenient::moment")]
    pub updated_at: Option<Timestamp>,
    /// Whether it is deleted.
    #[serde(default, deserialize_with = "lenient::flag")]
    pub deleted: Option<bool>,
    /// Where the next page begins, in the search.
    #[serde(default, deserialize_with = "lenient::some")]
    pub search_after: Option<Cursor>,
}

impl Task {
    /// Whether it is done, by whichever field the answer has.
    #[must_use]
    pub fn is_completed(&self) -> bool {
        self.completed.unwrap_or_else(|| {
            let status = self.status.as_deref().or(self.status_group.as_deref());
            status.is_some_and(|status| status.eq_ignore_ascii_case("completed"))
        })
    }

    /// When it last changed, where told.
    #[must_use]
    pub fn changed_at(&self) -> Option<Timestamp> {
        self.date_updated.or(self.updated_at)
    }
}

/// Names ids only: the rest may be about a person.
impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task")
            .field("id", &self.id)
            .field("contact_id", &self.contact_id)
            .finish_non_exhaustive()
    }
}

/// A new task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateTask {
    /// One line.
    pub title: String,
    /// Text.
    pub body: Option<String>,
    /// When it is due; the vendor wants one. Written to the second.
    pub due_date: Timestamp,
    /// Whether it is done.
    pub completed: bool,
    /// A user's id.
    pub assigned_to: Option<String>,
}

impl CreateTask {
    pub(crate) fn to_json(&self) -> Value {
        let mut draft = Draft::new();
        draft.put("title", self.title.clone());
        draft.put("dueDate", instant(self.due_date));
        draft.put("completed", self.completed);
        draft.put_some("body", self.body.as_ref());
        draft.put_some("assignedTo", self.assigned_to.as_ref());
        draft.into_json()
    }
}

/// A change to a task: only what is given is sent. None of its keys is nullable; an empty `body` clears it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpdateTask {
    /// One line.
    pub title: Option<String>,
    /// Text; empty clears it.
    pub body: Option<String>,
    /// When it is due. Written to the second.
    pub due_date: Option<Timestamp>,
    /// Whether it is done.
    pub completed: Option<bool>,
    /// A user's id.
    pub assigned_to: Option<String>,
}

impl UpdateTask {
    pub(crate) fn to_json(&self) -> Value {
        let mut draft = Draft::new();
        draft.put_some("title", self.title.as_ref());
        draft.put_some("body", self.body.as_ref());
        draft.put_some("dueDate", self.due_date.map(instant).as_ref());
        draft.put_some("completed", self.completed.as_ref());
        draft.put_some("assignedTo", self.assigned_to.as_ref());
        draft.into_json()
    }
}

/// A search over all tasks of the location: the only way to notice an edited task, since there is no event for
/// it (highlevel-quirks.md 3.15 and 6.2).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskSearch {
    /// Only of these contacts.
    pub contact_ids: Vec<String>,
    /// Only done ones, or only open ones.
    pub completed: Option<bool>,
    /// Only of these users.
    pub assigned_to: Vec<String>,
    /// Free text.
    pub query: Option<String>,
    /// Rows per page, at most 500; 500 when nothing is said.
    pub page_size: Option<u32>,
    /// Where to begin.
    pub after: Option<Cursor>,
}

impl TaskSearch {
    pub(crate) fn limit(&self) -> u32 {
        self.page_size.unwrap_or(500).clamp(1, 500)
    }

    /// The body; `skip` is for rows without a cursor.
    pub(crate) fn to_json(&self, after: Option<&Cursor>, skip: u64) -> Value {
        let mut draft = Draft::new();
        draft.put("limit", self.limit());
        if !self.contact_ids.is_empty() {
            draft.put("contactId", self.contact_ids.clone());
        }
        if !self.assigned_to.is_empty() {
            draft.put("assignedTo", self.assigned_to.clone());
        }
        draft.put_some("completed", self.completed.as_ref());
        draft.put_some("query", self.query.as_ref());
        match after {
            Some(cursor) => draft.put("searchAfter", cursor.0.clone()),
            None if skip > 0 => draft.put("skip", skip),
            None => {}
        }
        draft.into_json()
    }
}
