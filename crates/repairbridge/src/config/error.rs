//! What can be wrong with the configuration, and how to mend it.

use std::path::PathBuf;

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// The file named with --config is not there or cannot be read.
    #[error(
        "the configuration file {path} cannot be read: {why}. Name an existing file with --config, or leave --config out"
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        why: String,
    },
    /// The file is not TOML.
    #[error("the configuration file {path} is not TOML: {why}")]
    NotToml {
        /// The file.
        path: PathBuf,
        /// Where and what.
        why: String,
    },
    /// A key that does not exist.
    #[error("{place}: there is no key `{key}`. The nearest is `{nearest}`")]
    Unknown {
        /// File or environment variable.
        place: String,
        /// The key.
        key: String,
        /// The key that is most like it.
        nearest: String,
    },
    /// A secret in the file.
    #[error(
        "{place}: `{key}` is a secret, and secrets are never read from the file. Take it out, and {mend}"
    )]
    Secret {
        /// The file.
        place: String,
        /// The key.
        key: String,
        /// Where it belongs.
        mend: &'static str,
    },
    /// A value that does not fit its key.
    #[error("{place}: `{key}` cannot be used: {why}")]
    Value {
        /// File or environment variable.
        place: String,
        /// The key.
        key: String,
        /// What is wrong with it.
        why: String,
    },
}
