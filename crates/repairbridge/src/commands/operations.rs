//! `operations`: the catalogue listed, searched, shown, and one call of it.

use crate::cli::{
    CallOperation, KindWord, ListOperations, Operations, SearchOperations, SideWord, Which,
};
use crate::interrupt;
use crate::output::Output;
use crate::problem::{Exit, Problem};
use crate::secret::read_text;
use app::operations::{Allowed, CallCause, CallOutcome, Offer, OperationCall, OperationReport};
use app::{App, AppError};
use catalogue::{Filter, Operation, OperationKind};
use domain::{Lane, Side};
use serde_json::{Value, json};
use std::path::Path;

/// Whether the catalogue alone answers: then neither configuration nor database is needed.
pub(crate) const fn names_no_shop(what: &Operations) -> bool {
    match what {
        Operations::List(list) => list.shop.is_none(),
        Operations::Show { shop, .. } => shop.is_none(),
        Operations::Search(_) => true,
        Operations::Call(_) => false,
    }
}

/// What the catalogue alone answers.
pub(crate) fn without_a_shop(what: &Operations, output: Output) -> Result<Exit, Problem> {
    match what {
        Operations::List(list) => {
            let of = |extended| catalogue::list(&filter(&list.which, extended));
            let core: Vec<Line> = of(false).map(|operation| (operation, None)).collect();
            let further: Option<Vec<Line>> = list.all.then(|| {
                let further = of(true).filter(|operation| !operation.is_core());
                further.map(|operation| (operation, None)).collect()
            });
            told(&core, further.as_deref(), output);
        }
        Operations::Search(search) => searched(search, output),
        Operations::Show { id, .. } => {
            let operation = named(id)?;
            shown(&operation, None, output);
        }
        Operations::Call(_) => {}
    }
    Ok(Exit::Done)
}

/// What needs a shop.
pub(crate) async fn run(app: &App, what: Operations, output: Output) -> Result<Exit, Problem> {
    match what {
        Operations::List(ListOperations {
            shop: Some(shop),
            all,
            which,
            ..
        }) => {
            let offers = app.operations(&shop, &filter(&which, all)).await?;
            let lines = offers.into_iter().map(parted);
            let (core, further): (Vec<_>, Vec<_>) = lines.partition(|(one, _)| one.is_core());
            told(&core, all.then_some(further.as_slice()), output);
            Ok(Exit::Done)
        }
        Operations::Show {
            id,
            shop: Some(shop),
        } => {
            let operation = named(&id)?;
            let offer = app.offer(&shop, operation).await?;
            let (operation, availability) = parted(offer);
            shown(&operation, availability.as_ref(), output);
            Ok(Exit::Done)
        }
        Operations::Call(what) => call(app, what, output).await,
        other => without_a_shop(&other, output),
    }
}

type Line = (Operation, Option<Value>);

fn parted(offer: Offer) -> Line {
    (offer.operation, Some(json!(offer.availability)))
}

fn named(id: &str) -> Result<Operation, Problem> {
    catalogue::find(id).ok_or_else(|| AppError::no_operation(id).into())
}

fn filter(which: &Which, extended: bool) -> Filter {
    Filter {
        side: which.side.map(|side| match side {
            SideWord::Highlevel => Side::HighLevel,
            SideWord::Mygadgetrepairs => Side::MyGadgetRepairs,
        }),
        kind: which.kind.map(|kind| match kind {
            KindWord::Action => OperationKind::Action,
            KindWord::Trigger => OperationKind::Trigger,
        }),
        danger: None,
        extended,
    }
}

/// The core with everything about each, and what is beyond it in a line each.
fn told(core: &[Line], further: Option<&[Line]>, output: Output) {
    let whole = |(operation, availability): &Line| {
        let mut document = operation.document();
        if let Some(availability) = availability {
            document["availability"] = availability.clone();
        }
        document
    };
    let line = |(operation, availability): &Line| {
        let mut line = operation.line();
        if let Some(availability) = availability {
            line["availability"] = availability.clone();
        }
        line
    };
    let mut document = json!({ "core": core.iter().map(whole).collect::<Vec<_>>() });
    if let Some(further) = further {
        document["extended"] = further.iter().map(line).collect();
    }
    output.json(&document);
    table(core.iter().chain(further.unwrap_or_default()), output);
}

fn searched(search: &SearchOperations, output: Output) {
    let filter = filter(&search.which, true);
    let found = catalogue::search(&search.words.join(" "), &filter, search.limit.into());
    let lines: Vec<Value> = found.iter().map(Operation::line).collect();
    output.json(&json!({ "operations": lines }));
    if found.is_empty() {
        output.line("nothing found; try fewer or other words");
        return;
    }
    let found: Vec<Line> = found.into_iter().map(|one| (one, None)).collect();
    table(found.iter(), output);
}

