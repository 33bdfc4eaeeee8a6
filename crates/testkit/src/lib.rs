//! For tests only: both twins, a store and a connected shop in one call, a person on either side, and the
//! truth to compare with.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "test support fails loudly"
)]

mod exactly_once;
mod line;
mod people;
mod place;
mod recorded;
pub mod signed;
mod statements;
mod truth;

pub use exactly_once::assert_exactly_once;
pub use line::Line;
pub use people::{CounterPerson, CrmPerson};
pub use place::Schema;
pub use recorded::RecordedClock;
pub use statements::Statements;
pub use truth::{Truth, texts};

use app::{App, AppConfig, NewShop, ProgressBoard, SyncOptions, Tally};
use domain::{Context, Side};
use http::{SystemClock, SystemRandomness};
use secrecy::SecretString;
use serde_json::Value as Json;
use std::path::PathBuf;
use std::sync::Arc;
use store::Store;
use tempfile::TempDir;
use twin::{RunningTwins, TwinOptions};
use vault::{MasterKey, Vault};

/// The name of the test shop.
pub const SHOP: &str = "main";

/// Twins, store and a connected shop.
pub struct Bench {
    /// Both twins.
    pub twins: RunningTwins,
    /// The application under test.
    pub app: App,
    /// Where its files are.
    pub folder: TempDir,
    /// Both sides before anything was synced.
    pub at_start: Truth,
    /// The shop's name.
    pub name: String,
    assembly: Assembly,
    /// Goes last: the database under all of it.
    _schema: Option<Schema>,
}

/// What an application is put together with, besides its database and its twins.
#[derive(Clone)]
struct Assembly {
    context: Context,
    /// Changes the configuration, in which there are no ceilings of ours.
    tune: fn(&mut AppConfig),
    /// The country that a person told; else the location's counts.
    country: Option<&'static str>,
    /// The shop's name.
    name: String,
    /// A database that is there already; else one of its own.
    shared: Option<Shared>,
}

/// A database that several benches share, each with a shop of its own.
#[derive(Clone)]
pub struct Shared {
    /// The store.
    pub store: Store,
    /// Its address, for other processes.
    pub url: String,
}

impl Default for Assembly {
    fn default() -> Self {
        let context = Context {
            clock: Arc::new(SystemClock),
            randomness: Arc::new(SystemRandomness),
        };
        Self {
            context,
            tune: |_| {},
            country: None,
            name: SHOP.to_owned(),
            shared: None,
        }
    }
}

impl Bench {
    /// Twins without vendor limits and a little search lag; nothing synced yet.
    pub async fn new(seed: u64, customers: usize, contacts: usize) -> Self {
        Self::with(Self::options(seed, customers, contacts)).await
    }

    /// The options of [`Bench::new`], to be changed.
    #[must_use]
    pub fn options(seed: u64, customers: usize, contacts: usize) -> TwinOptions {
        let mut options = TwinOptions::new(seed, customers);
        options.contacts = Some(contacts);
        options.highlevel = twin::highlevel::Settings {
            index_lag_ms: 300,
            ..twin::highlevel::Settings::unhindered()
        };
        options.mygadgetrepairs.throttle_per_minute = None;
        options
    }

    /// Twins as told.
    pub async fn with(options: TwinOptions) -> Self {
        Self::assembled(options, Assembly::default()).await
    }

    /// As [`Bench::new`], with a shop of which a person told the country.
    pub async fn in_country(
        seed: u64,
        customers: usize,
        contacts: usize,
        country: &'static str,
    ) -> Self {
        let assembly = Assembly {
            country: Some(country),
            ..Assembly::default()
        };
        Self::assembled(Self::options(seed, customers, contacts), assembly).await
    }

    /// Twins as told, and a configuration changed as told.
    pub async fn tuned(options: TwinOptions, tune: fn(&mut AppConfig)) -> Self {
        let assembly = Assembly {
            tune,
            ..Assembly::default()
        };
        Self::assembled(options, assembly).await
    }

    /// Twins as told, and a shop of this name in a database that is there already.
    pub async fn sharing(options: TwinOptions, shared: Shared, name: &str) -> Self {
        let assembly = Assembly {
            name: name.to_owned(),
            shared: Some(shared),
            ..Assembly::default()
        };
        Self::assembled(options, assembly).await
    }

