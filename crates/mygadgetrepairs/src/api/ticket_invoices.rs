//! Ticket invoices, read only (mygadgetrepairs-api.md 12.6).

use super::resource;
use crate::{Cursor, Error, Page, Walk, client::List, model::Invoice};
use domain::RecordId;

resource!(
    /// `/ticketInvoices`.
    TicketInvoices
);

impl<'a> TicketInvoices<'a> {
    /// One page, without payments. `GET /ticketInvoices`.
    ///
    /// # Errors
    /// As every list; see the module's introduction.
    pub async fn page(&self, cursor: &Cursor) -> Result<Page<Invoice>, Error> {
        self.list().page(cursor).await
    }

    /// All of them from a cursor on.
    #[must_use]
    pub fn walk(&self, from: Cursor) -> Walk<'a, Invoice> {
        self.list().walk(from)
    }

    /// One, with its payments. `GET /ticketInvoices/{id}`.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn get(&self, id: &RecordId) -> Result<Invoice, Error> {
        self.client.get("ticketInvoices", id).await
    }

    fn list(&self) -> List<'a> {
        List::new(self.client, "invoice", "/ticketInvoices")
    }
}
