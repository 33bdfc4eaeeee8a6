//! Automations of a shop: what was seen becomes occurrences, an occurrence starts flows, a flow takes its steps.
//!
//! Pure: no clock, no chance, no input or output. What a flow needs from outside it says ([`Next`]), and is given
//! ([`Given`]); in between it is a value ([`Run`]) that can be kept anywhere and taken up again.

pub mod attribution;
mod business;
pub mod ceiling;
mod check;
pub mod clock;
mod condition;
pub mod custom_field;
pub mod device;
mod document;
mod eval;
pub mod example;
mod expr;
mod flow;
mod happened;
mod length;
pub mod loops;
mod names;
mod occurrence;
mod operations;
mod overlay;
pub mod play;
pub mod recipe;
mod run;
pub mod scope;
pub mod shadow;
mod sighting;
mod step;
mod stepper;
mod template;
pub mod transform;
mod trigger;
pub mod view;
mod walk;
mod words;

pub use business::BusinessHours;
pub use check::{RUN_FLOW, check};
pub use clock::{Due, Watched, due, since};
pub use condition::{Condition, Count};
pub use document::{Document, Problem, Problems};
pub use expr::Expr;
pub use flow::Flow;
pub use length::Length;
pub use occurrence::{Occurrence, occurrences};
pub use operations::{Input, InputProblem, Operations};
pub use run::{Advanced, CallFailure, Given, Next, Outcome, Resume, Run, StepLog, StepOutcome};
pub use sighting::{Cause, Sighting};
pub use step::{Ask, Branch, Deed, ForEach, OnFailure, Once, Step, Until, UntilWord, Wait};
pub use stepper::advance;
pub use trigger::{BusinessDays, By, Trigger, TriggerKind, trigger, triggers};
