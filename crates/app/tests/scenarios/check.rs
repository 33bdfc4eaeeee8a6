//! Each line of the pre-flight, passing and failing, and calls tried out.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

use crate::desk::Desk;
use app::{App, CheckLine, TestCall, Verdict};
use async_trait::async_trait;
use domain::{Clock, Context, Side, Timestamp};
use jiff::SignedDuration;
use secrecy::SecretString;
use serde_json::json;
use std::sync::Arc;
use testkit::{Bench, SHOP};
use twin::highlevel::{Reach, Token};

async fn line(app: &App, what: &str) -> CheckLine {
    let report = app.check(SHOP).await.unwrap();
    let found = report.lines.iter().find(|line| line.what == what);
    found
        .unwrap_or_else(|| unreachable!("no line {what}: {:#?}", report.lines))
        .clone()
}

/// Connects the shop with a token that has exactly these scopes.
async fn allow(bench: &Bench, scopes: &[&str]) {
    let secret = format!("pit-{}", scopes.join("-").replace(['/', '.'], "-"));
    bench.twins.highlevel().add_token(Token {
        secret: secret.clone(),
        reach: Reach::Location(bench.twins.location_id().to_owned()),
        scopes: Some(scopes.iter().map(|scope| (*scope).to_owned()).collect()),
    });
    let secret = SecretString::from(secret);
    bench
        .app
        .connect(SHOP, Side::HighLevel, &secret)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_shop_passes_and_every_other_line_has_its_mend() {
    let desk = Desk::with_one_ticket().await;
    let report = desk.bench.app.check(SHOP).await.unwrap();
    assert!(!report.failed(), "{:#?}", report.lines);
    for what in [
        "disk",
        "budget left",
        "clock against HighLevel",
        "clock against MyGadgetRepairs",
        "country",
        "time zone",
    ] {
        let line = report.lines.iter().find(|line| line.what == what).unwrap();
        assert_eq!(line.verdict, Verdict::Passed, "{line:?}");
    }
    // The twins' address leads nowhere from outside, and no service runs.
    for (what, part) in [
        ("webhook address", "polling"),
        ("webhooks", "not running"),
        ("MyGadgetRepairs notifications", "never shown"),
    ] {
        let line = report.lines.iter().find(|line| line.what == what).unwrap();
        assert_eq!(line.verdict, Verdict::Warned, "{line:?}");
        assert!(line.says.contains(part), "{line:?}");
        assert!(line.mend.is_some());
    }
    let shop = desk.bench.app.shop(SHOP).await.unwrap();
    desk.bench.app.counter_webhook(&shop).await.unwrap();
    let report = desk.bench.app.check(SHOP).await.unwrap();
    assert!(
        !report
            .lines
            .iter()
            .any(|line| line.what == "MyGadgetRepairs notifications")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_location_that_lets_doubles_be_is_told() {
    let mut options = Bench::options(3, 0, 0);
    options.highlevel.allow_duplicate_contact = true;
    let bench = Bench::with(options).await;
    let doubles = line(&bench.app, "HighLevel duplicate rule").await;
    assert_eq!(doubles.verdict, Verdict::Warned);
    assert!(doubles.mend.unwrap().contains("allow duplicate contact"));
    let unique = Bench::new(3, 0, 0).await;
    let line = line(&unique.app, "HighLevel duplicate rule").await;
    assert_eq!(line.verdict, Verdict::Passed);
}

/// Time that is off by some seconds.
#[derive(Debug)]
struct Off(i64);

#[async_trait]
impl Clock for Off {
    fn now(&self) -> Timestamp {
        http::SystemClock.now() + SignedDuration::from_secs(self.0)
    }

    async fn sleep_until(&self, when: Timestamp) {
        http::SystemClock
            .sleep_until(when - SignedDuration::from_secs(self.0))
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_off_is_told_with_how_much() {
    let bench = Bench::new(3, 0, 0).await;
    for (seconds, verdict, way) in [
        (40, Verdict::Warned, "ahead"),
        (-40, Verdict::Warned, "behind"),
        (400, Verdict::Failed, "ahead"),
    ] {
        let context = Context {
            clock: Arc::new(Off(seconds)),
            randomness: Arc::new(http::SystemRandomness),
        };
        let config = testkit::unhindered((
            &bench.twins.highlevel_url(),
            &bench.twins.mygadgetrepairs_url(),
        ));
        let database = bench.folder.path().join("test.db");
        let app = testkit::application_with(config, &database, context).await;
        for side in Side::BOTH {
            let line = line(&app, &format!("clock against {}", side.title())).await;
            assert_eq!(line.verdict, verdict, "{line:?}");
            assert!(line.says.contains(way) && line.mend.unwrap().contains("NTP"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn custom_fields_that_the_rules_set_are_missed_and_made() {
    const FIELDS: &str = "HighLevel custom fields";
    let desk = Desk::with_one_ticket().await;
    let app = &desk.bench.app;
    assert!(
        !app.check(SHOP)
            .await
            .unwrap()
            .lines
            .iter()
            .any(|line| line.what == FIELDS),
        "nobody needs one"
    );
    desk.set_rules(
        "[[note_rules]]\nname = \"vip\"\nwhen = { words = [\"vip\"] }\nthen.set_field = { field = \"Repair wish\", value = \"yes\" }\n",
    )
    .await;
    let missing = line(app, FIELDS).await;
    assert_eq!(missing.verdict, Verdict::Failed);
    assert!(
        missing.says.contains("Repair wish") && missing.mend.unwrap().contains("--create-fields")
    );
    // Only with the permission for it.
    allow(
        &desk.bench,
        &[
            "locations.readonly",
            "contacts.readonly",
            "locations/customFields.readonly",
        ],
    )
    .await;
    let refused = app
        .create_missing_fields(SHOP)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("scope") || refused.contains("permission"),
        "{refused}"
    );
    let token = SecretString::from(desk.bench.twins.token());
    app.connect(SHOP, Side::HighLevel, &token).await.unwrap();
    assert_eq!(
        app.create_missing_fields(SHOP).await.unwrap(),
        ["Repair wish"]
    );
    assert_eq!(line(app, FIELDS).await.verdict, Verdict::Passed);
    assert!(app.create_missing_fields(SHOP).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_rules_name_at_the_counter_and_is_not_there_is_told() {
    let desk = Desk::with_one_ticket().await;
    let app = &desk.bench.app;
    desk.set_rules("[tasks]\nissue_type = \"98765\"\ndone_status = \"Gone fishing\"\n[notes]\nto = \"custom_field:Nowhere\"\n").await;
    let issue = line(app, "MyGadgetRepairs issue types").await;
    assert_eq!(issue.verdict, Verdict::Failed);
    // The mend names those that are there: the first of them passes.
    let mend = issue.mend.unwrap();
    let known = mend
        .split("one of: ")
        .nth(1)
        .unwrap()
        .split(' ')
        .next()
        .unwrap()
        .to_owned();
    let field = line(app, "MyGadgetRepairs custom fields").await;
    assert_eq!(field.verdict, Verdict::Failed);
    assert!(field.says.contains("Nowhere") && field.mend.unwrap().contains("Shop settings"));
    let report = app.check(SHOP).await.unwrap();
    let status = report
        .lines
        .iter()
        .find(|line| line.says.contains("Gone fishing"))
        .unwrap();
    assert!(
        status.verdict != Verdict::Passed && status.mend.is_some(),
        "{status:?}"
    );
    desk.set_rules(&format!("[tasks]\nissue_type = \"{known}\"\n"))
        .await;
    assert_eq!(
        line(app, "MyGadgetRepairs issue types").await.verdict,
        Verdict::Passed
    );
}

fn call(endpoint: &str, ids: &[&str]) -> TestCall {
    TestCall {
        endpoint: endpoint.to_owned(),
        ids: ids.iter().map(ToString::to_string).collect(),
        ..TestCall::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_endpoint_is_tried_out_and_shows_nobody() {
    let desk = Desk::with_one_ticket().await;
    let app = &desk.bench.app;
    let (contact, task) = (desk.contact.as_str(), desk.task.as_str());
    let note = {
        let made = desk.bench.in_crm(&json!({"action": "create_note", "contact": contact, "fields": {"body": "Maria likes tea"}}));
        made.pointer("/note/id")
            .or_else(|| made.get("id"))
            .unwrap()
            .as_str()
            .unwrap()
            .to_owned()
    };
    for (endpoint, ids, good) in [
        ("contact.list", &[][..], true),
        ("contact.list_of_business", &["nobodys-business"], true),
        ("contact.get", &[contact], true),
        ("contact.get", &["nobody"], false),
        ("task.list", &[contact], true),
        ("task.get", &[contact, task], true),
        ("note.list", &[contact], true),
        ("note.get", &[contact, note.as_str()], true),
        ("appointment.list", &[contact], true),
    ] {
        let report = app.test_call(SHOP, &call(endpoint, ids)).await.unwrap();
        let answer = report.answer.as_ref().unwrap();
        assert_eq!(answer.status < 400, good, "{endpoint}: {answer:?}");
        let text = serde_json::to_string(&report).unwrap();
        for hidden in [
            "Maria",
            "maria@",
            "Leeds",
            "7400123456",
            "tea",
            desk.bench.twins.token(),
        ] {
            assert!(!text.contains(hidden), "{endpoint} shows {hidden}: {text}");
        }
    }
    let shown = TestCall {
        show_values: true,
        ..call("contact.get", &[contact])
    };
    let report = app.test_call(SHOP, &shown).await.unwrap();
    assert!(
        report
            .answer
            .unwrap()
            .body
            .to_string()
            .contains("maria@example.test")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_is_shown_and_only_sent_when_asked_for_with_what_was_named() {
    let desk = Desk::with_one_ticket().await;
    let app = &desk.bench.app;
    let (contact, task) = (desk.contact.as_str(), desk.task.as_str());
    let before = desk.bench.truth().await;
    let asked = desk.bench.twins.requests(twin::Vendor::HighLevel);
    for (endpoint, ids) in [
        ("contact.create", &[][..]),
        ("contact.update", &[contact]),
        ("contact.delete", &[contact]),
        ("contact.add_tags", &[contact]),
        ("task.create", &[contact]),
        ("task.update", &[contact, task]),
        ("task.complete", &[contact, task]),
        ("task.delete", &[contact, task]),
    ] {
        let report = app.test_call(SHOP, &call(endpoint, ids)).await.unwrap();
        assert!(report.answer.is_none(), "{endpoint} is not sent");
        assert!(report.request.path.starts_with("/contacts/"));
        // A record that nobody named is not written.
        if !ids.is_empty() {
            let unnamed = TestCall {
                send: true,
                ..call(endpoint, &[])
            };
            assert!(app.test_call(SHOP, &unnamed).await.is_err());
        }
    }
    assert_eq!(
        desk.bench.twins.requests(twin::Vendor::HighLevel),
        asked,
        "nobody was asked"
    );
    assert_eq!(desk.bench.truth().await.contacts, before.contacts);
    let without_body = TestCall {
        send: true,
        ..call("contact.update", &[contact])
    };
    let error = app
        .test_call(SHOP, &without_body)
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("--input"), "{error}");
    let sent = TestCall {
        send: true,
        input: Some(json!({"city": "York"})),
        ..call("contact.update", &[contact])
    };
    let report = app.test_call(SHOP, &sent).await.unwrap();
    assert_eq!(report.answer.unwrap().status, 200);
    assert_eq!(desk.contact().await["city"], "York");
}
