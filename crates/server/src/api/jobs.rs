//! Long work: begun here, looked at again later. `check` and `preview` keep what they found with the shop.

use super::{noted, refused};
use crate::describe::{Answer, MaybeGiven, Operator, Routes};
use crate::view::Views;
use app::{Job, JobKind, LastCheck, LastPreview};
use axum::Json;
use axum::extract::{Path, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(super) fn routes() -> Routes<Arc<Views>> {
    Routes::new()
        .get(
            "/api/v1/shops/{shop}/check",
            "What the last pre-flight found",
            last_check,
        )
        .post(
            "/api/v1/shops/{shop}/check",
            "Begins a pre-flight: finds trouble before a sync does, with the mend for each",
            check,
        )
        .get(
            "/api/v1/shops/{shop}/preview",
            "What the last preview found",
            last_preview,
        )
        .post(
            "/api/v1/shops/{shop}/preview",
            "Begins to find out what a sync would do; writes nothing, here or there",
            preview,
        )
        .post(
            "/api/v1/shops/{shop}/sync",
            "Begins a sync; with `approve` a first run or a mass change goes on that would otherwise wait",
            sync,
        )
        .get(
            "/api/v1/shops/{shop}/jobs",
            "The jobs of a shop, the newest first",
            jobs,
        )
        .get("/api/v1/jobs/{id}", "One job", job)
}

#[derive(Debug, Serialize, JsonSchema)]
struct CheckShown {
    /// Nothing where none was made yet.
    check: Option<LastCheck>,
}

async fn last_check(
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
) -> Answer<CheckShown> {
    let check = views.app().last_check(&name).await.map_err(refused)?;
    Ok(Json(CheckShown { check }))
}

#[derive(Debug, Serialize, JsonSchema)]
struct PreviewShown {
    /// Nothing where none was made yet.
    preview: Option<LastPreview>,
}

async fn last_preview(
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
) -> Answer<PreviewShown> {
    let preview = views.app().last_preview(&name).await.map_err(refused)?;
    Ok(Json(PreviewShown { preview }))
}

async fn check(
    signed: Operator,
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
) -> Answer<Job> {
    begin(&signed, &views, &name, JobKind::Check, "began a check").await
}

async fn preview(
    signed: Operator,
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
) -> Answer<Job> {
    begin(&signed, &views, &name, JobKind::Preview, "began a preview").await
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Syncing {
    /// Whether a first run or a mass change is approved.
    approve: bool,
}

async fn sync(
    signed: Operator,
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
    MaybeGiven(asked): MaybeGiven<Syncing>,
) -> Answer<Job> {
    let what = match asked.approve {
        true => "approved, and began a sync",
        false => "began a sync",
    };
    let kind = JobKind::Sync {
        approve: asked.approve,
    };
    begin(&signed, &views, &name, kind, what).await
}

/// Begins a job, noted in the audit.
pub(super) async fn begin(
    signed: &Operator,
    views: &Views,
    name: &str,
    kind: JobKind,
    what: &str,
) -> Answer<Job> {
    let app = views.app();
    noted(signed, app, what, name).await?;
    let job = app.begin_job(name, kind, signed.who.name()).await;
    Ok(Json(job.map_err(refused)?))
}

#[derive(Debug, Serialize, JsonSchema)]
struct JobList {
    jobs: Vec<Job>,
}

async fn jobs(State(views): State<Arc<Views>>, Path(name): Path<String>) -> Answer<JobList> {
    let app = views.app();
    let shop = app.shop(&name).await.map_err(refused)?;
    Ok(Json(JobList {
        jobs: app.jobs(Some(&shop.name)),
    }))
}

async fn job(State(views): State<Arc<Views>>, Path(id): Path<String>) -> Answer<Job> {
    let of_a_copy = || views.apps().iter().find_map(|(app, _)| app.job(&id).ok());
    let found = views
        .app()
        .job(&id)
        .or_else(|error| of_a_copy().ok_or(error));
    Ok(Json(found.map_err(refused)?))
}
