//! Ticket statuses of the shop (mygadgetrepairs-api.md 12.5).

use super::resource;
use crate::{Error, client::List, model::Status};

resource!(
    /// `/statuses`.
    Statuses
);

impl Statuses<'_> {
    /// All of them. `GET /statuses`. Costs one request per 50.
    ///
    /// # Errors
    /// As every list; see the module's introduction.
    pub async fn all(&self) -> Result<Vec<Status>, Error> {
        List::new(self.client, "status", "/statuses").all().await
    }
}
