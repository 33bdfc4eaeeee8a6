//! `status`: how shops are doing.

use crate::output::Output;
use crate::problem::{Exit, Problem};
use app::{App, Health, Status};
use serde_json::json;

pub(crate) async fn run(app: &App, name: Option<&str>, output: Output) -> Result<Exit, Problem> {
    if let Some(name) = name {
        let status = app.status(name).await?;
        output.json(&status);
        show(&status, output);
        return Ok(Exit::Done);
    }
    let all = app.status_all().await?;
    output.json(&json!({"shops": all}));
    if all.is_empty() {
        output.line("no shops yet; add one with `repairbridge shop add NAME --location ID`");
    }
    for status in &all {
        show(status, output);
    }
    Ok(Exit::Done)
}

/// The linked records that differ, and why.
pub(crate) async fn differences(
    app: &App,
    name: &str,
    limit: u32,
    output: Output,
) -> Result<Exit, Problem> {
    let differences = app.differences(name, limit).await?;
    output.json(&json!({"shop": name, "differences": differences}));
    if differences.is_empty() {
        output.line("all linked records agree");
    }
    for pair in &differences {
        let number = pair.reference.as_deref();
        let number = number.unwrap_or(pair.mygadgetrepairs.as_str());
        let kind = pair.kind.name_on(domain::Side::MyGadgetRepairs);
        output.line(format!("{kind} {number}"));
        for field in &pair.fields {
            output.line(format!("  {}: {}", field.field, field.why.words()));
        }
    }
    Ok(Exit::Done)
}

fn show(status: &Status, output: Output) {
    let health = match status.health {
        Health::Ok => "all is well",
        Health::Attention => "needs attention",
        Health::Stopped => "stopped",
    };
    output.line(format!("{}: {health}", status.shop));
    for reason in &status.reasons {
        output.line(format!("  - {reason}"));
    }
    let linked: Vec<String> = status
        .linked
        .iter()
        .map(|(kind, count)| format!("{count} {kind}s"))
        .collect();
    let blocked = match status.budget.mygadgetrepairs.blocked_until {
        Some(until) => format!(", left alone until {until}"),
        None => String::new(),
    };
    let rows = vec![
        ["linked".to_owned(), linked.join(", ")],
        [
            "fields that agree".to_owned(),
            format!("{} of {}", status.agreement.agree, status.agreement.fields),
        ],
        ["still to do".to_owned(), still_to_do(status)],
        [
            "waiting for a person".to_owned(),
            format!("{} people, {} values", status.review, status.conflicts),
        ],
        [
            "held, refused".to_owned(),
            format!("{}, {}", status.held, status.failed),
        ],
        [
            "last read".to_owned(),
            format!(
                "HighLevel {} s ago, MyGadgetRepairs {} s ago",
                status.lag_seconds.highlevel, status.lag_seconds.mygadgetrepairs
            ),
        ],
        [
            "requests left".to_owned(),
            format!(
                "HighLevel {} now, {} today; MyGadgetRepairs {} now{blocked}",
                left(status.budget.highlevel.window_left),
                left(status.budget.highlevel.day_left),
                left(status.budget.mygadgetrepairs.window_left)
            ),
        ],
    ];
    output.pairs(rows);
}

/// How much waits, and how long it takes.
fn still_to_do(status: &Status) -> String {
    match &status.remaining {
        Some(cost) => format!(
            "{}: {} requests to HighLevel, {} to MyGadgetRepairs; {}",
            status.backlog, cost.highlevel, cost.mygadgetrepairs, cost.words
        ),
        None => status.backlog.to_string(),
    }
}

/// What is left of a budget, for people.
fn left(left: Option<u32>) -> String {
    left.map_or_else(|| "unlimited".to_owned(), |left| left.to_string())
}
