//! Notes (highlevel-api.md 7.11). Scopes `contacts.readonly` and `contacts.write`. There is no bulk read.

use crate::{
    Client, Error,
    client::Subject,
    model::{CreateNote, Note, UpdateNote},
};
use http::{Request, path};

/// Notes of the location's contacts.
#[derive(Clone, Copy, Debug)]
pub struct Notes<'a>(pub(crate) &'a Client);

impl Notes<'_> {
    /// All notes of a contact; there are no pages.
    ///
    /// # Errors
    /// [`Error::NotFound`] without the contact.
    pub async fn list(&self, contact_id: &str) -> Result<Vec<Note>, Error> {
        let request = Request::get(path(["contacts", contact_id, "notes"]));
        self.0
            .list(request, Subject::read("contact", &[contact_id]), "notes")
            .await
    }

    /// One note.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn get(&self, contact_id: &str, id: &str) -> Result<Note, Error> {
        let request = Request::get(path(["contacts", contact_id, "notes", id]));
        self.0
            .one(request, Subject::read("note", &[contact_id, id]), &["note"])
            .await
    }

    /// Writes a note.
    ///
    /// # Errors
    /// After [`http::Applied::Unknown`], look through the contact's notes before trying again.
    pub async fn create(&self, contact_id: &str, note: &CreateNote) -> Result<Note, Error> {
        let request = Request::post(path(["contacts", contact_id, "notes"])).json(note.to_json());
        self.0
            .one(request, Subject::write("contact", &[contact_id]), &["note"])
            .await
    }

    /// Changes what is given.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn update(
        &self,
        contact_id: &str,
        id: &str,
        change: &UpdateNote,
    ) -> Result<Note, Error> {
        let request =
            Request::put(path(["contacts", contact_id, "notes", id])).json(change.to_json());
        self.0
            .one(
                request,
                Subject::write("note", &[contact_id, id]),
                &["note"],
            )
            .await
    }

    /// Deletes a note.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is gone already.
    pub async fn delete(&self, contact_id: &str, id: &str) -> Result<(), Error> {
        let request = Request::delete(path(["contacts", contact_id, "notes", id]));
        self.0
            .done(request, Subject::write("note", &[contact_id, id]))
            .await
    }
}
