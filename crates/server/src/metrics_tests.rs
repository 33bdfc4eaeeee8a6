//! What `/metrics` tells, to whom, and what it must never tell.

use crate::access_tests::Place;
use crate::metrics::with_own_lines;
use crate::serving::Peer;
use crate::view::Views;
use crate::{ServerOptions, router};
use app::NewShop;
use app::access::{Permission, Scopes};
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use prometheus_client::encoding::text;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use testkit::Bench;
use tower::ServiceExt;

const DASHBOARD: &str = include_str!("../../../observability/grafana-dashboard.json");
const ALERTS: &str = include_str!("../../../observability/alerts.yaml");
const RUNBOOK: &str = include_str!("../../../docs/runbook.md");
/// Words of ours that stand in records as well: kinds, the vendors' names, and what became of something.
const OWN: [&str; 11] = [
    "appointment",
    "comment",
    "contact",
    "customer",
    "done",
    "highlevel",
    "none",
    "note",
    "ok",
    "task",
    "ticket",
];
const REFERENCE: &str = include_str!("../../../docs/observability.md");

/// A shop in step, some edits later, with budgets as a real one has.
async fn at_work() -> Bench {
    let options = Bench::options(41, 8, 3);
    let bench = Bench::tuned(options, |config| {
        config.highlevel_per_10s = 1_000;
        config.mygadgetrepairs_per_minute = 10_000;
    })
    .await;
    let tally = bench.sync().await;
    assert!(tally.finished, "{:?}", tally.reasons);
    bench
}

async fn scrape(bench: &Bench) -> String {
    let options = ServerOptions::default();
    let mut request = Request::get("/metrics")
        .header("host", "127.0.0.1:8780")
        .body(Body::empty())
        .unwrap();
    let peer = Peer("127.0.0.1:40000".parse().unwrap());
    request.extensions_mut().insert(ConnectInfo(peer));
    let answer = router(bench.app.clone(), &options).oneshot(request).await;
    let answer = answer.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let kind = answer.headers()["content-type"].to_str().unwrap();
    assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
    let body = to_bytes(answer.into_body(), 1 << 22).await.unwrap();
    String::from_utf8(body.to_vec()).unwrap()
}

/// The value of a line that begins so.
fn value(text: &str, series: &str) -> Option<f64> {
    let line = text.lines().find(|line| {
        line.strip_prefix(series)
            .is_some_and(|rest| rest.starts_with(' '))
    })?;
    line.rsplit(' ').next().unwrap().parse().ok()
}

/// Every metric of a text in which measured things are named, without what a rule or a query adds.
fn names(text: &str) -> BTreeSet<String> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    text.split(|letter| !is_part(letter))
        .filter(|word| {
            ["repairbridge_", "process_"]
                .iter()
                .any(|begin| word.starts_with(begin))
        })
        .map(str::to_owned)
        .collect()
}

