//! Questions to people.

use super::{by_shop, these};
use crate::codes::{kind, read_json, read_kind, read_side, read_time, side};
use crate::db::{Row, both, query, query_as};
use crate::model::{Review, ReviewKind, ReviewState};
use crate::{Store, StoreError};
use domain::{Kind, RecordId, ShopId, Side};
use std::collections::BTreeMap;

macro_rules! columns {
    () => {
        "SELECT id, what, kind, side, record, field, detail, state, decision, created_at, decided_at FROM review "
    };
}

fn read(row: &Row) -> Result<Review, StoreError> {
    let unreadable = |column| StoreError::Value {
        table: "review",
        column,
        why: "a word that this version does not know".into(),
    };
    Ok(Review {
        id: row.try_get(0)?,
        what: ReviewKind::read(row.try_get(1)?).ok_or_else(|| unreadable("what"))?,
        kind: read_kind(row.try_get(2)?),
        side: read_side(row.try_get(3)?),
        record: RecordId::new(row.try_get::<String, _>(4)?),
        field: row.try_get(5)?,
        detail: read_json(row.try_get(6)?, "review", "detail")?,
        state: ReviewState::read(row.try_get(7)?).ok_or_else(|| unreadable("state"))?,
        decision: row.try_get(8)?,
        created_at: read_time(row.try_get(9)?),
        decided_at: row.try_get::<Option<i64>, _>(10)?.map(read_time),
    })
}

impl Store {
    /// Open questions after the given number.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn open_reviews(
        &self,
        shop: ShopId,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Review>, StoreError> {
        let rows = query(concat!(
            columns!(),
            "WHERE shop = $1 AND state = 'open' AND id > $2 ORDER BY id LIMIT $3"
        ))
        .bind(shop.0)
        .bind(after)
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(read).collect()
    }

    /// Open questions about a record.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn reviews_about(
        &self,
        shop: ShopId,
        on: Side,
        of: Kind,
        record: &RecordId,
    ) -> Result<Vec<Review>, StoreError> {
        let rows = query(concat!(
            columns!(),
            "WHERE shop = $1 AND state = 'open' AND kind = $2 AND side = $3 AND record = $4 ORDER BY id"
        ))
        .bind(shop.0)
        .bind(kind(of))
        .bind(side(on))
        .bind(record.as_str())
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(read).collect()
    }

    /// Questions that were answered, the latest answer first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn answered_reviews(
        &self,
        shop: ShopId,
        limit: u32,
    ) -> Result<Vec<Review>, StoreError> {
        let rows = query(concat!(
            columns!(),
            "WHERE shop = $1 AND state = 'decided' ORDER BY decided_at DESC, id DESC LIMIT $2"
        ))
        .bind(shop.0)
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(read).collect()
    }

    /// One question.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn review(&self, shop: ShopId, id: i64) -> Result<Option<Review>, StoreError> {
        let row = query(concat!(columns!(), "WHERE shop = $1 AND id = $2"))
            .bind(shop.0)
            .bind(id)
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// How many questions are open, by what they ask.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn count_reviews(&self, shop: ShopId) -> Result<Vec<(ReviewKind, u64)>, StoreError> {
        self.seen_or(
            shop,
            |glance| glance.reviews.clone(),
            self.count_reviews_of(&[shop]),
        )
        .await
    }

    /// The same of several shops.
    pub(crate) async fn count_reviews_of(
        &self,
        shops: &[ShopId],
    ) -> Result<BTreeMap<ShopId, Vec<(ReviewKind, u64)>>, StoreError> {
        let rows: Vec<(i64, String, i64)> = query_as(both!(
            "SELECT shop, what, count(*) FROM review WHERE shop ",
            [numbers "1"],
            " AND state = 'open' GROUP BY shop, what"
        ))
        .bind(these(shops))
        .fetch_all(&self.readers)
        .await?;
        let known = rows.into_iter().filter_map(|(shop, what, count)| {
            let what = ReviewKind::read(&what)?;
            Some((shop, (what, count.unsigned_abs())))
        });
        Ok(by_shop(known, |row| row))
    }
}
