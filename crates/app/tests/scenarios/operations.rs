//! The door on the twins: every example of the core is executed, and what may not be done is refused.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests, outside of test functions"
)]

use crate::desk::Desk;
use app::AppError;
use app::operations::{Allowed, CallCause, CallOutcome, OperationCall, OperationReport};
use catalogue::{OperationKind, fill};
use domain::{FailureClass, Kind, Lane, RecordId, Side};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use testkit::{Bench, SHOP};
use twin::highlevel::{Reach, Token};
use twin::{FaultProfile, Vendor};

fn call(id: &str, input: Json) -> OperationCall {
    OperationCall {
        id: id.to_owned(),
        input,
        lane: Lane::Interactive,
        allow: Allowed::ALL,
        show_values: true,
        cause: CallCause::Person,
    }
}

/// The answer's body, where the call was carried out.
async fn tried(bench: &Bench, id: &str, input: Json) -> Result<Json, String> {
    match bench.app.call_operation(SHOP, &call(id, input)).await {
        Ok(OperationReport {
            outcome: CallOutcome::Done,
            answer: Some(answer),
            ..
        }) => Ok(answer.body),
        Ok(other) => Err(format!("{other:?}")),
        Err(error) => Err(error.to_string()),
    }
}

async fn done(bench: &Bench, id: &str, input: Json) -> Json {
    let tried = tried(bench, id, input).await;
    tried.unwrap_or_else(|why| panic!("{id}: {why}"))
}

/// An id as text.
fn id_at(answer: &Json, pointer: &str) -> Json {
    match answer.pointer(pointer) {
        Some(Json::String(id)) => json!(id),
        Some(Json::Number(id)) => json!(id.to_string()),
        other => panic!("no id at {pointer}: {other:?} in {answer}"),
    }
}

