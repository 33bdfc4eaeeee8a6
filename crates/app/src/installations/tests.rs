//! Tokens over hours, in recorded time, with several processes on one database, and with kills in between.

mod hours;
mod kills;
mod trouble;

use crate::installations::{InstallationToken, Keeper};
use crate::{App, AppConfig};
use domain::{Clock, Context};
use highlevel::{Client, Config};
use http::{BudgetPolicy, MemoryBudget, SystemRandomness};
use jiff::SignedDuration;
use secrecy::SecretString;
use std::sync::Arc;
use store::{Installation, Store};
use testkit::RecordedClock;
use twin::highlevel::{Agency, Consent, InstallationCounts, OAuthPolicy, TokenFault};
use twin::{RunningTwins, TwinOptions};
use url::Url;
use vault::{MasterKey, Vault};

/// Twins in recorded time, one database, and any number of processes on it.
struct Stage {
    twins: RunningTwins,
    clock: RecordedClock,
    folder: tempfile::TempDir,
}

impl Stage {
    /// Access tokens live so many seconds.
    async fn with_tokens_of(seconds: u64) -> Self {
        let clock = RecordedClock::starting(http::SystemClock.now());
        let mut options = TwinOptions::new(71, 2);
        options.contacts = Some(2);
        options.clock = clock.for_twins();
        options.highlevel = twin::highlevel::Settings::unhindered();
        let stage = Self {
            twins: twin::start(options).await.unwrap(),
            clock,
            folder: tempfile::tempdir().unwrap(),
        };
        stage.agency().set_oauth_policy(OAuthPolicy {
            access_token_seconds: seconds,
            ..OAuthPolicy::default()
        });
        stage
    }

    /// What befalls the next calls of the token endpoint.
    fn befall(&self, faults: Vec<TokenFault>) {
        self.agency().set_oauth_policy(OAuthPolicy {
            token_faults: faults.into(),
            ..self.agency().oauth_policy()
        });
    }

    fn agency(&self) -> Agency {
        self.twins.highlevel().agency()
    }

    /// What the vendor counted for the location.
    fn counted(&self) -> InstallationCounts {
        let counts = self.agency().oauth_counts();
        counts.installations[self.twins.location_id()]
    }

    /// A process on the database.
    async fn process(&self) -> Process {
        let context = Context {
            clock: Arc::new(self.clock.clone()),
            randomness: Arc::new(SystemRandomness),
        };
        let path = self.folder.path().join("tokens.db");
        let store = Store::open(&format!("sqlite://{}", path.display()))
            .await
            .unwrap();
        let master = MasterKey::from_text(&SecretString::from("11".repeat(32))).unwrap();
        let keys = store.data_keys().await.unwrap();
        let (vault, new) = Vault::open(&master, &keys, &context).unwrap();
        if let Some((version, sealed)) = new {
            let now = context.clock.now();
            store.add_data_key(version, &sealed, now).await.unwrap();
        }
        let known = self.agency().app();
        let mut config = AppConfig::standard().unwrap();
        config.highlevel_base = self.twins.highlevel_url().parse().unwrap();
        config.install_url = format!("{}/oauth/chooselocation", self.twins.highlevel_url())
            .parse()
            .unwrap();
        config.client_id = Some(known.client_id);
        config.client_secret = Some(SecretString::from(known.client_secret));
        let app = App::new(store, vault, config, context.clone()).unwrap();
        Process { app, context }
    }

    /// Installs the app in the location.
    async fn install(&self) -> Installation {
        let app = self.process().await.app;
        let callback = app.install_callback().unwrap();
        self.agency().register_redirect(callback.as_str()).unwrap();
        let page = app.begin_install(None, true).await.unwrap();
        let consent = Consent::Location(self.twins.location_id().to_owned());
        let back = self.agency().consent(page.url.as_str(), &consent).unwrap();
        let back: Url = back.parse().unwrap();
        let part = |name: &str| {
            let found = back.query_pairs().find(|(key, _)| key == name).unwrap();
            SecretString::from(found.1.as_ref())
        };
        app.finish_install(&part("state"), &page.browser, &part("code"))
            .await
            .unwrap();
        self.row(&app).await
    }

    async fn row(&self, app: &App) -> Installation {
        let location = self.twins.location_id();
        let found = app
            .store
            .installation_in(store::Class::Location, location)
            .await;
        found.unwrap().unwrap()
    }

    async fn later(&self, seconds: i64) {
        let span = SignedDuration::from_secs(seconds);
        let when = self.clock.now().checked_add(span).unwrap();
        self.clock.sleep_until(when).await;
    }
}

/// One process: its own connection to the database, its own memory.
struct Process {
    app: App,
    context: Context,
}

impl Process {
    fn keeper(&self) -> Arc<Keeper> {
        Arc::clone(&self.app.keeper)
    }

    /// A client of the location that gets its tokens from the installation.
    fn client(&self, stage: &Stage, id: i64) -> Client {
        let base = stage.twins.highlevel_url().parse().unwrap();
        let policy = BudgetPolicy::per(100_000, SignedDuration::from_secs(1));
        let patience = SignedDuration::from_secs(60);
        let clock = Arc::clone(&self.context.clock);
        Client::new(
            Config::new(base, stage.twins.location_id()),
            Arc::new(InstallationToken {
                keeper: self.keeper(),
                id,
            }),
            Arc::new(MemoryBudget::new(policy, clock, patience)),
            self.context.clone(),
        )
        .unwrap()
    }
}
