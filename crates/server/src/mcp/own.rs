//! Tools of our own: the catalogue, and a look at the sync.

use super::answer;
use super::desk::{Desk, Refused};
use super::party::Party;
use super::tools;
use crate::view::LogLine;
use app::ReviewLine;
use catalogue::{Filter, Mistake};
use domain::Side;
use rmcp::model::{CallToolResult, Tool, ToolAnnotations};
use serde_json::{Map, Value as Json, json};

/// Calls any operation.
pub(super) const CALL: &str = "operations_call";
/// All of them, in the order in which they are listed.
pub(super) const NAMES: [&str; 8] = [
    "shops_list",
    "status",
    "log",
    "review",
    "explain",
    "operations_search",
    "operations_show",
    CALL,
];

/// Operations that a search finds where nothing else is said, and at most.
const FOUND: u64 = 20;
const MOST_FOUND: u64 = 100;
/// Lines of the journal where nothing else is said, and at most.
const LINES: u64 = 50;
const MOST_LINES: u64 = 500;

type Given = Map<String, Json>;

/// What a tool is called, says, and takes beside a shop.
fn about(name: &str) -> (&'static str, &'static str, Json) {
    let side = json!({"type": "string", "enum": ["highlevel", "mygadgetrepairs"], "description": "Only of this vendor."});
    match name {
        "shops_list" => (
            "List the shops",
            "Lists the shops that are kept in step, and whether each side is connected.",
            json!({}),
        ),
        "status" => (
            "How a shop is doing",
            "Tells how the sync is doing: whether something needs attention and why, what waits, how far both sides agree, and how many requests are left of each vendor. Asks no vendor.",
            json!({}),
        ),
        "log" => (
            "What was done lately",
            "Reads the newest lines of the shop's journal: what was seen, decided and written. Names records by their ids only. Asks no vendor.",
            json!({
                "record": {"type": "string", "maxLength": 200, "description": "Only lines about this record, by its id on either side."},
                "limit": {"type": "integer", "minimum": 1, "maximum": MOST_LINES, "description": "Lines at most; 50 where left out."},
            }),
        ),
        "review" => (
            "Questions that wait for a person",
            "Lists what only a person can decide: who is who, and which of two values is right. The person answers at the dashboard or with `repairbridge review`. Asks no vendor.",
            json!({
                "answered": {"type": "boolean", "description": "Yes lists those that were answered instead."},
            }),
        ),
        "explain" => (
            "Why a value is what it is",
            "Tells of a customer, contact, ticket, task or appointment what each side holds, what it is linked with, and where each value comes from. Told from what is stored; asks no vendor.",
            json!({
                "record": {"type": "string", "minLength": 1, "maxLength": 200, "description": "An id of either side, or the number that the counter shows, such as C-317."},
                "field": {"type": "string", "maxLength": 100, "description": "Only this field."},
            }),
        ),
        "operations_search" => (
            "Find operations",
            "Finds operations by words, such as `invoice text2pay`: all that HighLevel and MyGadgetRepairs offer, the usual ones first. Asks no vendor.",
            json!({
                "words": {"type": "string", "minLength": 1, "maxLength": 200, "description": "All of them have to fit."},
                "side": side,
                "limit": {"type": "integer", "minimum": 1, "maximum": MOST_FOUND, "description": "Operations at most; 20 where left out."},
            }),
        ),
        "operations_show" => (
            "What an operation takes and gives",
            "Shows an operation: what it takes and gives as JSON Schema, what it may do, the permissions that it needs, and whether the shop can use it. Asks no vendor.",
            json!({
                "operation": {"type": "string", "minLength": 1, "maxLength": 200, "description": "Its id, such as highlevel.contact.get."},
            }),
        ),
        _ => (
            "Call any operation",
            "Calls an operation by its id, also those that have no tool of their own. Look at what it takes with operations_show first.",
            json!({
                "operation": {"type": "string", "minLength": 1, "maxLength": 200, "description": "Its id, such as highlevel.invoices.list-invoices."},
                "input": {"type": "object", "description": "What it takes."},
            }),
        ),
    }
}

