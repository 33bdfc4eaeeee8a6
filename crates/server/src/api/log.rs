//! The journal and the runs of a shop.

use super::{refused, rows};
use crate::describe::{Answer, Query, Routes};
use crate::view::{LogLine, Views};
use app::{Activity, AppError};
use axum::Json;
use axum::extract::{Path, State};
use domain::{Kind, RunId, Side, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use store::{JournalFilter, JournalPage, RunRow};

pub(super) fn routes() -> Routes<Arc<Views>> {
    Routes::new()
        .get(
            "/api/v1/shops/{shop}/log",
            "LogPage of a shop's journal, newest first",
            log,
        )
        .get(
            "/api/v1/shops/{shop}/activity",
            "What a shop did over time, for a chart",
            activity,
        )
        .get(
            "/api/v1/shops/{shop}/runs",
            "The runs of a shop, newest first",
            runs,
        )
}

/// Which lines.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Which {
    /// Only lines newer than this number.
    after: Option<i64>,
    /// Only lines older than this number.
    before: Option<i64>,
    /// About this record: an id of either side, or the counter's number.
    contact: Option<String>,
    /// Of this event, such as `created`.
    event: Option<String>,
    /// Not of this event, such as `operation_read`.
    without: Option<String>,
    /// On this side.
    side: Option<Side>,
    /// Of this kind of record.
    kind: Option<Kind>,
    /// With this text in it.
    search: Option<String>,
    /// Lines at most.
    limit: Option<u32>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct LogPage {
    /// The lines, newest first.
    lines: Vec<LogLine>,
    /// What `before` has to be for the next page; nothing where there is no more.
    next: Option<i64>,
}

async fn log(
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
    Query(which): Query<Which>,
) -> Answer<LogPage> {
    let filter = JournalFilter {
        before: which.before,
        after: which.after,
        records: Vec::new(),
        event: which.event,
        without: which.without,
        side: which.side,
        kind: which.kind,
        found: Vec::new(),
        search: which.search.filter(|text| !text.trim().is_empty()),
        limit: rows(which.limit),
    };
    let record = which.contact.as_deref();
    let page = views.app().journal_page(&name, &filter, record).await;
    let page = page.map_err(refused)?;
    Ok(Json(LogPage {
        lines: lines(&views, &name, &page).await.map_err(refused)?,
        next: page.next,
    }))
}

/// Lines with the names of whom they are about.
pub(super) async fn lines(
    views: &Views,
    shop: &str,
    page: &JournalPage,
) -> Result<Vec<LogLine>, AppError> {
    let subjects = views.app().subjects(shop, &page.rows).await?;
    let lines = page.rows.iter().zip(subjects);
    Ok(lines
        .map(|(row, subject)| LogLine::about(row, subject))
        .collect())
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Span {
    /// How many hours back, at most a month; a day where it is left out.
    hours: Option<u32>,
}

async fn activity(
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
    Query(span): Query<Span>,
) -> Answer<Activity> {
    let hours = span.hours.unwrap_or(24).clamp(1, 31 * 24);
    let activity = views.app().activity(&name, hours).await;
    Ok(Json(activity.map_err(refused)?))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WhichRuns {
    /// Only runs that wrote, linked or failed, or are not over.
    #[serde(default)]
    wrote: bool,
    /// Only runs before this one.
    before: Option<RunId>,
    /// Runs at most.
    limit: Option<u32>,
}

/// A run.
#[derive(Debug, Serialize, JsonSchema)]
struct RunShown {
    /// Its id, by which it is taken back.
    id: RunId,
    /// When it began.
    #[schemars(with = "String")]
    started_at: Timestamp,
    /// When it ended.
    #[schemars(with = "Option<String>")]
    finished_at: Option<Timestamp>,
    /// What it is doing, or how it ended.
    phase: String,
    /// What it did, under the keys of `sync --json`.
    summary: Value,
}

impl From<RunRow> for RunShown {
    fn from(run: RunRow) -> Self {
        Self {
            id: run.id,
            started_at: run.started_at,
            finished_at: run.finished_at,
            phase: run.phase,
            summary: run.summary,
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
struct RunList {
    runs: Vec<RunShown>,
}

async fn runs(
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
    Query(which): Query<WhichRuns>,
) -> Answer<RunList> {
    let limit = rows(which.limit);
    let runs = views
        .app()
        .runs_that_did(&name, which.before, which.wrote, limit)
        .await;
    let runs = runs.map_err(refused)?.into_iter().map(RunShown::from);
    Ok(Json(RunList {
        runs: runs.collect(),
    }))
}
