//! Forgetting: finished writes and journal lines that nobody will ask about any more, and webhooks that nobody will
//! send again.

use super::Pass;
use crate::AppError;
use domain::Timestamp;
use serde_json::Value as Json;
use store::Change;

/// Days for which a finished write is kept, to be explained and taken back.
pub(crate) const WRITES_DAYS: i64 = 90;
/// Days for which the journal is kept.
const JOURNAL_DAYS: i64 = 400;
/// Days for which a webhook that was looked at is known, so that one with the same id is a double.
const WEBHOOK_DAYS: i64 = 35;
/// Of each at most so many at a time: it holds the store for a moment only.
const BATCH: u32 = 500;
/// Nothing is looked for that is to be forgotten sooner than so many seconds after the last time.
const EVERY: i64 = 600;
/// Remembers when that was.
const TRIMMED: &str = "trimmed";

impl Pass<'_> {
    pub(super) async fn trim(&self) -> Result<(), AppError> {
        let now = self.now();
        let trimmed = self.cursor(TRIMMED).await?;
        if trimmed.is_some_and(|last| now.as_second() - last.at.as_second() < EVERY) {
            return Ok(());
        }
        let (writes, journal) = (
            days_before(now, WRITES_DAYS),
            days_before(now, JOURNAL_DAYS),
        );
        self.store
            .trim(self.shop.id, writes, journal, BATCH)
            .await?;
        self.store
            .forget_webhooks(self.shop.id, days_before(now, WEBHOOK_DAYS), BATCH)
            .await?;
        self.store.forget_runs(self.shop.id).await?;
        let trimmed = Change::Cursor(TRIMMED.to_owned(), Json::Null);
        self.commit(vec![trimmed]).await
    }
}

/// An instant so many days earlier.
pub(crate) fn days_before(now: Timestamp, days: i64) -> Timestamp {
    Timestamp::from_second(now.as_second().saturating_sub(days * 86_400))
        .unwrap_or(Timestamp::UNIX_EPOCH)
}
