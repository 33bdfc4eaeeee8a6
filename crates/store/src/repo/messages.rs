//! Messages that HighLevel sent to contacts that we had written to a moment before.

use crate::codes::{read_time, side, time};
use crate::db::{Sql, both, query};
use crate::{Store, StoreError};
use domain::{RecordId, ShopId, Side, Timestamp};

/// What is looked at, newest first.
const MOST: i64 = 2_000;

/// A message that followed a write of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followed {
    /// To whom.
    pub contact: RecordId,
    /// When we wrote to the contact, or to what hangs on it.
    pub wrote_at: Timestamp,
    /// When HighLevel told of the message.
    pub message_at: Timestamp,
}

pub(crate) const FOLLOWED: Sql = both!(
    "WITH message AS (
        SELECT parent, received_at FROM webhook",
    [by "webhook_message"],
    "WHERE shop = $1 AND received_at >= $2 AND what = 'OutboundMessage' AND parent IS NOT NULL
            AND (state = 1 OR NOT EXISTS
                (SELECT 1 FROM webhook AS looked_at WHERE looked_at.event = webhook.event AND looked_at.state = 1))
        ORDER BY received_at DESC LIMIT $5)
    SELECT message.parent, intent.sent_at, message.received_at FROM message
        JOIN intent ON intent.shop = $1 AND intent.side = $3 AND intent.kind = 0 AND intent.target = message.parent
        WHERE intent.sent_at BETWEEN message.received_at - $4 AND message.received_at
    UNION
    SELECT message.parent, intent.sent_at, message.received_at FROM message
        JOIN record ON record.shop = $1 AND record.side = $3 AND record.kind > 0 AND record.parent = message.parent
        JOIN intent ON intent.shop = $1 AND intent.side = $3 AND intent.kind = record.kind AND intent.target = record.id
        WHERE intent.sent_at BETWEEN message.received_at - $4 AND message.received_at"
);

impl Store {
    /// Messages received since an instant that followed, within so many seconds, a write of ours to the contact or
    /// to a record that hangs on it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn messages_after_writes(
        &self,
        shop: ShopId,
        since: Timestamp,
        within_seconds: i64,
    ) -> Result<Vec<Followed>, StoreError> {
        let rows = query(FOLLOWED)
            .bind(shop.0)
            .bind(time(since))
            .bind(side(Side::HighLevel))
            .bind(within_seconds.saturating_mul(1_000_000))
            .bind(MOST)
            .fetch_all(&self.readers)
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Followed {
                    contact: RecordId::new(row.try_get::<String, _>(0)?),
                    wrote_at: read_time(row.try_get(1)?),
                    message_at: read_time(row.try_get(2)?),
                })
            })
            .collect()
    }
}
