//! `/api/v1/shops/{name}/flows`: automations and what they did.

use super::{Answer, permitted, refused, told};
use crate::access::Signed;
use crate::view::Views;
use app::AppError;
use app::access::Permission;
use axum::extract::{Path, Query, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use store::{FlowRunState, RunFilter, RunMode};

/// Runs in one answer at most.
const MOST_RUNS: u32 = 1_000;

pub(super) fn routes() -> Router<Arc<Views>> {
    Router::new()
        .route("/api/v1/shops/{name}/flows", get(list).post(keep))
        .route(
            "/api/v1/shops/{name}/flows/{flow}",
            get(show).delete(remove),
        )
        .route("/api/v1/shops/{name}/flows/{flow}/versions", get(versions))
        .route("/api/v1/shops/{name}/flows/{flow}/comparison", get(compare))
        .route("/api/v1/shops/{name}/flows/{flow}/{deed}", post(act))
        .route("/api/v1/shops/{name}/flow-runs", get(runs))
        .route("/api/v1/shops/{name}/flow-runs/{run}", get(run))
        .route("/api/v1/shops/{name}/flow-runs/{run}/answer", post(answer))
        .route("/api/v1/shops/{name}/flow-runs/{run}/replay", post(replay))
        .merge(super::recipes::routes())
}

async fn list(State(views): State<Arc<Views>>, Path(name): Path<String>) -> Answer {
    let flows = views.app().flow_lines(&name).await.map_err(refused)?;
    Ok(told(&json!({"shop": name, "flows": flows})))
}

#[derive(Debug, Deserialize)]
struct Keeping {
    #[serde(default)]
    draft: bool,
}

/// Keeps the flows of a document, TOML or JSON.
async fn keep(
    signed: Signed,
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
    Query(keeping): Query<Keeping>,
    text: String,
) -> Answer {
    let app = views.app();
    permitted(&signed, app, Permission::Admin, "changed flows", &name).await?;
    let document = app.read_flows(&text).map_err(refused)?;
    let kept = app.keep_flows(&name, &document, keeping.draft).await;
    Ok(told(
        &json!({"shop": name, "flows": kept.map_err(refused)?}),
    ))
}

async fn show(
    State(views): State<Arc<Views>>,
    Path((name, flow)): Path<(String, String)>,
) -> Answer {
    let document = views.app().flow_document(&name, Some(&flow)).await;
    Ok(told(&document.map_err(refused)?))
}

async fn remove(
    signed: Signed,
    State(views): State<Arc<Views>>,
    Path((name, flow)): Path<(String, String)>,
) -> Answer {
    let app = views.app();
    permitted(&signed, app, Permission::Admin, "removed a flow", &name).await?;
    app.remove_flow(&name, &flow).await.map_err(refused)?;
    Ok(told(&json!({"shop": name, "flow": flow, "removed": true})))
}

async fn versions(
    State(views): State<Arc<Views>>,
    Path((name, flow)): Path<(String, String)>,
) -> Answer {
    let versions = views.app().flow_versions(&name, &flow).await;
    let versions: Vec<_> = versions
        .map_err(refused)?
        .into_iter()
        .map(|version| {
            json!({"version": version.number, "at": version.at.to_string(), "document": version.document})
        })
        .collect();
    Ok(told(
        &json!({"shop": name, "flow": flow, "versions": versions}),
    ))
}

async fn compare(
    signed: Signed,
    State(views): State<Arc<Views>>,
    Path((name, flow)): Path<(String, String)>,
) -> Answer {
    // What goes into steps and comes out of them tells of people; who may only look sees none.
    signed.require(Permission::Operate)?;
    let compared = views.app().compare_flow(&name, &flow).await;
    Ok(told(&compared.map_err(refused)?))
}

/// What a deed needs to know.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Deed {
    /// Of `run`: the record.
    record: String,
    /// Of `run`: whether it is really carried out.
    send: bool,
    /// Of `promote`: a version to go back to.
    version: Option<i64>,
}

