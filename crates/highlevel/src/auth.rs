//! Where the token comes from.

use async_trait::async_trait;
use domain::{Failure, FailureClass};
use secrecy::SecretString;
use std::fmt;

/// No token to send.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// There is none, or it can no longer be renewed.
    #[error("HighLevel is not connected ({problem}); connect the sub-account again")]
    Reconnect {
        /// What is wrong, without the token.
        problem: String,
    },
    /// Something else has to be mended first, such as the app's client secret.
    #[error("{problem}")]
    NeedsMending {
        /// What is wrong and how to mend it, without the token.
        problem: String,
    },
    /// It cannot be had just now.
    #[error("the HighLevel token cannot be renewed just now ({problem}); it will be tried again")]
    Passing {
        /// What is wrong, without the token.
        problem: String,
    },
}

impl Failure for TokenError {
    fn code(&self) -> &'static str {
        match self {
            Self::Reconnect { .. } => "HL-TOKEN-01",
            Self::Passing { .. } => "HL-TOKEN-02",
            Self::NeedsMending { .. } => "HL-TOKEN-03",
        }
    }

    fn class(&self) -> FailureClass {
        match self {
            Self::Reconnect { .. } | Self::NeedsMending { .. } => FailureClass::NeedsHuman,
            Self::Passing { .. } => FailureClass::Transient,
        }
    }
}

/// Gives the bearer token of one location.
#[async_trait]
pub trait TokenSource: Send + Sync + fmt::Debug {
    /// The token to use now.
    async fn token(&self) -> Result<SecretString, TokenError>;

    /// The vendor refused this token. Returns whether another one is to be had, in which case the request is
    /// sent once more. Several callers may report the same token.
    async fn rejected(&self, token: &SecretString) -> Result<bool, TokenError>;
}

/// A private integration token, or any other token that does not change.
pub struct StaticToken(SecretString);

impl StaticToken {
    /// Wraps a token. White space around it is dropped: with a line break at its end the vendor calls a good
    /// token invalid (highlevel-quirks.md 4.11).
    #[must_use]
    pub fn new(token: &str) -> Self {
        Self(SecretString::from(token.trim()))
    }
}

impl fmt::Debug for StaticToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StaticToken(..)")
    }
}

#[async_trait]
impl TokenSource for StaticToken {
    async fn token(&self) -> Result<SecretString, TokenError> {
        Ok(self.0.clone())
    }

    async fn rejected(&self, _token: &SecretString) -> Result<bool, TokenError> {
        Ok(false)
    }
}