    async fn assembled(options: TwinOptions, mut assembly: Assembly) -> Self {
        let mut schema = None;
        if assembly.shared.is_none()
            && let Some((made, shared)) = Schema::wanted().await
        {
            schema = Some(made);
            assembly.shared = Some(shared);
        }
        let twins = twin::start(options).await.expect("the twins start");
        let mut folder = tempfile::tempdir().expect("a temporary folder");
        folder.disable_cleanup(std::env::var_os("REPAIRBRIDGE_KEEP_TEST_FOLDERS").is_some());
        let app = assemble(&twins, &database(&folder), &assembly).await;
        app.add_shop(&NewShop {
            name: assembly.name.clone(),
            location: twins.location_id().into(),
            zone: None,
            country: assembly.country.map(str::to_owned),
        })
        .await
        .expect("the shop is added");
        let token = SecretString::from(twins.token());
        app.connect(&assembly.name, Side::HighLevel, &token)
            .await
            .expect("a token is stored");
        let key = SecretString::from(twins.key());
        app.connect(&assembly.name, Side::MyGadgetRepairs, &key)
            .await
            .expect("a key is stored");
        let at_start = Truth::read(&twins).await;
        Self {
            twins,
            app,
            folder,
            at_start,
            name: assembly.name.clone(),
            assembly,
            _schema: schema,
        }
    }

    /// The environment in which a separate process works on the same shop.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            (
                "REPAIRBRIDGE_STORE__URL",
                match &self.assembly.shared {
                    Some(shared) => shared.url.clone(),
                    None => format!("sqlite://{}", database(&self.folder).display()),
                },
            ),
            ("REPAIRBRIDGE_VAULT_KEY", "11".repeat(32)),
            (
                "REPAIRBRIDGE_HIGHLEVEL__BASE_URL",
                self.twins.highlevel_url(),
            ),
            ("REPAIRBRIDGE_HIGHLEVEL__REQUESTS_PER_10S", "0".into()),
            (
                "REPAIRBRIDGE_MYGADGETREPAIRS__BASE_URL",
                self.twins.mygadgetrepairs_url(),
            ),
            (
                "REPAIRBRIDGE_MYGADGETREPAIRS__REQUESTS_PER_MINUTE",
                "0".into(),
            ),
            ("REPAIRBRIDGE_SYNC__INDEX_LAG_SECONDS", "2".into()),
            ("REPAIRBRIDGE_SYNC__LISTEN_SECONDS", "0".into()),
        ]
    }

    /// The application as after a restart: opened anew on the same file.
    pub async fn restart(&mut self) {
        if let Some(shared) = &mut self.assembly.shared {
            shared.store = Store::open(&shared.url).await.expect("a store");
        }
        self.app = assemble(&self.twins, &database(&self.folder), &self.assembly).await;
    }

    /// Another application on the same file, whose counters answer at this address.
    pub async fn application_at(&self, counters: &str) -> App {
        let mut config = configured(&self.twins, &self.assembly);
        config.mygadgetrepairs_base = counters.parse().expect("an address");
        let context = self.assembly.context.clone();
        match &self.assembly.shared {
            Some(shared) => {
                let store = Store::open(&shared.url).await.expect("a store");
                application_on(config, store, context).await
            }
            None => application_with(config, &database(&self.folder), context).await,
        }
    }

    /// One pass, approved.
    pub async fn sync(&self) -> Tally {
        let options = SyncOptions {
            approve: true,
            ..SyncOptions::default()
        };
        self.app
            .sync(&self.name, options, &ProgressBoard::default())
            .await
            .expect("a pass ends")
    }

    /// The id of the CRM's record that is linked with a record of the counter.
    pub async fn counterpart(&self, kind: domain::Kind, right: &str) -> String {
        let shop = self.app.shop(&self.name).await.expect("the store answers");
        let right = domain::RecordId::new(right);
        let link = self
            .app
            .store()
            .link_of(shop.id, Side::MyGadgetRepairs, kind, &right)
            .await
            .expect("the store answers");
        link.expect("it is linked").left.as_str().to_owned()
    }

    /// One look at what webhooks told of.
    pub async fn refresh(&self) -> Tally {
        self.app
            .refresh(&self.name, &ProgressBoard::default())
            .await
            .expect("a look ends")
    }

    /// A webhook of the CRM, signed and taken.
    pub async fn tell(&self, kind: &str, fields: &Json) {
        let mut event = fields.clone();
        event["type"] = kind.into();
        event["locationId"] = self.twins.location_id().into();
        event["webhookId"] = http_id().into();
        signed::deliver(&self.app, &event)
            .await
            .expect("the webhook is taken");
    }

    /// One pass that reads both sides completely.
    pub async fn sweep(&self) -> Tally {
        self.app
            .sweep(&self.name, &ProgressBoard::default())
            .await
            .expect("a sweep ends")
    }

    /// What a person does in the CRM.
    pub fn in_crm(&self, action: &Json) -> Json {
        self.twins
            .highlevel()
            .act(action)
            .expect("the CRM lets the person")
    }

    /// What a person does at the counter.
    pub async fn at_counter(&self, action: &Json) -> Json {
        let address = self.twins.address(twin::Vendor::MyGadgetRepairs);
        let answer = reqwest_post(&format!("http://{address}/_twin/person"), action).await;
        assert!(answer.0, "the counter refuses: {}", answer.1);
        answer.1
    }

    /// Both sides as they are.
    pub async fn truth(&self) -> Truth {
        Truth::read(&self.twins).await
    }
}

