//! Staff (mygadgetrepairs-api.md 12.1).

use super::resource;
use crate::{Error, client::List, model::User};

resource!(
    /// `/users`.
    Users
);

impl Users<'_> {
    /// All of them. `GET /users`. Costs one request per 50.
    ///
    /// # Errors
    /// As every list; see the module's introduction.
    pub async fn all(&self) -> Result<Vec<User>, Error> {
        List::new(self.client, "user", "/users").all().await
    }
}
