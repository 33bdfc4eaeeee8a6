//! Appointments (highlevel-api.md 7.12 and 10). Scopes `contacts.readonly` for a contact's list, else
//! `calendars/events.readonly` and `.write`.

use crate::{
    Client, Error,
    client::Subject,
    model::{Appointment, CreateAppointment, UpdateAppointment},
};
use http::{Request, path};
use serde_json::json;

/// `appointment` is what the vendor sends, `event` what its document says (highlevel-quirks.md 3.17).
const ENVELOPES: [&str; 2] = ["appointment", "event"];

/// Appointments of the location.
#[derive(Clone, Copy, Debug)]
pub struct Appointments<'a>(pub(crate) &'a Client);

impl Appointments<'_> {
    /// All appointments of a contact, past ones too. Times have no zone here; see
    /// [`crate::model::EventTime::Local`].
    ///
    /// # Errors
    /// [`Error::NotFound`] without the contact.
    pub async fn of_contact(&self, contact_id: &str) -> Result<Vec<Appointment>, Error> {
        let request = Request::get(path(["contacts", contact_id, "appointments"]));
        self.0
            .list(request, Subject::read("contact", &[contact_id]), "events")
            .await
    }

    /// One appointment, with exact times. A deleted one is found as well; see [`Appointment::is_deleted`].
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn get(&self, id: &str) -> Result<Appointment, Error> {
        let request = Request::get(path(["calendars", "events", "appointments", id]));
        self.0
            .one(request, Subject::read("appointment", &[id]), &ENVELOPES)
            .await
    }

    /// Books an appointment; silently unless told otherwise. The answer may lack the times.
    ///
    /// # Errors
    /// [`Error::Vendor`] 400 when the slot is not free.
    pub async fn create(&self, appointment: &CreateAppointment) -> Result<Appointment, Error> {
        let request = Request::post(path(["calendars", "events", "appointments"]))
            .json(appointment.to_json(self.0.location_id()));
        self.0
            .one(request, Subject::write("appointment", &[]), &ENVELOPES)
            .await
    }

    /// Changes what is given; silently unless told otherwise.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn update(&self, id: &str, change: &UpdateAppointment) -> Result<Appointment, Error> {
        let request =
            Request::put(path(["calendars", "events", "appointments", id])).json(change.to_json());
        self.0
            .one(request, Subject::write("appointment", &[id]), &ENVELOPES)
            .await
    }

    /// Deletes an appointment. The vendor wants a body, be it empty.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn delete(&self, id: &str) -> Result<(), Error> {
        let request = Request::delete(path(["calendars", "events", id])).json(json!({}));
        self.0
            .done(request, Subject::write("appointment", &[id]))
            .await
    }
}
