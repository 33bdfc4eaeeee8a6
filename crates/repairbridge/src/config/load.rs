//! Reading the configuration: flag over environment over file over default.

use super::keys::{KEYS, SECRETS, mend_of_secret, nearest};
use super::sections::{Sections, Server, Traces};
use super::{Config, ConfigError, Door};
use crate::logs::LogFormat;
use crate::traces::TracesTo;
use app::AppConfig;
use figment::providers::{Env, Format, Serialized, Toml};
use figment::value::{Dict, Value};
use figment::{Figment, Source};
use secrecy::SecretString;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use url::Url;

const FILE: &str = "repairbridge.toml";
const PREFIX: &str = "REPAIRBRIDGE_";
const VAULT_KEY: &str = "REPAIRBRIDGE_VAULT_KEY";
const CLIENT_SECRET: &str = "REPAIRBRIDGE_HIGHLEVEL__CLIENT_SECRET";
const VAULT_PASSPHRASE: &str = "REPAIRBRIDGE_VAULT_PASSPHRASE";
/// The key that `keys rotate --master` changes to, where keys come from the environment.
pub(crate) const VAULT_NEW_KEY: &str = "REPAIRBRIDGE_VAULT_NEW_KEY";
/// The passphrase that seals a backup, where no file holds it.
pub(crate) const BACKUP_PASSPHRASE: &str = "REPAIRBRIDGE_BACKUP_PASSPHRASE";
/// Secrets that are read from the environment under names that are no keys of the configuration.
const SECRET_VARIABLES: [&str; 4] = [
    VAULT_KEY,
    VAULT_PASSPHRASE,
    VAULT_NEW_KEY,
    BACKUP_PASSPHRASE,
];

/// Reads the named file, or `repairbridge.toml` where there is one, and the environment.
pub(crate) fn load(named: Option<&Path>) -> Result<Config, ConfigError> {
    let path = named.map_or_else(|| PathBuf::from(FILE), Path::to_path_buf);
    let file = read_file(&path, named.is_some())?;
    check_environment()?;
    let figment = with_environment(file);
    let sections: Sections = figment.extract().map_err(|why| misfit(&why, &path))?;
    resolve(
        sections,
        &Found {
            figment: &figment,
            path: &path,
        },
    )
}

/// How the program tells of itself.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Telling {
    pub(crate) format: LogFormat,
    pub(crate) traces: Option<TracesTo>,
}

/// How the program tells of itself, asked before anything else is. What cannot be read counts as the default: whoever needs
/// the rest of the configuration tells what is wrong with it.
pub(crate) fn telling(named: Option<&Path>) -> Telling {
    let path = named.map_or_else(|| PathBuf::from(FILE), Path::to_path_buf);
    let file = read_file(&path, named.is_some()).unwrap_or_default();
    let figment = with_environment(file);
    let found = Found {
        figment: &figment,
        path: &path,
    };
    let format = figment.extract_inner::<String>("log.format").ok();
    let traces = figment.extract_inner::<Traces>("traces").ok();
    Telling {
        format: format
            .and_then(|word| LogFormat::read(&word))
            .unwrap_or_default(),
        traces: traces.and_then(|traces| found.traces(&traces).ok().flatten()),
    }
}

fn with_environment(file: Figment) -> Figment {
    let environment = Env::prefixed(PREFIX)
        .filter(|name| !is_secret(&dotted(name.as_str())) && !is_secret_variable(name.as_str()))
        .split("__");
    Figment::from(Serialized::defaults(Sections::default()))
        .merge(file)
        .merge(environment)
}

fn read_file(path: &Path, must_exist: bool) -> Result<Figment, ConfigError> {
    let unreadable = |why: std::io::Error| ConfigError::Unreadable {
        path: path.to_owned(),
        why: why.to_string(),
    };
    match std::fs::metadata(path) {
        Err(why) if why.kind() == std::io::ErrorKind::NotFound && !must_exist => {
            return Ok(Figment::new());
        }
        Err(why) => return Err(unreadable(why)),
        Ok(_) => {}
    }
    // Read here for a plain message; the provider reads it again and knows the file's name for its own.
    let not_toml = |why| ConfigError::NotToml {
        path: path.to_owned(),
        why,
    };
    let bytes = std::fs::read(path).map_err(unreadable)?;
    let text = String::from_utf8(bytes).map_err(|why| {
        not_toml(format!(
            "{}: it is not UTF-8",
            line(why.as_bytes(), why.utf8_error().valid_up_to())
        ))
    })?;
    // The parser's own words would quote the line, and a secret that was put there.
    let content = Toml::from_str::<Dict>(&text).map_err(|why| {
        let at = why.span().map_or(0, |span| span.start);
        not_toml(format!("{}: {}", line(text.as_bytes(), at), why.message()))
    })?;
    for key in leaves(&content, "") {
        if KEYS.contains(&key.as_str()) {
            continue;
        }
        let place = path.display().to_string();
        if let Some(mend) = mend_of_secret(&key) {
            return Err(ConfigError::Secret { place, key, mend });
        }
        let nearest = nearest(&key).to_owned();
        return Err(ConfigError::Unknown {
            place,
            key,
            nearest,
        });
    }
    Ok(Figment::from(Toml::file_exact(path)))
}

