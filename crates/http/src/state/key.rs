//! What is known of the key.

use serde::{Deserialize, Serialize};

/// Pauses that a key which worked is granted before it counts as refused.
const PAUSES: u32 = 2;

/// Whether the key has worked, and how often it was refused since.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Key {
    worked: bool,
    refusals: u32,
}

impl Key {
    pub(super) const fn worked(&mut self) {
        self.worked = true;
        self.refusals = 0;
    }

    pub(super) const fn has_worked(self) -> bool {
        self.worked
    }

    /// Counts a refusal. Returns how often to double the pause, or nothing when patience is at an end.
    pub(super) const fn doubt(&mut self) -> Option<u32> {
        self.refusals = self.refusals.saturating_add(1);
        if self.refusals <= PAUSES {
            Some(self.refusals - 1)
        } else {
            None
        }
    }
}
