//! What a record says about another one.

use crate::lenient::Row;
use domain::RecordId;

/// A status, an issue type: an id, a label in the shop's words, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labelled {
    /// The id, where one was sent.
    pub id: Option<RecordId>,
    /// The label, any language.
    pub label: Option<String>,
}

impl Labelled {
    /// An object with `id` and `label`, or the label itself, or a bare number that is the id.
    pub(super) fn read(row: Row<'_>, name: &str) -> Option<Self> {
        if let Some(inner) = row.object(&[name]) {
            let (id, label) = (inner.id(&["id"]), inner.text(&["label", "name", "title"]));
            return (id.is_some() || label.is_some()).then_some(Self { id, label });
        }
        let text = row.text(&[name])?;
        Some(if super::is_number(&text) {
            Self {
                id: Some(RecordId::new(text)),
                label: None,
            }
        } else {
            Self {
                id: None,
                label: Some(text),
            }
        })
    }
}

/// A member of staff as other records mention one.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// The user's id, where one was sent.
    pub id: Option<RecordId>,
    /// Name, put together.
    pub name: Option<String>,
    /// E-mail; shops share accounts, so this is no identity.
    pub email: Option<String>,
}

impl Person {
    pub(super) fn read(row: Row<'_>, name: &str) -> Option<Self> {
        let Some(inner) = row.object(&[name]) else {
            let text = row.text(&[name])?;
            return Some(Self {
                id: None,
                name: Some(text),
                email: None,
            });
        };
        let person = Self {
            id: inner.id(&["id"]),
            name: full_name(inner),
            email: inner.text(&["email"]),
        };
        (person.id.is_some() || person.name.is_some() || person.email.is_some()).then_some(person)
    }
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Person")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// `name`, else its parts joined.
pub(super) fn full_name(row: Row<'_>) -> Option<String> {
    row.text(&["name", "full_name"]).or_else(|| {
        let parts: Vec<String> = ["first_name", "middle_name", "last_name"]
            .iter()
            .filter_map(|part| row.text(&[part]))
            .collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    })
}
