//! Runs of flows: begun once for an occurrence, and saved after every step.

use super::run_row::{read, run_columns};
use super::watched::note_since;
use crate::codes::{json, read_json, read_time, time};
use crate::db::{Tx, both, query, query_as, query_scalar};
use crate::flow::{
    FlowRun, FlowRunState, NewFlowRun, NewStep, RunFilter, RunMode, RunProgress, Since, TakenStep,
};
use crate::glance::Glance;
use crate::repo::{by_shop, these};
use crate::{Store, StoreError};
use domain::{ShopId, Timestamp};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// The runs of which [`FlowRunState::goes_on`] is true, word for word as the index `flow_run_due` has them.
macro_rules! going_on {
    () => {
        "state IN ('ready', 'waiting', 'asking', 'sent')"
    };
}

/// The cursor of what was handed out to flows. It belongs to the shop, not to a flow.
const HANDED_OUT: &str = "flows";

impl Store {
    /// Up to where sightings were handed out to flows.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn handed_out(&self, shop: ShopId) -> Result<i64, StoreError> {
        let cursor = self.cursor(shop, HANDED_OUT).await?;
        Ok(cursor.and_then(|row| row.value.as_i64()).unwrap_or(0))
    }

    /// Begins the runs that occurrences start, and moves the cursor on, in one transaction. A run that an
    /// occurrence has started already is not begun again. Answers how many were begun.
    ///
    /// # Errors
    /// When the database refuses; then nothing was begun.
    pub async fn hand_out(
        &self,
        shop: ShopId,
        now: Timestamp,
        up_to: Option<i64>,
        runs: &[NewFlowRun],
        since: &[Since],
    ) -> Result<u64, StoreError> {
        let mut tx = self.begin(shop).await?;
        let mut begun = 0;
        for run in runs {
            begun += insert(&mut tx, shop, now, run).await?;
        }
        note_since(&mut tx, shop, since).await?;
        if let Some(up_to) = up_to {
            query(
                "INSERT INTO cursor (shop, source, value, at) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (shop, source) DO UPDATE SET value = excluded.value, at = excluded.at",
            )
            .bind(shop.0)
            .bind(HANDED_OUT)
            .bind(up_to.to_string())
            .bind(time(now))
            .execute(&mut tx)
            .await?;
        }
        tx.commit().await?;
        Ok(begun)
    }

    /// Runs that can go on, in the order of their time.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn due_flow_runs(
        &self,
        shop: ShopId,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<FlowRun>, StoreError> {
        let rows = query(concat!(
            run_columns!(),
            "WHERE shop = $1 AND due_at <= $2 AND ",
            going_on!(),
            " ORDER BY due_at, id LIMIT $3"
        ))
        .bind(shop.0)
        .bind(time(now))
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(read).collect()
    }

    /// When the next run goes on by itself.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn next_flow_run(&self, shop: ShopId) -> Result<Option<Timestamp>, StoreError> {
        let at: Option<i64> = query_scalar(concat!(
            "SELECT min(due_at) FROM flow_run WHERE shop = $1 AND ",
            going_on!()
        ))
        .bind(shop.0)
        .fetch_one(&self.readers)
        .await?;
        Ok(at.map(read_time))
    }

    /// Saves how a run goes on, with the steps that it took. Answers whether it was there to go on; one that a person has
    /// stopped, or that is gone, stays as it is.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn save_flow_run(
        &self,
        shop: ShopId,
        now: Timestamp,
        progress: &RunProgress,
    ) -> Result<bool, StoreError> {
        let mut tx = self.begin(shop).await?;
        let text = |body: &Option<Json>| body.as_ref().map(Json::to_string);
        let saved = query(
            "UPDATE flow_run SET state = $3, why = $4, run = $5, act = $6, question = $7, due_at = $8, attempt = $9, acts = $12,
                 answer = CASE WHEN $3 = 'asking' THEN answer END, finished_at = CASE WHEN $10 THEN $11 END
             WHERE shop = $1 AND id = $2 AND finished_at IS NULL",
        )
        .bind(shop.0)
        .bind(&progress.id)
        .bind(progress.state.as_str())
        .bind(progress.why.as_deref())
        .bind(progress.run.to_string())
        .bind(text(&progress.act))
        .bind(text(&progress.question))
        .bind(time(progress.due_at))
        .bind(progress.attempt)
        .bind(progress.state.is_over())
        .bind(time(now))
        .bind(progress.acts.to_string())
        .execute(&mut tx)
        .await?;
        if saved.rows_affected() == 0 {
            return Ok(false);
        }
        steps(&mut tx, now, &progress.id, &progress.steps).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Gives a person's answer to a run that asks, and lets it go on. Nothing where it does not ask any more.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn answer_flow_run(
        &self,
        shop: ShopId,
        now: Timestamp,
        id: &str,
        answer: &str,
    ) -> Result<bool, StoreError> {
        let done = query(
            "UPDATE flow_run SET answer = $3, due_at = $4 WHERE shop = $1 AND id = $2 AND state = 'asking' AND answer IS NULL",
        )
        .bind(shop.0)
        .bind(id)
        .bind(answer)
        .bind(time(now))
        .execute(self.turn(shop))
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Lets runs of a flow go on that were held before they sent anything. Answers how many.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn release_flow_runs(
        &self,
        shop: ShopId,
        now: Timestamp,
        flow: &str,
    ) -> Result<u64, StoreError> {
        let done = query(both!(
            "UPDATE flow_run SET state = 'ready', why = NULL, due_at = $3, allowed = 1
             WHERE shop = $1 AND flow = $2 AND state = 'held' AND mode = 'live' AND ",
            [sqlite "json_extract(act, '$.sent_at')"],
            [postgres "json_at(act, 'sent_at')"],
            " IS NULL"
        ))
        .bind(shop.0)
        .bind(flow)
        .bind(time(now))
        .execute(self.turn(shop))
        .await?;
        Ok(done.rows_affected())
    }

    /// Lets one held run go on. Nothing where it is not held.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn release_flow_run(
        &self,
        shop: ShopId,
        now: Timestamp,
        id: &str,
    ) -> Result<bool, StoreError> {
        let done = query(
            "UPDATE flow_run SET state = 'ready', why = NULL, due_at = $3, allowed = 1
             WHERE shop = $1 AND id = $2 AND state = 'held'",
        )
        .bind(shop.0)
        .bind(id)
        .bind(time(now))
        .execute(self.turn(shop))
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Puts a run off, with the reason. Where it stands does not change.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn put_off_flow_run(
        &self,
        shop: ShopId,
        id: &str,
        until: Timestamp,
        why: &str,
    ) -> Result<(), StoreError> {
        query(
            "UPDATE flow_run SET due_at = $3, why = $4 WHERE shop = $1 AND id = $2 AND finished_at IS NULL",
        )
        .bind(shop.0)
        .bind(id)
        .bind(time(until))
        .bind(why)
        .execute(self.turn(shop))
        .await?;
        Ok(())
    }

    /// When other runs of a flow wrote for the first time, after an instant, newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn flow_writes(
        &self,
        shop: ShopId,
        flow: &str,
        but: &str,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<Timestamp>, StoreError> {
        let times: Vec<i64> = query_scalar(
            "SELECT min(flow_act.at) FROM flow_act JOIN flow_run ON flow_run.id = flow_act.run
             WHERE flow_act.shop = $1 AND flow_run.flow = $2 AND flow_run.id <> $3 AND flow_act.at > $4
             GROUP BY flow_act.run ORDER BY 1 DESC LIMIT $5",
        )
        .bind(shop.0)
        .bind(flow)
        .bind(but)
        .bind(time(since))
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        Ok(times.into_iter().map(read_time).collect())
    }

    /// Stops runs of a flow that are not over. Answers how many.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn stop_flow_runs(
        &self,
        shop: ShopId,
        now: Timestamp,
        flow: &str,
        why: &str,
    ) -> Result<u64, StoreError> {
        let done = query(
            "UPDATE flow_run SET state = 'stopped', why = $3, finished_at = $4
             WHERE shop = $1 AND flow = $2 AND finished_at IS NULL",
        )
        .bind(shop.0)
        .bind(flow)
        .bind(why)
        .bind(time(now))
        .execute(self.turn(shop))
        .await?;
        Ok(done.rows_affected())
    }

    /// Runs, newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn flow_runs(
        &self,
        shop: ShopId,
        filter: &RunFilter,
    ) -> Result<Vec<FlowRun>, StoreError> {
        let rows = query(concat!(
            run_columns!(),
            "WHERE shop = $1 AND ($2 IS NULL OR flow = $2) AND ($3 IS NULL OR state = $3) AND ($4 IS NULL OR mode = $4)
             ORDER BY created_at DESC, id DESC LIMIT $5"
        ))
        .bind(shop.0)
        .bind(filter.flow.as_deref())
        .bind(filter.state.map(FlowRunState::as_str))
        .bind(filter.mode.map(RunMode::as_str))
        .bind(filter.limit)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(read).collect()
    }

    /// One run.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn flow_run(&self, shop: ShopId, id: &str) -> Result<Option<FlowRun>, StoreError> {
        let row = query(concat!(run_columns!(), "WHERE shop = $1 AND id = $2"))
            .bind(shop.0)
            .bind(id)
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// The steps that a run took, in their order.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn flow_steps(&self, run: &str) -> Result<Vec<TakenStep>, StoreError> {
        let rows = query(
            "SELECT step, input, output, outcome, at FROM flow_step WHERE run = $1 ORDER BY number",
        )
        .bind(run)
        .fetch_all(&self.readers)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(TakenStep {
                    step: NewStep {
                        step: row.try_get(0)?,
                        input: read_json(&row.try_get::<String, _>(1)?, "flow_step", "input")?,
                        output: read_json(&row.try_get::<String, _>(2)?, "flow_step", "output")?,
                        outcome: row.try_get(3)?,
                    },
                    at: read_time(row.try_get(4)?),
                })
            })
            .collect()
    }

    /// When runs of a flow were begun after an instant, newest first: about one record, or about all.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn flow_run_times(
        &self,
        shop: ShopId,
        flow: &str,
        about: Option<(&str, &str)>,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<Timestamp>, StoreError> {
        let (source, record) = about.unzip();
        let times: Vec<i64> = query_scalar(
            "SELECT created_at FROM flow_run WHERE shop = $1 AND flow = $2 AND mode = 'live' AND created_at > $3
                 AND ($4 IS NULL OR (source = $4 AND record = $5)) ORDER BY created_at DESC LIMIT $6",
        )
        .bind(shop.0)
        .bind(flow)
        .bind(time(since))
        .bind(source)
        .bind(record)
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        Ok(times.into_iter().map(read_time).collect())
    }

    /// How many runs there are, by flow and state.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn flow_run_totals(
        &self,
        shop: ShopId,
    ) -> Result<Vec<(String, FlowRunState, u64)>, StoreError> {
        self.seen_or(
            shop,
            |glance| glance.flow_runs.clone(),
            self.flow_run_totals_of(&[shop]),
        )
        .await
    }

    /// The same of several shops.
    pub(crate) async fn flow_run_totals_of(
        &self,
        shops: &[ShopId],
    ) -> Result<BTreeMap<ShopId, Vec<(String, FlowRunState, u64)>>, StoreError> {
        let rows: Vec<(i64, String, String, i64)> = query_as(both!(
            "SELECT shop, flow, state, count(*) FROM flow_run WHERE shop ",
            [numbers "1"],
            " AND mode = 'live' GROUP BY shop, flow, state"
        ))
        .bind(these(shops))
        .fetch_all(&self.readers)
        .await?;
        Ok(by_shop(rows, |(shop, flow, state, count)| {
            let state = FlowRunState::read(&state);
            (shop, (flow, state, count.unsigned_abs()))
        }))
    }

    /// How many runs failed at or after an instant.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn failed_flow_runs_since(
        &self,
        shop: ShopId,
        since: Timestamp,
    ) -> Result<u64, StoreError> {
        let seen = |glance: &Glance| {
            let (from, count) = glance.failed_flow_runs;
            (from == since).then_some(count)
        };
        if let Some(count) = self.memory.glance(shop, seen).flatten() {
            return Ok(count);
        }
        let mut counts = self.failed_flow_runs_of(&[shop], since).await?;
        Ok(counts.remove(&shop).unwrap_or(0))
    }

    /// The same of several shops; those that have none are left out.
    pub(crate) async fn failed_flow_runs_of(
        &self,
        shops: &[ShopId],
        since: Timestamp,
    ) -> Result<BTreeMap<ShopId, u64>, StoreError> {
        let rows: Vec<(i64, i64)> = query_as(both!(
            "SELECT shop, count(*) FROM flow_run WHERE shop ",
            [numbers "1"],
            " AND finished_at >= $2 AND state = 'failed' AND mode = 'live' GROUP BY shop"
        ))
        .bind(these(shops))
        .bind(time(since))
        .fetch_all(&self.readers)
        .await?;
        let counts = rows.into_iter();
        Ok(counts
            .map(|(shop, count)| (ShopId(shop), count.unsigned_abs()))
            .collect())
    }

    /// Forgets runs that ended before an instant, a bounded number at a time.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn forget_flow_runs(
        &self,
        shop: ShopId,
        before: Timestamp,
        most: u32,
    ) -> Result<u64, StoreError> {
        let done = query(
            "DELETE FROM flow_run WHERE id IN (
                 SELECT id FROM flow_run WHERE shop = $1 AND finished_at < $2 ORDER BY finished_at LIMIT $3)",
        )
        .bind(shop.0)
        .bind(time(before))
        .bind(most)
        .execute(self.turn(shop))
        .await?;
        Ok(done.rows_affected())
    }
}

