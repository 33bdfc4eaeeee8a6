//! Store, vault and application, put together.

use crate::config::Config;
use crate::problem::Problem;
use app::App;
use domain::Context;
use http::{SystemClock, SystemRandomness};
use std::sync::Arc;
use store::Store;
use vault::{MasterKey, Vault};

/// The system's clock and chance.
pub(crate) fn context() -> Context {
    Context {
        clock: Arc::new(SystemClock),
        randomness: Arc::new(SystemRandomness),
    }
}

/// Opens everything that the configuration names, making database and key file as needed.
pub(crate) async fn open(config: &Config) -> Result<App, Problem> {
    let context = context();
    let store = Store::open(&config.store_url).await?;
    let vault = open_vault(config, &store, &context).await?;
    Ok(App::new(store, vault, config.app.clone(), context)?)
}

async fn open_vault(config: &Config, store: &Store, context: &Context) -> Result<Vault, Problem> {
    let sealed = store.data_keys().await?;
    let master = match &config.vault_key {
        Some(text) => MasterKey::from_text(text)?,
        None => MasterKey::from_file_or_create(
            &config.key_file,
            sealed.is_empty(),
            &*context.randomness,
        )?,
    };
    let (vault, new) = Vault::open(&master, &sealed, context)?;
    let Some((version, sealed)) = new else {
        return Ok(vault);
    };
    store
        .add_data_key(version, &sealed, context.clock.now())
        .await?;
    // Another process may have been first; what is stored counts.
    let (vault, _) = Vault::open(&master, &store.data_keys().await?, context)?;
    Ok(vault)
}
