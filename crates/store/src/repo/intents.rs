//! Durable remote writes.

use super::{list, these};
use crate::codes::{
    kind, read_id, read_json, read_kind, read_lane, read_side, read_time, side, time,
};
use crate::db::{Row, Sql, both, query, query_scalar};
use crate::memory::Touches;
use crate::model::{Intent, IntentCount, IntentOp, IntentState};
use crate::{Store, StoreError};
use domain::{IntentId, Kind, RecordId, ShopId, Side, Timestamp};
use std::collections::{BTreeMap, HashMap};

macro_rules! columns {
    () => {
        "id, run, side, kind, op, target, source, payload, state, attempt, not_before, sent_at, code, message, lane"
    };
}
pub(super) use columns;

pub(crate) const CLAIM: Sql = both!(
    "UPDATE intent SET state = 'sent', sent_at = $3 WHERE id IN (
         SELECT id FROM intent WHERE shop = $1 AND side = $2 AND state = 'ready' AND not_before <= $3
         ORDER BY lane, kind, not_before, id LIMIT $4",
    [postgres " FOR UPDATE SKIP LOCKED"],
    ") RETURNING ",
    columns!()
);
pub(crate) const OPEN_INTENT: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM intent WHERE shop = $1 AND side = $2 AND kind = $3 AND source = $4
      AND state IN ('ready', 'sent', 'unknown', 'written', 'failed', 'held')"
);

pub(super) fn read(row: &Row) -> Result<Intent, StoreError> {
    let unreadable = |column| StoreError::Value {
        table: "intent",
        column,
        why: "a word that this version does not know".into(),
    };
    Ok(Intent {
        id: read_id(row.try_get(0)?, "intent", "id")?,
        run: read_id(row.try_get(1)?, "intent", "run")?,
        side: read_side(row.try_get(2)?),
        kind: read_kind(row.try_get(3)?),
        op: IntentOp::read(row.try_get(4)?).ok_or_else(|| unreadable("op"))?,
        target: row.try_get::<Option<String>, _>(5)?.map(RecordId::new),
        source: RecordId::new(row.try_get::<String, _>(6)?),
        payload: read_json(row.try_get(7)?, "intent", "payload")?,
        state: IntentState::read(row.try_get(8)?).ok_or_else(|| unreadable("state"))?,
        attempt: row.try_get(9)?,
        not_before: read_time(row.try_get(10)?),
        sent_at: row.try_get::<Option<i64>, _>(11)?.map(read_time),
        code: row.try_get(12)?,
        message: row.try_get(13)?,
        lane: read_lane(row.try_get(14)?),
    })
}

impl Store {
    /// Takes up to `limit` ready writes that are due, marks them as sent and hands them out. They are marked
    /// before anything is sent, so that a crash leaves them to be looked up, never to be repeated blindly.
    /// The more urgent come first; then contacts before what hangs on them.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn claim(
        &self,
        shop: ShopId,
        on: Side,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Intent>, StoreError> {
        if self.remembers_none_due(shop, on, now) {
            return Ok(Vec::new());
        }
        let mut tx = self.begin_touching(shop, Touches::Work).await?;
        let rows = query(CLAIM)
            .bind(shop.0)
            .bind(side(on))
            .bind(time(now))
            .bind(limit)
            .fetch_all(&mut tx)
            .await?;
        tx.commit().await?;
        let mut intents: Vec<Intent> = rows.iter().map(read).collect::<Result<_, _>>()?;
        intents.sort_by_key(|intent| (intent.lane, intent.kind, intent.id));
        Ok(intents)
    }

