//! How far a caller may go.

use crate::AppError;
use catalogue::{Danger, Operation};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a caller may do beside reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Allowed {
    /// Change something.
    pub writes: bool,
    /// Change something because of which a customer may get a message; only together with `writes`.
    pub messages: bool,
    /// Delete something; only together with `writes`.
    pub deletes: bool,
}

impl Allowed {
    /// Reading only.
    pub const READS: Self = Self {
        writes: false,
        messages: false,
        deletes: false,
    };
    /// Changes that message nobody and delete nothing.
    pub const WRITES: Self = Self {
        writes: true,
        ..Self::READS
    };
    /// Everything.
    pub const ALL: Self = Self {
        writes: true,
        messages: true,
        deletes: true,
    };

    /// Whether something of this danger may be done.
    #[must_use]
    pub const fn covers(self, danger: Danger) -> bool {
        match danger {
            Danger::Reads => true,
            Danger::Writes => self.writes,
            Danger::MayMessage => self.writes && self.messages,
            Danger::Deletes => self.writes && self.deletes,
        }
    }

    /// Refuses what goes further.
    pub(crate) fn check(self, operation: &Operation, danger: Danger) -> Result<(), AppError> {
        if self.covers(danger) {
            return Ok(());
        }
        Err(AppError::NotAllowed {
            operation: operation.id.clone(),
            danger,
        })
    }
}
