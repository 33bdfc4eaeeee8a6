//! Taking back what the sync wrote.

use super::{noted, refused};
use crate::describe::{Answer, Given, Operator, Routes};
use crate::view::Views;
use app::{AppError, Job, JobKind, UndoOf, UndoReport, UndoScope};
use axum::Json;
use axum::extract::{Path, State};
use domain::RunId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(super) fn routes() -> Routes<Arc<Views>> {
    Routes::new().post(
        "/api/v1/shops/{shop}/undo",
        "Takes back what a run wrote, or what was written to a record",
        undo,
    )
    .post(
        "/api/v1/shops/{shop}/undos",
        "Begins to take back, as a job that goes on by itself: as long as many writes, or scarce requests, take",
        begin,
    )
    .post(
        "/api/v1/shops/{shop}/runs/{run}/make-again",
        "Lets what an undo deleted be made again: the next pass decides as if it had never been there",
        make_again,
    )
}

#[derive(Debug, Serialize, JsonSchema)]
struct MadeAgain {
    /// Records that may get a counterpart again.
    records: u64,
}

async fn make_again(
    signed: Operator,
    State(views): State<Arc<Views>>,
    Path((name, run)): Path<(String, RunId)>,
) -> Answer<MadeAgain> {
    let app = views.app();
    noted(&signed, app, "let what was taken back be made again", &name).await?;
    let records = app.make_run_again(&name, run).await.map_err(refused)?;
    Ok(Json(MadeAgain { records }))
}

/// What is taken back.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// The run whose writes are taken back.
    run: Option<RunId>,
    /// Or the record: an id of either side, or the counter's number.
    record: Option<String>,
    /// Only this field.
    field: Option<String>,
    /// Whether records that were made are deleted again, where nobody used them since.
    #[serde(default)]
    delete_created: bool,
}

impl Wanted {
    fn scope(self) -> Result<UndoScope, AppError> {
        let of = match (self.run, self.record) {
            (Some(run), None) => UndoOf::Run(run),
            (None, Some(record)) => UndoOf::Record(record),
            _ => {
                let why = "name either the run or the record that is to be taken back";
                return Err(AppError::Refused(why.to_owned()));
            }
        };
        Ok(UndoScope {
            of,
            field: self.field,
            delete_created: self.delete_created,
        })
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Undoing {
    /// The run whose writes are taken back.
    run: Option<RunId>,
    /// Or the record: an id of either side, or the counter's number.
    record: Option<String>,
    /// Only this field.
    field: Option<String>,
    /// Whether records that were made are deleted again, where nobody used them since.
    #[serde(default)]
    delete_created: bool,
    /// Whether it is only told what would be done.
    #[serde(default)]
    dry_run: bool,
}

async fn undo(
    signed: Operator,
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
    Given(asked): Given<Undoing>,
) -> Answer<UndoReport> {
    let app = views.app();
    let dry_run = asked.dry_run;
    let wanted = Wanted {
        run: asked.run,
        record: asked.record,
        field: asked.field,
        delete_created: asked.delete_created,
    };
    let scope = wanted.scope().map_err(refused)?;
    let what = match dry_run {
        true => "looked at what could be taken back",
        false => "took back what was written",
    };
    noted(&signed, app, what, &name).await?;
    let report = app.undo(&name, &scope, dry_run).await;
    Ok(Json(report.map_err(refused)?))
}

async fn begin(
    signed: Operator,
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
    Given(wanted): Given<Wanted>,
) -> Answer<Job> {
    let scope = wanted.scope().map_err(refused)?;
    let what = "took back what was written";
    super::jobs::begin(&signed, &views, &name, JobKind::Undo(scope), what).await
}
