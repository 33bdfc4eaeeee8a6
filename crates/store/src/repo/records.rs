//! Snapshots: reading them by id, by state and by shared keys.

use super::{by_shop, list, these};
use crate::codes::{kind, read_json, read_kind, read_side, read_time, side};
use crate::db::{Row, Sql, both, query, query_as, query_scalar};
use crate::model::{RecordState, StoredRecord};
use crate::{Store, StoreError};
use domain::{Fingerprint, Kind, RecordId, ShopId, Side, Timestamp};
use std::collections::{BTreeMap, HashMap};

pub(crate) const fn state_code(state: RecordState) -> i64 {
    match state {
        RecordState::Settled => 0,
        RecordState::Unsettled => 1,
        RecordState::WaitsForParent => 2,
        RecordState::WaitsForPerson => 3,
    }
}

const fn read_state(code: i64) -> RecordState {
    match code {
        0 => RecordState::Settled,
        1 => RecordState::Unsettled,
        2 => RecordState::WaitsForParent,
        _ => RecordState::WaitsForPerson,
    }
}

macro_rules! fields {
    () => {
        "record.body, record.fingerprint, record.fetched_at, record.state, record.gone, record.first_seen"
    };
}

macro_rules! columns {
    () => {
        concat!("SELECT ", fields!(), " FROM record ")
    };
}

/// The index is named, since SQLite would walk the primary key past all that is settled.
pub(crate) const UNSETTLED: Sql = both!(
    columns!(),
    [by "record_unsettled"],
    "WHERE shop = $1 AND kind = $2 AND side = $3 AND state = 1 AND id > $4 ORDER BY id LIMIT $5"
);

/// The index is named, since SQLite would walk the primary key past all records of the kind.
pub(crate) const CHILDREN: Sql = both!(
    columns!(),
    [by "record_parent"],
    "WHERE shop = $1 AND side = $2 AND kind = $3 AND gone = 0 AND parent IS NOT NULL AND parent ",
    [list "4"]
);

