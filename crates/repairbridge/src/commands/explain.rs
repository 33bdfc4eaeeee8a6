//! `explain`: why a record's values are what they are.

use crate::output::Output;
use crate::problem::{Exit, Problem};
use app::App;

pub(crate) async fn run(
    app: &App,
    name: &str,
    record: &str,
    field: Option<&str>,
    output: Output,
) -> Result<Exit, Problem> {
    let explanation = app.explain(name, record, field).await?;
    output.json(&explanation);
    for line in explanation.lines() {
        output.line(line);
    }
    Ok(Exit::Done)
}
