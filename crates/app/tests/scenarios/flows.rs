//! Flows at work: what happens reaches them once, and what they do is done once.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests fail loudly, in helpers too"
)]

use crate::desk::Desk;
use domain::Kind;
use flows::Document;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;
use store::{FlowRunState, RunFilter, RunMode};
use testkit::SHOP;
use twin::{FaultProfile, Vendor};

async fn give(desk: &Desk, text: &str) {
    keep(desk, text, false).await;
}

async fn keep(desk: &Desk, text: &str, draft: bool) {
    let document = Document::parse(text).unwrap();
    let kept = desk.bench.app.keep_flows(SHOP, &document, draft).await;
    kept.unwrap_or_else(|error| panic!("{error}"));
}

/// The counter's change is seen, and the flows go to work.
async fn pass(desk: &Desk) {
    let tally = desk.bench.sync().await;
    assert!(tally.finished, "{:?}", tally.reasons);
    work(desk).await;
}

async fn work(desk: &Desk) {
    desk.bench.app.work_flows(SHOP).await.unwrap();
}

async fn runs_like(desk: &Desk, mode: RunMode) -> Vec<app::RunLine> {
    let filter = RunFilter {
        mode: Some(mode),
        limit: 10_000,
        ..RunFilter::default()
    };
    desk.bench.app.flow_runs(SHOP, &filter).await.unwrap()
}

async fn states(desk: &Desk) -> Vec<&'static str> {
    let mut runs = runs_like(desk, RunMode::Live).await;
    runs.reverse();
    runs.into_iter().map(|run| run.state).collect()
}

async fn tags(desk: &Desk) -> Json {
    desk.bench.truth().await.contacts[&desk.contact]["tags"].clone()
}

async fn tasks_called(desk: &Desk, title: &str) -> usize {
    let truth = desk.bench.truth().await;
    let mut tasks = truth.tasks.values();
    tasks.by_ref().filter(|task| task["title"] == title).count()
}

fn tag_when_moved(id: &str, tag: &str) -> String {
    format!(
        r#"
[[flow]]
id = "{id}"
title = "Tag whoever moved"
[flow.trigger]
on = "mygadgetrepairs.customer.updated"
fields = ["city"]
[[flow.step]]
id = "tag"
call = "highlevel.contact.add_tags"
with.contactId = {{ pick = "contact.id" }}
with.tags = [ {{ template = "{tag} {{{{ customer.city }}}}" }} ]
"#
    )
}

