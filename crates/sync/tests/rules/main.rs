//! What the sync decides, rule by rule: a file a subject, one program.

mod appointments;
mod consent;
mod decision;
mod forecast;
mod identity;
mod left_alone;
mod merge;
mod messages;
mod notes;
mod quiet;
mod undo;
mod vanished;
