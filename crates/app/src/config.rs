//! What the use cases need to know of the configuration.

use crate::installations::KnownApp;
use highlevel::webhook::{KeyError, Keys};
use secrecy::SecretString;
use std::sync::Arc;
use url::Url;

/// A built-in address or key cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum BuiltInError {
    /// An address.
    #[error(transparent)]
    Address(#[from] url::ParseError),
    /// A key.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// How much goes on at once within a shop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Concurrency {
    /// Both sides side by side, and as many requests at once as a side takes.
    #[default]
    Parallel,
    /// One thing after the other, so that the same beginning leads to the same end: for simulations.
    Sequential,
}

/// Addresses and ceilings. Everything else about a shop is in the store.
#[derive(Clone, Debug)]
pub struct AppConfig {
    /// HighLevel's address.
    pub highlevel_base: Url,
    /// The `Version` header.
    pub highlevel_version: String,
    /// Most requests to HighLevel in 10 seconds; 0 for no ceiling of ours (twins only).
    pub highlevel_per_10s: u32,
    /// Most requests to HighLevel in a day.
    pub highlevel_per_day: u32,
    /// MyGadgetRepairs' address, `/v1` included.
    pub mygadgetrepairs_base: Url,
    /// Most requests to MyGadgetRepairs in a minute; 0 for no ceiling of ours (twins only).
    pub mygadgetrepairs_per_minute: u32,
    /// Seconds between polls of each side.
    pub poll_seconds: u32,
    /// Hours between complete walks of both sides.
    pub sweep_hours: u32,
    /// Seconds by which HighLevel's search index may lag behind writes: seconds to about a minute were
    /// measured (highlevel-quirks.md 3.1).
    pub index_lag_seconds: i64,
    /// Seconds that a run listens, between batches of new contacts, whether HighLevel sends messages to them.
    pub listen_seconds: u32,
    /// Seconds by which the vendors' clocks may differ from ours.
    pub clock_skew_seconds: i64,
    /// What vendors and browsers reach; webhook addresses lie below it.
    pub public_url: Url,
    /// The keys whose signatures count as HighLevel's.
    pub webhook_keys: Arc<Keys>,
    /// Our app at HighLevel: webhooks of others are left out. Nothing where no app is configured.
    pub app_id: Option<String>,
    /// Our app's client id.
    pub client_id: Option<String>,
    /// Our app's client secret, where it comes from the environment; else it lies in the vault.
    pub client_secret: Option<SecretString>,
    /// HighLevel's page on which the app is installed.
    pub install_url: Url,
    /// Seconds that a pass waits for budget or for something to become due before it ends.
    pub patience_seconds: i64,
    /// So many shops are polled at once.
    pub polls_at_once: u32,
    /// How much goes on at once within a shop.
    pub concurrency: Concurrency,
}

/// The keys whose signatures count as HighLevel's: the published one and these more, each as PEM, base64 or hex.
///
/// # Errors
/// When one of them is no key; the message says which and why.
pub fn webhook_keys(more: &[String], accept_legacy: bool) -> Result<Arc<Keys>, BuiltInError> {
    Ok(Arc::new(Keys::new(more, accept_legacy)?))
}

/// Seconds within which a request that got no answer is carried out, if at all: as long as an answer is waited for. Longer
/// it can only take where a network holds it back, which no waiting excludes for certain.
const LANDING_SECONDS: i64 = 30;

impl AppConfig {
    /// Seconds within which a request that got no answer may still arrive. Where everything is near, as twins are, the
    /// index does not lag so long either.
    pub(crate) fn landing_seconds(&self) -> i64 {
        self.index_lag_seconds.min(LANDING_SECONDS)
    }

    pub(crate) fn known_app(&self) -> KnownApp {
        KnownApp {
            client_id: self.client_id.clone(),
            client_secret: self.client_secret.clone(),
        }
    }

    /// The vendors' real addresses and the ceilings of the contract.
    ///
    /// # Errors
    /// Never in practice: the built-in addresses and keys are valid.
    pub fn standard() -> Result<Self, BuiltInError> {
        Ok(Self {
            highlevel_base: Url::parse("https://services.leadconnectorhq.com")?,
            highlevel_version: "2021-07-28".to_owned(),
            highlevel_per_10s: 80,
            highlevel_per_day: 180_000,
            mygadgetrepairs_base: Url::parse("https://api.mygadgetrepairs.com/v1")?,
            mygadgetrepairs_per_minute: 24,
            poll_seconds: 60,
            sweep_hours: 24,
            index_lag_seconds: 90,
            listen_seconds: 10,
            clock_skew_seconds: 300,
            patience_seconds: 300,
            public_url: Url::parse("http://127.0.0.1:8780")?,
            webhook_keys: webhook_keys(&[], false)?,
            app_id: None,
            client_id: None,
            client_secret: None,
            install_url: Url::parse(highlevel::oauth::DEFAULT_PAGE)?,
            // With vendors that answer within half a second, a thousand shops are through within a minute.
            polls_at_once: 64,
            concurrency: Concurrency::Parallel,
        })
    }
}