    /// Writes that were sent when the process ended, or failed in a way that leaves their outcome open,
    /// become unknown: they are looked up before anything is repeated.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn recover_sent(&self, shop: ShopId) -> Result<u64, StoreError> {
        if self.remembers_none(shop, None, IntentState::Sent) {
            return Ok(0);
        }
        let done = query("UPDATE intent SET state = 'unknown' WHERE shop = $1 AND state = 'sent'")
            .bind(shop.0)
            .execute(self.turn_touching(shop, Touches::Work))
            .await?;
        Ok(done.rows_affected())
    }

    /// Writes in a state, oldest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn intents(
        &self,
        shop: ShopId,
        state: IntentState,
        on: Option<Side>,
        limit: u32,
    ) -> Result<Vec<Intent>, StoreError> {
        if self.remembers_none(shop, on, state) {
            return Ok(Vec::new());
        }
        let rows = query(concat!(
            "SELECT ",
            columns!(),
            " FROM intent WHERE shop = $1 AND state = $2 AND ($3 IS NULL OR side = $3) ORDER BY kind, id LIMIT $4"
        ))
        .bind(shop.0)
        .bind(state.as_str())
        .bind(on.map(side))
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(read).collect()
    }

    /// The open write that a source record causes on a side.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn open_intent(
        &self,
        shop: ShopId,
        on: Side,
        what: Kind,
        source: &RecordId,
    ) -> Result<Option<Intent>, StoreError> {
        let row = query(OPEN_INTENT)
            .bind(shop.0)
            .bind(side(on))
            .bind(kind(what))
            .bind(source.as_str())
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// The open writes that the given source records cause on a side.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn open_intents(
        &self,
        shop: ShopId,
        on: Side,
        what: Kind,
        sources: impl IntoIterator<Item = &RecordId>,
    ) -> Result<HashMap<RecordId, Intent>, StoreError> {
        let rows = query(both!(
            "SELECT ",
            columns!(),
            " FROM intent WHERE shop = $1 AND side = $2 AND kind = $3
              AND state IN ('ready', 'sent', 'unknown', 'written', 'failed', 'held') AND source ",
            [list "4"]
        ))
        .bind(shop.0)
        .bind(side(on))
        .bind(kind(what))
        .bind(list(sources))
        .fetch_all(&self.readers)
        .await?;
        rows.iter()
            .map(|row| {
                let intent = read(row)?;
                Ok((intent.source.clone(), intent))
            })
            .collect()
    }

    /// Deletions that were decided and not sent, of the given records of a side.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn waiting_deletes(
        &self,
        shop: ShopId,
        on: Side,
        what: Kind,
        targets: impl IntoIterator<Item = &RecordId>,
    ) -> Result<Vec<Intent>, StoreError> {
        let rows = query(both!(
            "SELECT ",
            columns!(),
            " FROM intent WHERE shop = $1 AND kind = $2 AND side = $3 AND op = 'delete'
              AND state IN ('ready', 'held', 'failed') AND target IS NOT NULL AND target ",
            [list "4"]
        ))
        .bind(shop.0)
        .bind(kind(what))
        .bind(side(on))
        .bind(list(targets))
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(read).collect()
    }

    /// Holds every ready write of a side, with the reason that a person has to mend. Answers how many.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn hold_ready(
        &self,
        shop: ShopId,
        on: Option<Side>,
        code: &str,
        message: &str,
    ) -> Result<u64, StoreError> {
        if self.remembers_none(shop, on, IntentState::Ready) {
            return Ok(0);
        }
        let done = query(
            "UPDATE intent SET state = 'held', code = $3, message = $4
             WHERE shop = $1 AND state = 'ready' AND ($2 IS NULL OR side = $2)",
        )
        .bind(shop.0)
        .bind(on.map(side))
        .bind(code)
        .bind(message)
        .execute(self.turn(shop))
        .await?;
        Ok(done.rows_affected())
    }

    /// Lets held writes go again: those with the given code, or all that wait for no approval (`GUARD-…`). Answers
    /// how many.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn release_held(
        &self,
        shop: ShopId,
        code: &str,
        only: bool,
    ) -> Result<u64, StoreError> {
        if self.remembers_none(shop, None, IntentState::Held) {
            return Ok(0);
        }
        let done = query(
            "UPDATE intent SET state = 'ready', not_before = 0, code = NULL, message = NULL
             WHERE shop = $1 AND state = 'held' AND CASE WHEN $3 THEN coalesce(code, '') = $2 ELSE coalesce(code, '') NOT LIKE 'GUARD-%' END",
        )
        .bind(shop.0)
        .bind(code)
        .bind(only)
        .execute(self.turn(shop))
        .await?;
        Ok(done.rows_affected())
    }

    /// How many open writes there are, by side, kind, operation and state.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn count_intents(&self, shop: ShopId) -> Result<Vec<IntentCount>, StoreError> {
        self.known_or(
            shop,
            |known| &mut known.intents,
            self.count_intents_of(&[shop]),
        )
        .await
    }

    /// The same of several shops.
    pub(crate) async fn count_intents_of(
        &self,
        shops: &[ShopId],
    ) -> Result<BTreeMap<ShopId, Vec<IntentCount>>, StoreError> {
        let rows = query(both!(
            "SELECT shop, side, kind, op, state, count(*), min(not_before) FROM intent WHERE shop ",
            [numbers "1"],
            " AND state IN ('ready', 'sent', 'unknown', 'written', 'failed', 'held')
             GROUP BY shop, side, kind, op, state"
        ))
        .bind(these(shops))
        .fetch_all(&self.readers)
        .await?;
        let mut all = BTreeMap::<_, Vec<_>>::new();
        for row in &rows {
            let count = IntentCount {
                side: read_side(row.try_get(1)?),
                kind: read_kind(row.try_get(2)?),
                op: IntentOp::read(row.try_get(3)?).unwrap_or(IntentOp::Update),
                state: IntentState::read(row.try_get(4)?).unwrap_or(IntentState::Failed),
                count: row.try_get::<i64, _>(5)?.unsigned_abs(),
                next_due: read_time(row.try_get(6)?),
            };
            let shop = ShopId(row.try_get(0)?);
            all.entry(shop).or_default().push(count);
        }
        Ok(all)
    }

    /// The instant at which the next open write of a side in a state falls due.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn next_due(
        &self,
        shop: ShopId,
        on: Side,
        state: IntentState,
    ) -> Result<Option<Timestamp>, StoreError> {
        if let Some(due) = self.remembered_due(shop, Some(on), state) {
            return Ok(due);
        }
        let due: Option<i64> = query_scalar(
            "SELECT min(not_before) FROM intent WHERE shop = $1 AND side = $2 AND state = $3",
        )
        .bind(shop.0)
        .bind(side(on))
        .bind(state.as_str())
        .fetch_one(&self.readers)
        .await?;
        Ok(due.map(read_time))
    }

    /// When the first open write in a state falls due, as far as it is remembered. Nothing is asked for that, since counting
    /// those of a long first run takes longer than what is spared. Those that are done are not counted.
    fn remembered_due(
        &self,
        shop: ShopId,
        on: Option<Side>,
        state: IntentState,
    ) -> Option<Option<Timestamp>> {
        if state == IntentState::Done {
            return None;
        }
        self.memory.recall(shop, |known| {
            let counts = known.intents.as_ref()?.iter();
            let these =
                counts.filter(|one| one.state == state && on.is_none_or(|side| side == one.side));
            Some(these.map(|one| one.next_due).min())
        })
    }

    fn remembers_none(&self, shop: ShopId, on: Option<Side>, state: IntentState) -> bool {
        self.remembered_due(shop, on, state) == Some(None)
    }

    /// Whether it is remembered that nothing is to be written to a side by now; else it has to be asked.
    #[must_use]
    pub fn remembers_none_due(&self, shop: ShopId, on: Side, now: Timestamp) -> bool {
        self.remembered_due(shop, Some(on), IntentState::Ready)
            .is_some_and(|due| due.is_none_or(|due| due > now))
    }

    /// Sets failed or held writes to ready again: one, or all. Answers how many.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn retry(
        &self,
        shop: ShopId,
        state: IntentState,
        only: Option<IntentId>,
    ) -> Result<u64, StoreError> {
        let done = query(
            "UPDATE intent SET state = 'ready', attempt = 0, not_before = 0, code = NULL, message = NULL
             WHERE shop = $1 AND state = $2 AND ($3 IS NULL OR id = $3)",
        )
        .bind(shop.0)
        .bind(state.as_str())
        .bind(only.map(|id| id.to_string()))
        .execute(self.turn(shop))
        .await?;
        Ok(done.rows_affected())
    }
}
