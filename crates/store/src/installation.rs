//! Installations of the marketplace app, as the callers of the store see them.

use crate::StoreError;
use domain::{ShopId, Timestamp};
use std::fmt;

/// Where the app is installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// In one sub-account.
    Location,
    /// In an agency.
    Company,
}

impl Class {
    /// Its number in the store.
    #[must_use]
    pub const fn code(self) -> i64 {
        match self {
            Self::Location => 0,
            Self::Company => 1,
        }
    }

    pub(crate) fn read(code: i64) -> Result<Self, StoreError> {
        match code {
            0 => Ok(Self::Location),
            1 => Ok(Self::Company),
            other => Err(strange("class", other)),
        }
    }
}

/// Whether the tokens of an installation can be renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstallationState {
    /// They can.
    Active,
    /// The vendor refused: a person must connect again.
    Refused,
    /// The app was removed.
    Uninstalled,
}

impl InstallationState {
    pub(crate) fn read(code: i64) -> Result<Self, StoreError> {
        match code {
            0 => Ok(Self::Active),
            1 => Ok(Self::Refused),
            2 => Ok(Self::Uninstalled),
            other => Err(strange("state", other)),
        }
    }
}

fn strange(column: &'static str, code: i64) -> StoreError {
    StoreError::Value {
        table: "installation",
        column,
        why: format!("{code} means nothing to this version"),
    }
}

/// An installation as stored.
#[derive(Clone)]
pub struct Installation {
    /// Our number for it.
    pub id: i64,
    /// In what.
    pub class: Class,
    /// Location or company id.
    pub account: String,
    /// The agency, where it is known.
    pub company: Option<String>,
    /// The account's name, where it is known.
    pub name: Option<String>,
    /// The app that is installed.
    pub client_id: String,
    /// The agency's installation from which its tokens are made.
    pub via: Option<i64>,
    /// Whether its tokens can be renewed.
    pub state: InstallationState,
    /// What went wrong the last time that a new pair was asked for.
    pub problem: Option<String>,
    /// What was granted.
    pub scopes: Vec<String>,
    /// Counts the pairs.
    pub generation: i64,
    /// The pair, sealed; none for a sub-account whose first token is still to be made.
    pub sealed: Option<String>,
    /// When the pair was obtained.
    pub obtained_at: Timestamp,
    /// When its access token ends.
    pub access_ends: Timestamp,
    /// When its refresh token ends if it is not used before.
    pub refresh_ends: Timestamp,
    /// When a new pair was asked for that is not stored yet.
    pub asked_at: Option<Timestamp>,
    /// When the app was installed.
    pub installed_at: Timestamp,
    /// When it was removed, or the connection was ended here.
    pub ended_at: Option<Timestamp>,
}

impl fmt::Debug for Installation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Installation")
            .field("id", &self.id)
            .field("class", &self.class)
            .field("account", &self.account)
            .field("state", &self.state)
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}

/// A sealed pair.
#[derive(Clone)]
pub struct NewPair {
    /// Sealed.
    pub sealed: String,
    /// When its access token ends.
    pub access_ends: Timestamp,
    /// When its refresh token ends if it is not used before.
    pub refresh_ends: Timestamp,
}

/// How bad it is that no new pair can be had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PairProblem {
    /// The vendor refused for good: a person must connect again.
    pub is_final: bool,
    /// The access token in use was refused as well.
    pub is_dead: bool,
}

/// An installation to store.
pub struct NewInstallation<'a> {
    /// In what.
    pub class: Class,
    /// Location or company id.
    pub account: &'a str,
    /// The agency, where it is known.
    pub company: Option<&'a str>,
    /// The account's name, where it is known.
    pub name: Option<&'a str>,
    /// The app that is installed.
    pub client_id: &'a str,
    /// The agency's installation from which its tokens are made.
    pub via: Option<i64>,
    /// What was granted.
    pub scopes: &'a [String],
    /// The pair; none where the first token is made when it is needed.
    pub pair: Option<NewPair>,
}

/// A one-time link to the install page, or the state of somebody who is on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstallTicket {
    /// Digest of the link's token or of the state.
    pub digest: String,
    /// Whether it is a link.
    pub is_link: bool,
    /// The link that a state came from.
    pub link: Option<String>,
    /// The shop to connect; none for an agency.
    pub shop: Option<ShopId>,
    /// Whether the permissions for writing are asked for as well.
    pub writes: bool,
    /// Digest of the cookie that must come back with a state.
    pub browser: Option<String>,
    /// When it ends.
    pub expires_at: Timestamp,
}
