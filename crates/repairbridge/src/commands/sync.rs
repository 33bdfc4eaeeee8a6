//! `sync`: one complete pass.

use crate::interrupt;
use crate::output::Output;
use crate::problem::{Exit, Problem};
use crate::progress::Watching;
use app::{App, ProgressBoard, SyncOptions, Tally};
use std::collections::BTreeMap;

pub(crate) async fn run(
    app: &App,
    name: &str,
    approve: bool,
    output: Output,
) -> Result<Exit, Problem> {
    let board = ProgressBoard::default();
    let watching = Watching::start(output, &board);
    let pass = app.sync(
        name,
        SyncOptions {
            approve,
            ..SyncOptions::default()
        },
        &board,
    );
    let outcome = interrupt::unless_stopped(output, pass).await;
    drop(watching);
    let tally = outcome?;
    output.json(&tally);
    for line in lines(&tally) {
        output.line(line);
    }
    for reason in &tally.reasons {
        output.note(format!("not finished: {reason}"));
    }
    let sound = tally.finished && tally.failed == 0;
    Ok(if sound { Exit::Done } else { Exit::Found })
}

/// What a pass did, for people.
pub(crate) fn lines(tally: &Tally) -> Vec<String> {
    let mut lines = Vec::new();
    for (deed, counts) in [
        ("made", &tally.created),
        ("changed", &tally.updated),
        ("deleted", &tally.deleted),
    ] {
        lines.extend(per_kind(deed, "HighLevel", &counts.highlevel));
        lines.extend(per_kind(deed, "MyGadgetRepairs", &counts.mygadgetrepairs));
    }
    if lines.is_empty() {
        lines.push("nothing was written".to_owned());
    }
    lines.extend(per_kind("linked", "pairs", &tally.linked));
    let waiting = [
        (tally.review, "people need a decision"),
        (tally.conflicts, "values need a decision"),
        (tally.held, "writes or fields are held back"),
        (tally.failed, "writes were refused"),
    ];
    lines.extend(
        waiting
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}")),
    );
    lines.push(format!(
        "{} of {} fields agree; {} requests to HighLevel, {} to MyGadgetRepairs",
        tally.agreement.agree,
        tally.agreement.fields,
        tally.requests.highlevel,
        tally.requests.mygadgetrepairs
    ));
    lines
}

fn per_kind(deed: &str, place: &str, counts: &BTreeMap<String, u64>) -> Option<String> {
    let parts: Vec<String> = counts
        .iter()
        .filter(|(_, count)| **count > 0)
        .map(|(kind, count)| format!("{count} {kind}{}", if *count == 1 { "" } else { "s" }))
        .collect();
    (!parts.is_empty()).then(|| format!("{deed} ({place}): {}", parts.join(", ")))
}
