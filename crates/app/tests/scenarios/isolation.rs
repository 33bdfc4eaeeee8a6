//! One shop's trouble never slows another: what a live edit costs, and that it arrives, is the same beside a shop whose
//! vendor hangs, refuses its credentials or has locked it out. Counted in requests, not in time.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests fail loudly and wait in real time"
)]

use app::{App, AppError, NewShop, ProgressBoard, SyncOptions};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{Response, StatusCode};
use domain::Side;
use secrecy::SecretString;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use testkit::{Bench, Truth, signed, unhindered};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use twin::RunningTwins;

/// The shops' keys at the counter, as the installation knows them.
const KEYS: [&str; 2] = ["the-troubled-ones-key", "the-quiet-ones-key"];

/// What happens to the requests of one shop on their way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    None,
    /// Taken and never answered.
    Hangs,
    /// The credentials are refused.
    Refused,
    /// So many requests that nothing is answered any more for hours.
    LockedOut,
}

/// Stands before both twins of a vendor, and tells shops apart by their credentials.
#[derive(Clone)]
struct Front(Arc<Inner>);

struct Inner {
    /// Credentials, what stands for them at the twin, where they lead, and how often they came.
    shops: Vec<(String, String, String, AtomicU64)>,
    trouble: Mutex<BTreeMap<String, Trouble>>,
    /// Requests that were taken and will not be answered.
    hanging: AtomicU64,
    client: reqwest::Client,
}

