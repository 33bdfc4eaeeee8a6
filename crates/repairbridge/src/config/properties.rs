//! Whatever stands in the file: a configuration, or an error that names the place and gives no secret away.

use super::keys::KEYS;
use super::{Config, ConfigError, load};
use proptest::prelude::*;

/// Nothing that is asked for here is a secret, so this must never be repeated.
const SECRET: &str = "pit-hush-hush-4711";

fn read(content: &[u8]) -> Result<Config, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.toml");
    std::fs::write(&path, content).unwrap();
    load(Some(&path))
}

/// An error names the file.
fn told(error: &ConfigError) -> Result<String, TestCaseError> {
    let says = error.to_string();
    prop_assert!(says.contains("shop.toml"), "{}", says);
    Ok(says)
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        (0_i64..100).prop_map(|number| number.to_string()),
        any::<f64>().prop_map(|number| format!("{number:?}")),
        any::<bool>().prop_map(|flag| flag.to_string()),
        "\\PC{0,16}".prop_map(|text| format!("'{}'", text.replace('\'', ""))),
        prop::sample::select(vec![
            "\"127.0.0.1:8780\"",
            "\"[::1]:0\"",
            "\"localhost:80\"",
            "\"https://bridge.example\"",
            "\"http://user:word@host\"",
            "\"http://\"",
            "\"sqlite://x.db\"",
            "\"sqlite://\"",
            "\"postgres://a@b/c\"",
            "\"2021-07-28\"",
            "[]",
            "[1]",
            "[\"AAAA\"]",
            "{}",
            "{ a = 1 }",
            "2026-01-01",
            "\"\"",
        ])
        .prop_map(str::to_owned),
    ]
}

/// Known keys with values of any sort; each key once, as TOML wants it.
fn known_keys() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    prop::collection::btree_map(prop::sample::select(KEYS.to_vec()), value(), 0..4)
        .prop_map(|keys| keys.into_iter().collect())
}

fn written(keys: &[(&str, String)]) -> String {
    let lines = keys.iter().map(|(key, value)| format!("{key} = {value}\n"));
    lines.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_or_refused(content in prop::collection::vec(any::<u8>(), 0..80)) {
        if let Err(error) = read(&content) {
            told(&error)?;
        }
    }

    #[test]
    fn any_text_is_read_or_refused(content in "(\\PC|[\\n\\[\\]={}\"'#.]){0,60}") {
        if let Err(error) = read(content.as_bytes()) {
            told(&error)?;
        }
    }

    #[test]
    fn a_value_that_does_not_fit_is_named_with_its_key(keys in known_keys()) {
        let text = written(&keys);
        if let Err(error) = read(text.as_bytes()) {
            let says = told(&error)?;
            prop_assert!(keys.iter().any(|(key, _)| says.contains(*key)), "{}\n{}", says, text);
        }
    }

    #[test]
    fn a_key_that_does_not_exist_is_named(
        keys in known_keys(), section in "[a-z_]{1,8}", last in "[a-z_]{1,8}",
    ) {
        let key = format!("{section}.{last}");
        prop_assume!(!KEYS.contains(&key.as_str()) && !KEYS.iter().any(|known| known.starts_with(&format!("{section}."))));
        let text = format!("{}{key} = 1\n", written(&keys));
        let error = read(text.as_bytes());
        prop_assert!(error.is_err());
        if let Err(error) = error {
            let says = told(&error)?;
            prop_assert!(says.contains(&key) || keys.iter().any(|(known, _)| says.contains(*known)), "{}", says);
        }
    }

    /// Numbers that fit are taken as they stand.
    #[test]
    fn what_fits_is_taken_as_it_stands(
        poll in 1_u32.., sweep in 1_u32.., lag in any::<u32>(), listen in any::<u32>(),
        burst in any::<u32>(), day in any::<u32>(), minute in any::<u32>(), port in 1_u16..,
    ) {
        let text = format!(
            "sync.poll_seconds = {poll}\nsync.sweep_hours = {sweep}\nsync.index_lag_seconds = {lag}\n\
             sync.listen_seconds = {listen}\nhighlevel.requests_per_10s = {burst}\n\
             highlevel.requests_per_day = {day}\nmygadgetrepairs.requests_per_minute = {minute}\n\
             server.listen = \"127.0.0.1:{port}\"\n",
        );
        let config = read(text.as_bytes());
        prop_assert!(config.is_ok(), "{:?}", config.err());
        if let Ok(config) = config {
            let app = config.app;
            let numbers = (app.poll_seconds, app.sweep_hours, app.index_lag_seconds, app.listen_seconds);
            prop_assert_eq!(numbers, (poll, sweep, i64::from(lag), listen));
            let limits = (app.highlevel_per_10s, app.highlevel_per_day, app.mygadgetrepairs_per_minute);
            prop_assert_eq!(limits, (burst, day, minute));
            prop_assert_eq!(config.listen.port(), port);
        }
    }

    /// A secret that somebody put into the file, well written or not, is not repeated.
    #[test]
    fn invariant_10_secrets_stay_secret_in_errors_about_the_file(
        key in prop::sample::select(vec![
            "highlevel.token", "highlevel.client_secret", "mygadgetrepairs.api_key", "mygadgetrepairs.key", "vault.key",
            "token", "password", "sync.secret",
        ]),
        before in prop::sample::select(vec!["\"", "", "[\"", "'", "{ x = \"", "\"\"\""]),
        after in prop::sample::select(vec!["\"", "", "\"]", "'", "\" }", "\"\"\"", " x", "\\q\""]),
        keys in known_keys(),
    ) {
        let text = format!("{}{key} = {before}{SECRET}{after}\n", written(&keys));
        let error = read(text.as_bytes());
        prop_assert!(error.is_err());
        if let Err(error) = error {
            let says = told(&error)?;
            prop_assert!(!says.contains(SECRET), "{}", says);
            prop_assert!(!format!("{error:?}").contains(SECRET), "{:?}", error);
        }
    }
}
