//! Links between records.

use super::{list, these};
use crate::change::Key;
use crate::codes::{kind, read_id, read_json, read_kind, read_time, side, time};
use crate::db::{Row, Sql, both, query, query_as, query_scalar};
use crate::model::{Link, LinkTotals};
use crate::{Store, StoreError};
use domain::{Kind, LinkId, RecordId, ShopId, Side, Timestamp};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Why a link was ended that came of an answer which a person took back: as if it had never been.
pub const ANSWER_TAKEN_BACK: &str = "answer taken back";
/// How the reason begins for which a link was ended whose record was deleted.
pub const LET_GO: &str = "deleted in ";

macro_rules! columns {
    () => {
        "SELECT id, kind, left_id, right_id, base, withheld, reason, fields, agree, held FROM link "
    };
}

pub(crate) const LINKS_OF_LEFT: Sql = both!(
    columns!(),
    "WHERE broken_at IS NULL AND shop = $1 AND kind = $2 AND left_id ",
    [list "3"]
);
pub(crate) const LINKS_OF_RIGHT: Sql = both!(
    columns!(),
    "WHERE broken_at IS NULL AND shop = $1 AND kind = $2 AND right_id ",
    [list "3"]
);

macro_rules! ended {
    ($column:literal) => {
        both!(
            "SELECT id, kind, left_id, right_id, base, withheld, reason, fields, agree, held, broken_at FROM link
             WHERE broken_at IS NOT NULL AND shop = $1 AND kind = $2 AND broken_why = $4 AND ",
            $column,
            " ",
            [list "3"]
        )
    };
}
const ENDED_OF_LEFT: Sql = ended!("left_id");
const ENDED_OF_RIGHT: Sql = ended!("right_id");

fn read(row: &Row) -> Result<Link, StoreError> {
    Ok(Link {
        id: read_id::<LinkId>(row.try_get(0)?, "link", "id")?,
        kind: read_kind(row.try_get(1)?),
        left: RecordId::new(row.try_get::<String, _>(2)?),
        right: RecordId::new(row.try_get::<String, _>(3)?),
        base: read_json(row.try_get(4)?, "link", "base")?,
        withheld: read_json(row.try_get(5)?, "link", "withheld")?,
        reason: row.try_get(6)?,
        fields: row.try_get(7)?,
        agree: row.try_get(8)?,
        held: row.try_get(9)?,
    })
}

/// The index is named, since SQLite would walk through the links themselves.
pub(crate) const TOTALS: Sql = both!(
    "SELECT shop, kind, count(*), CAST(coalesce(sum(fields), 0) AS BIGINT), CAST(coalesce(sum(agree), 0) AS BIGINT),
         CAST(coalesce(sum(held), 0) AS BIGINT)
     FROM link",
    [by "link_counted"],
    "WHERE broken_at IS NULL AND shop ",
    [numbers "1"],
    " GROUP BY shop, kind"
);

