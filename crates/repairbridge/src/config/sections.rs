//! The configuration as written, with its defaults.

use serde::{Deserialize, Deserializer, Serialize, de};
use std::fmt;

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Sections {
    pub(crate) server: Server,
    pub(crate) store: Store,
    pub(crate) vault: Vault,
    pub(crate) highlevel: HighLevel,
    pub(crate) mygadgetrepairs: MyGadgetRepairs,
    pub(crate) sync: Sync,
    pub(crate) log: Log,
    pub(crate) traces: Traces,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Server {
    pub(crate) listen: String,
    pub(crate) public_url: String,
    #[serde(deserialize_with = "text")]
    pub(crate) tls_certificate: String,
    #[serde(deserialize_with = "text")]
    pub(crate) tls_key: String,
    #[serde(deserialize_with = "texts")]
    pub(crate) trusted_proxies: Vec<String>,
    pub(crate) allow_plain_http: bool,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Store {
    pub(crate) url: String,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Vault {
    #[serde(deserialize_with = "text")]
    pub(crate) key_file: String,
    #[serde(deserialize_with = "text")]
    pub(crate) passphrase_file: String,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct HighLevel {
    pub(crate) base_url: String,
    pub(crate) install_url: String,
    #[serde(deserialize_with = "text")]
    pub(crate) api_version: String,
    #[serde(deserialize_with = "text")]
    pub(crate) client_id: String,
    #[serde(deserialize_with = "texts")]
    pub(crate) webhook_public_keys: Vec<String>,
    pub(crate) accept_legacy_signature: bool,
    pub(crate) requests_per_10s: u32,
    pub(crate) requests_per_day: u32,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct MyGadgetRepairs {
    pub(crate) base_url: String,
    pub(crate) requests_per_minute: u32,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Sync {
    pub(crate) poll_seconds: u32,
    pub(crate) sweep_hours: u32,
    pub(crate) index_lag_seconds: u32,
    pub(crate) listen_seconds: u32,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Log {
    #[serde(deserialize_with = "text")]
    pub(crate) format: String,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Traces {
    #[serde(deserialize_with = "text")]
    pub(crate) to: String,
    pub(crate) share: f64,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8780".into(),
            public_url: "http://127.0.0.1:8780".into(),
            tls_certificate: String::new(),
            tls_key: String::new(),
            trusted_proxies: Vec::new(),
            allow_plain_http: false,
        }
    }
}

impl Default for Store {
    fn default() -> Self {
        Self {
            url: "sqlite://repairbridge.db".into(),
        }
    }
}

impl Default for Vault {
    fn default() -> Self {
        Self {
            key_file: "repairbridge.key".into(),
            passphrase_file: String::new(),
        }
    }
}

impl Default for HighLevel {
    fn default() -> Self {
        Self {
            base_url: "https://services.leadconnectorhq.com".into(),
            install_url: "https://marketplace.gohighlevel.com/oauth/chooselocation".into(),
            api_version: "2021-07-28".into(),
            client_id: String::new(),
            webhook_public_keys: Vec::new(),
            accept_legacy_signature: false,
            requests_per_10s: 80,
            requests_per_day: 180_000,
        }
    }
}

impl Default for MyGadgetRepairs {
    fn default() -> Self {
        Self {
            base_url: "https://api.mygadgetrepairs.com/v1".into(),
            requests_per_minute: 24,
        }
    }
}

impl Default for Sync {
    fn default() -> Self {
        Self {
            poll_seconds: 60,
            sweep_hours: 24,
            index_lag_seconds: 90,
            listen_seconds: 10,
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self {
            format: "text".into(),
        }
    }
}

impl Default for Traces {
    fn default() -> Self {
        Self {
            to: String::new(),
            share: 1.0,
        }
    }
}

/// A text. Variables of the environment have no quotes, so one of digits arrives as a number.
fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    struct Text;
    impl de::Visitor<'_> for Text {
        type Value = String;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text")
        }
        fn visit_str<E: de::Error>(self, text: &str) -> Result<String, E> {
            Ok(text.to_owned())
        }
        fn visit_u64<E: de::Error>(self, number: u64) -> Result<String, E> {
            Ok(number.to_string())
        }
        fn visit_i64<E: de::Error>(self, number: i64) -> Result<String, E> {
            Ok(number.to_string())
        }
    }
    from.deserialize_any(Text)
}

/// A list of texts, or one text for a list of one.
fn texts<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Texts {
        Many(Vec<String>),
        One(String),
    }
    Ok(match Texts::deserialize(from)? {
        Texts::Many(many) => many,
        Texts::One(one) if one.trim().is_empty() => Vec::new(),
        Texts::One(one) => vec![one],
    })
}
