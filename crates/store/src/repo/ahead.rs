//! What will have to be written once what is under way is done: for forecasts.

use crate::codes::{kind, read_json, read_kind, read_time, side};
use crate::db::{Sql, both, query_as, query_scalar};
use crate::{Store, StoreError};
use domain::{Kind, Record, RecordId, RunId, ShopId, Side, Timestamp};

/// The index is named, since SQLite would walk through all records of the shop.
macro_rules! followers {
    ($what:literal, $end:literal) => {
        both!(
            "SELECT ",
            $what,
            " FROM record",
            [by "record_waiting"],
            "WHERE shop = $1 AND side = $2 AND kind = $3 AND state = 2 AND gone = 0 AND parent IS NOT NULL
             AND EXISTS (SELECT 1 FROM intent",
            [by "intent_open"],
            "WHERE intent.shop = record.shop AND intent.side = $4 AND intent.kind = 0
                 AND intent.source = record.parent AND intent.op = 'create'
                 AND intent.state IN ('ready', 'sent', 'unknown', 'written', 'failed', 'held')
                 AND intent.state NOT IN ('failed', 'held'))",
            $end
        )
    };
}

pub(crate) const COUNT_FOLLOWERS: Sql = followers!("count(*)", "");
pub(crate) const FOLLOWERS: Sql = followers!("record.body", " LIMIT $5");

/// The index is named, since SQLite would walk the primary key past all that is settled.
macro_rules! undecided {
    ($what:literal, $id:literal, $end:literal) => {
        both!(
            "SELECT ",
            $what,
            " FROM record",
            [by "record_unsettled"],
            "WHERE shop = $1 AND kind = $2 AND side = $3 AND state = 1 AND gone = 0 AND parent IS NOT NULL
             AND EXISTS (SELECT 1 FROM link WHERE link.shop = record.shop AND link.kind = 0
                 AND link.broken_at IS NULL AND link.",
            $id,
            " = record.parent)
             AND NOT EXISTS (SELECT 1 FROM link WHERE link.shop = record.shop AND link.kind = record.kind
                 AND link.broken_at IS NULL AND link.",
            $id,
            " = record.id)",
            $end
        )
    };
}

pub(crate) const COUNT_UNDECIDED: [Sql; 2] = [
    undecided!("count(*)", "left_id", ""),
    undecided!("count(*)", "right_id", ""),
];
pub(crate) const UNDECIDED: [Sql; 2] = [
    undecided!("record.body", "left_id", " LIMIT $4"),
    undecided!("record.body", "right_id", " LIMIT $4"),
];

fn read(bodies: &[String]) -> Result<Vec<Record>, StoreError> {
    bodies
        .iter()
        .map(|body| read_json(body, "record", "body"))
        .collect()
}

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
        let count: i64 = query_scalar(COUNT_FOLLOWERS)
            .bind(shop.0)
            .bind(side(on))
            .bind(kind(what))
            .bind(side(on.other()))
            .fetch_one(&self.readers)
            .await?;
        if count == 0 {
            return Ok((0, Vec::new()));
        }
        let bodies: Vec<String> = query_scalar(FOLLOWERS)
            .bind(shop.0)
            .bind(side(on))
            .bind(kind(what))
            .bind(side(on.other()))
            .bind(most)
            .fetch_all(&self.readers)
            .await?;
        Ok((count.unsigned_abs(), read(&bodies)?))
    }

    /// Records of a side that are to be decided and whose parent has a counterpart while they have none: how many, and
    /// up to `most` of them.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn undecided(
        &self,
        shop: ShopId,
        on: Side,
        what: Kind,
        most: u32,
    ) -> Result<(u64, Vec<Record>), StoreError> {
        let which = usize::from(on == Side::MyGadgetRepairs);
        let count: i64 = query_scalar(COUNT_UNDECIDED[which])
            .bind(shop.0)
            .bind(kind(what))
            .bind(side(on))
            .fetch_one(&self.readers)
            .await?;
        if count == 0 {
            return Ok((0, Vec::new()));
        }
        let bodies: Vec<String> = query_scalar(UNDECIDED[which])
            .bind(shop.0)
            .bind(kind(what))
            .bind(side(on))
            .bind(most)
            .fetch_all(&self.readers)
            .await?;
        Ok((count.unsigned_abs(), read(&bodies)?))
    }

    /// How many contacts a run has made in HighLevel so far, and when the last.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn contacts_made(
        &self,
        shop: ShopId,
        run: RunId,
    ) -> Result<(u64, Option<Timestamp>), StoreError> {
        let (count, last): (i64, Option<i64>) = query_as(both!(
            "SELECT count(*), max(finished_at) FROM intent",
            [by "intent_run"],
            "WHERE shop = $1 AND run = $2 AND side = 0 AND kind = 0 AND op = 'create' AND state = 'done'"
        ))
        .bind(shop.0)
        .bind(run.to_string())
        .fetch_one(&self.readers)
        .await?;
        Ok((count.unsigned_abs(), last.map(read_time)))
    }

    /// How many writes a run has finished on a side so far, by kind.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn written_in_run(
        &self,
        shop: ShopId,
        run: RunId,
        on: Side,
    ) -> Result<Vec<(Kind, u64)>, StoreError> {
        let rows: Vec<(i64, i64)> = query_as(both!(
            "SELECT kind, count(*) FROM intent",
            [by "intent_run"],
            "WHERE shop = $1 AND run = $2 AND side = $3 AND state = 'done' GROUP BY kind"
        ))
        .bind(shop.0)
        .bind(run.to_string())
        .bind(side(on))
        .fetch_all(&self.readers)
        .await?;
        let counts = rows
            .into_iter()
            .map(|(kind, count)| (read_kind(kind), count.unsigned_abs()));
        Ok(counts.collect())
    }

    /// Contacts with open tickets whose notes were looked at, and how many of them have any.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn contacts_with_notes(&self, shop: ShopId) -> Result<(u64, u64), StoreError> {
        let (looked_at, with_notes): (i64, i64) = query_as(both!(
            "SELECT count(*), count(*) FILTER (WHERE EXISTS (SELECT 1 FROM record",
            [by "record_parent"],
            "WHERE record.shop = note_watch.shop AND record.side = 0
                 AND record.kind = 2 AND record.parent = note_watch.contact AND record.gone = 0))
             FROM note_watch WHERE shop = $1 AND checked_at > 0 AND open > 0"
        ))
        .bind(shop.0)
        .fetch_one(&self.readers)
        .await?;
        Ok((looked_at.unsigned_abs(), with_notes.unsigned_abs()))
    }

    /// Contacts whose notes are due because somebody called for it: how many, and up to `most` of them.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn called_for_notes(
        &self,
        shop: ShopId,
        most: u32,
    ) -> Result<(u64, u64, Vec<RecordId>), StoreError> {
        let (count, new): (i64, i64) = query_as(
            "SELECT count(*), count(*) FILTER (WHERE seen = 0) FROM note_watch WHERE shop = $1 AND due > seen",
        )
        .bind(shop.0)
        .fetch_one(&self.readers)
        .await?;
        let contacts: Vec<String> =
            query_scalar("SELECT contact FROM note_watch WHERE shop = $1 AND due > seen LIMIT $2")
                .bind(shop.0)
                .bind(most)
                .fetch_all(&self.readers)
                .await?;
        let contacts = contacts.into_iter().map(RecordId::new).collect();
        Ok((count.unsigned_abs(), new.unsigned_abs(), contacts))
    }
}
