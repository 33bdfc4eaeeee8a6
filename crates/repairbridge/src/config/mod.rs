//! The configuration: file, environment and flags over working defaults.

mod door;
mod error;
mod keys;
mod load;
mod sections;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

pub(crate) use error::ConfigError;
pub(crate) use load::{BACKUP_PASSPHRASE, Telling, VAULT_NEW_KEY, load, secret_variable, telling};

use app::AppConfig;
use secrecy::SecretString;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use url::Url;

/// How browsers get to the dashboard.
#[derive(Debug)]
pub(crate) struct Door {
    /// Files of the certificate and its key, where connections are encrypted here.
    pub(crate) certificate: Option<(PathBuf, PathBuf)>,
    /// Proxies whose word about the caller counts.
    pub(crate) trusted_proxies: Vec<IpAddr>,
    /// Whether secrets may be typed over a network that others can read.
    pub(crate) allow_plain_http: bool,
}

/// What is configured, checked and with its paths resolved.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) listen: SocketAddr,
    pub(crate) public_url: Url,
    pub(crate) door: Door,
    pub(crate) store_url: String,
    pub(crate) key_file: PathBuf,
    /// Where the master key's passphrase lies, if it does.
    pub(crate) passphrase_file: Option<PathBuf>,
    /// The passphrase where the environment holds it.
    pub(crate) passphrase: Option<SecretString>,
    /// The vault's key where the environment holds it.
    pub(crate) vault_key: Option<SecretString>,
    pub(crate) app: AppConfig,
}
