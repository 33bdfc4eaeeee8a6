//! The core of 126 operations: complete, unique, each with an example that fits and makes a request.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests, outside of test functions"
)]

use catalogue::{
    Body, Circumstances, Danger, Operation, OperationKind, PLACEHOLDERS, Place, Plain, Plan,
    Recovery, fill, find,
};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::sync::LazyLock;

const SHOP: Circumstances<'_> = Circumstances {
    location: "loc1",
    company: None,
    spelling: &Plain,
};

/// An example with every placeholder filled by something of its own.
fn filled(example: &Json) -> Json {
    fill(example, &|name| {
        Some(match name {
            name if name.ends_with("_number") => json!(1_900_000_000_000_i64),
            name if name.starts_with("free_slot") => json!("2030-01-02T09:00:00Z"),
            name => json!(format!("the-{name}")),
        })
    })
}

fn plan(id: &str, input: &Json) -> Plan {
    catalogue::request(&find(id).unwrap(), input, &SHOP).unwrap()
}

fn mistakes(id: &str, input: &Json) -> String {
    catalogue::request(&find(id).unwrap(), input, &SHOP)
        .unwrap_err()
        .to_string()
}

#[test]
fn every_row_of_the_table_is_there_once() {
    let rows: BTreeSet<String> = catalogue::core().filter_map(|one| one.reference).collect();
    let ranges = [("HA", 50), ("HT", 26), ("MA", 30), ("MT", 20)];
    let wanted = ranges
        .iter()
        .flat_map(|(head, last)| (1..=*last).map(move |row| format!("{head}{row:02}")))
        .collect::<BTreeSet<_>>();
    assert_eq!(rows, wanted);
    assert_eq!(catalogue::core().count(), 126);
    for one in catalogue::core() {
        let row = one.reference.as_deref().unwrap();
        let kind = match &row[1..2] {
            "A" => OperationKind::Action,
            _ => OperationKind::Trigger,
        };
        assert_eq!(one.kind, kind, "{}", one.id);
        assert_eq!(
            row.starts_with('H'),
            one.id.starts_with("highlevel."),
            "{}",
            one.id
        );
    }
}

#[test]
fn ids_are_unique_over_the_whole_catalogue_and_each_is_found() {
    let mut ids = BTreeSet::new();
    for one in catalogue::core().chain(catalogue::beyond_core()) {
        assert!(ids.insert(one.id.clone()), "{} is there twice", one.id);
        assert_eq!(find(&one.id).map(|found| found.id), Some(one.id.clone()));
        assert!(!one.title.is_empty() && !one.help.is_empty(), "{}", one.id);
    }
    // 126, six further triggers, 1,203 calls, 64 events, and the verbs of 102 resources.
    assert!(ids.len() > 126 + 6 + 1203 + 64 + 102, "{}", ids.len());
    assert!(find("highlevel.contact.creat").is_none());
    assert_eq!(
        catalogue::nearest("highlevel.contact.creat").as_deref(),
        Some("highlevel.contact.create")
    );
}

#[test]
fn every_example_fits_its_schema_and_makes_a_request() {
    let known: BTreeSet<&str> = PLACEHOLDERS.iter().map(|(name, _)| *name).collect();
    let mut used = BTreeSet::new();
    for one in catalogue::core() {
        for name in catalogue::placeholders(&one.example) {
            assert!(known.contains(name.as_str()), "{}: {{{{{name}}}}}", one.id);
            used.insert(name);
        }
        let input = filled(&one.example);
        if let Err(mistakes) = catalogue::validate(&one.input(), &input) {
            panic!("{}: {mistakes:?}", one.id);
        }
        let Ok(plan) = catalogue::request(&one, &input, &SHOP) else {
            assert_eq!(one.kind, OperationKind::Trigger, "{}", one.id);
            continue;
        };
        assert!(
            !plan.path.contains(['{', '}', ' ']),
            "{}: {}",
            one.id,
            plan.path
        );
        let version = plan.version.is_some();
        assert_eq!(version, one.id.starts_with("highlevel."), "{}", one.id);
    }
    let unused: Vec<_> = known.iter().filter(|name| !used.contains(**name)).collect();
    assert!(unused.is_empty(), "no example uses {unused:?}");
}

