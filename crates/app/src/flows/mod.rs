//! Flows at work: what happens reaches them once, and what they do survives any crash.
//!
//! What changed at the vendors lies in the store in the order in which it was seen (`store::StoredSighting`). It is
//! handed out to the flows that wait for it ([`hand_out`]), each of which begins a run in the same transaction that
//! moves the shop's cursor on. Runs are then worked off ([`work`]), saved before every call and after it.

mod acts;
mod app_events;
mod board;
mod clock;
mod compare;
mod hand_out;
mod last_month;
mod library;
mod needs;
mod opportunity;
mod options;
mod read_anew;
mod recipes;
mod scope;
mod serve;
mod shelf;
mod shop_document;
pub(crate) mod sources;
mod standing;
mod watch;
mod work;

pub use board::{FlowLine, RunLine, RunStory, StepStory};
pub use compare::{Comparison, Differs};
pub use last_month::{LastMonth, WouldRun};
pub use library::KeptFlow;
pub use options::Choice;
pub use recipes::{InstalledRecipe, Question, RecipeLine, RemovedRecipe};
pub use shop_document::{DocumentChange, ShopDocument};
pub use standing::FlowsStanding;
