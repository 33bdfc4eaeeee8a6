//! Who may come in and what they may do: first start, signing in, users, sessions, API tokens, and the log of who did
//! what. The rules are the `access` crate's; here they meet store, clock and chance.

mod api_tokens;
mod audit;
mod gate;
mod sessions;
mod setup;
mod sign_in;
mod users;

pub use ::access::{
    API_TOKEN_DAYS, LONGEST_API_TOKEN_DAYS, Permission, Role, Scopes, Token, TokenKind, network,
};
pub use api_tokens::ApiToken;
pub use audit::Doer;
pub(crate) use gate::Gate;
pub use sessions::Session;
pub use setup::{NotSetUp, SetupLink};
pub use sign_in::NotSignedIn;
pub use users::User;

use crate::AppError;
use std::net::IpAddr;

/// Where a request comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The network, as limits and lists name it.
    pub network: String,
    /// What the browser says of itself, short.
    pub agent: String,
}

impl Origin {
    /// Of an address, and what a browser says of itself.
    #[must_use]
    pub fn new(address: IpAddr, agent: &str) -> Self {
        Self {
            network: network(address),
            agent: ::access::short_agent(agent),
        }
    }
}

/// Somebody who has proved who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// A user in a session.
    User {
        /// The user's number.
        id: i64,
        /// The user's name.
        name: String,
        /// The role, as it was when this was asked for.
        role: Role,
        /// The session's number.
        session: i64,
    },
    /// A program with an API token.
    ApiToken {
        /// What people call the token.
        name: String,
        /// What it was given.
        scopes: Scopes,
    },
    /// Whoever sits at this machine, where no login is asked for: the demo.
    Anybody,
}

impl Who {
    /// Whether this one may do something.
    #[must_use]
    pub fn may(&self, wanted: Permission) -> bool {
        match self {
            Self::User { role, .. } => role.may(wanted),
            Self::ApiToken { scopes, .. } => scopes.may(wanted),
            Self::Anybody => true,
        }
    }

    /// The name, for people and the audit log.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::User { name, .. } | Self::ApiToken { name, .. } => name,
            Self::Anybody => "anybody",
        }
    }
}

/// A word of the store that no version of this program wrote.
fn stored<T>(word: Result<T, ::access::UnknownWord>) -> Result<T, AppError> {
    word.map_err(|why| {
        AppError::Refused(format!(
            "the database holds a role or scope that this version does not know: {why}"
        ))
    })
}
