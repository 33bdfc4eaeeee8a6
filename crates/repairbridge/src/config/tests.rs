use super::ConfigError;
use super::keys::{KEYS, mend_of_secret, nearest};
use super::sections::Sections;
use super::{Telling, load, telling};
use crate::logs::LogFormat;
use std::path::PathBuf;

fn written(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.toml");
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

fn refused(text: &str) -> ConfigError {
    let (_folder, path) = written(text);
    load(Some(&path)).unwrap_err()
}

#[test]
fn an_empty_file_gives_the_defaults_with_paths_beside_the_file() {
    let (folder, path) = written("");
    let config = load(Some(&path)).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8780");
    assert_eq!(config.key_file, folder.path().join("repairbridge.key"));
    let database = folder.path().join("repairbridge.db");
    assert_eq!(config.store_url, format!("sqlite://{}", database.display()));
    assert_eq!(config.app.mygadgetrepairs_per_minute, 24);
    assert_eq!(config.app.index_lag_seconds, 90);
}

#[test]
fn every_key_of_the_contract_is_taken() {
    let text = r#"
[server]
listen = "127.0.0.1:1"
public_url = "https://bridge.example"
tls_certificate = "bridge.pem"
tls_key = "/etc/bridge-key.pem"
trusted_proxies = ["10.0.0.1", "::1"]
allow_plain_http = true
[store]
url = "sqlite:///var/lib/bridge.db"
[vault]
key_file = "/etc/bridge.key"
passphrase_file = "/etc/bridge.passphrase"
[highlevel]
base_url = "http://127.0.0.1:2"
install_url = "http://127.0.0.1:2/install"
api_version = "2021-07-28"
client_id = "abc"
webhook_public_keys = ["MCowBQYDK2VwAyEA5V1DDVnTN4Fcp3WGy1nQtqXZLJAgd+QgFopZ1F5ew1M=", "e55d430d59d337815ca77586cb59d0b6a5d92c902077e420168a59d45e5ec353"]
accept_legacy_signature = true
requests_per_10s = 0
requests_per_day = 5
[mygadgetrepairs]
base_url = "http://127.0.0.1:3/v1"
requests_per_minute = 0
[sync]
poll_seconds = 1
sweep_hours = 2
index_lag_seconds = 0
listen_seconds = 0
[log]
format = "json"
[traces]
to = "http://127.0.0.1:4318"
share = 0.5
"#;
    for key in KEYS {
        let last = key.rsplit('.').next().unwrap();
        assert!(
            text.contains(&format!("{last} = ")),
            "{key} is not in the test"
        );
    }
    let (folder, path) = written(text);
    let config = load(Some(&path)).unwrap();
    let certificate = folder.path().join("bridge.pem");
    let key = PathBuf::from("/etc/bridge-key.pem");
    assert_eq!(config.door.certificate, Some((certificate, key)));
    assert_eq!(config.door.trusted_proxies.len(), 2);
    assert!(config.door.allow_plain_http);
    assert_eq!(config.store_url, "sqlite:///var/lib/bridge.db");
    assert_eq!(config.key_file, PathBuf::from("/etc/bridge.key"));
    assert_eq!(config.app.highlevel_per_10s, 0);
    assert_eq!(config.app.sweep_hours, 2);
}

#[test]
fn an_unknown_key_is_named_with_the_nearest_one() {
    let says = refused("[server]\nlistn = \"127.0.0.1:1\"\n").to_string();
    assert!(
        says.contains("`server.listn`") && says.contains("`server.listen`"),
        "{says}"
    );
    let says = refused("[sink]\npoll_seconds = 3\n").to_string();
    assert!(
        says.contains("`sink.poll_seconds`") && says.contains("`sync.poll_seconds`"),
        "{says}"
    );
    assert_eq!(
        nearest("requests_per_minut"),
        "mygadgetrepairs.requests_per_minute"
    );
}

#[test]
fn secrets_in_the_file_are_refused_with_the_place_where_they_belong() {
    for text in [
        "[vault]\nkey = \"x\"\n",
        "[highlevel]\nclient_secret = \"x\"\n",
        "[highlevel]\ntoken = \"x\"\n",
        "[mygadgetrepairs]\napi_key = \"x\"\n",
    ] {
        assert!(
            matches!(refused(text), ConfigError::Secret { .. }),
            "{text}"
        );
    }
    assert!(
        mend_of_secret("vault.key")
            .unwrap()
            .contains("REPAIRBRIDGE_VAULT_KEY")
    );
    assert!(mend_of_secret("sync.poll_seconds").is_none());
}

#[test]
fn wrong_values_and_wrong_toml_name_their_place() {
    let says = refused("[sync]\npoll_seconds = \"often\"\n").to_string();
    assert!(
        says.contains("sync.poll_seconds") && says.contains("shop.toml"),
        "{says}"
    );
    let says = refused("[highlevel]\nbase_url = \"ftp://x\"\n").to_string();
    assert!(
        says.contains("highlevel.base_url") && says.contains("ftp://x"),
        "{says}"
    );
    let says = refused("[server]\ntls_key = \"key.pem\"\n").to_string();
    assert!(
        says.contains("`server.tls_key`") && says.contains("server.tls_certificate is missing"),
        "{says}"
    );
    let says = refused("[server]\ntrusted_proxies = [\"proxy\"]\n").to_string();
    assert!(
        says.contains("server.trusted_proxies") && says.contains("`proxy`"),
        "{says}"
    );
    assert!(matches!(refused("[server\n"), ConfigError::NotToml { .. }));
    let says = refused("[sync]\npoll_seconds = 3\nsweep_hours = \"a\n").to_string();
    assert!(says.contains("shop.toml is not TOML: line 3: "), "{says}");
    let missing = load(Some(&PathBuf::from("/nowhere/at/all.toml"))).unwrap_err();
    assert!(matches!(missing, ConfigError::Unreadable { .. }));
}

/// The settings that the Debian package brings.
const PACKAGED: &str = include_str!("../../../../packaging/deb/repairbridge.toml");

#[test]
fn the_packaged_file_is_taken_and_keeps_everything_in_the_folder_of_the_service() {
    let (_folder, path) = written(PACKAGED);
    let config = load(Some(&path)).unwrap();
    let database = "sqlite:///var/lib/repairbridge/repairbridge.db";
    assert_eq!(config.store_url, database);
    let key = PathBuf::from("/var/lib/repairbridge/repairbridge.key");
    assert_eq!(config.key_file, key);
}

#[test]
fn the_packaged_file_shows_every_key_with_its_default() {
    // What is commented out is a key without a space after the mark; words for people have one.
    let all: Vec<&str> = PACKAGED
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(rest) if !rest.starts_with(' ') => rest,
            _ => line,
        })
        .collect();
    let shown: toml::Table = all.join("\n").parse().unwrap();
    let defaults = toml::Table::try_from(Sections::default()).unwrap();
    let examples = [
        "server.tls_certificate",
        "server.tls_key",
        "server.trusted_proxies",
        "vault.passphrase_file",
    ];
    for key in KEYS {
        let (section, name) = key.split_once('.').unwrap();
        let value = shown.get(section).and_then(|section| section.get(name));
        let value = value.unwrap_or_else(|| panic!("{key} is not shown"));
        // These the package sets itself.
        if !examples.contains(&key) && !["store.url", "vault.key_file"].contains(&key) {
            assert_eq!(value, &defaults[section][name], "{key}");
        }
    }
    let (_folder, path) = written(&all.join("\n"));
    load(Some(&path)).unwrap();
}

