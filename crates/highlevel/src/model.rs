//! What is read and written. One file per resource; reading types end in nothing, writing types begin with the
//! verb.

mod appointment;
mod calendar;
mod contact;
mod contact_write;
mod custom_field;
mod dnd;
pub(crate) mod lenient;
mod location;
mod note;
mod search;
mod tag;
mod task;
mod user;
mod workflow;

pub use appointment::{
    Appointment, AppointmentStatus, CreateAppointment, EventStamp, EventTime, UpdateAppointment,
};
pub use calendar::{Calendar, EventWindow, EventsOf, TeamMember};
pub use contact::{Actor, Contact, CustomValue};
pub use contact_write::{CreateContact, UpdateContact, UpsertContact, WriteCustomValue};
pub use custom_field::{CreateCustomField, CustomField, FieldValue, NotWritable};
pub use dnd::{Channel, Dnd, DndStatus};
pub use location::{Location, LocationSettings};
pub use note::{CreateNote, Note, UpdateNote};
pub use search::{ContactSearch, Direction, Filter, Sort};
pub use tag::Tag;
pub use task::{CreateTask, Task, TaskSearch, UpdateTask};
pub use user::User;
pub use workflow::Workflow;
