//! The decision: which records belong together, what each side should become, and when a person has to
//! be asked.
//!
//! Pure: the same base, records and rules always give the same decision. Left is HighLevel, right is
//! MyGadgetRepairs, throughout.

mod base;
mod cost;
mod decision;
mod evidence;
mod guard;
mod identity;
mod merge;
mod person;
mod plan;
mod tasks;

pub use base::{Agreed, Base, Changes};
pub use cost::{Budgets, Cost, estimate, task_walk_interval};
pub use decision::{
    Outcome, Pair, PairDecision, Single, SingleDecision, Vanished, decide_pair, decide_single,
    decide_vanished, mapped,
};
pub use evidence::{Reason, Rung};
pub use guard::{Approval, approve};
pub use identity::{Candidate, Match, Neighbourhood};
pub use merge::{
    Choice, Conflict, Merge, MergeInput, Overruled, Withheld, Writable, merge, standing, unused,
};
pub use person::Person;
pub use plan::{Deed, Plan};
pub use tasks::match_task;
