//! `POST /oauth/token`: codes and refresh tokens for tokens (highlevel-api.md 4.3), in both generations.
//!
//! Of the errors, the code's, `invalid_grant`, `Location is not active` and those of the v3 document are known. The other
//! texts are those of the OAuth library whose texts the known ones are; a guess.

use serde_json::{Map, Value, json};

use super::event::Event;
use super::form::text;
use super::office::Office;
use super::shape;
use super::tokens::{Grant, NoRefresh};
use crate::highlevel::body::{self, Field, Kind, may, must};
use crate::highlevel::refusal::Refusal;
use crate::highlevel::settings::Settings;

const GRANT_TYPES: &[&str] = &["authorization_code", "refresh_token", "client_credentials"];
const USER_TYPES: &[&str] = &["Company", "Location"];

static DATED: &[Field] = &[
    must("client_id", Kind::Key),
    must("client_secret", Kind::Key),
    must("grant_type", Kind::OneOf(GRANT_TYPES)),
    may("code", Kind::Text),
    may("refresh_token", Kind::Text),
    may("user_type", Kind::OneOf(USER_TYPES)),
    may("redirect_uri", Kind::Text),
];

static V3: &[Field] = &[
    may("clientId", Kind::Text),
    may("clientSecret", Kind::Text),
    may("grantType", Kind::Text),
    may("code", Kind::Text),
    may("refreshToken", Kind::Text),
    may("userType", Kind::OneOf(USER_TYPES)),
    may("redirectUri", Kind::Text),
];

/// The fields by the meaning that they have in both generations.
struct Wanted<'a> {
    fields: &'a Map<String, Value>,
    v3: bool,
}

impl<'a> Wanted<'a> {
    /// By the dated name.
    fn get(&self, name: &str) -> Option<&'a str> {
        text(self.fields, &self.spelt(name))
    }

    fn need(&self, name: &str) -> Result<&'a str, Refusal> {
        let spelt = self.spelt(name);
        text(self.fields, &spelt).ok_or_else(|| {
            if self.v3 {
                Refusal::bad_request(format!("Missing parameter: {spelt}"))
            } else {
                Refusal::invalid(&[
                    format!("{spelt} should not be empty"),
                    format!("{spelt} must be a string"),
                ])
            }
        })
    }

    fn spelt(&self, name: &str) -> String {
        if self.v3 {
            shape::camel(name)
        } else {
            name.to_owned()
        }
    }
}

/// The tokens, and what the app is told at that moment.
pub(super) fn answer(
    office: &mut Office,
    fields: &Map<String, Value>,
    v3: bool,
    now: i64,
) -> Result<(Value, Vec<Event>), Refusal> {
    let known = if v3 { V3 } else { DATED };
    body::check(fields, known, &Settings::default())?;
    let wanted = Wanted { fields, v3 };
    let grant_type = wanted.need("grant_type")?;
    if !GRANT_TYPES.contains(&grant_type) {
        return Err(Refusal::bad_request("Invalid parameter: grantType"));
    }
    let client = (wanted.need("client_id")?, wanted.need("client_secret")?);
    match grant_type {
        "authorization_code" => exchange(office, &wanted, client, now),
        "refresh_token" => refresh(office, &wanted, client, now),
        _ => Err(Refusal::oauth(
            v3,
            400,
            "unsupported_grant_type",
            "Unsupported grant type: `grant_type` is invalid",
        )),
    }
}

/// The code is looked at before the client is (highlevel-quirks.md 4.7). A code that is refused for its client or its
/// address stays good, and `user_type` changes nothing: both are guesses.
fn exchange(
    office: &mut Office,
    wanted: &Wanted<'_>,
    client: (&str, &str),
    now: i64,
) -> Result<(Value, Vec<Event>), Refusal> {
    let key = wanted.need("code")?;
    let code = office.codes.get(key).filter(|code| code.expires > now);
    let Some(code) = code.cloned() else {
        office.codes.remove(key);
        office.counts.refused_codes += 1;
        // Seen like this; whether v3 words it otherwise is not known.
        return Err(Refusal::oauth(
            false,
            401,
            "UnAuthorized!",
            "Authorization code not found",
        ));
    };
    check_client(office, client, wanted.v3)?;
    if wanted
        .get("redirect_uri")
        .is_some_and(|sent| sent != code.redirect)
    {
        return Err(Refusal::oauth(
            wanted.v3,
            400,
            "invalid_request",
            "Invalid request: `redirect_uri` is not a valid URI",
        ));
    }
    let of = super::office::name(&code.consent.reach).to_owned();
    if office.suspended.contains(&of) {
        return Err(Refusal::not_active());
    }
    office.codes.remove(key);
    let events = if office.policy.install_at_exchange {
        office.install(&code.consent, now)
    } else {
        Vec::new()
    };
    let grant = Grant {
        reach: code.consent.reach,
        scopes: code.consent.scopes,
        bulk: code.consent.bulk,
    };
    let pair = office.grant(grant.clone(), true, now);
    office.counts.add(Some(&of), |counts| &mut counts.exchanges);
    Ok((shape::tokens(office, &pair, &grant, wanted.v3, now), events))
}

fn refresh(
    office: &mut Office,
    wanted: &Wanted<'_>,
    client: (&str, &str),
    now: i64,
) -> Result<(Value, Vec<Event>), Refusal> {
    let token = wanted.need("refresh_token")?;
    check_client(office, client, wanted.v3)?;
    match office.refresh(token, now) {
        Ok((pair, grant)) => Ok((
            shape::tokens(office, &pair, &grant, wanted.v3, now),
            Vec::new(),
        )),
        Err(NoRefresh::NotActive) => Err(Refusal::not_active()),
        Err(NoRefresh::Invalid) => Err(Refusal::oauth(
            wanted.v3,
            office.policy.invalid_grant_status,
            "invalid_grant",
            "Invalid grant: refresh token is invalid",
        )),
    }
}

fn check_client(office: &mut Office, (id, secret): (&str, &str), v3: bool) -> Result<(), Refusal> {
    if office.app.is(id, secret) {
        return Ok(());
    }
    office.counts.wrong_clients += 1;
    Err(Refusal::oauth(
        v3,
        office.policy.wrong_client_status,
        "invalid_client",
        "Invalid client: client is invalid",
    ))
}

impl Refusal {
    /// The token endpoint's own form as it was seen, or the one of the v3 document.
    fn oauth(v3: bool, status: u16, error: &str, description: &str) -> Self {
        let body = if v3 {
            json!({ "statusCode": status, "message": description, "error": error })
        } else {
            json!({ "error": error, "error_description": description })
        };
        Self { status, body }
    }

    /// A paused location (issue 249 of the vendor's documents; the v3 document).
    pub(in crate::highlevel) fn not_active() -> Self {
        Self::bad_request("Location is not active")
    }
}