/// Something for every placeholder, as far as the twins have it.
async fn given(desk: &Desk) -> BTreeMap<&'static str, Json> {
    let bench = &desk.bench;
    let (contact, customer, ticket) = (
        json!(desk.contact),
        json!(desk.customer),
        json!(desk.ticket),
    );
    let made =
        async |id: &str, input: Json, pointer: &str| id_at(&done(bench, id, input).await, pointer);
    let task = json!({"contactId": contact, "title": "Spare", "dueDate": "2030-01-02T09:00:00Z"});
    let note = json!({"contactId": contact, "body": "Spare"});
    let calendar = made("highlevel.calendar.list", json!({}), "/calendars/0/id").await;
    let booking = |title: &str, day: &str| {
        json!({"calendarId": calendar, "contactId": contact, "title": title,
            "startTime": format!("2030-{day}T09:00:00Z"), "endTime": format!("2030-{day}T09:30:00Z"),
            "ignoreFreeSlotValidation": true, "ignoreDateRange": true})
    };
    let diary = |subject: &str| json!({"subject": subject, "start": "2030-03-01T09:00:00Z", "customer": customer});
    let mut given = BTreeMap::from([
        ("contact", contact.clone()),
        ("contact_email", json!("maria@example.test")),
        ("new_email", json!("ada.example@example.test")),
        ("business", json!("65f000000000000000000001")),
        ("task", json!(desk.task)),
        ("customer", customer.clone()),
        ("ticket", ticket),
        ("now_ms", json!("1893456000000")),
        ("in_30_days_ms", json!("1896048000000")),
        ("now_ms_number", json!(1_893_456_000_000_i64)),
        ("in_7_days_ms_number", json!(1_894_060_800_000_i64)),
    ]);
    given.insert("calendar", calendar.clone());
    let days = json!({"calendarId": calendar, "startDate": given["now_ms_number"], "endDate": given["in_7_days_ms_number"]});
    let free = done(bench, "highlevel.calendar.free_slots", days).await;
    let slots = free
        .as_object()
        .unwrap()
        .values()
        .filter_map(|day| day["slots"].as_array());
    let slot = slots.flatten().next().unwrap().as_str().unwrap().to_owned();
    let end = slot.parse::<jiff::Timestamp>().unwrap() + jiff::SignedDuration::from_mins(30);
    given.insert("free_slot", json!(slot));
    given.insert("free_slot_end", json!(end.to_string()));
    let spare = json!({"firstName": "Spare", "email": "spare@example.test"});
    given.insert(
        "spare_contact",
        made("highlevel.contact.create", spare, "/contact/id").await,
    );
    given.insert(
        "spare_task",
        made("highlevel.task.create", task, "/task/id").await,
    );
    given.insert(
        "note",
        made("highlevel.note.create", note.clone(), "/note/id").await,
    );
    given.insert(
        "spare_note",
        made("highlevel.note.create", note, "/note/id").await,
    );
    let book = "highlevel.appointment.create";
    given.insert(
        "appointment",
        made(book, booking("Kept", "02-04"), "/id").await,
    );
    given.insert(
        "spare_appointment",
        made(book, booking("Spare", "02-05"), "/id").await,
    );
    given.insert(
        "workflow",
        made("highlevel.workflow.list", json!({}), "/workflows/0/id").await,
    );
    let spare = json!({"name": "Spare Person", "email": "spare@counter.test"});
    given.insert(
        "spare_customer",
        made("mygadgetrepairs.customer.create", spare, "/id").await,
    );
    given.insert(
        "status",
        made("mygadgetrepairs.status.list", json!({}), "/0/id").await,
    );
    given.insert(
        "issue_type",
        made("mygadgetrepairs.issue_type.list", json!({}), "/0/id").await,
    );
    given.insert(
        "technician",
        made("mygadgetrepairs.user.list", json!({}), "/0/id").await,
    );
    let enter = "mygadgetrepairs.appointment.create";
    given.insert(
        "counter_appointment",
        made(enter, diary("Kept"), "/id").await,
    );
    given.insert(
        "spare_counter_appointment",
        made(enter, diary("Spare"), "/id").await,
    );
    let remind = json!({"title": "Order displays"});
    given.insert(
        "reminder",
        made("mygadgetrepairs.reminder.create", remind, "/id").await,
    );
    let product = json!({"body": {"type": "product", "name": "Display", "condition": "New", "code": "D-1",
        "model": "1", "status": "Active", "cost": 40, "price": 89.5, "tax": 1}});
    given.insert(
        "product",
        made("mygadgetrepairs.product_collection.post", product, "/id").await,
    );
    if let Ok(found) = tried(bench, "highlevel.pipeline.list", json!({})).await {
        given.insert("pipeline", id_at(&found, "/pipelines/0/id"));
        given.insert("stage", id_at(&found, "/pipelines/0/stages/0/id"));
        // One contact has one opportunity in a pipeline.
        let other = json!({"firstName": "Other", "email": "other@example.test"});
        let other = made("highlevel.contact.create", other, "/contact/id").await;
        let new = json!({"pipelineId": given["pipeline"], "contactId": other, "name": "Kept"});
        given.insert(
            "opportunity",
            made("highlevel.opportunity.create", new, "/opportunity/id").await,
        );
    }
    given
}

