//! Connecting by the vendor's page, for a shop and for an agency.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail loudly")]

use app::{BrowserPass, Finished, Health, InstallError, SyncOptions};
use domain::{Clock, Side};
use secrecy::SecretString;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use testkit::{Bench, SHOP, assert_exactly_once};
use twin::highlevel::{Agency, Consent, OAuthPolicy, Reach};
use url::Url;

fn agency(bench: &Bench) -> Agency {
    bench.twins.highlevel().agency()
}

/// The part of an address after `name=`.
fn part(url: &str, name: &str) -> SecretString {
    let url: Url = url.parse().unwrap();
    let found = url.query_pairs().find(|(key, _)| key == name);
    SecretString::from(
        found
            .unwrap_or_else(|| panic!("no {name} in {url}"))
            .1
            .as_ref(),
    )
}

/// What a browser brings back.
struct Back {
    code: SecretString,
    state: SecretString,
    browser: BrowserPass,
}

/// Follows a fresh link to the vendor's page and decides there.
async fn go(bench: &Bench, shop: Option<&str>, writes: bool, consent: &Consent) -> Back {
    let link = bench.app.install_link(shop, writes).await.unwrap();
    let token = part(link.as_str(), "link");
    let page = bench
        .app
        .follow_install_link(&token)
        .await
        .unwrap()
        .unwrap();
    let back = agency(bench).consent(page.url.as_str(), consent).unwrap();
    Back {
        code: part(&back, "code"),
        state: part(&back, "state"),
        browser: page.browser,
    }
}

async fn finish(bench: &Bench, back: &Back) -> Result<Finished, InstallError> {
    bench
        .app
        .finish_install(&back.state, &back.browser, &back.code)
        .await
}

fn here(bench: &Bench) -> Consent {
    Consent::Location(bench.twins.location_id().to_owned())
}

async fn connected(bench: &Bench) -> Finished {
    bench.app.disconnect(SHOP, Side::HighLevel).await.unwrap();
    let back = go(bench, Some(SHOP), true, &here(bench)).await;
    finish(bench, &back).await.unwrap()
}