fn required(name: &str) -> &'static [&'static str] {
    match name {
        "explain" => &["record"],
        "operations_search" => &["words"],
        "operations_show" | CALL => &["operation"],
        _ => &[],
    }
}

/// Whether a tool is about one shop, or can be.
fn takes_shop(name: &str) -> bool {
    !matches!(name, "shops_list" | "operations_search")
}

/// Whether it does nothing without one.
fn needs_shop(name: &str) -> bool {
    takes_shop(name) && !matches!(name, "status" | "operations_show")
}

fn schema(name: &str, party: &Party, only: Option<&str>, offered: bool) -> Map<String, Json> {
    let (_, _, properties) = about(name);
    let Json::Object(mut properties) = properties else {
        return Map::new();
    };
    let mut required: Vec<&str> = required(name).to_vec();
    // Taken even where it need not be given.
    if takes_shop(name) && (only.is_none() || !offered) {
        properties.insert("shop".to_owned(), tools::shop_schema());
        if needs_shop(name) && offered {
            required.push("shop");
        }
    }
    if name == CALL && (party.allowed.writes || !offered) {
        properties.insert("confirm".to_owned(), tools::confirm_schema());
    }
    tools::object(properties, &required)
}

/// Our own tools as they are listed.
pub(super) fn list(party: &Party, only: Option<&str>) -> Vec<Tool> {
    let tools = NAMES.into_iter().map(|name| {
        let (title, help, _) = about(name);
        let changes = name == CALL && party.allowed.writes;
        let annotations = ToolAnnotations::with_title(title)
            .read_only(!changes)
            .destructive(changes)
            .idempotent(!changes)
            .open_world(name == CALL);
        Tool::new(name, help, schema(name, party, only, true))
            .with_title(title)
            .with_annotations(annotations)
    });
    tools.collect()
}

/// Whether an input fits, whatever shop is meant.
pub(super) fn check(name: &str, party: &Party, given: &Given) -> Result<(), CallToolResult> {
    let schema = Json::Object(schema(name, party, None, false));
    let fits = catalogue::validate(&schema, &Json::Object(given.clone()));
    fits.map_err(|mistakes: Vec<Mistake>| answer::mistakes(name, &mistakes))
}

/// Runs one of them.
pub(super) async fn run(desk: &Desk, party: &Party, name: &str, given: &Given) -> CallToolResult {
    if let Err(mistakes) = check(name, party, given) {
        return mistakes;
    }
    let done = match name {
        "shops_list" => shops(desk, party).await,
        "status" => status(desk, party, given).await,
        "log" => log(desk, party, given).await,
        "review" => review(desk, party, given).await,
        "explain" => explain(desk, party, given).await,
        "operations_search" => Ok(search(given)),
        _ => show(desk, party, given).await,
    };
    match done {
        Ok(result) | Err(Refused(result)) => result,
    }
}

fn text<'a>(given: &'a Given, name: &str) -> Option<&'a str> {
    given.get(name).and_then(Json::as_str)
}

fn number(given: &Given, name: &str, otherwise: u64) -> u64 {
    given.get(name).and_then(Json::as_u64).unwrap_or(otherwise)
}

async fn shops(desk: &Desk, party: &Party) -> Result<CallToolResult, Refused> {
    let mut documents = Vec::new();
    let all = desk.app.shops().await?.into_iter();
    for shop in all.filter(|shop| party.shop.as_ref().is_none_or(|only| *only == shop.name)) {
        documents.push(json!({
            "name": shop.name,
            "timezone": shop.zone,
            "country": shop.country,
            "paused": shop.paused,
            "approved": shop.approved_at.is_some(),
            "connected": {
                "highlevel": desk.app.is_connected(&shop, Side::HighLevel).await?,
                "mygadgetrepairs": desk.app.is_connected(&shop, Side::MyGadgetRepairs).await?,
            },
        }));
    }
    Ok(answer::document(json!({ "shops": documents })))
}

