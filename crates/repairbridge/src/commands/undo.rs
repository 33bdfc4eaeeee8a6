//! `undo`: takes back what the sync wrote, where it is still in place.

use crate::cli::Undo;
use crate::interrupt;
use crate::output::Output;
use crate::problem::{Exit, Problem};
use app::{App, UndoLine, UndoOf, UndoScope};

pub(crate) async fn run(app: &App, what: Undo, output: Output) -> Result<Exit, Problem> {
    let of = match (what.run, what.record) {
        (Some(run), _) => UndoOf::Run(run.parse().map_err(|_| {
            Problem::wrong(
                "RUN-UNKNOWN",
                format!(
                    "`{run}` is not the id of a run; `repairbridge runs {}` lists them",
                    what.name
                ),
            )
        })?),
        (None, record) => UndoOf::Record(record.unwrap_or_default()),
    };
    let scope = UndoScope {
        of,
        field: what.field,
        delete_created: what.delete_created,
    };
    let undo = app.undo(&what.name, &scope, what.dry_run);
    let report = interrupt::unless_stopped(output, undo).await?;
    output.json(&report);
    let done = if report.dry_run {
        "would be taken back"
    } else {
        "taken back"
    };
    show(output, done, &report.taken_back);
    show(output, "kept", &report.kept);
    show(output, "cannot be taken back", &report.cannot);
    if report.taken_back.is_empty() && report.kept.is_empty() && report.cannot.is_empty() {
        output.line("Repairbridge wrote nothing that could be taken back");
    }
    for reason in &report.reasons {
        output.note(format!("not finished: {reason}"));
    }
    let sound = report.cannot.is_empty() && report.reasons.is_empty();
    Ok(if sound { Exit::Done } else { Exit::Found })
}

fn show(output: Output, title: &str, lines: &[UndoLine]) {
    if !lines.is_empty() {
        output.line(format!("{title}: {}", lines.len()));
    }
    for line in lines {
        output.line(format!("  {}", line.text()));
    }
}
