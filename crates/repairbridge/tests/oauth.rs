//! The binary connected by the vendor's page, with tokens that live seconds, killed again and again, beside a second
//! process on the same database.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests fail loudly, and wait in real time"
)]

mod service;

use serde_json::{Value, json};
use service::{Service, command, free_address};
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use testkit::{Bench, SHOP, assert_exactly_once};
use twin::highlevel::{Consent, OAuthPolicy};

/// The binary with the marketplace app of the twin's agency; its secret is in the vault.
fn with_app(bench: &Bench, address: SocketAddr) -> Command {
    let mut command = command(bench, address, 1);
    let page = format!("{}/oauth/chooselocation", bench.twins.highlevel_url());
    command
        .env(
            "REPAIRBRIDGE_HIGHLEVEL__CLIENT_ID",
            bench.twins.highlevel().agency().app().client_id,
        )
        .env("REPAIRBRIDGE_HIGHLEVEL__INSTALL_URL", page);
    command
}

fn ran(bench: &Bench, address: SocketAddr, words: &[&str]) -> Value {
    let output = with_app(bench, address)
        .args(words)
        .arg("--json")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    serde_json::from_str(&said).unwrap_or_else(|why| {
        panic!(
            "{words:?}: {why}: {said} {}",
            String::from_utf8_lossy(&output.stderr)
        )
    })
}

fn store_client_secret(bench: &Bench, address: SocketAddr) {
    let file = bench.folder.path().join("client-secret");
    std::fs::write(&file, bench.twins.highlevel().agency().app().client_secret).unwrap();
    let words = ["app", "set", "--client-secret-file", file.to_str().unwrap()];
    assert_eq!(ran(bench, address, &words)["client_secret"], true);
    std::fs::remove_file(file).unwrap();
}

/// What a person does: follows the printed link, chooses the sub-account on the vendor's page, and comes back.
async fn connect_by_the_page(bench: &Bench, address: SocketAddr) -> String {
    let agency = bench.twins.highlevel().agency();
    let shown = ran(bench, address, &["connect", "highlevel", SHOP, "--oauth"]);
    agency
        .register_redirect(shown["redirect"].as_str().unwrap())
        .unwrap();
    let browser = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let left = browser
        .get(shown["install_link"].as_str().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(left.status(), 303);
    let header = |name: &str| left.headers()[name].to_str().unwrap().to_owned();
    let (page, cookie) = (header("location"), header("set-cookie"));
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
    let here = Consent::Location(bench.twins.location_id().to_owned());
    let back = agency.consent(&page, &here).unwrap();
    // Another browser gets nowhere with it.
    let stranger = browser.get(&back).send().await.unwrap();
    assert_eq!(stranger.status(), 403);
    let cookie = cookie.split(';').next().unwrap();
    let answer = browser
        .get(&back)
        .header("cookie", cookie)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    assert!(
        answer.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .contains("default-src 'none'")
    );
    answer.text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_connected_by_the_page_stays_so_while_its_service_is_killed_again_and_again() {
    let bench = Bench::new(91, 12, 6).await;
    let agency = bench.twins.highlevel().agency();
    let address = free_address();
    store_client_secret(&bench, address);
    let start = || Service::run(address, with_app(&bench, address));
    let mut service = start().await;
    let page = connect_by_the_page(&bench, address).await;
    assert!(page.contains("HighLevel is connected"), "{page}");
    let tally = ran(&bench, address, &["sync", SHOP, "--approve"]);
    assert_eq!(tally["finished"], true, "{tally}");

    agency.set_oauth_policy(OAuthPolicy {
        access_token_seconds: 4,
        ..OAuthPolicy::default()
    });
    // Connected anew, since the tokens that are there live a day.
    connect_by_the_page(&bench, address).await;
    let end = Instant::now() + Duration::from_secs(25);
    let mut kills = 0;
    while Instant::now() < end {
        tokio::time::sleep(Duration::from_millis(900 + 370 * (kills % 7))).await;
        service.kill();
        kills += 1;
        service = start().await;
        if kills % 3 == 0 {
            // A second process with the same tokens, beside the service.
            let beside = ran(&bench, address, &["sync", SHOP]);
            assert!(beside["error"].is_null(), "{beside}");
        }
    }
    let counts = agency.oauth_counts().all;
    assert!(counts.refreshes >= 4, "{counts:?}");
    assert_eq!(counts.refused_refreshes, 0, "{counts:?}");
    let contact = bench.truth().await.contacts.keys().next().unwrap().clone();
    bench.in_crm(&json!({"action": "edit_contact", "id": contact, "fields": {"city": "Ripon"}}));
    tokio::time::sleep(Duration::from_secs(3)).await;
    let tally = ran(&bench, address, &["sync", SHOP]);
    assert_eq!(tally["finished"], true, "{tally}");
    service.kill();
    assert_exactly_once(&bench).await;
    let truth = bench.truth().await;
    let arrived = truth
        .customers
        .values()
        .any(|customer| customer.to_string().contains("Ripon"));
    assert!(arrived, "an edit after all that arrives");
    println!("{kills} kills, {counts:?}");
}
