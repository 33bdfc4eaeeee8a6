//! What will have to be written once what is under way is done: for forecasts.

use crate::codes::{kind, read_json, side};
use crate::{Store, StoreError};
use domain::{Kind, Record, RunId, ShopId, Side};

/// The index is named, since SQLite would walk through all records of the shop.
macro_rules! followers {
    ($what:literal) => {
        concat!(
            "SELECT ",
            $what,
            " FROM record INDEXED BY record_waiting
             WHERE shop = $1 AND side = $2 AND kind = $3 AND state = 2 AND gone = 0 AND parent IS NOT NULL
             AND EXISTS (SELECT 1 FROM intent INDEXED BY intent_open
                 WHERE intent.shop = record.shop AND intent.side = $4 AND intent.kind = 0
                 AND intent.source = record.parent AND intent.op = 'create'
                 AND intent.state IN ('ready', 'sent', 'unknown', 'written', 'failed', 'held')
                 AND intent.state NOT IN ('failed', 'held'))"
        )
    };
}

pub(crate) const COUNT_FOLLOWERS: &str = followers!("count(*)");
pub(crate) const FOLLOWERS: &str = concat!(followers!("record.body"), " LIMIT $5");

impl Store {
    /// Records of a side that wait for the counterpart of their parent, which is being made: how many, and up to
    /// `most` of them.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn followers(
        &self,
        shop: ShopId,
        on: Side,
        what: Kind,
        most: u32,
    ) -> Result<(u64, Vec<Record>), StoreError> {
        let count: i64 = sqlx::query_scalar(COUNT_FOLLOWERS)
            .bind(shop.0)
            .bind(side(on))
            .bind(kind(what))
            .bind(side(on.other()))
            .fetch_one(&self.readers)
            .await?;
        if count == 0 {
            return Ok((0, Vec::new()));
        }
        let bodies: Vec<String> = sqlx::query_scalar(FOLLOWERS)
            .bind(shop.0)
            .bind(side(on))
            .bind(kind(what))
            .bind(side(on.other()))
            .bind(most)
            .fetch_all(&self.readers)
            .await?;
        let records = bodies
            .iter()
            .map(|body| read_json(body, "record", "body"))
            .collect::<Result<_, _>>()?;
        Ok((count.unsigned_abs(), records))
    }

    /// How many contacts a run has made in HighLevel so far.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn count_contacts_made(&self, shop: ShopId, run: RunId) -> Result<u64, StoreError> {
        let count: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM intent INDEXED BY intent_run
             WHERE shop = $1 AND run = $2 AND side = 0 AND kind = 0 AND op = 'create' AND state = 'done'",
        )
        .bind(shop.0)
        .bind(run.to_string())
        .fetch_one(&self.readers)
        .await?;
        Ok(count.unsigned_abs())
    }

    /// Contacts whose notes are due because somebody called for it, and who have a ticket where notes could be shown.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn count_due_notes(&self, shop: ShopId) -> Result<u64, StoreError> {
        let count: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM note_watch WHERE note_watch.shop = $1 AND due > seen AND EXISTS (
                 SELECT 1 FROM link JOIN record ON record.shop = link.shop AND record.side = 1 AND record.kind = 1
                     AND record.parent = link.right_id AND record.gone = 0
                 WHERE link.shop = $1 AND link.kind = 0 AND link.broken_at IS NULL
                 AND link.left_id = note_watch.contact)",
        )
        .bind(shop.0)
        .fetch_one(&self.readers)
        .await?;
        Ok(count.unsigned_abs())
    }
}
