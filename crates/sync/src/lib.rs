//! The decision: which records belong together, what each side should become, and when a person has to
//! be asked.
//!
//! Pure: the same base, records and rules always give the same decision. Left is HighLevel, right is
//! MyGadgetRepairs, throughout.

mod appointments;
mod base;
mod decision;
mod evidence;
pub mod forecast;
mod ground;
mod guard;
mod identity;
mod left_alone;
mod merge;
pub mod messages;
mod notes;
pub mod notices;
mod person;
mod plan;
mod quiet;
mod tasks;
mod undo;
mod vanished;
mod walks;

pub use appointments::{calendar_window, match_appointment};
pub use base::{Agreed, Base, Changes};
pub use decision::{
    Outcome, Pair, PairDecision, Single, SingleDecision, decide_pair, decide_single, mapped,
};
pub use evidence::{Reason, Rung};
pub use ground::{Ground, way};
pub use guard::{Approval, approve};
pub use identity::{Candidate, Match, Neighbourhood};
pub use left_alone::{LeftAlone, Standing};
pub use merge::{
    Choice, Conflict, Merge, MergeInput, Overruled, Withheld, Writable, merge, standing, unused,
};
pub use notes::{
    CommentForm, Firings, NoteHistory, NotesHome, days_before, is_our_note, note_firings,
    note_print, note_refresh_interval, notes_home, untold,
};
pub use person::Person;
pub use plan::{Deed, Plan};
pub use quiet::{Circumstances, Effect, Loud, quiet};
pub use tasks::match_task;
pub use undo::{TakeBack, Wrote, take_back};
pub use vanished::{Loss, Parting, Vanished, decide_vanished, part};
pub use walks::{Budgets, calendar_walk_interval, task_walk_interval};