/// The line in which a byte lies, for people.
fn line(text: &[u8], at: usize) -> String {
    let before = text.iter().take(at).filter(|byte| **byte == b'\n').count();
    format!("line {}", before + 1)
}

/// The keys of all values that are no tables; an unknown table counts by its own name.
fn leaves(dict: &Dict, above: &str) -> Vec<String> {
    let mut keys = Vec::new();
    for (name, value) in dict {
        let key = if above.is_empty() {
            name.clone()
        } else {
            format!("{above}.{name}")
        };
        let is_section = KEYS
            .iter()
            .any(|known| known.split('.').next() == Some(key.as_str()));
        match value {
            Value::Dict(_, inner) if is_section || !inner.is_empty() => {
                keys.extend(leaves(inner, &key));
            }
            // A section that is not a table is told by its misfit later.
            _ if is_section => {}
            _ => keys.push(key),
        }
    }
    keys
}

fn check_environment() -> Result<(), ConfigError> {
    for (name, _) in std::env::vars_os() {
        let Some(name) = name.to_str() else { continue };
        let Some(rest) = name.strip_prefix(PREFIX) else {
            continue;
        };
        let key = dotted(rest);
        if is_secret_variable(rest) || is_secret(&key) || KEYS.contains(&key.as_str()) {
            continue;
        }
        let nearest = nearest(&key);
        return Err(ConfigError::Unknown {
            place: format!("the environment variable {name}"),
            key,
            nearest: format!("{PREFIX}{}", nearest.to_uppercase().replace('.', "__")),
        });
    }
    Ok(())
}

fn dotted(name: &str) -> String {
    name.to_lowercase().replace("__", ".")
}

fn is_secret_variable(rest: &str) -> bool {
    let rest = rest.to_uppercase();
    SECRET_VARIABLES
        .iter()
        .any(|name| name.strip_prefix(PREFIX) == Some(rest.as_str()))
}

/// A secret of the environment; an empty variable counts as none.
pub(crate) fn secret_variable(name: &str) -> Option<SecretString> {
    let text = std::env::var(name).ok().map(zeroize::Zeroizing::new)?;
    let secret = text.trim();
    (!secret.is_empty()).then(|| SecretString::from(secret))
}

fn is_secret(key: &str) -> bool {
    SECRETS.contains(&key)
}

/// What was read, for saying where a value came from.
struct Found<'a> {
    figment: &'a Figment,
    path: &'a Path,
}

impl Found<'_> {
    fn place(&self, key: &str) -> String {
        if self.is_from_environment(key) {
            let name = key.to_uppercase().replace('.', "__");
            return format!("the environment variable {PREFIX}{name}");
        }
        self.path.display().to_string()
    }

    fn is_from_environment(&self, key: &str) -> bool {
        let metadata = self.figment.find_metadata(key);
        metadata.is_some_and(|found| found.name.contains("environment"))
    }

    fn misfit(&self, key: &str, why: impl Into<String>) -> ConfigError {
        ConfigError::Value {
            place: self.place(key),
            key: key.to_owned(),
            why: why.into(),
        }
    }

    fn parse<T: FromStr>(&self, key: &str, text: &str, form: &str) -> Result<T, ConfigError> {
        text.trim()
            .parse()
            .map_err(|_| self.misfit(key, format!("`{text}` is not {form}")))
    }

    fn address(&self, key: &str, text: &str) -> Result<Url, ConfigError> {
        let form = "an address such as https://example.com";
        let url: Url = self.parse(key, text, form)?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(self.misfit(key, format!("`{text}` is not {form}")));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(self.misfit(key, "an address must not hold a user or a password"));
        }
        Ok(url)
    }

    /// Where traces go, if anywhere.
    fn traces(&self, wanted: &Traces) -> Result<Option<TracesTo>, ConfigError> {
        if wanted.to.trim().is_empty() {
            return Ok(None);
        }
        let collector = self.address("traces.to", &wanted.to)?;
        let share = wanted.share;
        if !(0.0..=1.0).contains(&share) {
            return Err(self.misfit("traces.share", "it must lie between 0 and 1"));
        }
        Ok(Some(TracesTo { collector, share }))
    }

    /// A path as a person means it: in the environment relative to the working directory, in the file
    /// relative to that file, so that a service finds its data wherever it is started.
    fn file(&self, key: &str, path: &str) -> PathBuf {
        let folder = self.path.parent();
        match folder {
            Some(folder) if !self.is_from_environment(key) => folder.join(path),
            _ => PathBuf::from(path),
        }
    }

    fn store(&self, url: &str) -> String {
        match url.strip_prefix("sqlite://") {
            Some(path)
                if !path.is_empty() && !path.starts_with(':') && !path.starts_with("file:") =>
            {
                format!("sqlite://{}", self.file("store.url", path).display())
            }
            _ => url.to_owned(),
        }
    }
}

