//! The shop's profile (mygadgetrepairs-api.md 12.2).

use super::resource;
use crate::{Error, error::Target, lenient, model::Info};
use http::Request;

resource!(
    /// `/info`.
    ShopInfo
);

impl ShopInfo<'_> {
    /// The profile; the cheapest test of a key. `GET /info`.
    ///
    /// # Errors
    /// [`Error::KeyRefused`] for a wrong key.
    pub async fn get(&self) -> Result<Info, Error> {
        let target = Target::list("shop profile");
        let answer = self.client.succeed(Request::get("/info"), &target).await?;
        let value = lenient::parse(&answer.body).map_err(|_| {
            target.decode(
                "$",
                "the profile is no JSON; check that the address is the API's",
            )
        })?;
        Ok(Info::from_raw(value))
    }
}
