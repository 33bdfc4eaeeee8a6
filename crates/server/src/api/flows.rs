//! `/api/v1/shops/{shop}/flows`: automations and what they did.

use super::{noted, refused};
use crate::access::Signed;
use crate::describe::{Admin, Answer, Given, MaybeGiven, Operator, Query, Routes};
use crate::view::Views;
use app::access::Permission;
use app::{AppError, Comparison, FlowLine, KeptFlow, RunLine, RunStory};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use domain::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use store::{FlowRunState, RunFilter, RunMode};

/// Runs in one answer at most.
const MOST_RUNS: u32 = 1_000;

pub(super) fn routes() -> Routes<Arc<Views>> {
    Routes::new()
        .get("/api/v1/shops/{shop}/flows", "The flows of a shop", list)
        .post(
            "/api/v1/shops/{shop}/flows",
            "Keeps the flows of a document, TOML or JSON",
            keep,
        )
        .get(
            "/api/v1/shops/{shop}/flows/{flow}",
            "A flow as a document",
            show,
        )
        .delete(
            "/api/v1/shops/{shop}/flows/{flow}",
            "Removes a flow with its runs",
            remove,
        )
        .get(
            "/api/v1/shops/{shop}/flows/{flow}/versions",
            "The versions of a flow",
            versions,
        )
        .get(
            "/api/v1/shops/{shop}/flows/{flow}/comparison",
            "What the draft of a flow would have done otherwise",
            compare,
        )
        .post(
            "/api/v1/shops/{shop}/flows/{flow}/{deed}",
            "Tells a flow to `enable`, `disable`, `release`, `stop`, `promote` or `run`",
            act,
        )
        .get(
            "/api/v1/shops/{shop}/flow-runs",
            "FlowRuns of a shop's flows, newest first",
            runs,
        )
        .get(
            "/api/v1/shops/{shop}/flow-runs/{run}",
            "A run with every step",
            run,
        )
        .post(
            "/api/v1/shops/{shop}/flow-runs/{run}/answer",
            "Answers a run that asks",
            answer,
        )
        .post(
            "/api/v1/shops/{shop}/flow-runs/{run}/release",
            "Lets a run go on that waits until a person allows it",
            release,
        )
        .post(
            "/api/v1/shops/{shop}/flow-runs/{run}/replay",
            "Plays a run again; writes only with `send`",
            replay,
        )
}

#[derive(Debug, Serialize, JsonSchema)]
struct Flows {
    shop: String,
    flows: Vec<FlowLine>,
}

