//! `audit`: who did what.

use crate::output::Output;
use crate::problem::{Exit, Problem};
use app::App;
use serde_json::json;

pub(crate) async fn run(app: &App, limit: u32, output: Output) -> Result<Exit, Problem> {
    let lines = app.audit(limit).await?;
    output.json(&json!({"lines": lines}));
    if lines.is_empty() {
        output.line("nothing was done yet");
        return Ok(Exit::Done);
    }
    let rows = lines.into_iter().map(|line| {
        [
            line.at.strftime("%Y-%m-%d %H:%M:%SZ").to_string(),
            line.who,
            line.address.map_or_else(
                || line.via.clone(),
                |address| format!("{}, {address}", line.via),
            ),
            line.what,
            line.target.unwrap_or_default(),
        ]
    });
    output.table(["when", "who", "from", "what", "on"], rows.collect());
    Ok(Exit::Done)
}
