//! `flow`: automations, their runs, and the recipes that bring them.

mod recipes;
mod runs;

use super::minute;
use crate::cli::Flow;
use crate::output::Output;
use crate::problem::{Exit, Problem};
use crate::secret::read_text;
use app::{App, FlowLine};
use flows::Document;
use serde_json::json;
use std::path::Path;

pub(crate) async fn run(app: &App, what: Flow, output: Output) -> Result<Exit, Problem> {
    match what {
        Flow::List { name } => list(app, &name, output).await?,
        Flow::Show { name, flow } => show(app, &name, flow.as_deref(), output).await?,
        Flow::Add { name, file, draft } => add(app, &name, &file, draft, output).await?,
        Flow::Check { file } => {
            let document = read(app, &file)?;
            let count = document.flows.len();
            output.answer(
                format!("the document is sound; flows in it: {count}"),
                &json!({"sound": true, "flows": count}),
            );
        }
        Flow::Enable { name, flow } => switch(app, &name, &flow, true, output).await?,
        Flow::Disable { name, flow } => switch(app, &name, &flow, false, output).await?,
        Flow::Remove { name, flow } => {
            app.remove_flow(&name, &flow).await?;
            output.answer(
                format!("the flow `{flow}` is removed; what it wrote at the vendors stays"),
                &json!({"shop": name, "flow": flow, "removed": true}),
            );
        }
        Flow::Stop { name, flow } => {
            let stopped = app.stop_flow_runs(&name, &flow).await?;
            output.answer(
                format!("{stopped} runs of `{flow}` are stopped"),
                &json!({"shop": name, "flow": flow, "stopped": stopped}),
            );
        }
        Flow::Release {
            name,
            run: Some(run),
            ..
        } => {
            app.release_flow_run(&name, &run).await?;
            output.answer(
                format!("the run `{run}` goes on"),
                &json!({"shop": name, "run": run, "released": 1}),
            );
        }
        Flow::Release { name, flow, .. } => {
            let flow = flow.unwrap_or_default();
            let released = app.release_flow(&name, &flow).await?;
            output.answer(
                format!("{released} runs of `{flow}` go on"),
                &json!({"shop": name, "flow": flow, "released": released}),
            );
        }
        Flow::Versions { name, flow } => versions(app, &name, &flow, output).await?,
        Flow::Promote {
            name,
            flow,
            version,
        } => {
            let number = app.promote_flow(&name, &flow, version).await?;
            output.answer(
                format!("version {number} of `{flow}` is at work"),
                &json!({"shop": name, "flow": flow, "version": number}),
            );
        }
        Flow::Run { .. }
        | Flow::Runs { .. }
        | Flow::Replay { .. }
        | Flow::Answer { .. }
        | Flow::Compare { .. } => return runs::run(app, what, output).await,
        Flow::Recipes { .. } | Flow::Install { .. } | Flow::Uninstall { .. } => {
            return recipes::run(app, what, output).await;
        }
    }
    Ok(Exit::Done)
}

async fn list(app: &App, name: &str, output: Output) -> Result<(), Problem> {
    let flows = app.flow_lines(name).await?;
    output.json(&json!({"shop": name, "flows": flows}));
    if flows.is_empty() {
        output.line(format!(
            "`{name}` has no flows. `repairbridge flow recipes` shows what can be installed"
        ));
        return Ok(());
    }
    let rows = flows.iter().map(|flow| {
        [
            flow.id.clone(),
            flow.title.clone(),
            flow.on.clone(),
            state_of(flow),
            flow.runs
                .iter()
                .map(|(state, count)| format!("{count} {state}"))
                .collect::<Vec<_>>()
                .join(", "),
        ]
    });
    output.table(
        ["flow", "title", "waits for", "state", "runs"],
        rows.collect(),
    );
    for flow in &flows {
        for why in [&flow.paused_why, &flow.deaf_why].into_iter().flatten() {
            output.line(format!("{}: {why}", flow.id));
        }
    }
    Ok(())
}

fn state_of(flow: &FlowLine) -> String {
    let state = match (flow.enabled, &flow.paused_why) {
        (false, _) => "off",
        (true, Some(_)) => "stopped by itself",
        (true, None) => "on",
    };
    match flow.draft {
        Some(_) => format!("{state}, with a draft beside it"),
        None => state.to_owned(),
    }
}

async fn show(app: &App, name: &str, flow: Option<&str>, output: Output) -> Result<(), Problem> {
    let document = app.flow_document(name, flow).await?;
    output.json(&document);
    let text = document
        .to_toml()
        .map_err(|why| Problem::wrong("FLOW", why))?;
    output.line(text.trim_end());
    Ok(())
}

async fn add(
    app: &App,
    name: &str,
    file: &Path,
    draft: bool,
    output: Output,
) -> Result<(), Problem> {
    let document = read(app, file)?;
    let kept = app.keep_flows(name, &document, draft).await?;
    output.json(&json!({"shop": name, "flows": kept}));
    for flow in kept {
        output.line(if flow.draft {
            format!(
                "version {} of `{}` runs beside the one at work and writes nothing; `repairbridge flow compare {name} {}` shows what it would do otherwise",
                flow.version, flow.id, flow.id
            )
        } else {
            format!("version {} of `{}` is at work", flow.version, flow.id)
        });
    }
    Ok(())
}

async fn switch(
    app: &App,
    name: &str,
    flow: &str,
    on: bool,
    output: Output,
) -> Result<(), Problem> {
    app.switch_flow(name, flow, on).await?;
    let words = if on {
        "is on, from now on"
    } else {
        "is off; what it has begun goes on"
    };
    output.answer(
        format!("the flow `{flow}` {words}"),
        &json!({"shop": name, "flow": flow, "enabled": on}),
    );
    Ok(())
}

async fn versions(app: &App, name: &str, flow: &str, output: Output) -> Result<(), Problem> {
    let versions = app.flow_versions(name, flow).await?;
    let documents: Vec<_> = versions
        .iter()
        .map(|version| json!({"version": version.number, "at": version.at.to_string(), "document": version.document}))
        .collect();
    output.json(&json!({"shop": name, "flow": flow, "versions": documents}));
    let rows = versions
        .iter()
        .map(|version| [version.number.to_string(), minute(version.at)]);
    output.table(["version", "given"], rows.collect());
    Ok(())
}

fn read(app: &App, file: &Path) -> Result<Document, Problem> {
    let text = read_text(file)?;
    app.read_flows(&text)
        .map_err(|why| Problem::wrong("FLOW", why.to_string()))
}
