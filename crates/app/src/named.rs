//! Records by the names that people use for them.

use crate::{App, AppError};
use store::{Shop, StoredRecord};

impl App {
    /// The record that a person means by an id of either vendor or by the number that the counter shows.
    pub(crate) async fn record_named(
        &self,
        shop: &Shop,
        text: &str,
    ) -> Result<StoredRecord, AppError> {
        let mut found = self.store.records_named(shop.id, text.trim()).await?;
        if found.iter().any(|stored| !stored.gone) {
            found.retain(|stored| !stored.gone);
        }
        match found.len() {
            1 => Ok(found.remove(0)),
            0 => Err(AppError::NotFound(format!(
                "the shop `{}` has no record `{text}`. Give an id of either side, or the number that the counter shows, such as C-317; records that no sync has read yet are not known",
                shop.name
            ))),
            _ => {
                let ids: Vec<&str> = found.iter().map(|one| one.record.id.as_str()).collect();
                Err(AppError::Refused(format!(
                    "`{text}` means more than one record; give one of the ids {}",
                    ids.join(", ")
                )))
            }
        }
    }
}
