//! Runs of flows: tried, looked at, answered, played again, compared.

use crate::cli::{Flow, RunStateWord};
use crate::commands::minute;
use crate::output::Output;
use crate::problem::{Exit, Problem};
use app::{App, RunLine, RunStory};
use clap::ValueEnum;
use serde_json::json;
use store::{FlowRunState, RunFilter, RunMode};

pub(super) async fn run(app: &App, what: Flow, output: Output) -> Result<Exit, Problem> {
    match what {
        Flow::Run {
            name,
            flow,
            record,
            send,
        } => {
            let told = app.run_flow(&name, &flow, &record, send).await?;
            return Ok(story(&told, output));
        }
        Flow::Replay { name, run, send } => {
            let told = app.replay_flow_run(&name, &run, send).await?;
            return Ok(story(&told, output));
        }
        Flow::Runs {
            name,
            run: Some(run),
            ..
        } => {
            let told = app.flow_run(&name, &run).await?;
            story(&told, output);
        }
        Flow::Runs {
            name,
            flow,
            state,
            shadow,
            limit,
            ..
        } => {
            let filter = RunFilter {
                flow,
                state: state.map(state_of),
                mode: shadow.then_some(RunMode::Shadow),
                limit,
            };
            let runs = app.flow_runs(&name, &filter).await?;
            output.json(&json!({"shop": name, "runs": runs}));
            let rows = runs.iter().map(row);
            output.table(["run", "flow", "about", "state", "began"], rows.collect());
            for run in &runs {
                if let Some(why) = &run.why {
                    output.line(format!("{}: {why}", run.id));
                }
            }
        }
        Flow::Answer { name, run, answer } => {
            app.answer_flow_run(&name, &run, &answer).await?;
            output.answer(
                format!("the run `{run}` goes on with `{answer}`"),
                &json!({"shop": name, "run": run, "answer": answer}),
            );
        }
        Flow::Compare { name, flow } => {
            let compared = app.compare_flow(&name, &flow).await?;
            output.json(&compared);
            for line in compared.lines() {
                output.line(line);
            }
        }
        _ => {}
    }
    Ok(Exit::Done)
}

/// One run with every step. Exit status 1 where it failed.
fn story(told: &RunStory, output: Output) -> Exit {
    output.json(told);
    output.line(format!(
        "{} (version {}, {}): {}{}",
        told.run.flow,
        told.run.version,
        told.run.mode,
        told.run.state,
        told.run
            .why
            .as_ref()
            .map_or_else(String::new, |why| format!(", {why}"))
    ));
    for step in &told.steps {
        output.line(format!("  {}: {}", step.step, step.outcome));
        if !step.input.is_null() {
            output.line(format!("      in  {}", step.input));
        }
        if !step.output.is_null() {
            output.line(format!("      out {}", step.output));
        }
    }
    if told.run.state == FlowRunState::Failed.as_str() {
        Exit::Found
    } else {
        Exit::Done
    }
}

fn row(run: &RunLine) -> [String; 5] {
    let state = match run.goes_on_at {
        Some(at) if run.state == "waiting" => format!("waits until {}", minute(at)),
        _ => run.state.to_owned(),
    };
    [
        run.id.clone(),
        run.flow.clone(),
        format!("{} {}", run.source, run.record),
        state,
        minute(run.began_at),
    ]
}

fn state_of(word: RunStateWord) -> FlowRunState {
    let named = word.to_possible_value();
    let name = named.as_ref().map_or("", |value| value.get_name());
    FlowRunState::ALL
        .into_iter()
        .find(|state| state.as_str() == name)
        .unwrap_or(FlowRunState::Ready)
}
