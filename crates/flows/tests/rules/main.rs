//! What automations do, rule by rule: a file a subject, one program.

mod business;
mod check;
mod clock;
mod conditions;
mod desk;
mod documentation;
mod editor_names;
mod occurrences;
mod properties;
mod recipes;
mod steps;
mod triggers;
mod values;
mod views;
mod whole_way;
