//! Issue types of the shop (mygadgetrepairs-api.md 12.5).

use super::resource;
use crate::{Error, client::List, model::IssueType};

resource!(
    /// `/issueTypes`.
    IssueTypes
);

impl IssueTypes<'_> {
    /// All of them. `GET /issueTypes`. Costs one request per 50.
    ///
    /// # Errors
    /// As every list; see the module's introduction.
    pub async fn all(&self) -> Result<Vec<IssueType>, Error> {
        List::new(self.client, "issue type", "/issueTypes")
            .all()
            .await
    }
}
