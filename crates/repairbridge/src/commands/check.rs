//! `check`: the pre-flight, and one call tried out.

use crate::cli::Check;
use crate::interrupt;
use crate::output::Output;
use crate::problem::{Exit, Problem};
use crate::secret::read_text;
use app::{App, TestCall, TestCallReport, Verdict};
use serde_json::{Value, json};
use std::path::Path;

pub(crate) async fn run(app: &App, what: Check, output: Output) -> Result<Exit, Problem> {
    let name = what.name.as_str();
    if let Some(endpoint) = what.call {
        let input = what.input.map(|file| read_json(&file)).transpose()?;
        let call = TestCall {
            endpoint,
            ids: what.id,
            input,
            send: what.send,
            show_values: what.show_values,
        };
        return test_call(app, name, &call, output).await;
    }
    if what.create_fields {
        let made = app.create_missing_fields(name).await?;
        output.note(match made.len() {
            0 => "no custom field is missing".to_owned(),
            _ => format!("made in HighLevel: {}", made.join(", ")),
        });
    }
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

async fn test_call(
    app: &App,
    name: &str,
    call: &TestCall,
    output: Output,
) -> Result<Exit, Problem> {
    let report = interrupt::unless_stopped(output, app.test_call(name, call)).await?;
    output.json(&report);
    for line in lines(&report) {
        output.line(line);
    }
    let good = report
        .answer
        .as_ref()
        .is_none_or(|answer| answer.status < 400);
    Ok(if good { Exit::Done } else { Exit::Found })
}

fn lines(report: &TestCallReport) -> Vec<String> {
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap_or_default();
    let request = &report.request;
    let mut lines = vec![
        format!(
            "{}: {} (permission {})",
            report.endpoint, report.does, report.scope
        ),
        format!("{} {}", request.method, request.path),
        format!("Version: {}", request.version),
        "Authorization: (the stored token)".to_owned(),
    ];
    lines.extend(request.body.as_ref().map(pretty));
    lines.push(String::new());
    let Some(answer) = &report.answer else {
        lines.push("not sent: this changes something. With --send it is; what it changes is brought to the other side by the next sync".to_owned());
        return lines;
    };
    lines.push(format!(
        "{} after {} ms",
        answer.status, answer.milliseconds
    ));
    let headers = answer.headers.iter();
    lines.extend(headers.map(|(name, value)| format!("{name}: {value}")));
    lines.push(pretty(&answer.body));
    lines
}

fn read_json(file: &Path) -> Result<Value, Problem> {
    serde_json::from_str(&read_text(file)?)
        .map_err(|why| Problem::wrong("FILE", format!("{} holds no JSON: {why}", file.display())))
}
