//! Tickets (mygadgetrepairs-api.md 12.5).

use super::{resource, since};
use crate::{
    Cursor, Error, Filter, Page, Walk,
    client::List,
    model::{Changed, Ticket, TicketWrite},
};
use domain::{RecordId, Timestamp};

resource!(
    /// `/tickets`.
    Tickets
);

impl<'a> Tickets<'a> {
    /// One page, meant to be newest first. `GET /tickets`.
    ///
    /// # Errors
    /// As every list; see the module's introduction.
    pub async fn page(&self, filter: &Filter, cursor: &Cursor) -> Result<Page<Ticket>, Error> {
        self.list(filter).page(cursor).await
    }

    /// All tickets from a cursor on, each once.
    #[must_use]
    pub fn walk(&self, filter: &Filter, from: Cursor) -> Walk<'a, Ticket> {
        self.list(filter).walk(from)
    }

    /// One page of what changed on or after the day of `since`. `GET /tickets/updated`; not every account
    /// has it, the probe knows. Allow for an overlap: the filter is exact to the day at best, and an account
    /// that ignores it sends everything.
    ///
    /// # Errors
    /// [`Error::NotOffered`] where the account has no feed.
    pub async fn updated_page(
        &self,
        since: Option<Timestamp>,
        cursor: &Cursor,
    ) -> Result<Page<Changed<Ticket>>, Error> {
        self.feed(since).page(cursor).await
    }

    /// All that changed on or after the day of `since`.
    #[must_use]
    pub fn walk_updated(
        &self,
        since: Option<Timestamp>,
        from: Cursor,
    ) -> Walk<'a, Changed<Ticket>> {
        self.feed(since).walk(from)
    }

    /// One ticket. `GET /tickets/{id}`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it was deleted or never was.
    pub async fn get(&self, id: &RecordId) -> Result<Ticket, Error> {
        self.client.get("tickets", id).await
    }

    /// Makes a ticket and returns its id; read it back for the rest. `POST /tickets`, never repeated by
    /// itself and without any protection against doubles: after an error whose [`Error::applied`] is
    /// `Unknown`, look for the ticket first.
    ///
    /// # Errors
    /// [`Error::Invalid`] where something needed is missing.
    pub async fn create(&self, write: &TicketWrite) -> Result<RecordId, Error> {
        let arguments = write.arguments(self.client.wire(), true)?;
        self.client.create("ticket", "tickets", arguments).await
    }

    /// Changes the fields that are set; the others stay. `PUT /tickets/{id}`. Whether the vendor took them
    /// is seen by reading back, since unknown names are ignored without a word.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`].
    pub async fn update(&self, id: &RecordId, write: &TicketWrite) -> Result<(), Error> {
        let arguments = write.arguments(self.client.wire(), false)?;
        self.client
            .update("ticket", "tickets", "ticketId", id, arguments)
            .await
    }

    /// Removes it. `DELETE /tickets/{id}`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is gone already, also when a first try that seemed to fail removed it.
    pub async fn delete(&self, id: &RecordId) -> Result<(), Error> {
        self.client.delete("ticket", "tickets", id).await
    }

    fn list(&self, filter: &Filter) -> List<'a> {
        List::new(self.client, "ticket", "/tickets").with(filter.arguments(self.client.wire()))
    }

    fn feed(&self, from: Option<Timestamp>) -> List<'a> {
        List::new(self.client, "changed ticket", "/tickets/updated").with(since(self.client, from))
    }
}
