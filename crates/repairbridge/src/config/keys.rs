//! Every key of the configuration, and what to say of words that are none.

/// All keys of the contract.
pub(crate) const KEYS: [&str; 26] = [
    "server.listen",
    "server.public_url",
    "server.tls_certificate",
    "server.tls_key",
    "server.trusted_proxies",
    "server.allow_plain_http",
    "store.url",
    "vault.key_file",
    "vault.passphrase_file",
    "highlevel.base_url",
    "highlevel.install_url",
    "highlevel.api_version",
    "highlevel.client_id",
    "highlevel.webhook_public_keys",
    "highlevel.accept_legacy_signature",
    "highlevel.requests_per_10s",
    "highlevel.requests_per_day",
    "mygadgetrepairs.base_url",
    "mygadgetrepairs.requests_per_minute",
    "sync.poll_seconds",
    "sync.sweep_hours",
    "sync.index_lag_seconds",
    "sync.listen_seconds",
    "log.format",
    "traces.to",
    "traces.share",
];

/// Keys that hold secrets when they come from the environment, and have no place in the file.
pub(crate) const SECRETS: [&str; 2] = ["vault.key", "highlevel.client_secret"];

/// Where a secret belongs, when the key sounds like one.
pub(crate) fn mend_of_secret(key: &str) -> Option<&'static str> {
    let (section, last) = key.rsplit_once('.').unwrap_or(("", key));
    let sounds = ["secret", "token", "password", "passphrase", "api_key"]
        .iter()
        .any(|word| last.contains(word));
    match (section, last) {
        ("vault", "key") => Some("set the environment variable REPAIRBRIDGE_VAULT_KEY"),
        ("vault", "passphrase") => Some(
            "put it into a file of its own and name that as vault.passphrase_file, or set the environment variable REPAIRBRIDGE_VAULT_PASSPHRASE",
        ),
        (_, "client_secret") => {
            Some("set the environment variable REPAIRBRIDGE_HIGHLEVEL__CLIENT_SECRET")
        }
        ("mygadgetrepairs", "key") => {
            Some("store it with `repairbridge connect mygadgetrepairs NAME --key-file FILE`")
        }
        ("mygadgetrepairs", _) if sounds => {
            Some("store it with `repairbridge connect mygadgetrepairs NAME --key-file FILE`")
        }
        ("highlevel", _) if sounds => {
            Some("store it with `repairbridge connect highlevel NAME --token-file FILE`")
        }
        _ if sounds => Some("store it with `repairbridge connect`"),
        _ => None,
    }
}

/// The key that is most like a word.
pub(crate) fn nearest(word: &str) -> &'static str {
    // The last part alone often tells more: `port = 1` or `listn = …` at the top of the file.
    let likeness = |key: &&str| {
        let last = key.rsplit('.').next().unwrap_or(key);
        strsim::levenshtein(word, key).min(strsim::levenshtein(word, last) + 1)
    };
    KEYS.into_iter()
        .min_by_key(likeness)
        .unwrap_or("server.listen")
}
