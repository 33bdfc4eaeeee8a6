//! Workflows (highlevel-api.md 7.13). Scope `workflows.readonly`. Putting a contact into one goes through
//! [`super::Contacts`].

use crate::{Client, Error, client::Subject, model::Workflow};
use http::{Request, path};

/// Workflows of the location.
#[derive(Clone, Copy, Debug)]
pub struct Workflows<'a>(pub(crate) &'a Client);

impl Workflows<'_> {
    /// All workflows, drafts among them.
    ///
    /// # Errors
    /// As every read.
    pub async fn list(&self) -> Result<Vec<Workflow>, Error> {
        let request =
            Request::get(path(["workflows", ""])).query("locationId", self.0.location_id());
        self.0
            .list(request, Subject::read("workflows", &[]), "workflows")
            .await
    }
}
