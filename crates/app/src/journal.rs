//! The journal and the runs, read.

use crate::{App, AppError};
use domain::RecordId;
use store::{JournalRow, RunRow};

impl App {
    /// The newest runs of a shop, newest first.
    ///
    /// # Errors
    /// When there is no such shop.
    pub async fn runs(&self, name: &str, limit: u32) -> Result<Vec<RunRow>, AppError> {
        let shop = self.shop(name).await?;
        Ok(self.store.runs(shop.id, limit).await?)
    }

    /// The newest lines of a shop's journal, oldest of them first; of one record where it is named.
    ///
    /// # Errors
    /// When there is no such shop.
    pub async fn log(
        &self,
        name: &str,
        record: Option<&str>,
        limit: u32,
    ) -> Result<Vec<JournalRow>, AppError> {
        let shop = self.shop(name).await?;
        let record = record.map(RecordId::new);
        Ok(self
            .store
            .journal_tail(shop.id, record.as_ref(), limit)
            .await?)
    }

    /// Lines after the given number, in order.
    ///
    /// # Errors
    /// When there is no such shop.
    pub async fn log_after(
        &self,
        name: &str,
        after: i64,
        limit: u32,
    ) -> Result<Vec<JournalRow>, AppError> {
        let shop = self.shop(name).await?;
        Ok(self.store.journal_after(shop.id, after, limit).await?)
    }
}
