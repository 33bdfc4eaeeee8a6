//! Custom fields that the shop defined (mygadgetrepairs-api.md 12.9).

use super::resource;
use crate::{
    Error,
    client::List,
    model::{CustomField, CustomFieldOwner},
};

resource!(
    /// `/customFields/{type}`.
    CustomFields
);

impl CustomFields<'_> {
    /// All custom fields of one kind of record. `GET /customFields/{type}`.
    ///
    /// # Errors
    /// As every list; see the module's introduction.
    pub async fn all(&self, owner: CustomFieldOwner) -> Result<Vec<CustomField>, Error> {
        List::new(
            self.client,
            "custom field",
            http::path(["customFields", owner.as_str()]),
        )
        .all()
        .await
    }
}
