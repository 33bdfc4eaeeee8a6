//! Calendars (highlevel-api.md 10). Scopes `calendars.readonly` and `calendars/events.readonly`.

use crate::{
    Client, Error,
    client::Subject,
    model::{Appointment, Calendar, EventWindow, EventsOf},
};
use http::{Request, path};

/// Calendars of the location.
#[derive(Clone, Copy, Debug)]
pub struct Calendars<'a>(pub(crate) &'a Client);

impl Calendars<'_> {
    /// All calendars.
    ///
    /// # Errors
    /// As every read.
    pub async fn list(&self) -> Result<Vec<Calendar>, Error> {
        let request =
            Request::get(path(["calendars", ""])).query("locationId", self.0.location_id());
        self.0
            .list(request, Subject::read("calendars", &[]), "calendars")
            .await
    }

    /// Everything that begins within the window. There are no pages.
    ///
    /// # Errors
    /// As every read.
    pub async fn events(&self, window: &EventWindow) -> Result<Vec<Appointment>, Error> {
        let (key, id) = match &window.of {
            EventsOf::Calendar(id) => ("calendarId", id),
            EventsOf::User(id) => ("userId", id),
            EventsOf::Group(id) => ("groupId", id),
        };
        let request = Request::get(path(["calendars", "events"]))
            .query("locationId", self.0.location_id())
            .query("startTime", window.from.as_millisecond().to_string())
            .query("endTime", window.to.as_millisecond().to_string())
            .query(key, id);
        self.0
            .list(request, Subject::read("calendar", &[id]), "events")
            .await
    }
}
