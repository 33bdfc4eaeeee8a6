//! `runs`: what the passes of a shop did.

use crate::output::Output;
use crate::problem::{Exit, Problem};
use app::{App, Tally};
use serde_json::json;

pub(crate) async fn run(
    app: &App,
    name: &str,
    limit: u32,
    output: Output,
) -> Result<Exit, Problem> {
    let runs = app.runs(name, limit).await?;
    output.json(&json!({"shop": name, "runs": runs}));
    if runs.is_empty() {
        output.line("no run yet");
        return Ok(Exit::Done);
    }
    let rows = runs
        .into_iter()
        .map(|run| {
            let counts = serde_json::from_value::<Tally>(run.summary).ok();
            let count = |of: fn(&Tally) -> u64| {
                counts
                    .as_ref()
                    .map_or_else(String::new, |tally| of(tally).to_string())
            };
            [
                run.id.to_string(),
                run.started_at.strftime("%Y-%m-%d %H:%M:%SZ").to_string(),
                run.phase,
                count(|tally| tally.created.total()),
                count(|tally| tally.updated.total()),
                count(|tally| tally.deleted.total()),
            ]
        })
        .collect();
    output.table(
        ["run", "began", "state", "made", "changed", "deleted"],
        rows,
    );
    Ok(Exit::Done)
}
