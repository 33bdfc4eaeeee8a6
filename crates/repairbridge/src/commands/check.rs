//! `check`: the pre-flight.

use crate::interrupt;
use crate::output::Output;
use crate::problem::{Exit, Problem};
use app::{App, Verdict};
use serde_json::json;

pub(crate) async fn run(app: &App, name: &str, output: Output) -> Result<Exit, Problem> {
    let report = interrupt::unless_stopped(output, app.check(name)).await?;
    output.json(&json!({"shop": name, "failed": report.failed(), "lines": report.lines}));
    for line in &report.lines {
        let mark = match line.verdict {
            Verdict::Passed => "passed",
            Verdict::Warned => "warned",
            Verdict::Failed => "FAILED",
        };
        output.line(format!("{mark}  {}: {}", line.what, line.says));
        if let Some(mend) = &line.mend {
            output.line(format!("        {mend}"));
        }
    }
    Ok(if report.failed() {
        Exit::Found
    } else {
        Exit::Done
    })
}