const TASK_WHEN_MOVED: &str = r#"
[[flow]]
id = "ask-for-address"
title = "Ask for the new address"
[flow.trigger]
on = "mygadgetrepairs.customer.updated"
fields = ["city"]
[[flow.step]]
id = "task"
call = "highlevel.task.create"
with.contactId = { pick = "contact.id" }
with.title = { template = "New address in {{ trigger.after.city }}?" }
with.dueDate = { pick = "now", then = [ { add_days = 1 } ] }
with.completed = false
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_at_the_counter_runs_a_flow_once() {
    let desk = Desk::with_one_ticket().await;
    give(&desk, &tag_when_moved("moved", "moved to")).await;
    work(&desk).await;
    assert!(states(&desk).await.is_empty(), "history starts nothing");

    desk.at_counter(json!({"city": "York"})).await;
    pass(&desk).await;
    assert_eq!(states(&desk).await, ["done"]);
    work(&desk).await;
    desk.bench.sweep().await;
    work(&desk).await;
    assert_eq!(states(&desk).await.len(), 1);
    assert_eq!(tags(&desk).await, json!(["moved to york"]));
    // Who wrote the tag can be told.
    let story = desk
        .bench
        .app
        .explain(SHOP, &desk.contact, None)
        .await
        .unwrap();
    let told = story.lines().join("\n");
    assert!(
        told.contains("The flow `moved` called highlevel.contact.add_tags with tags"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_happened_while_nobody_ran_is_caught_up_with_and_what_was_before_the_flow_is_not() {
    let mut desk = Desk::with_one_ticket().await;
    desk.at_counter(json!({"city": "Hull"})).await;
    desk.bench.sync().await;
    give(&desk, &tag_when_moved("moved", "moved to")).await;
    work(&desk).await;
    assert!(states(&desk).await.is_empty(), "before the flow was there");
    desk.at_counter(json!({"city": "York"})).await;
    desk.bench.sync().await;
    desk.bench.restart().await;
    work(&desk).await;
    assert_eq!(states(&desk).await, ["done"]);
    assert_eq!(tags(&desk).await, json!(["moved to york"]));
}

/// Fifty edits while changes keep coming: every change runs the flow once, under whatever version is at work then.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_flow_edited_fifty_times_under_load_loses_and_doubles_no_event() {
    let bench = testkit::Bench::new(5, 60, 0).await;
    bench.sync().await;
    let customers: Vec<String> = bench.truth().await.customers.keys().cloned().collect();
    let document = |edit: usize| {
        format!(
            r#"
[[flow]]
id = "count"
title = "Edit {edit}"
[flow.trigger]
on = "mygadgetrepairs.customer.updated"
fields = ["city"]
[[flow.step]]
id = "seen"
set = {{ city = {{ pick = "trigger.after.city" }}, edit = {edit} }}
"#
        )
    };
    let give = async |edit: usize| {
        let document = Document::parse(&document(edit)).unwrap();
        bench.app.keep_flows(SHOP, &document, false).await.unwrap();
    };
    give(0).await;
    let edits = async {
        for edit in 1..=50 {
            give(edit).await;
            tokio::time::sleep(std::time::Duration::from_millis(60)).await;
        }
    };
    let changes = async {
        for round in 0..2 {
            for (number, id) in customers.iter().enumerate() {
                let city = format!("Town {round} {number}");
                bench
                    .at_counter(
                        &json!({"action": "edit_customer", "id": id, "fields": {"city": city}}),
                    )
                    .await;
                if number % 4 == 0 {
                    bench.sync().await;
                }
            }
            bench.sync().await;
        }
    };
    let flows = async {
        for _ in 0..200 {
            // Another worker may be at it.
            let _busy = bench.app.work_flows(SHOP).await;
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
    };
    tokio::join!(edits, changes, flows);
    bench.app.work_flows(SHOP).await.unwrap();
    let filter = RunFilter {
        limit: 10_000,
        ..RunFilter::default()
    };
    let runs = bench.app.flow_runs(SHOP, &filter).await.unwrap();
    let mut cities = BTreeSet::new();
    let mut versions = BTreeSet::new();
    for run in &runs {
        assert_eq!(run.state, "done", "{:?}", run.why);
        versions.insert(run.version);
        let story = bench.app.flow_run(SHOP, &run.id).await.unwrap();
        let city = story.occurrence["facts"]["after"]["city"].to_string();
        assert!(cities.insert(city.clone()), "{city} ran the flow twice");
    }
    let lines = bench.app.flow_lines(SHOP).await.unwrap();
    assert_eq!(lines[0].version, 51);
    assert_eq!(
        cities.len(),
        2 * customers.len(),
        "every change ran the flow"
    );
    assert!(versions.len() > 3, "under several versions: {versions:?}");
}

/// Answers get lost after the vendor did what was asked: looked for, and made once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_2_no_duplicates_a_flows_task_is_made_once_when_answers_are_lost() {
    let desk = Desk::with_one_ticket().await;
    give(&desk, TASK_WHEN_MOVED).await;
    let towns = ["York", "Hull", "Leeds", "Ripon", "Selby", "Malton"];
    for town in towns {
        desk.at_counter(json!({"city": town})).await;
        desk.bench.sync().await;
        let faults = FaultProfile {
            lost: 0.6,
            ..FaultProfile::none()
        };
        desk.bench.twins.set_faults(Vendor::HighLevel, faults);
        for _ in 0..4 {
            work(&desk).await;
        }
        desk.bench
            .twins
            .set_faults(Vendor::HighLevel, FaultProfile::none());
    }
    for _ in 0..40 {
        work(&desk).await;
        if states(&desk).await.iter().all(|state| *state == "done") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
    assert_eq!(states(&desk).await, ["done"; 6]);
    for town in towns {
        let title = format!("New address in {town}?");
        assert_eq!(tasks_called(&desk, &title).await, 1, "{town}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flow_does_not_start_itself_nor_by_way_of_another_or_of_the_sync() {
    let desk = Desk::with_one_ticket().await;
    let change = |id: &str, on: &str, call: &str, with: &str| {
        format!(
            r#"
[[flow]]
id = "{id}"
title = "{id}"
[flow.trigger]
on = "{on}"
by = "anyone"
[[flow.step]]
id = "write"
call = "{call}"
{with}
"#
        )
    };
    // One writes in the CRM, the sync carries it to the counter, the other one writes there, the sync carries it back.
    let document = [
        change(
            "in-crm",
            "mygadgetrepairs.customer.updated",
            "highlevel.contact.update",
            "with.contactId = { pick = \"contact.id\" }\nwith.city = { template = \"{{ customer.city }}a\" }",
        ),
        change(
            "at-counter",
            "highlevel.contact.updated",
            "mygadgetrepairs.customer.update",
            "with.customerId = { pick = \"customer.id\" }\nwith.city = { template = \"{{ contact.city }}b\" }",
        ),
    ]
    .concat();
    give(&desk, &document).await;
    desk.at_counter(json!({"city": "York"})).await;
    for _ in 0..12 {
        pass(&desk).await;
        tokio::time::sleep(std::time::Duration::from_millis(150)).await;
    }
    let runs = runs_like(&desk, RunMode::Live).await;
    let done = runs.iter().filter(|run| run.state == "done").count();
    let stopped: Vec<_> = runs.iter().filter(|run| run.state == "stopped").collect();
    // Two chains, the person's own and that of the sync's copy of it, and each flow once in each.
    assert!(done <= 4, "{done} runs wrote");
    assert!(!stopped.is_empty(), "the loop is told");
    let why = stopped[0].why.clone().unwrap();
    assert!(why.starts_with("loop"), "{why}");
    let truth = desk.bench.truth().await;
    assert_eq!(
        truth.contacts[&desk.contact]["city"],
        truth.customers[&desk.customer]["fulladdress"]["city"],
        "both sides are at rest"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_writes_nothing_and_its_differences_are_told_before_it_is_promoted() {
    let desk = Desk::with_one_ticket().await;
    give(&desk, &tag_when_moved("moved", "moved to")).await;
    keep(&desk, &tag_when_moved("moved", "now in"), true).await;
    desk.at_counter(json!({"city": "York"})).await;
    pass(&desk).await;
    assert_eq!(
        tags(&desk).await,
        json!(["moved to york"]),
        "the draft wrote nothing"
    );
    let compared = desk.bench.app.compare_flow(SHOP, "moved").await.unwrap();
    assert_eq!((compared.compared, compared.same), (1, 0));
    let told = compared.lines().join("\n");
    assert!(told.contains("now in York"), "{told}");

    desk.bench
        .app
        .promote_flow(SHOP, "moved", None)
        .await
        .unwrap();
    desk.at_counter(json!({"city": "Hull"})).await;
    pass(&desk).await;
    assert_eq!(tags(&desk).await, json!(["moved to york", "now in hull"]));
    // And back again.
    desk.bench
        .app
        .promote_flow(SHOP, "moved", Some(1))
        .await
        .unwrap();
    let lines = desk.bench.app.flow_lines(SHOP).await.unwrap();
    assert_eq!((lines[0].version, lines[0].draft), (1, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flow_is_tried_on_a_record_with_every_step_told_and_nothing_written() {
    let desk = Desk::with_one_ticket().await;
    give(&desk, TASK_WHEN_MOVED).await;
    let app = &desk.bench.app;
    let story = app
        .run_flow(SHOP, "ask-for-address", &desk.reference, false)
        .await
        .unwrap();
    assert_eq!((story.run.state, story.run.mode), ("done", "test"));
    let input = &story.steps[0].input;
    assert_eq!(input["title"], "New address in Leeds?");
    assert_eq!(tasks_called(&desk, "New address in Leeds?").await, 0);
    let really = app
        .run_flow(SHOP, "ask-for-address", &desk.reference, true)
        .await
        .unwrap();
    assert_eq!(really.run.state, "done");
    assert_eq!(tasks_called(&desk, "New address in Leeds?").await, 1);
    // Looked at once more, it writes nothing; a person may say that it is meant.
    let again = app
        .replay_flow_run(SHOP, &really.run.id, false)
        .await
        .unwrap();
    assert_eq!(again.run.state, "done");
    assert_eq!(tasks_called(&desk, "New address in Leeds?").await, 1);
    let error = app
        .run_flow(SHOP, "ask-for-address", "C-999999", false)
        .await;
    assert!(error.unwrap_err().to_string().contains("C-999999"));
}

const ASKS: &str = r#"
[[flow]]
id = "asks"
title = "Asks before it tags"
[flow.trigger]
on = "mygadgetrepairs.customer.updated"
fields = ["city"]
[[flow.step]]
id = "sure"
ask = { question = { template = "Tag {{ customer.name }}?" }, options = ["yes", "no"], within = { days = 2 }, otherwise = "no" }
[[flow.step]]
id = "only"
go_on_if = [ { pick = "steps.sure.answer", is = "yes" } ]
[[flow.step]]
id = "tag"
call = "highlevel.contact.add_tags"
with.contactId = { pick = "contact.id" }
with.tags = [ "moved" ]
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_is_asked_and_only_what_is_offered_is_an_answer() {
    let mut desk = Desk::with_one_ticket().await;
    give(&desk, ASKS).await;
    desk.at_counter(json!({"city": "York"})).await;
    pass(&desk).await;
    let run = runs_like(&desk, RunMode::Live).await.remove(0);
    assert_eq!(run.state, "asking");
    assert_eq!(run.question.unwrap()["question"], "Tag Maria Soto?");
    desk.bench.restart().await;
    let app = &desk.bench.app;
    let wrong = app.answer_flow_run(SHOP, &run.id, "perhaps").await;
    assert!(wrong.unwrap_err().to_string().contains("yes, no"));
    app.answer_flow_run(SHOP, &run.id, "yes").await.unwrap();
    work(&desk).await;
    assert_eq!(states(&desk).await, ["done"]);
    assert_eq!(tags(&desk).await, json!(["moved"]));
    let twice = desk.bench.app.answer_flow_run(SHOP, &run.id, "no").await;
    assert!(twice.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mass_of_runs_waits_for_a_persons_word() {
    let bench = testkit::Bench::new(5, 70, 0).await;
    bench.sync().await;
    let document = Document::parse(&tag_when_moved("moved", "moved to")).unwrap();
    bench.app.keep_flows(SHOP, &document, false).await.unwrap();
    let customers: Vec<String> = bench.truth().await.customers.keys().cloned().collect();
    for id in customers.iter().take(60) {
        bench
            .at_counter(
                &json!({"action": "edit_customer", "id": id, "fields": {"city": "Newtown"}}),
            )
            .await;
    }
    bench.sync().await;
    bench.app.work_flows(SHOP).await.unwrap();
    let count = async |state: FlowRunState| {
        let filter = RunFilter {
            state: Some(state),
            limit: 1_000,
            ..RunFilter::default()
        };
        bench.app.flow_runs(SHOP, &filter).await.unwrap().len()
    };
    assert_eq!(
        count(FlowRunState::Done).await,
        0,
        "no one is tagged unasked"
    );
    assert_eq!(count(FlowRunState::Held).await, 60);
    assert_eq!(bench.app.release_flow(SHOP, "moved").await.unwrap(), 60);
    bench.app.work_flows(SHOP).await.unwrap();
    bench.app.work_flows(SHOP).await.unwrap();
    assert_eq!(count(FlowRunState::Done).await, 60);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recipe_is_removed_without_a_trace() {
    let desk = Desk::with_one_ticket().await;
    let app = &desk.bench.app;
    let before = app.shop_document(SHOP).await.unwrap().to_toml().unwrap();
    for recipe in app.recipes(Some(SHOP)).await.unwrap() {
        let mut answers = Map::new();
        for question in app.recipe_questions(SHOP, &recipe.id).await.unwrap() {
            let asked = question.asked;
            if question.proposed.is_some() || asked.optional {
                continue;
            }
            let choice = question.choices.first().map(|choice| choice.value.clone());
            let answer = choice.unwrap_or_else(|| json!("1"));
            let answer = if asked.many { json!([answer]) } else { answer };
            answers.insert(asked.name, answer);
        }
        let month = app.preview_recipe(SHOP, &recipe.id, &answers).await;
        month.unwrap_or_else(|error| panic!("{}: {error}", recipe.id));
        let installed = app.install_recipe(SHOP, &recipe.id, &answers).await;
        let installed = installed.unwrap_or_else(|error| panic!("{}: {error}", recipe.id));
        // Installed again with the same words, nothing more is changed.
        app.install_recipe(SHOP, &recipe.id, &answers)
            .await
            .unwrap();
        let during = app.recipes(Some(SHOP)).await.unwrap();
        assert!(
            during
                .iter()
                .any(|one| one.id == recipe.id && one.installed)
        );
        let removed = app.remove_recipe(SHOP, &recipe.id).await.unwrap();
        assert!(removed.kept.is_empty(), "{}: {removed:?}", recipe.id);
        assert_eq!(removed.flows.len(), installed.flows.len());
        let after = app.shop_document(SHOP).await.unwrap().to_toml().unwrap();
        assert_eq!(before, after, "{}", recipe.id);
    }
    assert!(app.remove_recipe(SHOP, "win-back").await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recipe_that_was_told_something_else_meanwhile_is_removed_without_a_trace() {
    let desk = Desk::with_one_ticket().await;
    let app = &desk.bench.app;
    let before = app.shop_document(SHOP).await.unwrap().to_toml().unwrap();
    for days in [45, 60] {
        let answers = Map::from_iter([("days".to_owned(), json!(days))]);
        app.install_recipe(SHOP, "notes-and-appointments", &answers)
            .await
            .unwrap();
    }
    let removed = app.remove_recipe(SHOP, "notes-and-appointments").await;
    assert!(removed.unwrap().kept.is_empty());
    let after = app.shop_document(SHOP).await.unwrap().to_toml().unwrap();
    assert_eq!(before, after);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shops_document_goes_out_and_comes_back_and_says_what_it_would_change() {
    let desk = Desk::with_one_ticket().await;
    let app = &desk.bench.app;
    give(&desk, &tag_when_moved("moved", "moved to")).await;
    let text = app.shop_document(SHOP).await.unwrap().to_toml().unwrap();
    let document = app::ShopDocument::parse(&text).unwrap();
    let compared = app.compare_shop_document(SHOP, &document).await.unwrap();
    assert!(compared.changed.is_empty(), "{:?}", compared.changed);
    let done = app.set_shop_document(SHOP, &document, false).await.unwrap();
    assert!(
        done.flows.is_empty(),
        "what is the same gets no new version"
    );

    let changed = text.replace("moved to", "now in");
    let document = app::ShopDocument::parse(&changed).unwrap();
    let compared = app.compare_shop_document(SHOP, &document).await.unwrap();
    assert_eq!(compared.changed.len(), 1, "{:?}", compared.changed);
    let done = app.set_shop_document(SHOP, &document, false).await.unwrap();
    assert_eq!(done.flows[0].version, 2);

    // Without the flow it stays, unless it is asked to go.
    let rules = app::ShopDocument::parse("").unwrap();
    let done = app.set_shop_document(SHOP, &rules, false).await.unwrap();
    assert_eq!(done.unnamed, ["moved"]);
    assert_eq!(app.flow_lines(SHOP).await.unwrap().len(), 1);
    app.set_shop_document(SHOP, &rules, true).await.unwrap();
    assert!(app.flow_lines(SHOP).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_documents_are_refused_with_the_place_and_nothing_is_kept() {
    let desk = Desk::with_one_ticket().await;
    let app = &desk.bench.app;
    let sound = tag_when_moved("moved", "moved to");
    for (from, to, says) in [
        (
            "mygadgetrepairs.customer.updated",
            "mygadgetrepairs.customer.changd",
            "trigger",
        ),
        (
            "highlevel.contact.add_tags",
            "highlevel.contact.add_tag",
            "highlevel.contact.add_tags",
        ),
        ("with.contactId", "with.contactID", "contactId"),
        ("contact.id", "contct.id", "contact"),
        ("fields = [\"city\"]", "feilds = [\"city\"]", "fields"),
        ("{{ customer.city }}", "{{ customer.city }", "step tag"),
        (
            "with.contactId = { pick = \"contact.id\" }",
            "with.contactId = 5",
            "contactId",
        ),
    ] {
        assert!(sound.contains(from), "{from}");
        let text = sound.replace(from, to);
        let error = match Document::parse(&text) {
            Err(problems) => problems.to_string(),
            Ok(document) => {
                let kept = app.keep_flows(SHOP, &document, false).await;
                kept.err()
                    .map_or_else(|| panic!("{to} was taken"), |error| error.to_string())
            }
        };
        assert!(error.contains(says), "{to}: {error}");
        assert!(error.contains("moved"), "the flow is named: {error}");
    }
    assert!(app.flow_lines(SHOP).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sync_carries_over_what_a_flow_changed() {
    let desk = Desk::with_one_ticket().await;
    give(
        &desk,
        r#"
[[flow]]
id = "shout"
title = "Towns in capitals"
[flow.trigger]
on = "mygadgetrepairs.customer.updated"
fields = ["city"]
[[flow.step]]
id = "write"
call = "highlevel.contact.update"
with.contactId = { pick = "contact.id" }
with.city = { pick = "customer.city", then = [ "upper" ] }
"#,
    )
    .await;
    desk.at_counter(json!({"city": "York"})).await;
    for _ in 0..4 {
        pass(&desk).await;
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    let truth = desk.bench.truth().await;
    let address = &truth.customers[&desk.customer]["fulladdress"];
    assert_eq!(address["city"], "YORK");
    assert_eq!(
        desk.bench.counterpart(Kind::Contact, &desk.customer).await,
        desk.contact
    );
    let runs = runs_like(&desk, RunMode::Live).await;
    let done = runs.iter().filter(|run| run.state == "done").count();
    assert_eq!(done, 1, "its own change did not start it again");
}