/// Documented deviations that matter: what may be wrong silently is held here call by call.
#[test]
fn requests_are_what_the_vendors_want() {
    let create = plan(
        "highlevel.contact.create",
        &json!({ "firstName": "Ada", "dateOfBirth": "1990-01-02" }),
    );
    assert_eq!(
        (create.method.as_str(), create.path.as_str()),
        ("POST", "/contacts/")
    );
    assert_eq!(
        create.body,
        Body::Json(
            json!({ "firstName": "Ada", "dateOfBirth": "1990-01-02", "locationId": "loc1" })
        )
    );
    assert_eq!(create.version.as_deref(), Some("2021-07-28"));
    let task = plan(
        "highlevel.task.create",
        &json!({ "contactId": "c 1/x", "title": "T", "dueDate": "2030-01-02T09:00:00.000Z" }),
    );
    assert_eq!(task.path, "/contacts/c%201%2Fx/tasks");
    assert_eq!(
        task.body,
        Body::Json(json!({ "title": "T", "dueDate": "2030-01-02T09:00:00Z", "completed": false }))
    );
    let list = plan(
        "highlevel.contact.list",
        &json!({ "limit": 5, "query": "ada" }),
    );
    assert_eq!(list.operation, "highlevel.contact.search");
    assert_eq!(
        list.body,
        Body::Json(json!({ "pageLimit": 5, "query": "ada", "locationId": "loc1" }))
    );
    let old = plan(
        "highlevel.contact.list",
        &json!({ "limit": 5, "oldList": true }),
    );
    assert_eq!(
        (old.method.as_str(), old.path.as_str()),
        ("GET", "/contacts/")
    );
    assert!(
        old.query
            .contains(&("locationId".to_owned(), "loc1".to_owned())),
        "{old:?}"
    );
    let opportunities = plan("highlevel.opportunity.search", &json!({}));
    assert_eq!(
        opportunities.query,
        [("location_id".to_owned(), "loc1".to_owned())]
    );
    let location = plan("highlevel.location.get", &json!({}));
    assert_eq!(location.path, "/locations/loc1");
    let delete = plan("highlevel.appointment.delete", &json!({ "eventId": "e1" }));
    assert_eq!(delete.body, Body::Json(json!({})));
    let page = plan(
        "mygadgetrepairs.ticket.list",
        &json!({ "page": 3, "created_from": "2030-01-31" }),
    );
    let query: Vec<String> = page
        .query
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    assert_eq!(
        query,
        [
            "created_from=31-Jan-2030",
            "limit=50",
            "offset=100",
            "page=3"
        ]
    );
    let customer = plan(
        "mygadgetrepairs.customer.update",
        &json!({ "customerId": "k1", "custom": { "7": "x" } }),
    );
    assert_eq!(customer.body, Body::Json(json!({ "cf_7": "x" })));
    let file = plan(
        "mygadgetrepairs.ticket.attach",
        &json!({ "ticketId": "t/1", "fileName": "a.txt", "fileType": "text/plain", "content": "aGVsbG8=" }),
    );
    let upload = file.upload.unwrap();
    assert_eq!(upload.bytes, b"hello");
    assert_eq!(
        upload.path_for("u?1").as_deref(),
        Some("/tickets/t%2F1/upload/u%3F1")
    );
    assert_eq!(upload.path_for(" "), None);
}

#[test]
fn mistakes_are_told_with_their_place() {
    let told = mistakes(
        "highlevel.task.create",
        &json!({ "contactid": "c1", "title": 7 }),
    );
    for part in [
        "`contactId` is missing",
        "`dueDate` is missing",
        "/contactid: `contactid` is not known here; did you mean `contactId`?",
        "/title: this is a number; it must be a text",
    ] {
        assert!(told.contains(part), "{told}");
    }
    for id in ["", "  ", "..", "."] {
        let told = mistakes("highlevel.contact.get", &json!({ "contactId": id }));
        assert!(told.starts_with("/contactId: it is empty"), "{told}");
    }
    let told = mistakes(
        "highlevel.contact.get",
        &json!({ "contactId": "c1", "locationId": "other" }),
    );
    assert!(
        told.contains("/locationId"),
        "another sub-account cannot be named: {told}"
    );
    let told = mistakes("highlevel.contact.created", &json!({}));
    assert!(told.contains("cannot be called"), "{told}");
}