/// The names of all lines of an answer.
fn told(text: &str) -> BTreeSet<String> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| line.split(['{', ' ']).next().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn what_a_shop_did_is_counted() {
    let bench = at_work().await;
    let status = bench.app.status(testkit::SHOP).await.unwrap();
    let text = scrape(&bench).await;
    let at = |series: &str| value(&text, series).unwrap_or_else(|| panic!("{series}\n{text}"));
    let agreed = status.agreement;
    assert!(agreed.fields > 0);
    assert_eq!(
        at(r#"repairbridge_shop_fields{shop="main"}"#),
        agreed.fields as f64
    );
    assert_eq!(
        at(r#"repairbridge_shop_fields_agreeing{shop="main"}"#),
        agreed.agree as f64
    );
    let made = r#"side="highlevel",kind="contact",op="create",outcome="done""#;
    let made = at(&format!("repairbridge_writes_total{{{made}}}"));
    let contacts = bench.truth().await.contacts.len() - bench.at_start.contacts.len();
    assert!(contacts > 0);
    assert_eq!(made, contacts as f64);
    for vendor in ["highlevel", "mygadgetrepairs"] {
        let good = format!(r#"vendor="{vendor}",status="2xx",outcome="ok""#);
        let good = at(&format!("repairbridge_vendor_requests_total{{{good}}}"));
        let timed =
            format!(r#"repairbridge_vendor_request_duration_seconds_count{{vendor="{vendor}"}}"#);
        assert!(good > 0.0 && at(&timed) >= good, "{vendor}");
    }
    let passes = r#"repairbridge_passes_total{kind="poll",outcome="finished"}"#;
    assert_eq!(at(passes), 1.0);
    let committed = r#"repairbridge_store_transactions_total{work="changes",outcome="committed"}"#;
    assert!(at(committed) > 0.0);
    assert_eq!(at(r#"repairbridge_shops{health="stopped"}"#), 0.0);
    assert_eq!(at("repairbridge_store_readable"), 1.0);
    assert!(at("process_resident_memory_bytes") > 1e6);
    assert!(text.ends_with("# EOF\n"));
}

#[tokio::test]
async fn webhooks_are_counted_by_what_became_of_them() {
    let bench = at_work().await;
    let contact = bench.truth().await.contacts.keys().next().unwrap().clone();
    bench.tell("ContactUpdate", &json!({"id": contact})).await;
    let app = router(bench.app.clone(), &ServerOptions::default());
    let large = vec![b' '; 2 << 20];
    for (body, wanted) in [
        (
            br#"{"type":"ContactUpdate"}"#.to_vec(),
            StatusCode::UNAUTHORIZED,
        ),
        (large, StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let request = Request::post("/hooks/crm").body(Body::from(body)).unwrap();
        let answer = app.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), wanted);
    }
    let text = scrape(&bench).await;
    for outcome in ["kept", "forged", "too_large"] {
        let series =
            format!(r#"repairbridge_webhooks_total{{side="highlevel",outcome="{outcome}"}}"#);
        assert_eq!(value(&text, &series), Some(1.0), "{outcome}");
    }
}

/// Every text and number that is longer than a count, of everything on both sides.
fn words_of(value: &Value, words: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => fields.values().for_each(|value| words_of(value, words)),
        Value::Array(values) => values.iter().for_each(|value| words_of(value, words)),
        Value::String(text) => {
            words.insert(text.clone());
            // Names are told word by word as well.
            words.extend(text.split_whitespace().map(str::to_owned));
        }
        _ => {}
    }
}

#[tokio::test]
async fn invariant_10_secrets_stay_secret_and_people_unnamed_in_the_metrics() {
    let bench = at_work().await;
    let truth = bench.truth().await;
    let mut words = BTreeSet::new();
    for records in [
        &truth.contacts,
        &truth.tasks,
        &truth.notes,
        &truth.customers,
        &truth.tickets,
        &truth.comments,
        &truth.bookings,
        &truth.appointments,
    ] {
        for (id, record) in records {
            words.insert(id.clone());
            words_of(record, &mut words);
        }
    }
    words.insert(bench.twins.token().to_owned());
    words.insert(bench.twins.key());
    words.insert(bench.twins.location_id().to_owned());
    let text = scrape(&bench).await;
    let labels: BTreeSet<&str> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(|line| line.split('"').skip(1).step_by(2))
        .collect();
    let leaked: Vec<&str> = labels
        .iter()
        .filter(|label| words.contains(**label))
        .copied()
        .filter(|label| !OWN.contains(label))
        .collect();
    assert_eq!(leaked, Vec::<&str>::new());
    let long = words.iter().filter(|word| word.chars().count() >= 8);
    for word in long.filter(|word| !OWN.contains(&word.as_str())) {
        let in_values = text.lines().filter(|line| !line.starts_with('#'));
        for line in in_values {
            assert!(!line.contains(word.as_str()), "{word}: {line}");
        }
    }
    assert!(words.len() > 100, "{}", words.len());
}

#[tokio::test]
async fn every_metric_of_the_dashboard_and_the_alerts_is_there_and_explained() {
    let bench = at_work().await;
    let told = told(&scrape(&bench).await);
    let wanted: BTreeSet<String> = names(DASHBOARD).into_iter().chain(names(ALERTS)).collect();
    assert!(wanted.len() > 30, "{wanted:?}");
    let missing: Vec<&String> = wanted.difference(&told).collect();
    assert_eq!(missing, Vec::<&String>::new());
    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
    assert!(dashboard["panels"].as_array().unwrap().len() > 20);
    // Everything that is told is explained, histograms under one name.
    for name in &told {
        let name = ["_bucket", "_sum", "_count"]
            .iter()
            .find_map(|end| name.strip_suffix(end))
            .unwrap_or(name);
        assert!(REFERENCE.contains(&format!("`{name}`")), "{name}");
    }
}

#[test]
fn every_alert_has_a_page_in_the_runbook() {
    let after = |begin: &str| -> Vec<String> {
        let lines = ALERTS.lines().map(str::trim);
        lines
            .filter_map(|line| line.strip_prefix(begin))
            .map(str::to_owned)
            .collect()
    };
    let (alerts, pages) = (after("- alert: "), after("runbook_url: "));
    assert!(alerts.len() > 15);
    assert_eq!(alerts.len(), pages.len());
    for (alert, page) in alerts.iter().zip(pages) {
        assert_eq!(page, format!("docs/runbook.md#{}", alert.to_lowercase()));
        let (_, section) = RUNBOOK
            .split_once(&format!("\n## {alert}\n"))
            .unwrap_or_else(|| panic!("{alert} has no section"));
        let section = section.split("\n## ").next().unwrap();
        for part in ["**Means**", "**Hurts**", "**Look**", "**Mend**"] {
            assert!(section.contains(part), "{alert} says nothing on {part}");
        }
    }
    let sections = RUNBOOK.lines().filter_map(|line| line.strip_prefix("## "));
    for section in sections {
        assert!(alerts.iter().any(|alert| alert == section), "{section}");
    }
}

/// Prometheus' own judgement, where its tool is installed.
#[test]
fn the_alert_rules_are_sound_to_prometheus() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../observability/alerts.yaml"
    );
    let tool = std::process::Command::new("promtool")
        .args(["check", "rules", path])
        .output();
    match tool {
        Ok(said) => assert!(
            said.status.success(),
            "{}{}",
            String::from_utf8_lossy(&said.stdout),
            String::from_utf8_lossy(&said.stderr)
        ),
        Err(why) => eprintln!(
            "SKIPPED: promtool is not installed ({why}), so the alert rules were not checked by Prometheus' own tool. The Debian package `prometheus` has it"
        ),
    }
}

#[tokio::test]
async fn only_this_machine_and_programs_that_may_read_see_the_metrics() {
    let options = ServerOptions {
        tls: true,
        hosts: vec!["bridge.example".into()],
        ..ServerOptions::default()
    };
    let place = Place::empty(options).await;
    place.add_people().await;
    let token = async |scope: Permission| {
        let scopes = Scopes::new([scope]);
        let name = format!("t-{scope}");
        let made = place.app.create_api_token(&name, &scopes, 1, "test").await;
        format!("Bearer {}", made.unwrap().expose())
    };
    let (reads, operates) = (
        token(Permission::Read).await,
        token(Permission::Operate).await,
    );
    let session = place.session_of("pat").await;
    let far = "192.0.2.7";
    let forwarded = ("x-forwarded-for", "192.0.2.7");
    for (from, headers, wanted) in [
        ("127.0.0.1", vec![], StatusCode::OK),
        ("::1", vec![], StatusCode::OK),
        // A proxy on this machine that nobody named speaks for anybody.
        ("127.0.0.1", vec![forwarded], StatusCode::UNAUTHORIZED),
        (far, vec![], StatusCode::UNAUTHORIZED),
        (
            far,
            vec![("authorization", "Bearer rb_wrong")],
            StatusCode::UNAUTHORIZED,
        ),
        (
            far,
            vec![("authorization", operates.as_str())],
            StatusCode::OK,
        ),
        (far, vec![("authorization", reads.as_str())], StatusCode::OK),
        (
            far,
            vec![("cookie", session.as_str())],
            StatusCode::UNAUTHORIZED,
        ),
        (
            "127.0.0.1",
            vec![("host", "evil.example")],
            StatusCode::MISDIRECTED_REQUEST,
        ),
    ] {
        let answer = place.ask_from(from, "GET", "/metrics", &headers, "").await;
        assert_eq!(answer.status, wanted, "{from} {:?}", headers.first());
        let tells = answer.body.contains("repairbridge_");
        assert_eq!(tells, wanted == StatusCode::OK, "{from} {headers:?}");
    }
}

#[tokio::test]
async fn the_number_of_lines_is_bounded_however_many_shops_there_are() {
    let place = Place::empty(ServerOptions::default()).await;
    for name in ["a", "b", "c", "d"] {
        let new = NewShop {
            name: name.into(),
            location: format!("at-{name}"),
            zone: None,
            country: None,
        };
        place.app.add_shop(&new).await.unwrap();
    }
    let views = Views::new(place.app.clone(), Vec::new(), String::new());
    let overview = views.overview().await.unwrap();
    let lines = |most: usize| {
        let mut text = String::new();
        let registry = with_own_lines(Some(&overview), most);
        text::encode_registry(&mut text, &registry).unwrap();
        text
    };
    let all = lines(5);
    assert!(!all.contains(r#"shop="(others)""#), "{all}");
    let some = lines(2);
    assert!(some.contains(r#"{shop="b"}"#) && !some.contains(r#"{shop="c"}"#));
    let others = |metric: &str, more: &str| {
        value(&some, &format!(r#"{metric}{{shop="(others)"{more}}}"#)).unwrap()
    };
    // c, d and main; none of them is connected.
    assert_eq!(others("repairbridge_shop_health", ""), 2.0);
    let day = others("repairbridge_shop_budget_day_left", r#",side="highlevel""#);
    let of_one = value(
        &some,
        r#"repairbridge_shop_budget_day_left{shop="a",side="highlevel"}"#,
    );
    assert_eq!(Some(day), of_one, "the smallest, not the sum");
    assert_eq!(
        value(&some, r#"repairbridge_shops{health="stopped"}"#),
        Some(5.0),
        "all are counted"
    );
}