#[test]
fn logs_are_text_or_json_and_nothing_else() {
    let (_folder, path) = written("log.format = \"json\"\nsync.poll_seconds = \"often\"\n");
    assert_eq!(telling(Some(&path)).format, LogFormat::Json);
    let (_folder, path) = written("");
    assert_eq!(telling(Some(&path)), Telling::default());
    let says = refused("log.format = \"xml\"\n").to_string();
    assert!(
        says.contains("log.format") && says.contains("json"),
        "{says}"
    );
}

#[test]
fn traces_go_where_the_configuration_says_and_nowhere_by_default() {
    let (_folder, path) = written("[traces]\nto = \"http://127.0.0.1:4318\"\nshare = 0.25\n");
    let traces = telling(Some(&path)).traces.unwrap();
    assert_eq!(traces.collector.as_str(), "http://127.0.0.1:4318/");
    assert_eq!(traces.share, 0.25);
    load(Some(&path)).unwrap();
    for (wrong, key) in [
        ("to = \"collector:4318\"", "traces.to"),
        ("to = \"http://a\"\nshare = 1.5", "traces.share"),
        ("to = \"http://a\"\nshare = nan", "traces.share"),
    ] {
        let text = format!("[traces]\n{wrong}\n");
        let says = refused(&text).to_string();
        assert!(says.contains(key), "{says}");
        let (_folder, path) = written(&text);
        assert_eq!(telling(Some(&path)).traces, None);
    }
}
