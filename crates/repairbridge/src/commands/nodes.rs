//! `nodes`: the processes that serve one database together.

use crate::output::Output;
use crate::problem::{Exit, Problem};
use app::App;
use serde_json::json;

pub(crate) async fn run(app: &App, output: Output) -> Result<Exit, Problem> {
    let nodes = app.nodes().await?;
    output.json(&json!({"nodes": nodes}));
    if !app.store().shares() {
        output.line("a database that is a file is served by one process; `repairbridge move` carries it over to PostgreSQL, which several can serve");
        return Ok(Exit::Done);
    }
    if nodes.is_empty() {
        output.line("nobody serves this database; `repairbridge serve` does");
        return Ok(Exit::Done);
    }
    let rows = nodes
        .into_iter()
        .map(|node| {
            [
                node.name,
                node.version,
                node.address.unwrap_or_default(),
                super::minute(node.since),
            ]
        })
        .collect();
    output.table(["node", "version", "dashboard", "since"], rows);
    Ok(Exit::Done)
}