async fn act(
    signed: Signed,
    State(views): State<Arc<Views>>,
    Path((name, flow, deed)): Path<(String, String, String)>,
    body: Option<Json<Deed>>,
) -> Answer {
    let app = views.app();
    let Json(given) = body.unwrap_or_default();
    let (wanted, what) = match deed.as_str() {
        "enable" => (Permission::Operate, "switched a flow on"),
        "disable" => (Permission::Operate, "switched a flow off"),
        "release" => (Permission::Operate, "let runs of a flow go on"),
        "stop" => (Permission::Operate, "stopped the runs of a flow"),
        "promote" => (Permission::Admin, "put a version of a flow to work"),
        "run" if given.send => (Permission::Operate, "ran a flow"),
        "run" => (Permission::Operate, "tried a flow"),
        _ => {
            let why = format!(
                "a flow cannot be told to `{}`; there are enable, disable, release, stop, promote and run",
                deed.chars().take(40).collect::<String>()
            );
            return Err(refused(AppError::Refused(why)));
        }
    };
    permitted(&signed, app, wanted, what, &name).await?;
    let done = match deed.as_str() {
        "enable" | "disable" => {
            let on = deed == "enable";
            let switched = app.switch_flow(&name, &flow, on).await;
            switched.map(|()| json!({"shop": name, "flow": flow, "enabled": on}))
        }
        "release" => {
            let released = app.release_flow(&name, &flow).await;
            released.map(|count| json!({"shop": name, "flow": flow, "released": count}))
        }
        "stop" => {
            let stopped = app.stop_flow_runs(&name, &flow).await;
            stopped.map(|count| json!({"shop": name, "flow": flow, "stopped": count}))
        }
        "promote" => {
            let promoted = app.promote_flow(&name, &flow, given.version).await;
            promoted.map(|number| json!({"shop": name, "flow": flow, "version": number}))
        }
        _ => {
            let ran = app.run_flow(&name, &flow, &given.record, given.send).await;
            ran.map(|story| json!(story))
        }
    };
    Ok(told(&done.map_err(refused)?))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Which {
    flow: Option<String>,
    state: Option<String>,
    mode: Option<String>,
    limit: Option<u32>,
}

async fn runs(
    signed: Signed,
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
    Query(which): Query<Which>,
) -> Answer {
    let unknown = |what: &str, known: &str| {
        refused(AppError::Refused(format!(
            "there is no such {what}; there are {known}"
        )))
    };
    let state = match which.state.as_deref() {
        None => None,
        Some(word) => {
            let found = FlowRunState::ALL
                .into_iter()
                .find(|state| state.as_str() == word);
            let known = FlowRunState::ALL.map(FlowRunState::as_str).join(", ");
            Some(found.ok_or_else(|| unknown("state", &known))?)
        }
    };
    let mode = match which.mode.as_deref() {
        None => None,
        Some("live") => Some(RunMode::Live),
        Some("shadow") => Some(RunMode::Shadow),
        Some("test") => Some(RunMode::Test),
        Some(_) => return Err(unknown("mode", "live, shadow, test")),
    };
    let filter = RunFilter {
        flow: which.flow,
        state,
        mode,
        limit: which.limit.unwrap_or(100).clamp(1, MOST_RUNS),
    };
    let runs = views.app().flow_runs(&name, &filter).await;
    let mut runs = runs.map_err(refused)?;
    if !signed.who.may(Permission::Operate) {
        // Questions and reasons may name people.
        for run in &mut runs {
            run.question = None;
            run.why = None;
        }
    }
    Ok(told(&json!({"shop": name, "runs": runs})))
}

async fn run(
    signed: Signed,
    State(views): State<Arc<Views>>,
    Path((name, run)): Path<(String, String)>,
) -> Answer {
    // What goes into steps and comes out of them tells of people; who may only look sees none.
    signed.require(Permission::Operate)?;
    let story = views.app().flow_run(&name, &run).await;
    Ok(told(&story.map_err(refused)?))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answered {
    answer: String,
}

async fn answer(
    signed: Signed,
    State(views): State<Arc<Views>>,
    Path((name, run)): Path<(String, String)>,
    Json(given): Json<Answered>,
) -> Answer {
    let app = views.app();
    let what = "answered a flow";
    permitted(&signed, app, Permission::Operate, what, &name).await?;
    let taken = app.answer_flow_run(&name, &run, &given.answer).await;
    taken.map_err(refused)?;
    Ok(told(
        &json!({"shop": name, "run": run, "answer": given.answer}),
    ))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Again {
    send: bool,
}

async fn replay(
    signed: Signed,
    State(views): State<Arc<Views>>,
    Path((name, run)): Path<(String, String)>,
    body: Option<Json<Again>>,
) -> Answer {
    let app = views.app();
    let what = "played a run of a flow again";
    permitted(&signed, app, Permission::Operate, what, &name).await?;
    let Json(again) = body.unwrap_or_default();
    let story: Value = match app.replay_flow_run(&name, &run, again.send).await {
        Ok(story) => json!(story),
        Err(error) => return Err(refused(error)),
    };
    Ok(told(&story))
}
