//! The endpoints, one resource per file.
//!
//! Lists: `page` gives one page and where to go on, `walk` all of them with each record once. They are meant
//! to be newest first, but the order is not reliable (mygadgetrepairs-api.md sections 1.2 and 7): stop only
//! after a whole page of known, unchanged records. Errors are those of [`crate::Error`]; an error is never
//! the end of a list. Each page costs one request of the 24 that are planned a minute.

mod appointments;
mod custom_fields;
mod customers;
mod info;
mod issue_types;
mod listing;
mod statuses;
mod ticket_comments;
mod ticket_invoices;
mod tickets;
mod users;

pub use appointments::Appointments;
pub use custom_fields::CustomFields;
pub use customers::Customers;
pub use info::ShopInfo;
pub use issue_types::IssueTypes;
pub use listing::Listing;
pub use statuses::Statuses;
pub use ticket_comments::TicketComments;
pub use ticket_invoices::TicketInvoices;
pub use tickets::Tickets;
pub use users::Users;

use crate::{Client, Slot, stamp::FilterDay};
use domain::Timestamp;

/// A resource: a borrowed client.
macro_rules! resource {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name<'a> {
            client: &'a crate::Client,
        }

        impl<'a> $name<'a> {
            pub(crate) const fn new(client: &'a crate::Client) -> Self {
                Self { client }
            }
        }
    };
}
use resource;

/// The since-filter of an update feed. Filters are exact to the day at best, so the day of `since` in the
/// shop's zone is sent; what changed earlier that day comes again.
fn since(client: &Client, since: Option<Timestamp>) -> Vec<(String, String)> {
    let mut query = Vec::new();
    if let Some(since) = since {
        let day = client.zone().to_datetime(since).date();
        client
            .wire()
            .put(&mut query, Slot::UpdatedFrom, &FilterDay(day).to_string());
    }
    query
}

#[cfg(test)]
mod tests;
