//! Whose a bearer is: a private token of one of the locations, or one of the app's.

use std::sync::Arc;

use axum::http::HeaderMap;

use super::Agency;
use super::office::name;
use super::tokens::{Grant, Worth};
use crate::highlevel::HighLevelTwin;
use crate::highlevel::guard;
use crate::highlevel::refusal::Refusal;
use crate::highlevel::token::{Reach, Token};

/// A bearer that is good.
pub(in crate::highlevel) struct Bearer {
    pub token: Token,
    /// What its requests are counted under: tokens of the app share a budget per location or agency, a private token is
    /// an app of its own (highlevel-api.md 6).
    pub budget: String,
    /// `sourceId` of what it writes.
    pub source: Arc<str>,
    /// For tokens of the app: what the installation may do.
    pub(super) grant: Option<Grant>,
    /// Where it is known: its location, the first one for the agency's.
    pub home: HighLevelTwin,
    /// Status of a refusal for its kind.
    auth_class_status: u16,
}

impl Bearer {
    /// The refusal of a token of the wrong level (highlevel-api.md 5).
    pub fn wrong_class(&self) -> Refusal {
        if self.grant.is_none() {
            return Refusal::unauthorized("Token's user type mismatch!");
        }
        wrong_auth_class(self.auth_class_status)
    }

    /// The same where private tokens are never taken, whatever their level. The text is a guess, the 401 was seen.
    pub fn not_of_app(&self) -> Refusal {
        wrong_auth_class(if self.grant.is_none() {
            401
        } else {
            self.auth_class_status
        })
    }
}

fn wrong_auth_class(status: u16) -> Refusal {
    let message = "This authClass type is not allowed to access this scope. Please verify your IAM configuration if this is not the case.";
    if status == 403 {
        Refusal::forbidden(message)
    } else {
        Refusal::unauthorized(message)
    }
}

impl Agency {
    /// The bearer of a request.
    pub(in crate::highlevel) fn bearer(
        &self,
        headers: &HeaderMap,
        now: i64,
    ) -> Result<Bearer, Refusal> {
        let secret = guard::bearer(headers)?;
        if let Some(bearer) = self.private(secret) {
            return self.active(bearer);
        }
        if secret.starts_with("pit-") {
            return Err(Refusal::unauthorized("Invalid Private Integration token"));
        }
        let mut office = self.office();
        let grant = match office.worth(secret, now) {
            Worth::Good(grant) => grant,
            Worth::Stale => {
                return Err(Refusal::unauthorized(
                    "Invalid token: access token is invalid",
                ));
            }
            Worth::Unknown => return Err(Refusal::unauthorized("Invalid JWT")),
        };
        let client: Arc<str> = office.app.client_id.as_str().into();
        let auth_class_status = office.policy.auth_class_status;
        drop(office);
        let home = match &grant.reach {
            Reach::Location(id) => self.location(id),
            Reach::Agency(_) => None,
        };
        self.active(Bearer {
            token: Token {
                secret: secret.to_owned(),
                reach: grant.reach.clone(),
                scopes: Some(grant.scopes.clone()),
            },
            budget: format!("{client} {}", name(&grant.reach)),
            source: client,
            grant: Some(grant),
            home: home.unwrap_or_else(|| self.first()),
            auth_class_status,
        })
    }

    fn private(&self, secret: &str) -> Option<Bearer> {
        for home in self.locations() {
            let known = home
                .world()
                .tokens
                .iter()
                .find(|token| token.secret == secret)
                .cloned();
            if let Some(token) = known {
                return Some(Bearer {
                    budget: token.secret.clone(),
                    source: guard::source_id(&token),
                    token,
                    grant: None,
                    home,
                    auth_class_status: 401,
                });
            }
        }
        None
    }

    fn active(&self, bearer: Bearer) -> Result<Bearer, Refusal> {
        let paused = match &bearer.token.reach {
            Reach::Location(id) => self.office().suspended.contains(id),
            Reach::Agency(_) => false,
        };
        if paused {
            Err(Refusal::not_active())
        } else {
            Ok(bearer)
        }
    }
}