async fn insert(
    tx: &mut Tx,
    shop: ShopId,
    now: Timestamp,
    run: &NewFlowRun,
) -> Result<u64, StoreError> {
    let over = run.state.is_over();
    let done = query(
        "INSERT INTO flow_run (id, shop, flow, version, mode, key, source, record, occurrence, state, why, due_at, created_at, finished_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, CASE WHEN $13 THEN $12 END) ON CONFLICT DO NOTHING",
    )
    .bind(&run.id)
    .bind(shop.0)
    .bind(&run.flow)
    .bind(run.version)
    .bind(run.mode.as_str())
    .bind(&run.key)
    .bind(&run.source)
    .bind(&run.record)
    .bind(json(&run.occurrence, "flow_run", "occurrence")?)
    .bind(run.state.as_str())
    .bind(run.why.as_deref())
    .bind(time(now))
    .bind(over)
    .execute(&mut *tx)
    .await?;
    Ok(done.rows_affected())
}

async fn steps(
    tx: &mut Tx,
    now: Timestamp,
    run: &str,
    taken: &[NewStep],
) -> Result<(), StoreError> {
    for step in taken {
        query(
            "INSERT INTO flow_step (run, number, step, input, output, outcome, at)
             SELECT $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6 FROM flow_step WHERE run = $1",
        )
        .bind(run)
        .bind(&step.step)
        .bind(step.input.to_string())
        .bind(step.output.to_string())
        .bind(&step.outcome)
        .bind(time(now))
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}