/// What deletes comes last, so that nothing is missed by what comes after.
#[tokio::test]
async fn every_example_of_the_core_is_executed() {
    let desk = Desk::with_one_ticket().await;
    let given = given(&desk).await;
    let mut actions: Vec<_> = catalogue::core()
        .filter(|one| one.kind == OperationKind::Action)
        .collect();
    actions.sort_by_key(|one| one.danger == catalogue::Danger::Deletes);
    // The desk has no invoice; another shop has.
    let shop_with_invoices = Bench::new(5, 40, 0).await;
    let invoices = done(
        &shop_with_invoices,
        "mygadgetrepairs.invoice.list",
        json!({}),
    )
    .await;
    let mut failed = BTreeMap::new();
    for one in actions {
        let mut given = given.clone();
        let mut bench = &desk.bench;
        if one.id == "mygadgetrepairs.invoice.get" {
            given.insert("invoice", id_at(&invoices, "/0/id"));
            bench = &shop_with_invoices;
        }
        let input = fill(&one.example, &|name| given.get(name).cloned());
        if let Err(why) = tried(bench, &one.id, input).await {
            failed.insert(one.id, why);
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

async fn refusal(bench: &Bench, call: &OperationCall) -> AppError {
    bench.app.call_operation(SHOP, call).await.unwrap_err()
}

async fn journal(bench: &Bench) -> Vec<(String, Json)> {
    let lines = bench.app.log(SHOP, None, 1_000).await.unwrap();
    let ours = lines
        .into_iter()
        .filter(|line| line.event.starts_with("operation_"));
    ours.map(|line| (line.event, line.detail)).collect()
}

fn asked(bench: &Bench) -> u64 {
    bench.twins.requests(Vendor::HighLevel) + bench.twins.requests(Vendor::MyGadgetRepairs)
}

#[tokio::test]
async fn what_may_not_be_done_is_refused_before_anything_is_sent() {
    let desk = Desk::with_one_ticket().await;
    let bench = &desk.bench;
    let before = asked(bench);
    let told = refusal(bench, &call("highlevel.contact.creat", json!({})))
        .await
        .to_string();
    assert!(
        told.contains("did you mean `highlevel.contact.create`?"),
        "{told}"
    );
    let told = refusal(bench, &call("highlevel.contact.created", json!({})))
        .await
        .to_string();
    assert!(
        told.contains("on = \"highlevel.contact.created\""),
        "{told}"
    );
    let wrong = json!({"contactId": desk.contact, "titel": "x", "dueDate": "soon"});
    let AppError::Input { mistakes, .. } =
        refusal(bench, &call("highlevel.task.create", wrong)).await
    else {
        panic!("the input is refused");
    };
    let places: Vec<&str> = mistakes.0.iter().map(|one| one.place.as_str()).collect();
    assert_eq!(places, ["", "/dueDate", "/titel"]);
    let reads = OperationCall {
        allow: Allowed::READS,
        ..call(
            "highlevel.note.create",
            json!({"contactId": desk.contact, "body": "x"}),
        )
    };
    assert!(matches!(
        refusal(bench, &reads).await,
        AppError::NotAllowed { .. }
    ));
    for (id, input) in [
        (
            "highlevel.contact.add_tags",
            json!({"contactId": desk.contact, "tags": ["x"]}),
        ),
        (
            "highlevel.contact.delete",
            json!({"contactId": desk.contact}),
        ),
        (
            "mygadgetrepairs.ticket.update",
            json!({"ticketId": desk.ticket, "status": "1"}),
        ),
    ] {
        let writes = OperationCall {
            allow: Allowed::WRITES,
            ..call(id, input)
        };
        assert!(
            matches!(refusal(bench, &writes).await, AppError::NotAllowed { .. }),
            "{id}"
        );
    }
    let told = refusal(
        bench,
        &call("highlevel.saas-api.locations", json!({"companyId": "c"})),
    )
    .await
    .to_string();
    assert!(told.contains("token of the whole agency"), "{told}");
    let token = json!({"client_id": "c", "client_secret": "s", "grant_type": "refresh_token"});
    let token = call("highlevel.oauth.get-access-token", json!({"body": token}));
    let told = refusal(bench, &token).await.to_string();
    assert!(told.contains("renewed by Repairbridge itself"), "{told}");
    assert_eq!(asked(bench), before, "nothing was sent");
    let plan = bench.app.plan_operation(SHOP, &reads).await.unwrap();
    assert!(matches!(plan.outcome, CallOutcome::Planned) && plan.answer.is_none());
    assert_eq!(
        plan.request.path,
        format!("/contacts/{}/notes", desk.contact)
    );
    assert_eq!(asked(bench), before, "a plan sends nothing");
}

/// DESIGN.md, invariant 2: a write whose answer was lost is not sent again, and the report says what to look at.
#[tokio::test]
async fn invariant_2_a_write_without_an_answer_is_not_repeated_by_the_door() {
    let desk = Desk::with_one_ticket().await;
    let lost = FaultProfile {
        lost: 1.0,
        ..FaultProfile::none()
    };
    desk.bench.twins.set_faults(Vendor::HighLevel, lost);
    let input = json!({"contactId": desk.contact, "body": "Once only"});
    let create = call("highlevel.note.create", input);
    let report = desk.bench.app.call_operation(SHOP, &create).await.unwrap();
    let CallOutcome::Unknown {
        message, recovery, ..
    } = report.outcome
    else {
        panic!("{report:?}");
    };
    assert!(
        message.contains("look with `highlevel.note.list` first"),
        "{message}"
    );
    assert!(matches!(recovery, catalogue::Recovery::Look { .. }));
    // Of what deletes or changes nothing twice, too, only one request goes out.
    let before = desk.bench.twins.requests(Vendor::HighLevel);
    let update = json!({"contactId": desk.contact, "taskId": desk.task, "completed": true});
    let report = desk
        .bench
        .app
        .call_operation(SHOP, &call("highlevel.task.complete", update))
        .await;
    assert!(matches!(
        report.unwrap().outcome,
        CallOutcome::Unknown { .. }
    ));
    assert_eq!(desk.bench.twins.requests(Vendor::HighLevel), before + 1);
    desk.bench
        .twins
        .set_faults(Vendor::HighLevel, FaultProfile::none());
    let notes = done(
        &desk.bench,
        "highlevel.note.list",
        json!({"contactId": desk.contact}),
    )
    .await;
    let same = notes["notes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|note| note["body"] == "Once only");
    assert_eq!(same.count(), 1);
    let told: Vec<String> = journal(&desk.bench)
        .await
        .into_iter()
        .map(|(event, _)| event)
        .collect();
    let wanted = [
        "operation_sent",
        "operation_unknown",
        "operation_sent",
        "operation_unknown",
        "operation_read",
    ];
    assert_eq!(told, wanted);
}

#[tokio::test]
async fn what_was_written_is_looked_at_and_nothing_of_a_person_is_in_the_journal() {
    let desk = Desk::with_one_ticket().await;
    let app = &desk.bench.app;
    let shop = app.shop(SHOP).await.unwrap();
    let stored = async |side, kind, id: &str| {
        let id = RecordId::new(id);
        app.store()
            .record(shop.id, side, kind, &id)
            .await
            .unwrap()
            .unwrap()
    };
    let city = json!({"contactId": desk.contact, "city": "Bradford"});
    done(&desk.bench, "highlevel.contact.update", city).await;
    let contact = stored(Side::HighLevel, Kind::Contact, &desk.contact).await;
    assert_eq!(contact.record.text(domain::Field::City), Some("Bradford"));
    let title = json!({"ticketId": desk.ticket, "short_info": "Screen and battery"});
    done(&desk.bench, "mygadgetrepairs.ticket.update", title).await;
    let ticket = stored(Side::MyGadgetRepairs, Kind::Task, &desk.ticket).await;
    assert_eq!(
        ticket.record.text(domain::Field::Title),
        Some("Screen and battery")
    );
    let task = json!({"contactId": desk.contact, "taskId": desk.task});
    done(&desk.bench, "highlevel.task.delete", task).await;
    assert!(stored(Side::HighLevel, Kind::Task, &desk.task).await.gone);
    let tally = desk.bench.refresh().await;
    assert!(tally.finished, "{:?}", tally.reasons);
    let customers = desk.bench.truth().await.customers;
    assert_eq!(
        customers[&desk.customer]["fulladdress"]["city"], "Bradford",
        "the sync carries it over"
    );
    let found = json!({"email": "maria@example.test"});
    done(&desk.bench, "highlevel.contact.find_duplicate", found).await;
    let journal = format!("{:?}", journal(&desk.bench).await);
    for hidden in ["Bradford", "maria", "battery"] {
        assert!(!journal.contains(hidden), "{journal}");
    }
    assert!(
        journal.contains("highlevel.contact.update") && journal.contains("\"person\""),
        "{journal}"
    );
}

#[tokio::test]
async fn values_are_shown_only_where_they_are_asked_for() {
    let desk = Desk::with_one_ticket().await;
    let get = OperationCall {
        show_values: false,
        ..call(
            "highlevel.contact.find_duplicate",
            json!({"email": "maria@example.test"}),
        )
    };
    let report = desk.bench.app.call_operation(SHOP, &get).await.unwrap();
    let shown = serde_json::to_string(&report).unwrap();
    for hidden in ["Maria", "maria@", "Leeds"] {
        assert!(!shown.contains(hidden), "{shown}");
    }
    assert!(shown.contains(&desk.contact), "ids stay: {shown}");
}

#[tokio::test]
async fn a_missing_permission_names_what_this_operation_needs() {
    let desk = Desk::with_one_ticket().await;
    let secret = "pit-reads-contacts".to_owned();
    desk.bench.twins.highlevel().add_token(Token {
        secret: secret.clone(),
        reach: Reach::Location(desk.bench.twins.location_id().to_owned()),
        scopes: Some(vec!["contacts.readonly".to_owned()]),
    });
    let token = secret.into();
    let connected = desk.bench.app.connect(SHOP, Side::HighLevel, &token);
    connected.await.unwrap();
    done(
        &desk.bench,
        "highlevel.contact.get",
        json!({"contactId": desk.contact}),
    )
    .await;
    let AppError::Vendor(error) =
        refusal(&desk.bench, &call("highlevel.calendar.list", json!({}))).await
    else {
        panic!("it is refused");
    };
    assert!(
        error.message.contains("calendars.readonly"),
        "{}",
        error.message
    );
    assert_eq!(error.class, FailureClass::NeedsHuman);
}

#[tokio::test]
async fn what_the_account_does_not_offer_is_told_and_remembered() {
    let desk = Desk::with_one_ticket().await;
    let mut settings = desk.bench.twins.mygadgetrepairs().settings();
    settings.assets = false;
    desk.bench.twins.mygadgetrepairs().set_settings(settings);
    let leads = "mygadgetrepairs.asset_type_collection.get";
    let filter = catalogue::Filter {
        extended: true,
        ..catalogue::Filter::default()
    };
    let offer = async |id: &str| {
        let offers = desk.bench.app.operations(SHOP, &filter).await.unwrap();
        let offer = offers
            .into_iter()
            .find(|offer| offer.operation.id == id)
            .unwrap();
        (
            offer.availability.state,
            offer.availability.words.unwrap_or_default(),
        )
    };
    use app::operations::OfferState;
    assert_eq!(offer(leads).await.0, OfferState::Unknown);
    let told = refusal(&desk.bench, &call(leads, json!({})))
        .await
        .to_string();
    assert!(told.contains("does not offer"), "{told}");
    let (state, words) = offer(leads).await;
    assert_eq!(state, OfferState::Missing, "{words}");
    let before = asked(&desk.bench);
    assert!(matches!(
        refusal(&desk.bench, &call(leads, json!({}))).await,
        AppError::NotAvailable { .. }
    ));
    assert_eq!(asked(&desk.bench), before, "it is not asked again");
    let (state, words) = offer("highlevel.message.received").await;
    assert_eq!(state, OfferState::Missing);
    assert!(words.contains("install your own app"), "{words}");
    let told = json!({"id": desk.contact, "email": "maria@example.test"});
    desk.bench.tell("ContactUpdate", &told).await;
    let (state, _) = offer("highlevel.message.received").await;
    assert_eq!(state, OfferState::Available, "webhooks come after all");
    assert_eq!(
        offer("mygadgetrepairs.ticket.list").await.0,
        OfferState::Available
    );
}