#[test]
fn what_messages_nobody_is_milder() {
    let danger = |id: &str, input: Json| find(id).unwrap().danger_of(&input);
    let book = "highlevel.appointment.create";
    assert_eq!(danger(book, json!({})), Danger::Writes);
    assert_eq!(
        danger(book, json!({ "toNotify": true })),
        Danger::MayMessage
    );
    let ticket = "mygadgetrepairs.ticket.update";
    assert_eq!(danger(ticket, json!({ "short_info": "x" })), Danger::Writes);
    assert_eq!(danger(ticket, json!({ "status": "9" })), Danger::MayMessage);
    let comment = "mygadgetrepairs.comment.create";
    assert_eq!(danger(comment, json!({})), Danger::Writes);
    assert_eq!(
        danger(comment, json!({ "internal": false })),
        Danger::MayMessage
    );
    assert_eq!(
        danger("highlevel.contact.delete", json!({})),
        Danger::Deletes
    );
}

#[test]
fn a_lost_answer_is_looked_for_with_an_operation_that_exists() {
    for one in catalogue::core() {
        let Recovery::Look {
            operation,
            with,
            also,
            compare,
            ..
        } = &one.recovery
        else {
            continue;
        };
        let look = find(operation).unwrap_or_else(|| panic!("{}: no {operation}", one.id));
        assert_eq!(look.danger, Danger::Reads, "{}", one.id);
        let names = |operation: &Operation| {
            let all = operation.fields.iter().map(|field| field.name.clone());
            all.collect::<BTreeSet<_>>()
        };
        let (ours, theirs) = (names(&one), names(&look));
        for (there, here) in with {
            assert!(
                theirs.contains(there) && ours.contains(here),
                "{}: {there} = {here}",
                one.id
            );
        }
        assert!(also.keys().all(|name| theirs.contains(name)), "{}", one.id);
        assert!(!compare.is_empty(), "{}", one.id);
        assert!(compare.keys().all(|name| ours.contains(name)), "{}", one.id);
    }
}

#[test]
fn every_field_of_a_path_is_there_and_has_words_for_people() {
    for one in catalogue::core() {
        let Some(call) = &one.call else { continue };
        for name in catalogue::path_names(&call.path) {
            let held = one
                .fields
                .iter()
                .any(|field| field.place == Place::Path && field.wire == name);
            assert!(held, "{}: {name}", one.id);
        }
        for (name, schema) in one.input()["properties"].as_object().unwrap() {
            assert!(schema["title"].is_string(), "{}: {name}", one.id);
        }
    }
}

static CORE: LazyLock<Vec<Operation>> = LazyLock::new(|| catalogue::core().collect());

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() })]

    /// Whatever is given as an id, the request goes to the endpoint of the operation or nowhere.
    #[test]
    fn no_input_leads_to_another_endpoint(text in "\\PC{0,12}") {
        for one in CORE.iter() {
            let Some(call) = &one.call else { continue };
            let mut input = filled(&one.example);
            let free: Vec<_> = one
                .fields
                .iter()
                .filter(|field| field.place == Place::Path && matches!(field.shape, catalogue::shape::Shape::Text(_)))
                .filter(|field| input.get(&field.name).is_some())
                .map(|field| field.name.clone())
                .collect();
            for name in &free {
                input[name] = json!(text);
            }
            let Ok(plan) = catalogue::request(one, &input, &SHOP) else {
                proptest::prop_assert!(!free.is_empty() && text.trim().chars().all(|letter| letter == '.'));
                continue;
            };
            let wanted = call.path.split('/');
            let parts: Vec<&str> = plan.path.split('/').collect();
            if plan.operation == one.id {
                proptest::prop_assert_eq!(parts.len(), wanted.clone().count(), "{}: {}", one.id, plan.path);
                for (part, template) in parts.iter().zip(wanted) {
                    let same = template.contains('{') || *part == template;
                    proptest::prop_assert!(same, "{}: {}", one.id, plan.path);
                }
            }
            let plain = plan.path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-_.~%".contains(&byte));
            proptest::prop_assert!(plain, "{}: {}", one.id, plan.path);
        }
    }
}
