//! A few rows of a page, remembered to notice when the page comes again.

use super::normal_id;
use crate::lenient;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::hash::{DefaultHasher, Hash, Hasher};

/// The keys of rows in the first third of a page. When new records push a list down between two requests,
/// rows from the end of a page turn up in the next one; these only would after more than thirty records.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Anchors(Vec<String>);

impl Anchors {
    pub fn of(rows: &[Value]) -> Self {
        let third = rows.len() / 3;
        Self(
            [0, third / 2, third]
                .into_iter()
                .filter_map(|at| rows.get(at))
                .map(key)
                .collect(),
        )
    }

    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether most of the anchors are among the rows.
    pub fn repeat_in(&self, rows: &[Value]) -> bool {
        let found = self
            .0
            .iter()
            .filter(|anchor| rows.iter().any(|row| key(row) == **anchor))
            .count();
        found * 2 > self.0.len()
    }
}

/// What tells rows apart: the id, or a digest of the row where it has none.
pub(crate) fn key(row: &Value) -> String {
    let id = row
        .as_object()
        .and_then(|map| lenient::Row(map).text(&["id"]))
        .or_else(|| lenient::text(row));
    id.map_or_else(
        || {
            let mut hasher = DefaultHasher::new();
            row.to_string().hash(&mut hasher);
            format!("#{:x}", hasher.finish())
        },
        |id| normal_id(&id),
    )
}
