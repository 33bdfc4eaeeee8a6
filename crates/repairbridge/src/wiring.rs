//! Store, vault and application, put together.

use crate::config::Config;
use crate::copy_twins::CopyTwins;
use crate::problem::Problem;
use crate::secret::read_passphrase;
use app::App;
use domain::Context;
use http::{SystemClock, SystemRandomness};
use std::sync::Arc;
use store::Store;
use vault::MasterSource;

/// The system's clock and chance.
pub(crate) fn context() -> Context {
    Context {
        clock: Arc::new(SystemClock),
        randomness: Arc::new(SystemRandomness),
    }
}

/// Opens everything that the configuration names, making database and keys as needed.
pub(crate) async fn open(config: &Config) -> Result<App, Problem> {
    let context = context();
    let source = master_source(config)?;
    let store = Store::open(&config.store_url).await?;
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
