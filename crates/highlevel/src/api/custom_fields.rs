//! Definitions of custom fields (highlevel-api.md 9.2). Scopes `locations/customFields.readonly` and `.write`.

use crate::{
    Client, Error,
    client::Subject,
    model::{CreateCustomField, CustomField},
};
use http::{Request, path};

/// Custom fields of the location.
#[derive(Clone, Copy, Debug)]
pub struct CustomFields<'a>(pub(crate) &'a Client);

impl CustomFields<'_> {
    /// All fields, of contacts and of opportunities; without `model=all` the vendor leaves the latter out.
    ///
    /// # Errors
    /// As every read.
    pub async fn list(&self) -> Result<Vec<CustomField>, Error> {
        let request = Request::get(path(["locations", self.0.location_id(), "customFields"]))
            .query("model", "all");
        self.0
            .list(request, Subject::read("custom fields", &[]), "customFields")
            .await
    }

    /// Makes a field.
    ///
    /// # Errors
    /// After [`http::Applied::Unknown`], list the fields before trying again.
    pub async fn create(&self, field: &CreateCustomField) -> Result<CustomField, Error> {
        let request = Request::post(path(["locations", self.0.location_id(), "customFields"]))
            .json(field.to_json());
        self.0
            .one(
                request,
                Subject::write("custom field", &[]),
                &["customField"],
            )
            .await
    }
}
