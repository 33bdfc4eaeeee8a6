//! Store, vault and application, put together.

use crate::config::Config;
use crate::copy_twins::CopyTwins;
use crate::problem::Problem;
use crate::secret::read_passphrase;
use app::App;
use async_trait::async_trait;
use domain::{Clock, Context, Timestamp};
use http::{SystemClock, SystemRandomness};
use std::sync::Arc;
use store::{ServerTime, Store};
use vault::MasterSource;

/// The system's clock and chance.
pub(crate) fn context() -> Context {
    Context {
        clock: Arc::new(SystemClock),
        randomness: Arc::new(SystemRandomness),
    }
}

/// The same, by the clock of the server that the database is on, where there is one: what several processes write, and
/// what each may ask of a vendor, must not hang on which of their clocks is wrong.
fn shared_context(store: &Store) -> Context {
    let own = context();
    match store.server_time() {
        None => own,
        Some(server) => Context {
            clock: Arc::new(SharedClock { server }),
            ..own
        },
    }
}

/// Opens everything that the configuration names, making database and keys as needed.
pub(crate) async fn open(config: &Config) -> Result<App, Problem> {
    let source = master_source(config)?;
    let store = Store::open(&config.store_url).await?;
    let context = shared_context(&store);
    let vault = app::open_vault(&store, &source, &context).await?;
    let carrier = notify::Web::new().map_err(|why| Problem::wrong("NOTIFY", why.to_string()))?;
    let app = App::new(store, vault, config.app.clone(), context)?;
    Ok(app
        .with_master_source(source)
        .with_carrier(Arc::new(carrier))
        .with_twins(Arc::new(CopyTwins)))
}

/// Where the master key comes from: the environment, a passphrase, or the key file.
pub(crate) fn master_source(config: &Config) -> Result<MasterSource, Problem> {
    let passphrase = match (&config.passphrase, &config.passphrase_file) {
        (Some(passphrase), _) => Some((
            passphrase.clone(),
            "the passphrase in the environment (REPAIRBRIDGE_VAULT_PASSPHRASE)".to_owned(),
        )),
        (None, Some(file)) => Some((
            read_passphrase(file)?,
            format!("the passphrase file {}", file.display()),
        )),
        (None, None) => None,
    };
    match (&config.vault_key, passphrase) {
        (Some(_), Some((_, origin))) => Err(Problem::wrong(
            "VAULT-KEY-11",
            format!(
                "there are two master keys: REPAIRBRIDGE_VAULT_KEY, and {origin}. Take one of them away"
            ),
        )),
        (Some(key), None) => Ok(MasterSource::Text(key.clone())),
        (None, Some((passphrase, origin))) => Ok(MasterSource::Passphrase(passphrase, origin)),
        (None, None) => Ok(MasterSource::File(config.key_file.clone())),
    }
}

/// The clock of the server that the database is on, as far as it is known here.
#[derive(Debug)]
struct SharedClock {
    server: ServerTime,
}

#[async_trait]
impl Clock for SharedClock {
    fn now(&self) -> Timestamp {
        self.server.there(SystemClock.now())
    }

    async fn sleep_until(&self, when: Timestamp) {
        // What is known of the server's clock may change meanwhile, by as much as ours is put right.
        SystemClock.sleep_until(self.server.here(when)).await;
    }
}
