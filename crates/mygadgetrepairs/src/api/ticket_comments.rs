//! Ticket comments (mygadgetrepairs-api.md 12.5): one collection, no single comment, so nothing can be
//! edited or removed. Not every account has it, or lets it be read; the probe knows.

use super::resource;
use crate::{
    Cursor, Error, Page, Slot,
    client::List,
    model::{Comment, CommentWrite},
    normal_id,
};
use domain::RecordId;

resource!(
    /// `/ticketComments`.
    TicketComments
);

impl TicketComments<'_> {
    /// One page of a ticket's comments. `GET /ticketComments`.
    ///
    /// The filter's name is a guess that an account may ignore; comments that name another ticket are
    /// dropped here, so a page may be short although more follow.
    ///
    /// # Errors
    /// [`Error::NotOffered`] where comments cannot be read.
    pub async fn page(&self, ticket: &RecordId, cursor: &Cursor) -> Result<Page<Comment>, Error> {
        let mut query = Vec::new();
        self.client.wire().put(
            &mut query,
            Slot::CommentsOfTicket,
            &ticket.as_str().to_owned(),
        );
        let mut page: Page<Comment> = List::new(self.client, "comment", "/ticketComments")
            .with(query)
            .page(cursor)
            .await?;
        let wanted = normal_id(ticket.as_str());
        page.items.retain(|comment| {
            comment
                .ticket
                .as_ref()
                .is_none_or(|of| normal_id(of.as_str()) == wanted)
        });
        Ok(page)
    }

    /// Adds a comment and returns its id. `POST /ticketComments`, never repeated by itself. Whether
    /// `internal` was understood is seen only by reading back: where the account does not say, treat the
    /// text as visible to the customer.
    ///
    /// # Errors
    /// [`Error::NotOffered`] where the account has no comments.
    pub async fn create(&self, write: &CommentWrite) -> Result<RecordId, Error> {
        let arguments = write.arguments(self.client.wire())?;
        self.client
            .create("comment", "ticketComments", arguments)
            .await
    }
}