fn table<'a>(lines: impl Iterator<Item = &'a Line>, output: Output) {
    let rows = lines.map(|(operation, availability)| {
        let may = match operation.kind {
            OperationKind::Trigger => "is awaited".to_owned(),
            OperationKind::Action => operation.danger.words().to_owned(),
        };
        let state = availability.as_ref().and_then(|one| one["state"].as_str());
        let may = match state {
            Some(state) => format!("{may} ({state})"),
            None => may,
        };
        [operation.id.clone(), operation.title.clone(), may]
    });
    output.table(["operation", "title", "what it does"], rows.collect());
}

fn shown(operation: &Operation, availability: Option<&Value>, output: Output) {
    let mut document = operation.document();
    if let Some(availability) = availability {
        document["availability"] = availability.clone();
    }
    output.json(&document);
    output.line(format!("{}: {}", operation.id, operation.title));
    output.line(&operation.help);
    output.line("");
    if let Some(call) = &operation.call {
        output.line(format!("{} {}", call.method, call.path));
    }
    let mut facts = vec![["it".to_owned(), operation.danger.words().to_owned()]];
    if operation.kind == OperationKind::Action {
        let cost = operation.cost;
        facts.push(["requests".to_owned(), cost.to_string()]);
    }
    if !operation.scopes.is_empty() {
        facts.push(["permissions".to_owned(), operation.scopes.join(", ")]);
    }
    if let Some(availability) = availability {
        let words = availability["words"]
            .as_str()
            .or(availability["state"].as_str());
        facts.push(["this shop".to_owned(), words.unwrap_or_default().to_owned()]);
    }
    output.pairs(facts);
    let input = operation.input();
    let required: Vec<&str> = input["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let rows: Vec<[String; 3]> = operation
        .fields
        .iter()
        .filter_map(|field| {
            let schema = input["properties"].get(&field.name)?;
            let must = required.contains(&field.name.as_str());
            let words = schema["description"].as_str().or(schema["title"].as_str());
            Some([
                field.name.clone(),
                if must { "must be given" } else { "" }.to_owned(),
                words.unwrap_or_default().to_owned(),
            ])
        })
        .collect();
    if !rows.is_empty() {
        output.table(["input", "", "what it is"], rows);
    }
    output.line(format!("example: {}", operation.example));
}

async fn call(app: &App, what: CallOperation, output: Output) -> Result<Exit, Problem> {
    let input = what.input.as_deref().map(read_json).transpose()?;
    let call = OperationCall {
        id: what.id,
        input: input.unwrap_or_else(|| json!({})),
        lane: Lane::Interactive,
        allow: Allowed {
            writes: what.send,
            messages: what.yes,
            deletes: what.yes,
        },
        show_values: what.show_values,
        cause: CallCause::Person,
    };
    let plan = app.plan_operation(&what.shop, &call).await?;
    if !call.allow.covers(plan.danger) && !what.send {
        told_of_call(&plan, output);
        output.line(format!(
            "not sent: this {}. With --send it is",
            plan.danger.words()
        ));
        return Ok(Exit::Done);
    }
    if !call.allow.covers(plan.danger) {
        return Err(Problem::wrong(
            "NOT-ALLOWED",
            format!(
                "`{}` {}; say --yes as well if that is meant",
                call.id,
                plan.danger.words()
            ),
        ));
    }
    let called = app.call_operation(&what.shop, &call);
    let report = interrupt::unless_stopped(output, called).await?;
    told_of_call(&report, output);
    Ok(match report.outcome {
        CallOutcome::Unknown { .. } => Exit::Found,
        CallOutcome::Planned | CallOutcome::Done => Exit::Done,
    })
}

fn told_of_call(report: &OperationReport, output: Output) {
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap_or_default();
    output.json(report);
    output.line(format!("{}: {}", report.operation, report.title));
    output.line(format!("{} {}", report.request.method, report.request.path));
    if let Some(body) = &report.request.body {
        output.line(pretty(body));
    }
    if let Some(answer) = &report.answer {
        output.line(format!(
            "{} after {} ms",
            answer.status, answer.milliseconds
        ));
        output.line(pretty(&answer.body));
    }
    if let CallOutcome::Unknown { message, .. } = &report.outcome {
        output.line(message);
    }
}

fn read_json(file: &Path) -> Result<Value, Problem> {
    serde_json::from_str(&read_text(file)?)
        .map_err(|why| Problem::wrong("FILE", format!("{} holds no JSON: {why}", file.display())))
}