impl Front {
    async fn start(shops: Vec<[String; 3]>) -> (Self, String) {
        let shops = shops.into_iter();
        let front = Self(Arc::new(Inner {
            shops: shops
                .map(|[secret, real, to]| (secret, real, to, AtomicU64::new(0)))
                .collect(),
            trouble: Mutex::default(),
            hanging: AtomicU64::new(0),
            client: reqwest::Client::new(),
        }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(pass_on).with_state(front.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (front, format!("http://{address}"))
    }

    fn trouble(&self, secret: &str, trouble: Trouble) {
        self.0
            .trouble
            .lock()
            .unwrap()
            .insert(secret.to_owned(), trouble);
    }

    fn count(&self, secret: &str) -> u64 {
        let found = self.0.shops.iter().find(|(known, ..)| known == secret);
        found.unwrap().3.load(Ordering::SeqCst)
    }
}

async fn pass_on(State(front): State<Front>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let carries = |secret: &String| {
        parts
            .headers
            .values()
            .any(|value| value.to_str().is_ok_and(|text| text.contains(secret)))
            || parts
                .uri
                .query()
                .is_some_and(|query| query.contains(secret.as_str()))
    };
    let (secret, real, to, count) = front
        .0
        .shops
        .iter()
        .find(|(secret, ..)| carries(secret))
        .unwrap();
    count.fetch_add(1, Ordering::SeqCst);
    let trouble = front.0.trouble.lock().unwrap().get(secret).copied();
    let answer = |status: u16, text: &str| {
        Response::builder()
            .status(StatusCode::from_u16(status).unwrap())
            .header("content-type", "application/json")
            .header("retry-after", "3600")
            .body(Body::from(text.to_owned()))
            .unwrap()
    };
    match trouble.unwrap_or(Trouble::None) {
        Trouble::None => {}
        Trouble::Hangs => {
            front.0.hanging.fetch_add(1, Ordering::SeqCst);
            std::future::pending::<()>().await;
        }
        Trouble::Refused => return answer(401, r#"{"statusCode":401,"message":"Invalid JWT"}"#),
        Trouble::LockedOut => return answer(429, r#"{"message":"Too many requests"}"#),
    }
    let path = parts.uri.path_and_query().unwrap().as_str();
    let mut onward = front.0.client.request(parts.method, format!("{to}{path}"));
    for (name, value) in &parts.headers {
        if !matches!(
            name.as_str(),
            "host" | "content-length" | "accept-encoding" | "connection"
        ) {
            let value = value.to_str().unwrap().replace(secret, real);
            onward = onward.header(name, value);
        }
    }
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let answered = onward.body(body).send().await.unwrap();
    let mut back = Response::builder().status(answered.status());
    for (name, value) in answered.headers() {
        if !matches!(
            name.as_str(),
            "content-length" | "transfer-encoding" | "connection"
        ) {
            back = back.header(name, value);
        }
    }
    back.body(Body::from(answered.bytes().await.unwrap()))
        .unwrap()
}

/// Two shops in one installation, each with its own twins.
struct Street {
    twins: [RunningTwins; 2],
    app: App,
    fronts: [Front; 2],
    /// A customer of the quiet shop.
    customer: String,
    _folder: tempfile::TempDir,
}

/// `http://host:port` and the path behind it.
fn split(url: &str) -> (String, String) {
    let url: reqwest::Url = url.parse().unwrap();
    let path = url.path().trim_end_matches('/').to_owned();
    (url.origin().ascii_serialization(), path)
}

impl Street {
    async fn open() -> Self {
        let one = twin::start(Bench::options(11, 3, 0)).await.unwrap();
        let other = twin::start(Bench::options(12, 3, 0)).await.unwrap();
        let twins = [one, other];
        // The counter's twins have one and the same key.
        let crm = [0, 1].map(|at| {
            let (token, to) = (twins[at].token(), split(&twins[at].highlevel_url()).0);
            [token.to_owned(), token.to_owned(), to]
        });
        let counter = [0, 1].map(|at| {
            let to = split(&twins[at].mygadgetrepairs_url()).0;
            [KEYS[at].to_owned(), twins[at].key(), to]
        });
        let (crm, crm_url) = Front::start(crm.to_vec()).await;
        let (counter, counter_url) = Front::start(counter.to_vec()).await;
        let below = split(&twins[0].mygadgetrepairs_url()).1;
        let mut config = unhindered((&crm_url, &format!("{counter_url}{below}")));
        config.poll_seconds = 86_400;
        let folder = tempfile::tempdir().unwrap();
        let app = application(config, &folder.path().join("street.db")).await;
        let customer = new_customer(&twins[1]).await;
        let street = Self {
            customer,
            twins,
            app,
            fronts: [crm, counter],
            _folder: folder,
        };
        for (which, name) in ["troubled", "quiet"].into_iter().enumerate() {
            let at = &street.twins[which];
            let new = NewShop {
                name: name.into(),
                location: at.location_id().into(),
                zone: None,
                country: None,
            };
            street.app.add_shop(&new).await.unwrap();
            let secrets = [
                SecretString::from(at.token()),
                SecretString::from(KEYS[which]),
            ];
            for (side, secret) in Side::BOTH.into_iter().zip(secrets) {
                street.app.connect(name, side, &secret).await.unwrap();
            }
            let approved = SyncOptions {
                approve: true,
                ..SyncOptions::default()
            };
            for _ in 0..2 {
                let board = ProgressBoard::default();
                let tally = street.app.sync(name, approved, &board).await.unwrap();
                assert!(tally.finished, "{:?}", tally.reasons);
                tokio::time::sleep(Duration::from_millis(400)).await;
            }
        }
        street
    }

    fn trouble(&self, trouble: Trouble) {
        self.fronts[0].trouble(self.twins[0].token(), trouble);
        self.fronts[1].trouble(KEYS[0], trouble);
    }

    fn asked_by_the_quiet_one(&self) -> (u64, u64) {
        let at = &self.twins[1];
        (
            self.fronts[0].count(at.token()),
            self.fronts[1].count(KEYS[1]),
        )
    }

    /// Waits until the quiet shop asks nothing any more.
    async fn quiet(&self) {
        let mut before = self.asked_by_the_quiet_one();
        for still in 0.. {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let now = self.asked_by_the_quiet_one();
            if now == before && still > 10 {
                return;
            }
            before = now;
        }
    }

    /// A webhook of a shop's CRM about a contact.
    async fn tell(&self, which: usize, contact: &str, number: usize) {
        let event = json!({
            "type": "ContactUpdate", "id": contact, "locationId": self.twins[which].location_id(),
            "webhookId": format!("{which}-{number}-{}", uuid()),
        });
        signed::deliver(&self.app, &event).await.unwrap();
    }

    /// The contact of the quiet shop's customer.
    async fn linked_contact(&self) -> String {
        let shop = self.app.shop("quiet").await.unwrap();
        let id = domain::RecordId::new(self.customer.clone());
        let store = self.app.store();
        let link = store.link_of(shop.id, Side::MyGadgetRepairs, domain::Kind::Contact, &id);
        link.await.unwrap().unwrap().left.as_str().to_owned()
    }

    /// An edit at the quiet shop's CRM: carried over, and what that cost.
    async fn live_edit(&self, city: &str) -> (u64, u64) {
        let at = &self.twins[1];
        let contact = self.linked_contact().await;
        let before = self.asked_by_the_quiet_one();
        let edit = json!({"action": "edit_contact", "id": contact, "fields": {"city": city}});
        at.highlevel().act(&edit).unwrap();
        self.tell(1, &contact, 0).await;
        let begun = Instant::now();
        loop {
            let truth = Truth::read(at).await;
            if truth
                .customers
                .values()
                .any(|customer| customer.to_string().contains(city))
            {
                break;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(40),
                "the edit never arrives: {city}; {:?}",
                self.app.log("quiet", Some(&contact), 5).await
            );
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        self.quiet().await;
        let after = self.asked_by_the_quiet_one();
        (after.0 - before.0, after.1 - before.1)
    }
}

async fn new_customer(at: &RunningTwins) -> String {
    let address = at.address(twin::Vendor::MyGadgetRepairs);
    let person = json!({"action": "create_customer", "fields": {
        "name": "Maria Soto", "email": "maria@example.test", "mobile": "07400123456",
        "address": "1 High Street", "city": "Leeds", "postCode": "LS1 1AA", "country": "United Kingdom",
    }});
    let client = reqwest::Client::new();
    let posted = client
        .post(format!("http://{address}/_twin/person"))
        .json(&person);
    let made: serde_json::Value = posted.send().await.unwrap().json().await.unwrap();
    made["id"].as_str().unwrap().to_owned()
}

fn uuid() -> String {
    use domain::Randomness;
    let mut bytes = [0_u8; 8];
    http::SystemRandomness.fill(&mut bytes);
    format!("{bytes:x?}")
}

async fn application(config: app::AppConfig, database: &Path) -> App {
    let context = domain::Context {
        clock: Arc::new(http::SystemClock),
        randomness: Arc::new(http::SystemRandomness),
    };
    testkit::application_with(config, database, context).await
}

/// Serves all shops until cancelled.
fn serve(app: &App) -> (JoinHandle<Result<(), AppError>>, CancellationToken) {
    let cancel = CancellationToken::new();
    let serving = tokio::spawn({
        let (app, cancel) = (app.clone(), cancel.clone());
        async move { app.serve_shops(cancel).await }
    });
    (serving, cancel)
}

async fn is_not_slowed_beside(trouble: Trouble) {
    let street = Street::open().await;
    let (serving, cancel) = serve(&street.app);
    street.quiet().await;
    let alone = street.live_edit("Aberdeen").await;
    assert!(alone.0 > 0 && alone.1 > 0, "{alone:?}");
    street.trouble(trouble);
    let before = street.fronts[0].count(street.twins[0].token());
    let contacts = Truth::read(&street.twins[0]).await.contacts;
    // The troubled shop has plenty to do, and is in trouble.
    for (number, contact) in contacts.keys().cycle().take(200).enumerate() {
        street.tell(0, contact, number).await;
    }
    let begun = Instant::now();
    let front = &street.fronts[0];
    while front.count(street.twins[0].token()) == before {
        assert!(begun.elapsed() < Duration::from_secs(60), "it asks nothing");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(street.live_edit("Birmingham").await, alone);
    let hanging = front.0.hanging.load(Ordering::SeqCst);
    assert_eq!(hanging > 0, trouble == Trouble::Hangs);
    cancel.cancel();
    serving.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_is_not_slowed_beside_one_whose_vendor_hangs() {
    is_not_slowed_beside(Trouble::Hangs).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_is_not_slowed_beside_one_whose_credentials_are_refused() {
    is_not_slowed_beside(Trouble::Refused).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_is_not_slowed_beside_one_that_is_locked_out() {
    is_not_slowed_beside(Trouble::LockedOut).await;
}

/// Whatever ends the work on a shop, it is begun anew; a shop that takes the place of another is served at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_that_takes_anothers_place_is_served() {
    let street = Street::open().await;
    let (serving, cancel) = serve(&street.app);
    street.quiet().await;
    // The last shop goes, and another one gets its number.
    let at = &street.twins[1];
    let begun = Instant::now();
    while street.app.remove_shop("quiet").await.is_err() {
        assert!(begun.elapsed() < Duration::from_secs(60));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let new = NewShop {
        name: "renamed".into(),
        location: at.location_id().into(),
        zone: None,
        country: None,
    };
    street.app.add_shop(&new).await.unwrap();
    let secrets = [SecretString::from(at.token()), SecretString::from(KEYS[1])];
    for (side, secret) in Side::BOTH.into_iter().zip(secrets) {
        street.app.connect("renamed", side, &secret).await.unwrap();
    }
    let before = street.asked_by_the_quiet_one();
    while street.asked_by_the_quiet_one() == before {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "it is never served"
        );
        let contact = Truth::read(at)
            .await
            .contacts
            .keys()
            .next()
            .unwrap()
            .clone();
        street.tell(1, &contact, 0).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    cancel.cancel();
    serving.await.unwrap().unwrap();
}

/// However many other shops are being polled: here its turn to be polled never comes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_that_a_webhook_tells_of_waits_for_no_turn_to_poll() {
    let options = Bench::options(13, 3, 0);
    let bench = Bench::tuned(options, |config| config.polls_at_once = 0).await;
    let person = json!({"action": "create_customer", "fields": {
        "name": "Maria Soto", "email": "maria@example.test", "city": "Leeds",
    }});
    let made = bench.at_counter(&person).await;
    assert!(bench.sync().await.finished);
    let customer = made["id"].as_str().unwrap();
    let contact = bench.counterpart(domain::Kind::Contact, customer).await;
    let (serving, cancel) = serve(&bench.app);
    for city in ["Aberdeen", "Birmingham"] {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let fields = json!({ "city": city });
        bench.in_crm(&json!({"action": "edit_contact", "id": contact, "fields": fields}));
        let told = json!({ "id": contact, "city": city });
        bench.tell("ContactUpdate", &told).await;
        let begun = Instant::now();
        while !bench.truth().await.customers[customer]
            .to_string()
            .contains(city)
        {
            assert!(begun.elapsed() < Duration::from_secs(40), "{city}");
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }
    cancel.cancel();
    serving.await.unwrap().unwrap();
}