/// The index is named, since SQLite would walk the primary key past all records of the kind.
pub(crate) const UNSEEN: Sql = both!(
    "SELECT id FROM record ",
    [by "record_unseen"],
    "WHERE shop = $1 AND side = $2 AND kind = $3 AND gone = 0 AND sweep < $4 AND id > $5 ORDER BY id LIMIT $6"
);
pub(crate) const UNSEEN_APPOINTMENTS: Sql = both!(
    "SELECT id FROM record ",
    [by "record_unseen"],
    "WHERE shop = $1 AND side = $2 AND kind = 3 AND gone = 0 AND sweep < $3 AND ",
    [sqlite
        "unixepoch(body ->> '$.fields.start.at') BETWEEN $4 AND $5
         AND coalesce(body ->> '$.fields.booking', '') <> 'deleted'"],
    [postgres
        "floor(extract(epoch FROM CAST(json_at(body, 'fields', 'start', 'at') AS timestamptz))) BETWEEN $4 AND $5
         AND coalesce(json_at(body, 'fields', 'booking'), '') <> 'deleted'"],
    " AND id > $6 ORDER BY id LIMIT $7"
);
pub(crate) const COUNT_UNSETTLED: Sql = both!(
    "SELECT shop, count(*) FROM record WHERE shop ",
    [numbers "1"],
    " AND state = 1 GROUP BY shop"
);
pub(crate) const COUNT_RECORDS: Sql = both!(
    "SELECT shop, side, kind, count(*) FROM record WHERE shop ",
    [numbers "1"],
    " AND gone = 0 GROUP BY shop, side, kind"
);
pub(crate) const COUNT_WAITING: Sql = both!(
    "SELECT shop, side, kind, state, count(*) FROM record WHERE shop ",
    [numbers "1"],
    " AND gone = 0 AND state >= 2 GROUP BY shop, side, kind, state"
);

/// The telling keys of the contacts in a list: those that at most 50 contacts share.
macro_rules! keys_of {
    ($list:literal) => {
        concat!(
            "SELECT DISTINCT mine.what, mine.value FROM ",
            $list,
            " AS those CROSS JOIN identity_key AS mine
              WHERE mine.shop = $1 AND mine.side = those.side AND mine.record = those.record
                AND (SELECT count(*) FROM (SELECT 1 FROM identity_key AS many
                     WHERE many.shop = $1 AND many.what = mine.what AND many.value = mine.value LIMIT 51) AS few) <= 50"
        )
    };
}

/// The contacts that have any of the keys in a list.
macro_rules! holders_of {
    ($list:literal) => {
        concat!(
            "SELECT other.side, other.record FROM ",
            $list,
            " AS shared CROSS JOIN identity_key AS other
              WHERE other.shop = $1 AND other.what = shared.what AND other.value = shared.value"
        )
    };
}

/// Keys of the subjects, who has them, the keys of those across, and who has these. `CROSS JOIN` keeps SQLite
/// to this order: left to itself it walks all keys of the shop for every page.
pub(crate) const NEIGHBOURHOOD: Sql = both!(
    "WITH subject (side, record) AS MATERIALIZED (SELECT $2, value FROM ",
    [listed "3"],
    "),
          first_key (what, value) AS MATERIALIZED (",
    keys_of!("subject"),
    "),
          near (side, record) AS MATERIALIZED (
              SELECT side, record FROM subject
              UNION ",
    holders_of!("first_key"),
    "),
          across (side, record) AS (SELECT side, record FROM near WHERE side <> $2),
          second_key (what, value) AS MATERIALIZED (",
    keys_of!("across"),
    "),
          wide (side, record) AS MATERIALIZED (
              SELECT side, record FROM near
              UNION ",
    holders_of!("second_key"),
    ") SELECT ",
    fields!(),
    " FROM wide CROSS JOIN record
     WHERE record.shop = $1 AND record.side = wide.side AND record.kind = 0 AND record.id = wide.record
       AND record.gone = 0
     ORDER BY record.side, record.id"
);

fn read(row: &Row) -> Result<StoredRecord, StoreError> {
    Ok(StoredRecord {
        record: read_json(row.try_get(0)?, "record", "body")?,
        fingerprint: Fingerprint(row.try_get(1)?),
        fetched_at: read_time(row.try_get(2)?),
        state: read_state(row.try_get(3)?),
        gone: row.try_get::<i64, _>(4)? != 0,
        first_seen_at: read_time(row.try_get(5)?),
    })
}

impl Store {
    /// Records by id; those that are not there are left out.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn records(
        &self,
        shop: ShopId,
        on: Side,
        what: Kind,
        ids: impl IntoIterator<Item = &RecordId>,
    ) -> Result<Vec<StoredRecord>, StoreError> {
        let rows = query(both!(
            columns!(),
            "WHERE shop = $1 AND side = $2 AND kind = $3 AND id ",
            [list "4"]
        ))
        .bind(shop.0)
        .bind(side(on))
        .bind(kind(what))
        .bind(list(ids))
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(read).collect()
    }

    /// One record.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record(
        &self,
        shop: ShopId,
        on: Side,
        what: Kind,
        id: &RecordId,
    ) -> Result<Option<StoredRecord>, StoreError> {
        Ok(self.records(shop, on, what, [id]).await?.pop())
    }

    /// Live records of a kind in the order of their ids, from after an id on.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn records_after(
        &self,
        shop: ShopId,
        on: Side,
        what: Kind,
        after: Option<&RecordId>,
        limit: u32,
    ) -> Result<Vec<StoredRecord>, StoreError> {
        let rows = query(concat!(
            columns!(),
            "WHERE shop = $1 AND side = $2 AND kind = $3 AND id > $4 AND gone = 0 ORDER BY id LIMIT $5"
        ))
        .bind(shop.0)
        .bind(side(on))
        .bind(kind(what))
        .bind(after.map_or("", RecordId::as_str))
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(read).collect()
    }

    /// The records that a person means by an id of either vendor or by the number that the counter shows
    /// (`C-317`). Numbers are compared one by one: this is for questions of people, not for the sync.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn records_named(
        &self,
        shop: ShopId,
        name: &str,
    ) -> Result<Vec<StoredRecord>, StoreError> {
        let rows = query(concat!(
            columns!(),
            "WHERE shop = $1 AND side IN (0, 1) AND kind IN (0, 1, 2, 3) AND id = $2 ORDER BY gone, kind LIMIT 5"
        ))
        .bind(shop.0)
        .bind(name)
        .fetch_all(&self.readers)
        .await?;
        let rows = if rows.is_empty() {
            query(both!(
                columns!(),
                "WHERE shop = $1 AND side = 1 AND lower(",
                [sqlite "body ->> 'reference'"],
                [postgres "json_at(body, 'reference')"],
                ") = lower($2) ORDER BY gone, kind LIMIT 5"
            ))
            .bind(shop.0)
            .bind(name)
            .fetch_all(&self.readers)
            .await?
        } else {
            rows
        };
        rows.iter().map(read).collect()
    }

    /// The live records of a kind that belong to the given ones.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn children(
        &self,
        shop: ShopId,
        on: Side,
        what: Kind,
        parents: impl IntoIterator<Item = &RecordId>,
    ) -> Result<Vec<StoredRecord>, StoreError> {
        let rows = query(CHILDREN)
            .bind(shop.0)
            .bind(side(on))
            .bind(kind(what))
            .bind(list(parents))
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(read).collect()
    }

    /// How many contacts and customers have neither an e-mail address nor a telephone number.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn count_unreachable(&self, shop: ShopId) -> Result<u64, StoreError> {
        let count: i64 = query_scalar(
            "SELECT count(*) FROM record WHERE shop = $1 AND kind = 0 AND gone = 0 AND NOT EXISTS (
                 SELECT 1 FROM identity_key WHERE identity_key.shop = record.shop AND identity_key.side = record.side
                 AND identity_key.record = record.id AND identity_key.what IN ('email', 'phone'))",
        )
        .bind(shop.0)
        .fetch_one(&self.readers)
        .await?;
        Ok(count.unsigned_abs())
    }

    /// Unsettled records of a kind in the order of their ids, after the given one.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn unsettled(
        &self,
        shop: ShopId,
        on: Side,
        what: Kind,
        after: Option<&RecordId>,
        limit: u32,
    ) -> Result<Vec<StoredRecord>, StoreError> {
        let rows = query(UNSETTLED)
            .bind(shop.0)
            .bind(kind(what))
            .bind(side(on))
            .bind(after.map_or("", RecordId::as_str))
            .bind(limit)
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(read).collect()
    }

    /// How many records are unsettled.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn count_unsettled(&self, shop: ShopId) -> Result<u64, StoreError> {
        self.known_or(
            shop,
            |known| &mut known.unsettled,
            self.count_unsettled_of(&[shop]),
        )
        .await
    }

    /// The same of several shops; those that have none are left out.
    pub(crate) async fn count_unsettled_of(
        &self,
        shops: &[ShopId],
    ) -> Result<BTreeMap<ShopId, u64>, StoreError> {
        let rows: Vec<(i64, i64)> = query_as(COUNT_UNSETTLED)
            .bind(these(shops))
            .fetch_all(&self.readers)
            .await?;
        let counts = rows.into_iter();
        Ok(counts
            .map(|(shop, count)| (ShopId(shop), count.unsigned_abs()))
            .collect())
    }

    /// Fingerprints of known records that the vendor still has.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn fingerprints(
        &self,
        shop: ShopId,
        on: Side,
        what: Kind,
        ids: impl IntoIterator<Item = &RecordId>,
    ) -> Result<HashMap<RecordId, Fingerprint>, StoreError> {
        let rows: Vec<(String, String)> = query_as(both!(
            "SELECT id, fingerprint FROM record WHERE shop = $1 AND side = $2 AND kind = $3 AND gone = 0 AND id ",
            [list "4"]
        ))
        .bind(shop.0)
        .bind(side(on))
        .bind(kind(what))
        .bind(list(ids))
        .fetch_all(&self.readers)
        .await?;
        Ok(rows
            .into_iter()
            .map(|(id, print)| (RecordId::new(id), Fingerprint(print)))
            .collect())
    }

    /// The contacts of both sides that share a key with any of the given contacts, and, one step further,
    /// those that share a key with these: candidates and their rivals. The given ones are among them.
    /// A key that more than 50 contacts share says nothing and is passed over.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn neighbourhood(
        &self,
        shop: ShopId,
        on: Side,
        ids: impl IntoIterator<Item = &RecordId>,
    ) -> Result<Vec<StoredRecord>, StoreError> {
        let rows = query(NEIGHBOURHOOD)
            .bind(shop.0)
            .bind(side(on))
            .bind(list(ids))
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(read).collect()
    }

    /// Live records of a kind that a sweep has not seen, in the order of their ids, from one of them on.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn unseen(
        &self,
        shop: ShopId,
        on: Side,
        what: Kind,
        sweep: i64,
        after: Option<&RecordId>,
        limit: u32,
    ) -> Result<Vec<RecordId>, StoreError> {
        let rows: Vec<String> = query_scalar(UNSEEN)
            .bind(shop.0)
            .bind(side(on))
            .bind(kind(what))
            .bind(sweep)
            .bind(after.map_or("", RecordId::as_str))
            .bind(limit)
            .fetch_all(&self.readers)
            .await?;
        Ok(rows.into_iter().map(RecordId::new).collect())
    }

    /// The same for appointments that begin between two instants: a walk over calendars shows no others. Those that
    /// are known to be deleted are left out, since no walk shows them.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn unseen_appointments(
        &self,
        shop: ShopId,
        on: Side,
        sweep: i64,
        (from, to): (Timestamp, Timestamp),
        after: Option<&RecordId>,
        limit: u32,
    ) -> Result<Vec<RecordId>, StoreError> {
        let rows: Vec<String> = query_scalar(UNSEEN_APPOINTMENTS)
            .bind(shop.0)
            .bind(side(on))
            .bind(sweep)
            .bind(from.as_second())
            .bind(to.as_second())
            .bind(after.map_or("", RecordId::as_str))
            .bind(limit)
            .fetch_all(&self.readers)
            .await?;
        Ok(rows.into_iter().map(RecordId::new).collect())
    }

    /// How many live records of each side and kind are known.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn count_records(&self, shop: ShopId) -> Result<Vec<(Side, Kind, u64)>, StoreError> {
        self.known_or(
            shop,
            |known| &mut known.records,
            self.count_records_of(&[shop]),
        )
        .await
    }

    /// The same of several shops.
    pub(crate) async fn count_records_of(
        &self,
        shops: &[ShopId],
    ) -> Result<BTreeMap<ShopId, Vec<(Side, Kind, u64)>>, StoreError> {
        let rows: Vec<(i64, i64, i64, i64)> = query_as(COUNT_RECORDS)
            .bind(these(shops))
            .fetch_all(&self.readers)
            .await?;
        Ok(by_shop(rows, |(shop, on, what, count)| {
            (shop, (read_side(on), read_kind(what), count.unsigned_abs()))
        }))
    }

    /// How many records wait, by side, kind and state.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn count_waiting(
        &self,
        shop: ShopId,
    ) -> Result<Vec<(Side, Kind, RecordState, u64)>, StoreError> {
        self.seen_or(
            shop,
            |glance| glance.waiting.clone(),
            self.count_waiting_of(&[shop]),
        )
        .await
    }

    /// The same of several shops.
    pub(crate) async fn count_waiting_of(
        &self,
        shops: &[ShopId],
    ) -> Result<BTreeMap<ShopId, Vec<(Side, Kind, RecordState, u64)>>, StoreError> {
        let rows: Vec<(i64, i64, i64, i64, i64)> = query_as(COUNT_WAITING)
            .bind(these(shops))
            .fetch_all(&self.readers)
            .await?;
        Ok(by_shop(rows, |(shop, on, what, state, count)| {
            let state = read_state(state);
            (
                shop,
                (read_side(on), read_kind(what), state, count.unsigned_abs()),
            )
        }))
    }
}
