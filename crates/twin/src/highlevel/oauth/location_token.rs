//! `POST /oauth/locationToken`: the agency's token for a location's (highlevel-api.md 4.4).

use serde_json::{Map, Value};

use super::form::text;
use super::office::Office;
use super::shape;
use super::tokens::Grant;
use crate::highlevel::body::{self, Field, Kind, must};
use crate::highlevel::refusal::Refusal;
use crate::highlevel::settings::Settings;
use crate::highlevel::token::Reach;

static FIELDS: &[Field] = &[must("companyId", Kind::Key), must("locationId", Kind::Key)];

/// What a location that the agency did not choose is answered is not known; a guess.
pub(super) fn answer(
    office: &mut Office,
    company: &Grant,
    fields: &Map<String, Value>,
    v3: bool,
    now: i64,
) -> Result<(u16, Value), Refusal> {
    body::check(fields, FIELDS, &Settings::default())?;
    let location = text(fields, "locationId").unwrap_or_default();
    if text(fields, "companyId") != Some(office.company_id.as_str()) {
        return Err(Refusal::forbidden(
            "The token does not have access to this company.",
        ));
    }
    if !office.approved(location) {
        return Err(Refusal::bad_request(
            "The app is not installed on this location.",
        ));
    }
    if office.suspended.contains(location) {
        return Err(Refusal::not_active());
    }
    // The answer lists the agency's two scopes as well, as seen.
    let mut scopes = company.scopes.clone();
    for scope in ["oauth.readonly", "oauth.write"] {
        if !scopes.iter().any(|known| known == scope) {
            scopes.push(scope.to_owned());
        }
    }
    let grant = Grant {
        reach: Reach::Location(location.to_owned()),
        scopes,
        bulk: None,
    };
    let refreshable = office.policy.location_token_refresh;
    let pair = office.grant(grant.clone(), refreshable, now);
    office
        .counts
        .add(Some(location), |counts| &mut counts.location_tokens);
    let body = shape::location_token(office, &pair, &grant, v3, now);
    Ok((office.policy.location_token_status, body))
}
