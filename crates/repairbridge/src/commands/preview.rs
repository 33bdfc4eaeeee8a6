//! `preview`: what a sync would do.

use crate::interrupt;
use crate::output::Output;
use crate::problem::{Exit, Problem};
use crate::progress::Watching;
use app::{App, ProgressBoard};

pub(crate) async fn run(app: &App, name: &str, output: Output) -> Result<Exit, Problem> {
    let board = ProgressBoard::default();
    let watching = Watching::start(output, &board);
    let outcome = interrupt::unless_stopped(output, app.preview(name, &board)).await;
    drop(watching);
    let preview = outcome?;
    output.json(&preview);
    for line in preview.lines() {
        output.line(line);
    }
    for example in &preview.examples {
        output.line(format!("  for example: {example}"));
    }
    for reason in &preview.tally.reasons {
        output.note(format!("not complete: {reason}"));
    }
    Ok(if preview.tally.reasons.is_empty() {
        Exit::Done
    } else {
        Exit::Found
    })
}