async fn list(State(views): State<Arc<Views>>, Path(name): Path<String>) -> Answer<Flows> {
    let flows = views.app().flow_lines(&name).await.map_err(refused)?;
    Ok(Json(Flows { shop: name, flows }))
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Keeping {
    /// Whether they run beside those at work without writing.
    #[serde(default)]
    draft: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
struct KeptFlows {
    shop: String,
    flows: Vec<KeptFlow>,
}

async fn keep(
    signed: Admin,
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
    Query(keeping): Query<Keeping>,
    text: String,
) -> Answer<KeptFlows> {
    let app = views.app();
    noted(&signed, app, "changed flows", &name).await?;
    let document = app.read_flows(&text).map_err(refused)?;
    let kept = app.keep_flows(&name, &document, keeping.draft).await;
    let flows = kept.map_err(refused)?;
    Ok(Json(KeptFlows { shop: name, flows }))
}

async fn show(
    State(views): State<Arc<Views>>,
    Path((name, flow)): Path<(String, String)>,
) -> Answer<Value> {
    let document = views.app().flow_document(&name, Some(&flow)).await;
    Ok(Json(json!(document.map_err(refused)?)))
}

#[derive(Debug, Serialize, JsonSchema)]
struct RemovedFlow {
    shop: String,
    flow: String,
    removed: bool,
}

async fn remove(
    signed: Admin,
    State(views): State<Arc<Views>>,
    Path((name, flow)): Path<(String, String)>,
) -> Answer<RemovedFlow> {
    let app = views.app();
    noted(&signed, app, "removed a flow", &name).await?;
    app.remove_flow(&name, &flow).await.map_err(refused)?;
    Ok(Json(RemovedFlow {
        shop: name,
        flow,
        removed: true,
    }))
}

#[derive(Debug, Serialize, JsonSchema)]
struct Versions {
    shop: String,
    flow: String,
    versions: Vec<Version>,
}

/// A version of a flow.
#[derive(Debug, Serialize, JsonSchema)]
struct Version {
    /// Its number, from 1.
    version: i64,
    /// When it was given.
    #[schemars(with = "String")]
    at: Timestamp,
    /// The flow.
    document: Value,
}

async fn versions(
    State(views): State<Arc<Views>>,
    Path((name, flow)): Path<(String, String)>,
) -> Answer<Versions> {
    let versions = views.app().flow_versions(&name, &flow).await;
    let versions = versions.map_err(refused)?.into_iter();
    let versions = versions.map(|version| Version {
        version: version.number,
        at: version.at,
        document: version.document,
    });
    Ok(Json(Versions {
        shop: name,
        flow,
        versions: versions.collect(),
    }))
}

// What goes into steps and comes out of them tells of people; who may only look sees none.
async fn compare(
    _signed: Operator,
    State(views): State<Arc<Views>>,
    Path((name, flow)): Path<(String, String)>,
) -> Answer<Comparison> {
    let compared = views.app().compare_flow(&name, &flow).await;
    Ok(Json(compared.map_err(refused)?))
}

/// What a deed needs to know.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Deed {
    /// Of `run`: the record.
    record: String,
    /// Of `run`: whether it is really carried out.
    send: bool,
    /// Of `promote`: the version; the draft where it is left out.
    version: Option<i64>,
}

async fn act(
    signed: Operator,
    State(views): State<Arc<Views>>,
    Path((name, flow, deed)): Path<(String, String, String)>,
    MaybeGiven(given): MaybeGiven<Deed>,
) -> Answer<Value> {
    let app = views.app();
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
    signed
        .require(wanted)
        .map_err(IntoResponse::into_response)?;
    noted(&signed, app, what, &name).await?;
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
    Ok(Json(done.map_err(refused)?))
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Which {
    /// Of this flow.
    flow: Option<String>,
    /// In this state.
    state: Option<String>,
    /// `live`, `shadow` or `test`.
    mode: Option<String>,
    /// Runs at most.
    limit: Option<u32>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct FlowRuns {
    shop: String,
    runs: Vec<RunLine>,
}

async fn runs(
    signed: Signed,
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
    Query(which): Query<Which>,
) -> Answer<FlowRuns> {
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
    Ok(Json(FlowRuns { shop: name, runs }))
}

// What goes into steps and comes out of them tells of people; who may only look sees none.
async fn run(
    _signed: Operator,
    State(views): State<Arc<Views>>,
    Path((name, run)): Path<(String, String)>,
) -> Answer<RunStory> {
    let story = views.app().flow_run(&name, &run).await;
    Ok(Json(story.map_err(refused)?))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Answering {
    /// One of the answers that the question offers.
    answer: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct AnsweredRun {
    shop: String,
    run: String,
    answer: String,
}

async fn answer(
    signed: Operator,
    State(views): State<Arc<Views>>,
    Path((name, run)): Path<(String, String)>,
    Given(given): Given<Answering>,
) -> Answer<AnsweredRun> {
    let app = views.app();
    noted(&signed, app, "answered a flow", &name).await?;
    let taken = app.answer_flow_run(&name, &run, &given.answer).await;
    taken.map_err(refused)?;
    Ok(Json(AnsweredRun {
        shop: name,
        run,
        answer: given.answer,
    }))
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Again {
    /// Whether it is really carried out.
    send: bool,
}

async fn replay(
    signed: Operator,
    State(views): State<Arc<Views>>,
    Path((name, run)): Path<(String, String)>,
    MaybeGiven(again): MaybeGiven<Again>,
) -> Answer<RunStory> {
    let app = views.app();
    noted(&signed, app, "played a run of a flow again", &name).await?;
    let story = app.replay_flow_run(&name, &run, again.send).await;
    Ok(Json(story.map_err(refused)?))
}

#[derive(Debug, Serialize, JsonSchema)]
struct ReleasedRun {
    shop: String,
    run: String,
    released: bool,
}

async fn release(
    signed: Operator,
    State(views): State<Arc<Views>>,
    Path((name, run)): Path<(String, String)>,
) -> Answer<ReleasedRun> {
    let app = views.app();
    noted(&signed, app, "let a run of a flow go on", &name).await?;
    let released = app.release_flow_run(&name, &run).await;
    released.map_err(refused)?;
    Ok(Json(ReleasedRun {
        shop: name,
        run,
        released: true,
    }))
}