/// The application on a database, against the twins.
pub async fn application(twins: &RunningTwins, database: &std::path::Path) -> App {
    assemble(twins, database, &Assembly::default()).await
}

async fn assemble(twins: &RunningTwins, database: &std::path::Path, assembly: &Assembly) -> App {
    let config = configured(twins, assembly);
    let context = assembly.context.clone();
    match &assembly.shared {
        Some(shared) => application_on(config, shared.store.clone(), context).await,
        None => application_with(config, database, context).await,
    }
}

fn configured(twins: &RunningTwins, assembly: &Assembly) -> AppConfig {
    let at = (twins.highlevel_url(), twins.mygadgetrepairs_url());
    let mut config = unhindered((&at.0, &at.1));
    let keys = [
        signed::public_key(),
        twins.highlevel().webhooks().public_key.spki,
    ];
    config.webhook_keys = app::webhook_keys(&keys, false).expect("keys");
    know_app(&mut config, twins);
    (assembly.tune)(&mut config);
    config
}

/// Lets the application be the marketplace app that the twin's agency knows.
fn know_app(config: &mut AppConfig, twins: &RunningTwins) {
    let agency = twins.highlevel().agency();
    let known = agency.app();
    let page = format!("{}/oauth/chooselocation", twins.highlevel_url());
    config.install_url = page.parse().expect("an address");
    config.app_id = Some(known.app_id);
    config.client_id = Some(known.client_id);
    config.client_secret = Some(SecretString::from(known.client_secret));
    let callback = config.public_url.join("oauth/crm/callback");
    agency
        .register_redirect(callback.expect("an address").as_str())
        .expect("an address of this machine");
}

/// A configuration without ceilings of ours for twins at these addresses: HighLevel, `MyGadgetRepairs`.
#[must_use]
pub fn unhindered(twins: (&str, &str)) -> AppConfig {
    let mut config = AppConfig::standard().expect("standard addresses");
    config.highlevel_base = twins.0.parse().expect("an address");
    config.mygadgetrepairs_base = twins.1.parse().expect("an address");
    config.highlevel_per_10s = 0;
    config.mygadgetrepairs_per_minute = 0;
    config.index_lag_seconds = 2;
    config.listen_seconds = 0;
    config.webhook_keys = app::webhook_keys(&[signed::public_key()], false).expect("a key");
    config
}

/// The application on a database, configured as told.
pub async fn application_with(
    config: AppConfig,
    database: &std::path::Path,
    context: Context,
) -> App {
    let store = Store::open(&format!("sqlite://{}", database.display()))
        .await
        .expect("a store");
    application_on(config, store, context).await
}

/// The application on a store that is open already.
pub async fn application_on(config: AppConfig, store: Store, context: Context) -> App {
    let master = MasterKey::from_text(&SecretString::from("11".repeat(32))).expect("a key");
    let keys = store.data_keys().await.expect("data keys");
    let (vault, new) = Vault::open(&master, &keys, &context).expect("a vault");
    if let Some((version, sealed)) = new {
        let now = context.clock.now();
        store
            .add_data_key(version, &sealed, now)
            .await
            .expect("a data key is stored");
    }
    App::new(store, vault, config, context).expect("the addresses can be used")
}

/// A number that no other webhook has.
fn http_id() -> String {
    let context = Assembly::default().context;
    context.new_id().to_string()
}

fn database(folder: &TempDir) -> PathBuf {
    folder.path().join("test.db")
}

async fn reqwest_post(url: &str, body: &Json) -> (bool, Json) {
    let client = reqwest::Client::builder().build().expect("a client");
    let answer = client.post(url).json(body).send().await.expect("an answer");
    let good = answer.status().is_success();
    (good, answer.json().await.unwrap_or(Json::Null))
}
