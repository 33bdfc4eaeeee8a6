//! Notes (highlevel-api.md 7.11).

use super::lenient;
use crate::draft::Draft;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use std::fmt;

/// A note of a contact. There is no time of change.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    /// 20 characters.
    #[serde(deserialize_with = "lenient::id")]
    pub id: String,
    /// Text; HTML when a person wrote it.
    #[serde(default, deserialize_with = "lenient::text")]
    pub body: Option<String>,
    /// The same without HTML.
    #[serde(default, deserialize_with = "lenient::text")]
    pub body_text: Option<String>,
    /// One line.
    #[serde(default, deserialize_with = "lenient::text")]
    pub title: Option<String>,
    /// Who wrote it.
    #[serde(default, deserialize_with = "lenient::text")]
    pub user_id: Option<String>,
    /// The contact.
    #[serde(default, deserialize_with = "lenient::text")]
    pub contact_id: Option<String>,
    /// When it was written.
    #[serde(default, deserialize_with = "lenient::moment")]
    pub date_added: Option<Timestamp>,
    /// Whether it is pinned.
    #[serde(default, deserialize_with = "lenient::flag")]
    pub pinned: Option<bool>,
}

impl Note {
    /// The text without HTML where the vendor gives it.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.body_text
            .as_deref()
            .filter(|text| !text.is_empty())
            .or(self.body.as_deref())
    }
}

/// Names ids only.
impl fmt::Debug for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Note")
            .field("id", &self.id)
            .field("contact_id", &self.contact_id)
            .finish_non_exhaustive()
    }
}

/// A new note. The contact goes into the path; in the body it is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CreateNote {
    /// Text.
    pub body: String,
    /// One line.
    pub title: Option<String>,
    /// Written in the name of this user.
    pub user_id: Option<String>,
}

impl CreateNote {
    pub(crate) fn to_json(&self) -> Value {
        let mut draft = Draft::new();
        draft.put("body", self.body.clone());
        draft.put_some("title", self.title.as_ref());
        draft.put_some("userId", self.user_id.as_ref());
        draft.into_json()
    }
}

/// A change to a note: only what is given is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpdateNote {
    /// Text.
    pub body: Option<String>,
    /// One line.
    pub title: Option<String>,
    /// Whether it is pinned.
    pub pinned: Option<bool>,
}

impl UpdateNote {
    pub(crate) fn to_json(&self) -> Value {
        let mut draft = Draft::new();
        draft.put_some("body", self.body.as_ref());
        draft.put_some("title", self.title.as_ref());
        draft.put_some("pinned", self.pinned.as_ref());
        draft.into_json()
    }
}
