//! The dictionary of tags (highlevel-api.md 9.1). Scope `locations/tags.readonly`. Tags on a contact are changed
//! through [`super::Contacts`].

use crate::{Client, Error, client::Subject, model::Tag};
use http::{Request, path};

/// Tags of the location.
#[derive(Clone, Copy, Debug)]
pub struct Tags<'a>(pub(crate) &'a Client);

impl Tags<'_> {
    /// All tags.
    ///
    /// # Errors
    /// As every read.
    pub async fn list(&self) -> Result<Vec<Tag>, Error> {
        let request = Request::get(path(["locations", self.0.location_id(), "tags"]));
        self.0
            .list(request, Subject::read("tags", &[]), "tags")
            .await
    }
}
