//! Users (highlevel-api.md 11). Scope `users.readonly`.

use crate::{Client, Error, client::Subject, model::User};
use http::{Request, path};

/// Users of the location.
#[derive(Clone, Copy, Debug)]
pub struct Users<'a>(pub(crate) &'a Client);

impl Users<'_> {
    /// All users of the location, by the older path. It is in no document of v3, but answers (highlevel-api.md 3).
    ///
    /// # Errors
    /// As every read.
    pub async fn list(&self) -> Result<Vec<User>, Error> {
        let request = Request::get(path(["users", ""])).query("locationId", self.0.location_id());
        self.0
            .list(request, Subject::read("users", &[]), "users")
            .await
    }

    /// All users of the location, by the newer path; [`crate::model::Location::company_id`] tells the company.
    ///
    /// # Errors
    /// As every read.
    pub async fn search(&self, company_id: &str) -> Result<Vec<User>, Error> {
        let request = Request::get(path(["users", "search"]))
            .query("companyId", company_id)
            .query("locationId", self.0.location_id());
        self.0
            .list(request, Subject::read("users", &[company_id]), "users")
            .await
    }

    /// One user.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn get(&self, id: &str) -> Result<User, Error> {
        let request = Request::get(path(["users", id]));
        self.0
            .one(request, Subject::read("user", &[id]), &["user"])
            .await
    }
}