impl Store {
    /// The links of the given records, by the record's id.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn links_of(
        &self,
        shop: ShopId,
        on: Side,
        what: Kind,
        ids: impl IntoIterator<Item = &RecordId>,
    ) -> Result<HashMap<RecordId, Link>, StoreError> {
        let sql = match on {
            Side::HighLevel => LINKS_OF_LEFT,
            Side::MyGadgetRepairs => LINKS_OF_RIGHT,
        };
        let rows = query(sql)
            .bind(shop.0)
            .bind(kind(what))
            .bind(list(ids))
            .fetch_all(&self.readers)
            .await?;
        rows.iter()
            .map(|row| {
                let link = read(row)?;
                Ok((link.on(on).clone(), link))
            })
            .collect()
    }

    /// The link of one record.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn link_of(
        &self,
        shop: ShopId,
        on: Side,
        what: Kind,
        id: &RecordId,
    ) -> Result<Option<Link>, StoreError> {
        Ok(self.links_of(shop, on, what, [id]).await?.remove(id))
    }

    /// A few links of a kind, whichever come first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn some_links(
        &self,
        shop: ShopId,
        what: Kind,
        limit: u32,
    ) -> Result<Vec<Link>, StoreError> {
        let rows = query(both!(
            columns!(),
            [by "link_left"],
            "WHERE broken_at IS NULL AND shop = $1 AND kind = $2 ORDER BY left_id LIMIT $3"
        ))
        .bind(shop.0)
        .bind(kind(what))
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(read).collect()
    }

    /// Whether a linked contact of a side holds a key.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn is_key_held(&self, shop: ShopId, on: Side, key: &Key) -> Result<bool, StoreError> {
        let sql = match on {
            Side::HighLevel => {
                "SELECT EXISTS (SELECT 1 FROM identity_key CROSS JOIN link
                 WHERE identity_key.shop = $1 AND identity_key.what = $2 AND identity_key.value = $3 AND identity_key.side = $4
                   AND link.shop = $1 AND link.kind = 0 AND link.broken_at IS NULL AND link.left_id = identity_key.record)"
            }
            Side::MyGadgetRepairs => {
                "SELECT EXISTS (SELECT 1 FROM identity_key CROSS JOIN link
                 WHERE identity_key.shop = $1 AND identity_key.what = $2 AND identity_key.value = $3 AND identity_key.side = $4
                   AND link.shop = $1 AND link.kind = 0 AND link.broken_at IS NULL AND link.right_id = identity_key.record)"
            }
        };
        Ok(query_scalar::<bool>(sql)
            .bind(shop.0)
            .bind(key.what)
            .bind(&key.value)
            .bind(side(on))
            .fetch_one(&self.readers)
            .await?)
    }

    /// The links of the given records that were ended for this reason, each with when.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn ended_links(
        &self,
        shop: ShopId,
        on: Side,
        what: Kind,
        ids: impl IntoIterator<Item = &RecordId>,
        why: &str,
    ) -> Result<Vec<(Link, Timestamp)>, StoreError> {
        let sql = match on {
            Side::HighLevel => ENDED_OF_LEFT,
            Side::MyGadgetRepairs => ENDED_OF_RIGHT,
        };
        let rows = query(sql)
            .bind(shop.0)
            .bind(kind(what))
            .bind(list(ids))
            .bind(why)
            .fetch_all(&self.readers)
            .await?;
        let ended = |row: &Row| Ok((read(row)?, read_time(row.try_get(10)?)));
        rows.iter().map(ended).collect()
    }

    /// Those of the given records that once had a link which was ended. They are not created anew: somebody
    /// deleted or unlinked their counterpart. A link that came of an answer which was taken back does not count.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn once_linked(
        &self,
        shop: ShopId,
        on: Side,
        what: Kind,
        ids: impl IntoIterator<Item = &RecordId>,
    ) -> Result<HashSet<RecordId>, StoreError> {
        let sql = match on {
            Side::HighLevel => both!(
                "SELECT left_id FROM link WHERE broken_at IS NOT NULL AND shop = $1 AND kind = $2
                     AND coalesce(broken_why, '') <> $4 AND left_id ",
                [list "3"]
            ),
            Side::MyGadgetRepairs => both!(
                "SELECT right_id FROM link WHERE broken_at IS NOT NULL AND shop = $1 AND kind = $2
                     AND coalesce(broken_why, '') <> $4 AND right_id ",
                [list "3"]
            ),
        };
        let rows: Vec<String> = query_scalar(sql)
            .bind(shop.0)
            .bind(kind(what))
            .bind(list(ids))
            .bind(ANSWER_TAKEN_BACK)
            .fetch_all(&self.readers)
            .await?;
        Ok(rows.into_iter().map(RecordId::new).collect())
    }

    /// How many links were ended since an instant because a record had been deleted ([`LET_GO`]).
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn let_go_since(&self, shop: ShopId, since: Timestamp) -> Result<u64, StoreError> {
        let count: i64 = query_scalar(
            "SELECT count(*) FROM link WHERE shop = $1 AND broken_at IS NOT NULL AND broken_at > $2
             AND substr(broken_why, 1, length($3)) = $3",
        )
        .bind(shop.0)
        .bind(time(since))
        .bind(LET_GO)
        .fetch_one(&self.readers)
        .await?;
        Ok(count.unsigned_abs())
    }

    /// Sums over the links of each kind; of a kind without links there are none.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn link_totals(
        &self,
        shop: ShopId,
    ) -> Result<BTreeMap<Kind, LinkTotals>, StoreError> {
        self.known_or(shop, |known| &mut known.links, self.link_totals_of(&[shop]))
            .await
    }

    /// The same of several shops.
    pub(crate) async fn link_totals_of(
        &self,
        shops: &[ShopId],
    ) -> Result<BTreeMap<ShopId, BTreeMap<Kind, LinkTotals>>, StoreError> {
        let rows: Vec<(i64, i64, i64, i64, i64, i64)> = query_as(TOTALS)
            .bind(these(shops))
            .fetch_all(&self.readers)
            .await?;
        let mut all = BTreeMap::<_, BTreeMap<_, _>>::new();
        for (shop, of, links, fields, agree, held) in rows {
            let totals = LinkTotals {
                links: links.unsigned_abs(),
                fields: fields.unsigned_abs(),
                agree: agree.unsigned_abs(),
                held: held.unsigned_abs(),
            };
            let of_shop = all.entry(ShopId(shop)).or_default();
            of_shop.insert(read_kind(of), totals);
        }
        Ok(all)
    }

    /// Links whose fields do not all agree.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn differing(&self, shop: ShopId, limit: u32) -> Result<Vec<Link>, StoreError> {
        let rows = query(concat!(
            columns!(),
            "WHERE broken_at IS NULL AND shop = $1 AND agree < fields ORDER BY kind, id LIMIT $2"
        ))
        .bind(shop.0)
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(read).collect()
    }

    /// Pairs (HighLevel, MyGadgetRepairs) that a person set apart, among the given contacts.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn apart(
        &self,
        shop: ShopId,
        ids: impl IntoIterator<Item = &RecordId>,
    ) -> Result<HashSet<(RecordId, RecordId)>, StoreError> {
        let rows: Vec<(String, String)> = query_as(both!(
            "SELECT left_id, right_id FROM apart WHERE shop = $1 AND left_id ",
            [list "2"]
        ))
        .bind(shop.0)
        .bind(list(ids))
        .fetch_all(&self.readers)
        .await?;
        Ok(rows
            .into_iter()
            .map(|(left, right)| (RecordId::new(left), RecordId::new(right)))
            .collect())
    }
}
