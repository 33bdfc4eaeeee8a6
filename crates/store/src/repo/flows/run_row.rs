//! How a run stands in its row.

use crate::StoreError;
use crate::codes::{read_json, read_time};
use crate::db::Row;
use crate::flow::{FlowRun, FlowRunState, NewFlowRun, RunMode};
use serde_json::Value as Json;

macro_rules! run_columns {
    () => {
        "SELECT id, flow, version, mode, key, source, record, occurrence, state, why, run, act, question, answer,
             due_at, attempt, created_at, finished_at, acts, allowed FROM flow_run "
    };
}
pub(super) use run_columns;

pub(super) fn read(row: &Row) -> Result<FlowRun, StoreError> {
    let body = |column: usize, name| -> Result<Option<Json>, StoreError> {
        let text: Option<String> = row.try_get(column)?;
        text.map(|text| read_json(&text, "flow_run", name))
            .transpose()
    };
    Ok(FlowRun {
        begun: NewFlowRun {
            id: row.try_get(0)?,
            flow: row.try_get(1)?,
            version: row.try_get(2)?,
            mode: RunMode::read(&row.try_get::<String, _>(3)?),
            key: row.try_get(4)?,
            source: row.try_get(5)?,
            record: row.try_get(6)?,
            occurrence: body(7, "occurrence")?.unwrap_or(Json::Null),
            state: FlowRunState::read(&row.try_get::<String, _>(8)?),
            why: row.try_get(9)?,
        },
        run: body(10, "run")?.unwrap_or(Json::Null),
        act: body(11, "act")?,
        acts: body(18, "acts")?.unwrap_or_default(),
        question: body(12, "question")?,
        answer: row.try_get(13)?,
        allowed: row.try_get::<i64, _>(19)? != 0,
        due_at: read_time(row.try_get(14)?),
        attempt: row.try_get(15)?,
        created_at: read_time(row.try_get(16)?),
        finished_at: row.try_get::<Option<i64>, _>(17)?.map(read_time),
    })
}