async fn status(desk: &Desk, party: &Party, given: &Given) -> Result<CallToolResult, Refused> {
    let named = text(given, "shop");
    let shop = match (named, desk.only_shop(party).await?) {
        (None, None) => {
            let all = desk.app.status_all().await?;
            return Ok(answer::document(json!({ "shops": all })));
        }
        _ => desk.shop(party, named).await?,
    };
    let status = desk.app.status(&shop).await?;
    Ok(answer::document(json!({ "shops": [status] })))
}

async fn log(desk: &Desk, party: &Party, given: &Given) -> Result<CallToolResult, Refused> {
    let shop = desk.shop(party, text(given, "shop")).await?;
    let limit = u32::try_from(number(given, "limit", LINES)).unwrap_or(u32::MAX);
    let rows = desk.app.log(&shop, text(given, "record"), limit).await?;
    let lines: Vec<LogLine> = rows.iter().map(LogLine::of).collect();
    Ok(answer::document(json!({ "shop": shop, "lines": lines })))
}

async fn review(desk: &Desk, party: &Party, given: &Given) -> Result<CallToolResult, Refused> {
    let shop = desk.shop(party, text(given, "shop")).await?;
    let questions = match given.get("answered") == Some(&json!(true)) {
        true => desk.app.answered(&shop).await?,
        false => desk.app.reviews(&shop).await?,
    };
    let lines: Vec<String> = questions.iter().flat_map(ReviewLine::lines).collect();
    let words = match lines.is_empty() {
        true => "nothing waits for a decision".to_owned(),
        false => lines.join("\n"),
    };
    Ok(answer::told(
        words,
        json!({ "shop": shop, "review": questions }),
    ))
}

async fn explain(desk: &Desk, party: &Party, given: &Given) -> Result<CallToolResult, Refused> {
    let shop = desk.shop(party, text(given, "shop")).await?;
    let record = text(given, "record").unwrap_or_default();
    let told = desk
        .app
        .explain(&shop, record, text(given, "field"))
        .await?;
    let document = serde_json::to_value(&told).unwrap_or(Json::Null);
    Ok(answer::told(told.lines().join("\n"), document))
}

fn search(given: &Given) -> CallToolResult {
    let filter = Filter {
        side: text(given, "side").and_then(|side| side.parse().ok()),
        extended: true,
        ..Filter::default()
    };
    let most = usize::try_from(number(given, "limit", FOUND)).unwrap_or(1);
    let found = catalogue::search(text(given, "words").unwrap_or_default(), &filter, most);
    let lines: Vec<Json> = found.iter().map(tools::line).collect();
    answer::document(json!({ "operations": lines }))
}

async fn show(desk: &Desk, party: &Party, given: &Given) -> Result<CallToolResult, Refused> {
    let operation = desk
        .app
        .operation(text(given, "operation").unwrap_or_default())?;
    let mut document = operation.document();
    document["tool"] = tools::line(&operation)["tool"].take();
    let may = party.may(&operation, operation.danger);
    document["allowed"] = json!(may);
    if !may {
        document["how_to_allow"] = json!(party.mend(&operation, operation.danger));
    }
    let named = text(given, "shop");
    if named.is_some() || desk.only_shop(party).await?.is_some() {
        let shop = desk.shop(party, named).await?;
        let offer = desk.app.offer(&shop, operation).await?;
        document["availability"] = json!(offer.availability);
    }
    Ok(answer::document(document))
}

/// The tool of ours that is meant by a name that is almost it.
pub(super) fn near(name: &str) -> Option<&'static str> {
    let letters = |text: &str| text.replace(['-', '.', ' '], "_").to_lowercase();
    let name = letters(name);
    NAMES
        .into_iter()
        .find(|own| name == *own || name == own.replace('_', ""))
}
