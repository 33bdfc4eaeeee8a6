//! The repositories: what may be read, and how changes are written. One file per subject.

pub mod access;
mod ahead;
mod commit;
mod exchanges;
mod facts;
mod flows;
mod install_tickets;
mod installations;
mod intents;
mod journal;
mod keep;
mod links;
pub mod messages;
mod notes;
mod notices;
mod people;
mod records;
mod reviews;
mod rotation;
mod runs;
mod secrets;
mod shops;
#[cfg(test)]
mod tests;
mod webhooks;

pub use flows::FlowToKeep;
pub use journal::{JournalCount, JournalFilter, JournalPage};
pub(crate) use keep::Keeper;
pub use keep::Keeping;
pub use links::{ANSWER_TAKEN_BACK, LET_GO};
pub use people::{PeopleCursor, PeopleState, PersonRow};
pub use rotation::{Rewrap, SealedText};

/// `column IN (list)` for a list that comes as one JSON parameter. PostgreSQL will need another spelling.
macro_rules! in_list {
    ($n:literal) => {
        concat!("IN (SELECT value FROM json_each($", $n, "))")
    };
}
pub(crate) use in_list;

/// Ids as one parameter.
pub(crate) fn list<'a>(
    ids: impl IntoIterator<Item = &'a domain::RecordId>,
) -> crate::db::Value<'a> {
    crate::db::texts(ids.into_iter().map(domain::RecordId::as_str))
}
