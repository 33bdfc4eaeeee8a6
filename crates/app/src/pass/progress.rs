//! How far a pass has come, for progress bars and the dashboard.

use crate::Cost;
use domain::{Kind, Side};
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::{Arc, Mutex, PoisonError};

/// What a pass is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Nothing.
    #[default]
    Idle,
    /// Reading both sides.
    Reading,
    /// Comparing and matching.
    Deciding,
    /// Writing.
    Writing,
    /// Reading back what was written.
    ReadingBack,
}

/// A state of progress.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Progress {
    /// What is being done.
    pub phase: Phase,
    /// Records read: HighLevel contacts, tasks, appointments; MyGadgetRepairs customers, tickets, appointments.
    pub read: [u64; 6],
    /// Writes done on each side in this pass.
    pub written: [u64; 2],
    /// Writes that are decided and not done on each side.
    pub waiting: [u64; 2],
    /// What the waiting writes cost and when they are done, where they are many.
    pub remaining: Option<Cost>,
    /// When the slower side was last told to wait, and for how long, in words.
    pub note: Option<String>,
}

/// Shared progress; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct ProgressBoard(Arc<Mutex<Progress>>);

impl ProgressBoard {
    /// The state now.
    #[must_use]
    pub fn look(&self) -> Progress {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Changes the state.
    pub fn update(&self, change: impl FnOnce(&mut Progress)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Begins a phase.
    pub fn phase(&self, phase: Phase) {
        self.update(|progress| progress.phase = phase);
    }

    /// Counts records read.
    pub fn read(&self, side: Side, kind: Kind, count: usize) {
        let of_kind = match kind {
            Kind::Contact => 0,
            Kind::Task => 1,
            Kind::Appointment => 2,
            Kind::Note => return,
        };
        let slot = usize::from(side == Side::MyGadgetRepairs) * 3 + of_kind;
        self.update(|progress| progress.read[slot] += count as u64);
    }

    /// Counts a write.
    pub fn wrote(&self, side: Side) {
        let slot = usize::from(side == Side::MyGadgetRepairs);
        self.update(|progress| {
            progress.written[slot] += 1;
            progress.waiting[slot] = progress.waiting[slot].saturating_sub(1);
        });
    }
}
