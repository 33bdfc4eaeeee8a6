//! The journal and the runs, read.

use crate::{App, AppError};
use domain::{RecordId, RunId};
use store::{JournalFilter, JournalPage, JournalRow, RunRow};

impl App {
    /// The newest runs of a shop, newest first.
    ///
    /// # Errors
    /// When there is no such shop.
    pub async fn runs(&self, name: &str, limit: u32) -> Result<Vec<RunRow>, AppError> {
        let shop = self.shop(name).await?;
        Ok(self.store.runs(shop.id, limit).await?)
    }

    /// Runs of a shop, newest first, before the named one; only those that wrote, linked or failed, or are not over,
    /// where `did_something` says so.
    ///
    /// # Errors
    /// When there is no such shop.
    pub async fn runs_that_did(
        &self,
        name: &str,
        before: Option<RunId>,
        did_something: bool,
        limit: u32,
    ) -> Result<Vec<RunRow>, AppError> {
        let shop = self.shop(name).await?;
        let runs = self
            .store
            .runs_that_did(shop.id, before, did_something, limit);
        Ok(runs.await?)
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

    /// The number of the newest line of every shop's journal, by the shop's name.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn newest_lines(&self) -> Result<Vec<(String, i64)>, AppError> {
        Ok(self.store.newest_lines().await?)
    }

    /// A page of a shop's journal, newest first.
    ///
    /// # Errors
    /// When there is no such shop.
    pub async fn journal_page(
        &self,
        name: &str,
        wanted: &JournalFilter,
        record: Option<&str>,
    ) -> Result<JournalPage, AppError> {
        let shop = self.shop(name).await?;
        let mut filter = wanted.clone();
        if let Some(text) = record {
            // By an id of either side, which the journal may know longer than the snapshots do, or by the counter's
            // number.
            filter.records.push(RecordId::new(text.trim()));
            let named = self.store.records_named(shop.id, text.trim()).await?;
            filter
                .records
                .extend(named.into_iter().map(|stored| stored.record.id));
            filter.records.dedup();
        }
        Ok(self.store.journal_page(shop.id, &filter).await?)
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
