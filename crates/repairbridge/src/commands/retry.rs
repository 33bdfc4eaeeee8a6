//! `retry`: failed work, listed or tried again.

use crate::output::Output;
use crate::problem::{Exit, Problem};
use app::{App, UnfinishedWrite};
use serde_json::json;

pub(crate) async fn run(
    app: &App,
    name: &str,
    id: Option<String>,
    all: bool,
    output: Output,
) -> Result<Exit, Problem> {
    let only = match &id {
        Some(text) => Some(text.parse().map_err(|_| {
            Problem::wrong(
                "WRITE-UNKNOWN",
                format!("`{text}` is not the id of a write; `repairbridge retry {name}` lists what failed"),
            )
        })?),
        None if all => None,
        None => return list(app, name, output).await,
    };
    let count = app.retry(name, only).await?;
    output.answer(
        format!("{count} to be tried again; the next sync does it"),
        &json!({"shop": name, "retried": count}),
    );
    Ok(Exit::Done)
}

async fn list(app: &App, name: &str, output: Output) -> Result<Exit, Problem> {
    let unfinished = app.unfinished(name).await?;
    output.json(&json!({"shop": name, "failed": unfinished.failed, "held": unfinished.held}));
    if unfinished.failed.is_empty() && unfinished.held.is_empty() {
        output.line("nothing failed, and nothing is held");
    }
    show(output, "failed", &unfinished.failed);
    if !unfinished.failed.is_empty() {
        output.line(format!(
            "mend the cause, then `repairbridge retry {name} ID`, or `repairbridge retry {name} --all`"
        ));
    }
    show(
        output,
        "held; goes on by itself once it has what it waits for",
        &unfinished.held,
    );
    Ok(if unfinished.failed.is_empty() {
        Exit::Done
    } else {
        Exit::Found
    })
}

fn show(output: Output, title: &str, writes: &[UnfinishedWrite]) {
    if !writes.is_empty() {
        output.line(format!("{title}: {}", writes.len()));
    }
    for line in writes.iter().flat_map(UnfinishedWrite::lines) {
        output.line(line);
    }
}
