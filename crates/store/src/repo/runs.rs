//! Runs: passes of the sync, and what they counted.

use super::these;
use crate::codes::{json, read_id, read_json, read_time, time};
use crate::db::{both, query, query_as};
use crate::glance::Glance;
use crate::memory::Touches;
use crate::model::RunRow;
use crate::{Store, StoreError};
use domain::{RunId, ShopId, Timestamp};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Runs that are kept; what they did stays in the journal.
const KEPT: u32 = 500;

type Row = (String, i64, Option<i64>, String, String);

fn read((id, started, finished, phase, summary): Row) -> Result<RunRow, StoreError> {
    Ok(RunRow {
        id: read_id(&id, "run", "id")?,
        started_at: read_time(started),
        finished_at: finished.map(read_time),
        phase,
        summary: read_json(&summary, "run", "summary")?,
    })
}

impl Store {
    /// Notes what a run is doing, when it started and, once it has ended, when that was.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn save_run(
        &self,
        shop: ShopId,
        run: RunId,
        (started, finished): (Timestamp, Option<Timestamp>),
        phase: &str,
        summary: &Json,
    ) -> Result<(), StoreError> {
        query(
            "INSERT INTO run (id, shop, started_at, finished_at, phase, summary) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (id) DO UPDATE SET finished_at = excluded.finished_at, phase = excluded.phase, summary = excluded.summary",
        )
        .bind(run.to_string())
        .bind(shop.0)
        .bind(time(started))
        .bind(finished.map(time))
        .bind(phase)
        .bind(json(summary, "run", "summary")?)
        .execute(self.turn_touching(shop, Touches::Nothing))
        .await?;
        Ok(())
    }

    /// Forgets the oldest runs.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn forget_runs(&self, shop: ShopId) -> Result<(), StoreError> {
        query(
            "DELETE FROM run WHERE shop = $1 AND id NOT IN (SELECT id FROM run WHERE shop = $1 ORDER BY started_at DESC, id DESC LIMIT $2)",
        )
        .bind(shop.0)
        .bind(KEPT)
        .execute(self.turn_touching(shop, Touches::Nothing))
        .await?;
        Ok(())
    }

    /// The newest runs, newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn runs(&self, shop: ShopId, limit: u32) -> Result<Vec<RunRow>, StoreError> {
        let seen = |glance: &Glance| {
            let (most, runs) = &glance.newest_runs;
            let these = runs.iter().take(limit as usize).cloned();
            (limit <= *most).then(|| these.collect())
        };
        if let Some(runs) = self.memory.glance(shop, seen).flatten() {
            return Ok(runs);
        }
        let rows: Vec<Row> = query_as(
            "SELECT id, started_at, finished_at, phase, summary FROM run WHERE shop = $1 ORDER BY started_at DESC, id DESC LIMIT $2",
        )
        .bind(shop.0)
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        rows.into_iter().map(read).collect()
    }

    /// The newest runs of several shops.
    pub(crate) async fn newest_runs_of(
        &self,
        shops: &[ShopId],
        most: u32,
    ) -> Result<BTreeMap<ShopId, Vec<RunRow>>, StoreError> {
        let rows = query(both!(
            [sqlite
                "SELECT run.shop, run.id, run.started_at, run.finished_at, run.phase, run.summary
                 FROM shop JOIN run ON run.id IN (
                     SELECT id FROM run AS newest WHERE newest.shop = shop.id ORDER BY started_at DESC, id DESC LIMIT $2)
                 WHERE shop.id "],
            [postgres
                "SELECT run.shop, run.id, run.started_at, run.finished_at, run.phase, run.summary
                 FROM shop CROSS JOIN LATERAL (
                     SELECT * FROM run WHERE run.shop = shop.id ORDER BY started_at DESC, id DESC LIMIT $2) AS run
                 WHERE shop.id "],
            [numbers "1"],
            " ORDER BY run.shop, run.started_at DESC, run.id DESC"
        ))
        .bind(these(shops))
        .bind(most)
        .fetch_all(&self.readers)
        .await?;
        let mut all = BTreeMap::<_, Vec<_>>::new();
        for row in &rows {
            let run = read((
                row.try_get(1)?,
                row.try_get(2)?,
                row.try_get(3)?,
                row.try_get(4)?,
                row.try_get(5)?,
            ))?;
            let shop = ShopId(row.try_get(0)?);
            all.entry(shop).or_default().push(run);
        }
        Ok(all)
    }

    /// Runs that did something, newest first: those that wrote, linked or failed, and those that are not over.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn runs_that_did(
        &self,
        shop: ShopId,
        before: Option<RunId>,
        did_something: bool,
        limit: u32,
    ) -> Result<Vec<RunRow>, StoreError> {
        let rows: Vec<Row> = query_as(both!(
            "SELECT id, started_at, finished_at, phase, summary FROM run
             WHERE shop = $1
               AND ($3 IS NULL OR (started_at, id) < (SELECT started_at, id FROM run WHERE id = $3))
               AND (NOT $4 OR finished_at IS NULL OR phase = 'failed' OR ",
            [sqlite
                "coalesce(summary ->> '$.failed', 0) > 0
                    OR EXISTS (SELECT 1 FROM json_tree(summary) AS one
                               WHERE one.type = 'integer' AND one.value > 0
                                 AND (one.fullkey LIKE '$.created.%' OR one.fullkey LIKE '$.updated.%'
                                      OR one.fullkey LIKE '$.deleted.%' OR one.fullkey LIKE '$.linked.%'))"],
            [postgres
                r"jsonb_path_exists(CAST(replace(summary, '\u0000', '\ufffd') AS jsonb),
                     '$ ? (@.failed > 0 || exists(@.created.**{1 to last} ? (@ > 0)) || exists(@.updated.**{1 to last} ? (@ > 0))
                         || exists(@.deleted.**{1 to last} ? (@ > 0)) || exists(@.linked.**{1 to last} ? (@ > 0)))')"],
            ") ORDER BY started_at DESC, id DESC LIMIT $2"
        ))
        .bind(shop.0)
        .bind(limit)
        .bind(before.map(|run| run.to_string()))
        .bind(did_something)
        .fetch_all(&self.readers)
        .await?;
        rows.into_iter().map(read).collect()
    }

    /// One run.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn run(&self, shop: ShopId, run: RunId) -> Result<Option<RunRow>, StoreError> {
        let row: Option<Row> = query_as(
            "SELECT id, started_at, finished_at, phase, summary FROM run WHERE shop = $1 AND id = $2",
        )
        .bind(shop.0)
        .bind(run.to_string())
        .fetch_optional(&self.readers)
        .await?;
        row.map(read).transpose()
    }
}
