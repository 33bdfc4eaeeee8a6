//! Which field goes where: a shop's rules, the projection of vendor records to shared terms, and the way
//! back to what each vendor stores.
//!
//! Pure: the same record, rules and setting always give the same projection.

pub mod appointment;
mod appointment_rules;
mod consent;
mod delete_rules;
mod digest;
mod due;
mod elsewhere;
mod field_rules;
mod hours;
mod label;
pub mod mark;
mod native;
mod note_rules;
mod problem;
mod project;
mod rules;
mod setting;
mod status;
mod task_rules;

pub use appointment_rules::{AppointmentRules, AppointmentsTo, CancelledPolicy};
pub use consent::{PERMANENT, blocked, shows};
pub use delete_rules::{DeletePolicy, DeleteRule, DeleteRules};
pub use digest::{Telling, digest, field_digest, note_of_comment, note_text};
pub use field_rules::{Direction, FieldRule, FieldRules, KindRules, Policy};
pub use hours::{Hours, OpenFrom};
pub use label::{field_named, label, wire_name};
pub use native::{NativeWrite, Writing, adorn, can_write, missing, to_native};
pub use note_rules::{NewTask, NoteRule, NoteThen, NoteWhen, NotesRules, NotesTo, SetField};
pub use problem::{Held, Problem};
pub use project::{Projection, implied, project, project_linked};
pub use rules::{CreateRule, CreateRules, GuardLimits, Rules, RulesError};
pub use setting::{Setting, SettingError, Status};
pub use status::{StatusGroup, group_of, guess};
pub use task_rules::{DueDays, TaskRules};
