//! How the agency's authorisation behaves, and how badly (highlevel-api.md 4).

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// What befalls one call of a token endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenFault {
    /// Nothing; stands in a list to let a call pass.
    Fine,
    /// Answered with this status before anything is carried out.
    Status(u16),
    /// The connection is cut before anything is carried out.
    Reset,
    /// Carried out, then the connection is cut: the new tokens are lost on their way.
    Lost,
    /// Carried out, then answered with this status.
    StatusAfter(u16),
    /// Carried out after this many milliseconds.
    Late(u64),
    /// Carried out at once, answered after this many milliseconds.
    LateAnswer(u64),
}

/// How authorisation behaves. As JSON under `GET` and `PUT /_twin/oauth`, where a `PUT` may hold just the keys to change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OAuthPolicy {
    /// `expires_in` of access tokens.
    pub access_token_seconds: u64,
    /// How long a refresh token can be used, once.
    pub refresh_token_seconds: u64,
    /// How long a code can be exchanged, once. The vendor's number is not known; a guess.
    pub code_seconds: u64,
    /// How long a used refresh token is answered with its successor.
    pub grace_seconds: u64,
    /// Whether the app is a draft or private, so that the page wants `version_id` beside `client_id`.
    pub draft_app: bool,
    /// Status of `invalid_grant`: 400 in the v3 document, 400 or 401 as seen; a guess for the dated generation.
    pub invalid_grant_status: u16,
    /// Status for a wrong client id or secret; a guess.
    pub wrong_client_status: u16,
    /// Status for a Company token at a location's endpoint, and the reverse: 401 or 403 as seen.
    pub auth_class_status: u16,
    /// Status of a new location token: 200 in the document, 201 as seen.
    pub location_token_status: u16,
    /// Whether a new location token comes with a refresh token, as it does since 2026-05-13.
    pub location_token_refresh: bool,
    /// Whether the app counts as installed, and `INSTALL` is told, when its code is exchanged; else when the person
    /// consents. Which of them it is, is a guess.
    pub install_at_exchange: bool,
    /// What befalls the next calls of `POST /oauth/token`, one each, in this order.
    pub token_faults: VecDeque<TokenFault>,
    /// The same for `POST /oauth/locationToken`.
    pub location_token_faults: VecDeque<TokenFault>,
}

impl Default for OAuthPolicy {
    fn default() -> Self {
        Self {
            access_token_seconds: 86_399,
            refresh_token_seconds: 365 * 86_400,
            code_seconds: 60,
            grace_seconds: 30,
            draft_app: true,
            invalid_grant_status: 400,
            wrong_client_status: 401,
            auth_class_status: 401,
            location_token_status: 201,
            location_token_refresh: true,
            install_at_exchange: false,
            token_faults: VecDeque::new(),
            location_token_faults: VecDeque::new(),
        }
    }
}

/// Seconds of a policy as the twin's clock counts.
pub(super) fn millis(seconds: u64) -> i64 {
    i64::try_from(seconds.saturating_mul(1_000)).unwrap_or(i64::MAX)
}