async fn reasons(bench: &Bench) -> (Health, String) {
    let status = bench.app.status(SHOP).await.unwrap();
    (status.health, status.reasons.join("\n"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_is_connected_by_a_link_with_exactly_the_scopes_it_needs_and_syncs() {
    let mut bench = Bench::new(51, 12, 6).await;
    let finished = connected(&bench).await;
    assert_eq!(finished.shops, [SHOP]);
    let scopes = finished.scopes.unwrap();
    assert!(scopes.missing.is_empty(), "{scopes:?}");
    let shop = bench.app.shop(SHOP).await.unwrap();
    let needed = bench.app.needed_scopes(&shop).await.unwrap();
    let mut needed: Vec<&str> = needed.iter().map(|one| &*one.scope).collect();
    needed.sort_unstable();
    assert_eq!(scopes.granted, needed, "no more and no less");
    let tally = bench.sync().await;
    assert!(tally.finished, "{:?}", tally.reasons);
    bench.restart().await;
    let tally = bench.sync().await;
    assert!(tally.finished, "{:?}", tally.reasons);
    assert_exactly_once(&bench).await;
    let counts = agency(&bench).oauth_counts();
    assert_eq!((counts.all.exchanges, counts.all.refreshes), (1, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_11_least_privilege_a_link_to_read_asks_for_nothing_else_and_writes_are_held() {
    let bench = Bench::new(52, 12, 6).await;
    bench.app.disconnect(SHOP, Side::HighLevel).await.unwrap();
    let back = go(&bench, Some(SHOP), false, &here(&bench)).await;
    let finished = finish(&bench, &back).await.unwrap();
    let scopes = finished.scopes.unwrap();
    assert!(scopes.reads());
    assert!(
        scopes
            .granted
            .iter()
            .all(|scope| !scope.ends_with(".write")),
        "{scopes:?}"
    );
    assert_eq!(scopes.missing_names(), ["contacts.write"]);
    let tally = bench.sync().await;
    assert!(tally.held > 0 && tally.failed == 0, "{tally:?}");

    // Once more through the page, with what the rules need to write.
    let back = go(&bench, Some(SHOP), true, &here(&bench)).await;
    let finished = finish(&bench, &back).await.unwrap();
    assert!(finished.scopes.unwrap().missing.is_empty());
    let tally = bench.sync().await;
    assert!(tally.finished, "{:?}", tally.reasons);
    assert_exactly_once(&bench).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_state_is_good_once_for_its_browser_and_a_link_until_it_has_served() {
    let bench = Bench::new(53, 2, 0).await;
    let link = bench.app.install_link(Some(SHOP), true).await.unwrap();
    let token = part(link.as_str(), "link");
    let follow = async || bench.app.follow_install_link(&token).await.unwrap();
    let (one, other) = (follow().await.unwrap(), follow().await.unwrap());
    let back = |page: &app::InstallPage| {
        let back = agency(&bench)
            .consent(page.url.as_str(), &here(&bench))
            .unwrap();
        (part(&back, "state"), part(&back, "code"))
    };
    let (state, code) = back(&one);
    // Somebody else's browser, and a state that nobody was given.
    let stolen = bench
        .app
        .finish_install(&state, &other.browser, &code)
        .await;
    assert!(matches!(stolen, Err(InstallError::State)), "{stolen:?}");
    let made_up = SecretString::from("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    let refused = bench
        .app
        .finish_install(&made_up, &one.browser, &code)
        .await;
    assert!(matches!(refused, Err(InstallError::State)));
    bench
        .app
        .finish_install(&state, &one.browser, &code)
        .await
        .unwrap();
    let again = bench.app.finish_install(&state, &one.browser, &code).await;
    assert!(matches!(again, Err(InstallError::State)));
    assert!(follow().await.is_none(), "the link has served");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_used_code_and_a_wrong_secret_are_told_apart() {
    let bench = Bench::tuned(Bench::options(54, 2, 0), |config| {
        config.client_secret = Some(SecretString::from("00000000-0000-4000-8000-000000000000"));
    })
    .await;
    let mut back = go(&bench, Some(SHOP), true, &here(&bench)).await;
    let refused = finish(&bench, &back).await.unwrap_err().to_string();
    assert!(refused.contains("client id and secret"), "{refused}");
    back = go(&bench, Some(SHOP), true, &here(&bench)).await;
    back.code = SecretString::from("0123456789abcdef01234567deadbeef00000000");
    let refused = finish(&bench, &back).await.unwrap_err().to_string();
    assert!(refused.contains("used up or too old"), "{refused}");
    // What was connected before stays so.
    assert!(bench.sync().await.finished);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_sub_account_than_the_shops_is_refused() {
    let bench = Bench::new(55, 2, 0).await;
    let other = agency(&bench).add_location(9, "Another shop");
    let consent = Consent::Location(other.credentials().location_id.clone());
    let back = go(&bench, Some(SHOP), true, &consent).await;
    let refused = finish(&bench, &back).await;
    assert!(
        matches!(refused, Err(InstallError::OtherAccount { .. })),
        "{refused:?}"
    );
    assert!(
        bench.sync().await.finished,
        "the token that was there is still in use"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_removed_app_stops_the_shop_and_a_new_installation_mends_it() {
    let bench = Bench::new(56, 6, 3).await;
    connected(&bench).await;
    assert!(bench.sync().await.finished);
    let location = bench.twins.location_id();
    let app_id = agency(&bench).app().app_id;
    let tell = async |kind: &str, fields: Json| bench.tell(kind, &fields).await;
    // Another app's, and one that is older than the installation.
    tell(
        "UNINSTALL",
        json!({"appId": "aaaaaaaaaaaaaaaaaaaaaaaa", "locationId": location}),
    )
    .await;
    let old =
        json!({"appId": app_id, "locationId": location, "timestamp": "2020-01-01T00:00:00.000Z"});
    tell("UNINSTALL", old).await;
    assert!(bench.sync().await.finished);
    agency(&bench).uninstall(&Reach::Location(location.to_owned()));
    tell(
        "UNINSTALL",
        json!({"appId": app_id, "locationId": location}),
    )
    .await;
    let (health, why) = reasons(&bench).await;
    assert_eq!(health, Health::Stopped);
    assert!(why.contains("HighLevel is not connected"), "{why}");
    let back = go(&bench, Some(SHOP), true, &here(&bench)).await;
    finish(&bench, &back).await.unwrap();
    assert!(bench.sync().await.finished);
    assert_exactly_once(&bench).await;
    assert_ne!(reasons(&bench).await.0, Health::Stopped);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn disconnecting_forgets_the_tokens_and_keeps_the_links() {
    let bench = Bench::new(57, 6, 3).await;
    connected(&bench).await;
    assert!(bench.sync().await.finished);
    assert!(bench.app.disconnect(SHOP, Side::HighLevel).await.unwrap());
    assert!(!bench.app.disconnect(SHOP, Side::HighLevel).await.unwrap());
    let board = app::ProgressBoard::default();
    let refused = bench.app.sync(SHOP, SyncOptions::default(), &board).await;
    assert!(refused.unwrap_err().to_string().contains("not connected"));
    connected(&bench).await;
    let tally = bench.sync().await;
    assert!(tally.finished && !tally.wrote(), "{tally:?}");
    assert_exactly_once(&bench).await;
}

/// A private integration token that is replaced: until HighLevel takes the new one, the one before is used; and the new
/// one from the moment on at which the old one ends.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_is_replaced_serves_until_the_new_one_is_taken() {
    let bench = Bench::new(60, 6, 3).await;
    assert!(bench.sync().await.finished);
    let new = "pit-00000000-1111-4222-8333-444444444444";
    let secret = SecretString::from(new);
    let connect = bench.app.connect(SHOP, Side::HighLevel, &secret);
    connect.await.unwrap();
    assert!(bench.sync().await.finished, "with the one before");
    let highlevel = bench.twins.highlevel();
    highlevel.add_token(twin::highlevel::Token {
        secret: new.to_owned(),
        reach: Reach::Location(bench.twins.location_id().to_owned()),
        scopes: None,
    });
    highlevel.revoke_token(bench.twins.token());
    assert!(bench.sync().await.finished, "with the new one");
    highlevel.revoke_token(new);
    let board = app::ProgressBoard::default();
    let refused = bench.app.sync(SHOP, SyncOptions::default(), &board).await;
    assert!(refused.is_err(), "with neither");
}

/// Five sub-accounts from one installation, each with a counter of its own behind one address.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agency_with_five_locations_yields_five_working_shops() {
    let counters = counters::Counters::open(5).await;
    let bench = Bench::new(58, 0, 0).await;
    let app = counters.application(&bench).await;
    app.remove_shop(SHOP).await.unwrap();
    let mut locations = vec![bench.twins.highlevel().clone()];
    for number in 2..=5_u64 {
        locations.push(agency(&bench).add_location(number, &format!("Fix It {number}")));
    }
    let link = app.install_link(None, true).await.unwrap();
    let token = part(link.as_str(), "link");
    let page = app.follow_install_link(&token).await.unwrap().unwrap();
    let all = Consent::Agency {
        locations: None,
        future: true,
    };
    let back = agency(&bench).consent(page.url.as_str(), &all).unwrap();
    let finished = app
        .finish_install(&part(&back, "state"), &page.browser, &part(&back, "code"))
        .await
        .unwrap();
    assert!(finished.is_agency);
    assert_eq!(finished.without_shop.len(), 5, "{finished:?}");
    let shops = app.adopt_accounts().await.unwrap();
    assert_eq!(shops.len(), 5);
    assert!(
        shops.iter().any(|shop| shop.name == "fix-it-3"),
        "{shops:?}"
    );

    for (shop, counter) in shops.iter().zip(counters.keys()) {
        let key = SecretString::from(counter);
        app.connect(&shop.name, Side::MyGadgetRepairs, &key)
            .await
            .unwrap();
    }
    let approve = SyncOptions {
        approve: true,
        ..SyncOptions::default()
    };
    let board = app::ProgressBoard::default();
    for shop in &shops {
        let tally = app.sync(&shop.name, approve, &board).await.unwrap();
        assert!(tally.finished, "{}: {:?}", shop.name, tally.reasons);
        assert!(
            tally.created.highlevel["contact"] > 0,
            "{}: {tally:?}",
            shop.name
        );
    }
    // Every counter's people are in its own sub-account, and in no other.
    let mut people: BTreeMap<String, usize> = BTreeMap::new();
    for location in &locations {
        people.insert(
            location.credentials().location_id.clone(),
            location.counts().contacts,
        );
    }
    for (shop, counter) in shops.iter().zip(&counters.twins) {
        let there = counter.mygadgetrepairs().counts().customers;
        assert_eq!(people[&shop.location], there, "{}", shop.name);
    }
    let counts = agency(&bench).oauth_counts();
    assert_eq!(
        (counts.all.exchanges, counts.all.location_tokens),
        (1, 5),
        "{counts:?}"
    );

    // A sixth one comes with the agency's wish for later ones, told by webhook.
    let sixth = agency(&bench)
        .add_location(6, "Fix It 6")
        .credentials()
        .location_id
        .clone();
    let company = agency(&bench).company_id();
    let app_id = agency(&bench).app().app_id;
    let event = json!({"type": "INSTALL", "appId": app_id, "companyId": company, "locationId": sixth, "webhookId": "i6"});
    testkit::signed::deliver(&app, &event).await.unwrap();
    let adopted = app.adopt_accounts().await.unwrap();
    assert_eq!(adopted.len(), 1);
    assert_eq!(adopted[0].location, sixth);
}

/// A link for a shop, on whose page somebody chooses an agency, with the shop's sub-account or without: nothing of that
/// agency is kept.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_foreign_agency_leaves_nothing_behind() {
    let bench = Bench::new(63, 2, 0).await;
    bench.app.disconnect(SHOP, Side::HighLevel).await.unwrap();
    let other = agency(&bench).add_location(8, "Another shop");
    for locations in [Some(vec![other.credentials().location_id.clone()]), None] {
        let future = false;
        let consent = Consent::Agency { locations, future };
        let back = go(&bench, Some(SHOP), true, &consent).await;
        let refused = finish(&bench, &back).await;
        assert!(
            matches!(refused, Err(InstallError::AgencyNotMeant)),
            "{refused:?}"
        );
        assert!(bench.app.store().installations().await.unwrap().is_empty());
    }
}

/// Disconnecting an agency ends what works through it, and a late word of its installation does not undo that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disconnected_agency_stays_so_whatever_comes_late() {
    let bench = Bench::new(64, 2, 0).await;
    bench.app.disconnect(SHOP, Side::HighLevel).await.unwrap();
    let all = Consent::Agency {
        locations: None,
        future: false,
    };
    let back = go(&bench, None, true, &all).await;
    finish(&bench, &back).await.unwrap();
    assert!(bench.sync().await.finished);
    let shop = bench.app.shop(SHOP).await.unwrap();
    let connected = async || {
        bench
            .app
            .is_connected(&shop, Side::HighLevel)
            .await
            .unwrap()
    };
    let (company, app_id) = (agency(&bench).company_id(), agency(&bench).app().app_id);
    let told = async |at: &str| {
        let event = json!({"appId": app_id, "companyId": company, "timestamp": at});
        bench.tell("INSTALL", &event).await;
    };

    // The shop alone: the agency is still there, and an old word of it comes.
    bench.app.disconnect(SHOP, Side::HighLevel).await.unwrap();
    told("2020-01-01T00:00:00.000Z").await;
    assert!(!connected().await);
    // Installed anew in HighLevel.
    told("2099-01-01T00:00:00.000Z").await;
    assert!(connected().await);

    assert_eq!(bench.app.disconnect_agencies().await.unwrap(), 2);
    told("2099-01-01T00:00:00.000Z").await;
    assert!(!connected().await, "there is no agency to make tokens from");
}

/// Tokens that live half a minute: each pass finds its own, by one refresh each, and the vendor refuses none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_that_end_between_passes_are_renewed_once_each() {
    let (bench, clock) = Bench::recorded(Bench::options(59, 40, 10), |_| {}).await;
    agency(&bench).set_oauth_policy(OAuthPolicy {
        access_token_seconds: 30,
        ..OAuthPolicy::default()
    });
    connected(&bench).await;
    for _ in 0..4 {
        let tally = bench.sync().await;
        assert!(tally.finished, "{:?}", tally.reasons);
        let later = clock.now().checked_add(jiff::SignedDuration::from_secs(45));
        clock.sleep_until(later.unwrap()).await;
    }
    let counts = agency(&bench).oauth_counts();
    assert_eq!(counts.all.refreshes, 3, "{counts:?}");
    assert_eq!(
        (counts.all.refused_refreshes, counts.all.graced),
        (0, 0),
        "{counts:?}"
    );
    assert_eq!(counts.all.stale_calls, 0, "{counts:?}");
}

mod counters {
    //! Several counters behind one address, told apart by their keys, as the vendor's accounts are.

    use app::App;
    use axum::body::{Body, Bytes};
    use axum::extract::State;
    use axum::http::{HeaderMap, Method, Response, StatusCode, Uri};
    use std::collections::HashMap;
    use std::sync::Arc;
    use testkit::Bench;
    use twin::RunningTwins;

    pub struct Counters {
        pub twins: Vec<RunningTwins>,
        address: String,
    }

    type Ways = Arc<HashMap<String, String>>;

    impl Counters {
        pub async fn open(count: u64) -> Self {
            let mut twins = Vec::new();
            let mut ways = HashMap::new();
            for number in 0..count {
                let shop = 4 + usize::try_from(number).unwrap();
                let mut options = Bench::options(600 + number, shop, 0);
                options.mygadgetrepairs.api_key = format!("counter-key-of-shop-{number}");
                let running = twin::start(options).await.unwrap();
                ways.insert(running.key(), running.mygadgetrepairs_url());
                twins.push(running);
            }
            let router = axum::Router::new()
                .fallback(forward)
                .with_state(Arc::new(ways) as Ways);
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = format!("http://{}/v1", listener.local_addr().unwrap());
            tokio::spawn(async move { axum::serve(listener, router).await });
            Self { twins, address }
        }

        pub fn keys(&self) -> impl Iterator<Item = String> {
            self.twins.iter().map(RunningTwins::key)
        }

        /// Another application on the bench's database whose counters are these.
        pub async fn application(&self, bench: &Bench) -> App {
            bench.application_at(&self.address).await
        }
    }

    async fn forward(
        State(ways): State<Ways>,
        method: Method,
        uri: Uri,
        headers: HeaderMap,
        body: Bytes,
    ) -> Response<Body> {
        let key = headers.values().filter_map(|value| value.to_str().ok());
        let way = key.filter_map(|key| ways.get(key)).next();
        let Some(way) = way else {
            let mut refused = Response::new(Body::from("unknown key"));
            *refused.status_mut() = StatusCode::UNAUTHORIZED;
            return refused;
        };
        let path = uri.path_and_query().map_or("", |path| path.as_str());
        let address = format!("{way}{}", path.strip_prefix("/v1").unwrap_or(path));
        let client = reqwest::Client::builder().build().unwrap();
        let mut request = client.request(method, address).body(body);
        for (name, value) in &headers {
            if name != "host" {
                request = request.header(name, value);
            }
        }
        let answer = request.send().await.unwrap();
        let mut back = Response::builder().status(answer.status());
        for (name, value) in answer.headers() {
            if name != "transfer-encoding" && name != "content-length" {
                back = back.header(name, value);
            }
        }
        back.body(Body::from(answer.bytes().await.unwrap()))
            .unwrap()
    }
}
