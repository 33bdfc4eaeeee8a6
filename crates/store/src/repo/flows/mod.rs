//! Flows: what they heard of, what they are, and what they did.

mod acts;
mod definitions;
mod once;
mod run_row;
mod runs;
mod sightings;
mod watched;

pub use definitions::FlowToKeep;
pub(super) use sightings::{By, Fresh, insert as keep_sightings, seen_gone, sight};
