//! Endpoints, one resource per file.

mod appointments;
mod calendars;
mod contacts;
mod custom_fields;
mod location;
mod notes;
mod tags;
mod tasks;
mod users;
mod workflows;

pub use appointments::Appointments;
pub use calendars::Calendars;
pub use contacts::{Contacts, ListContacts, Lookup, Upserted};
pub use custom_fields::CustomFields;
pub use location::LocationApi;
pub use notes::Notes;
pub use tags::Tags;
pub use tasks::Tasks;
pub use users::Users;
pub use workflows::Workflows;
