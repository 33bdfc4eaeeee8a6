//! `log`: the journal.

use crate::cli::Log;
use crate::interrupt;
use crate::output::Output;
use crate::problem::{Exit, Problem};
use app::App;
use serde_json::json;
use std::time::Duration;
use store::JournalRow;

const POLL: Duration = Duration::from_secs(1);
const AT_ONCE: u32 = 1_000;

pub(crate) async fn run(app: &App, what: Log, output: Output) -> Result<Exit, Problem> {
    let rows = app
        .log(&what.name, what.contact.as_deref(), what.limit)
        .await?;
    if !what.follow {
        output.json(&json!({"shop": what.name, "lines": rows}));
        for row in &rows {
            output.line(text(row));
        }
        return Ok(Exit::Done);
    }
    let newest = app
        .log(&what.name, None, 1)
        .await?
        .last()
        .map_or(0, |row| row.id);
    let mut after = rows.last().map_or(newest, |row| row.id.max(newest));
    show(&rows, output);
    let stop = interrupt::watch(output);
    loop {
        let rows = app.log_after(&what.name, after, AT_ONCE).await?;
        after = rows.last().map_or(after, |row| row.id);
        let full = rows.len() == AT_ONCE as usize;
        let about: Vec<JournalRow> = rows
            .into_iter()
            .filter(|row| is_about(row, &what))
            .collect();
        show(&about, output);
        if full {
            continue;
        }
        tokio::select! {
            () = stop.cancelled() => return Ok(Exit::Done),
            () = tokio::time::sleep(POLL) => {}
        }
    }
}

fn show(rows: &[JournalRow], output: Output) {
    for row in rows {
        output.answer(text(row), row);
    }
}

fn is_about(row: &JournalRow, what: &Log) -> bool {
    let Some(wanted) = what.contact.as_deref() else {
        return true;
    };
    [&row.record, &row.counterpart]
        .into_iter()
        .flatten()
        .any(|record| record.as_str() == wanted)
}

fn text(row: &JournalRow) -> String {
    format!(
        "{}  {}",
        row.at.strftime("%Y-%m-%d %H:%M:%SZ"),
        server::sentence(row)
    )
}
