//! What keeps a single field from being synced, in words for people.

use domain::Field;
use serde::{Deserialize, Serialize};

/// A field that cannot be read in shared terms. Only this field pauses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The paused field.
    pub field: Field,
    /// What is wrong and how to mend it.
    pub reason: String,
}

/// A field that is not written now, though its value differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The field.
    pub field: Field,
    /// Why, and what would let it go through.
    pub reason: String,
}
