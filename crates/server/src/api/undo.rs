//! Taking back what the sync wrote.

use super::{noted, refused};
use crate::describe::{Answer, Given, Operator, Routes};
use crate::view::Views;
use app::{AppError, UndoOf, UndoReport, UndoScope};
use axum::Json;
use axum::extract::{Path, State};
use domain::RunId;
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

pub(super) fn routes() -> Routes<Arc<Views>> {
    Routes::new().post(
        "/api/v1/shops/{shop}/undo",
        "Takes back what a run wrote, or what was written to a record",
        undo,
    )
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
    let of = match (asked.run, asked.record) {
        (Some(run), None) => UndoOf::Run(run),
        (None, Some(record)) => UndoOf::Record(record),
        _ => {
            let why = "name either the run or the record that is to be taken back";
            return Err(refused(AppError::Refused(why.to_owned())));
        }
    };
    let what = match asked.dry_run {
        true => "looked at what could be taken back",
        false => "took back what was written",
    };
    noted(&signed, app, what, &name).await?;
    let scope = UndoScope {
        of,
        field: asked.field,
        delete_created: asked.delete_created,
    };
    let report = app.undo(&name, &scope, asked.dry_run).await;
    Ok(Json(report.map_err(refused)?))
}
