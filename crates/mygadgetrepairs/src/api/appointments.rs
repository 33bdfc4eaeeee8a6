//! Appointments (mygadgetrepairs-api.md 12.4).

use super::{resource, since};
use crate::{
    Cursor, Error, Filter, Page, Walk,
    client::List,
    model::{Appointment, AppointmentWrite, Changed},
};
use domain::{RecordId, Timestamp};

resource!(
    /// `/appointments`.
    Appointments
);

impl<'a> Appointments<'a> {
    /// One page, meant to be newest first. `GET /appointments`.
    ///
    /// # Errors
    /// As every list; see the module's introduction.
    pub async fn page(&self, filter: &Filter, cursor: &Cursor) -> Result<Page<Appointment>, Error> {
        self.list(filter).page(cursor).await
    }

    /// All appointments from a cursor on, each once.
    #[must_use]
    pub fn walk(&self, filter: &Filter, from: Cursor) -> Walk<'a, Appointment> {
        self.list(filter).walk(from)
    }

    /// One page of what changed on or after the day of `since`. `GET /appointments/updated`; not every account
    /// has it, the probe knows. Allow for an overlap: the filter is exact to the day at best, and an account
    /// that ignores it sends everything.
    ///
    /// # Errors
    /// [`Error::NotOffered`] where the account has no feed.
    pub async fn updated_page(
        &self,
        since: Option<Timestamp>,
        cursor: &Cursor,
    ) -> Result<Page<Changed<Appointment>>, Error> {
        self.feed(since).page(cursor).await
    }

    /// All that changed on or after the day of `since`.
    #[must_use]
    pub fn walk_updated(
        &self,
        since: Option<Timestamp>,
        from: Cursor,
    ) -> Walk<'a, Changed<Appointment>> {
        self.feed(since).walk(from)
    }

    /// One appointment. `GET /appointments/{id}`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it was deleted or never was.
    pub async fn get(&self, id: &RecordId) -> Result<Appointment, Error> {
        self.client.get("appointments", id).await
    }

    /// Makes an appointment and returns its id; read it back for the rest. `POST /appointments`, never repeated by
    /// itself and without any protection against doubles: after an error whose [`Error::applied`] is
    /// `Unknown`, look for the appointment first.
    ///
    /// # Errors
    /// [`Error::Invalid`] where something needed is missing.
    pub async fn create(&self, write: &AppointmentWrite) -> Result<RecordId, Error> {
        let arguments = write.arguments(self.client.wire(), self.client.zone(), true)?;
        self.client
            .create("appointment", "appointments", arguments)
            .await
    }

    /// Changes the fields that are set; the others stay. `PUT /appointments/{id}`. Whether the vendor took them
    /// is seen by reading back, since unknown names are ignored without a word.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`].
    pub async fn update(&self, id: &RecordId, write: &AppointmentWrite) -> Result<(), Error> {
        let arguments = write.arguments(self.client.wire(), self.client.zone(), false)?;
        self.client
            .update(
                "appointment",
                "appointments",
                "appointmentId",
                id,
                arguments,
            )
            .await
    }

    /// Removes it. `DELETE /appointments/{id}`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is gone already, also when a first try that seemed to fail removed it.
    pub async fn delete(&self, id: &RecordId) -> Result<(), Error> {
        self.client.delete("appointment", "appointments", id).await
    }

    fn list(&self, filter: &Filter) -> List<'a> {
        List::new(self.client, "appointment", "/appointments")
            .with(filter.arguments(self.client.wire()))
    }

    fn feed(&self, from: Option<Timestamp>) -> List<'a> {
        List::new(self.client, "changed appointment", "/appointments/updated")
            .with(since(self.client, from))
    }
}