fn resolve(from: Sections, found: &Found<'_>) -> Result<Config, ConfigError> {
    let Sections {
        server,
        store,
        vault,
        highlevel,
        mygadgetrepairs,
        sync,
        log,
        traces,
    } = from;
    if LogFormat::read(&log.format).is_none() {
        let why = format!("`{}` is neither text nor json", log.format.trim());
        return Err(found.misfit("log.format", why));
    }
    found.traces(&traces)?;
    let at_least_one = |key: &str, value: u32| match value {
        0 => Err(found.misfit(key, "it must be 1 or more")),
        value => Ok(value),
    };
    let keys = app::webhook_keys(
        &highlevel.webhook_public_keys,
        highlevel.accept_legacy_signature,
    )
    .map_err(|why| found.misfit("highlevel.webhook_public_keys", why.to_string()))?;
    let public_url = found.address("server.public_url", &server.public_url)?;
    // An app's id is its client's id up to the hyphen (highlevel-webhooks.md 3.1).
    let client_id = highlevel.client_id.trim();
    let app_id = client_id.split('-').next();
    let app = AppConfig {
        public_url: public_url.clone(),
        webhook_keys: keys,
        app_id: app_id.filter(|id| !id.is_empty()).map(str::to_owned),
        client_id: Some(client_id)
            .filter(|id| !id.is_empty())
            .map(str::to_owned),
        client_secret: secret_variable(CLIENT_SECRET),
        install_url: found.address("highlevel.install_url", &highlevel.install_url)?,
        highlevel_base: found.address("highlevel.base_url", &highlevel.base_url)?,
        highlevel_version: highlevel.api_version,
        highlevel_per_10s: highlevel.requests_per_10s,
        highlevel_per_day: highlevel.requests_per_day,
        mygadgetrepairs_base: found
            .address("mygadgetrepairs.base_url", &mygadgetrepairs.base_url)?,
        mygadgetrepairs_per_minute: mygadgetrepairs.requests_per_minute,
        poll_seconds: at_least_one("sync.poll_seconds", sync.poll_seconds)?,
        sweep_hours: at_least_one("sync.sweep_hours", sync.sweep_hours)?,
        index_lag_seconds: i64::from(sync.index_lag_seconds),
        listen_seconds: sync.listen_seconds,
        ..AppConfig::standard()
            .map_err(|why| found.misfit("highlevel.base_url", why.to_string()))?
    };
    let door = door(&server, found)?;
    let mut config = Config {
        door,
        listen: found.parse(
            "server.listen",
            &server.listen,
            "an address such as 127.0.0.1:8780",
        )?,
        public_url,
        store_url: found.store(&store.url),
        key_file: found.file("vault.key_file", &vault.key_file),
        passphrase_file: Some(vault.passphrase_file)
            .filter(|path| !path.trim().is_empty())
            .map(|path| found.file("vault.passphrase_file", &path)),
        passphrase: secret_variable(VAULT_PASSPHRASE),
        vault_key: secret_variable(VAULT_KEY),
        app,
    };
    // Whoever sets no address is reached where it listens.
    let reached = config.page(config.listen);
    config.app.public_url = found.address("server.public_url", &reached)?;
    Ok(config)
}

fn door(server: &Server, found: &Found<'_>) -> Result<Door, ConfigError> {
    let [certificate, key] = [
        ("server.tls_certificate", server.tls_certificate.trim()),
        ("server.tls_key", server.tls_key.trim()),
    ]
    .map(|(key, path)| (key, (!path.is_empty()).then(|| found.file(key, path))));
    let certificate = match (certificate, key) {
        ((_, Some(certificate)), (_, Some(key))) => Some((certificate, key)),
        ((_, None), (_, None)) => None,
        ((named, Some(_)), (missing, None)) | ((missing, None), (named, Some(_))) => {
            return Err(found.misfit(
                named,
                format!("{missing} is missing: a certificate and its key are named together"),
            ));
        }
    };
    let words = server.trusted_proxies.iter();
    let trusted_proxies = words
        .flat_map(|words| words.split(','))
        .map(|word| {
            let form = "the address of a proxy, such as 127.0.0.1";
            found.parse("server.trusted_proxies", word, form)
        })
        .collect::<Result<_, _>>()?;
    Ok(Door {
        certificate,
        trusted_proxies,
        allow_plain_http: server.allow_plain_http,
    })
}

/// A value of the wrong type, said plainly.
fn misfit(error: &figment::Error, path: &Path) -> ConfigError {
    let key = error.path.join(".");
    let from_file = error
        .metadata
        .as_ref()
        .is_some_and(|metadata| matches!(metadata.source, Some(Source::File(_))));
    let place = if from_file {
        path.display().to_string()
    } else {
        format!(
            "the environment variable {PREFIX}{}",
            key.to_uppercase().replace('.', "__")
        )
    };
    ConfigError::Value {
        place,
        key,
        why: error.kind.to_string(),
    }
}
