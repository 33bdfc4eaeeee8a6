//! Why a notice did not leave, in words for the settings page.

use std::error::Error;

/// Why something could not be sent. No address beyond its host and no secret is in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{says}")]
pub struct LeaveError {
    says: String,
}

impl LeaveError {
    /// In words, with what to look at.
    #[must_use]
    pub fn new(says: impl Into<String>) -> Self {
        Self { says: says.into() }
    }
}

/// The cause at the bottom of an error, which says most.
pub(crate) fn deepest(error: &dyn Error) -> String {
    let mut deepest = error;
    while let Some(cause) = deepest.source() {
        deepest = cause;
    }
    deepest.to_string()
}
