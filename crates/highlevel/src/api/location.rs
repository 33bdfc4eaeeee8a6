//! The location (highlevel-api.md 8). Scope `locations.readonly`.

use crate::{Client, Error, client::Subject, model::Location};
use http::{Request, path};

/// The location of the client.
#[derive(Clone, Copy, Debug)]
pub struct LocationApi<'a>(pub(crate) &'a Client);

impl LocationApi<'_> {
    /// Its zone, country and rules on duplicates.
    ///
    /// # Errors
    /// [`Error::WrongLocation`] when the token is for another one.
    pub async fn get(&self) -> Result<Location, Error> {
        let id = self.0.location_id();
        let request = Request::get(path(["locations", id]));
        self.0
            .one(request, Subject::read("sub-account", &[id]), &["location"])
            .await
    }
}
