//! Token answers in the dated and in the v3 spelling (highlevel-api.md 4.3, 4.4).

use serde_json::{Map, Value, json};

use super::office::Office;
use super::tokens::{Grant, Pair};
use crate::highlevel::token::Reach;

/// `client_id` becomes `clientId`.
pub(super) fn camel(name: &str) -> String {
    let mut spelt = String::with_capacity(name.len());
    let mut upper = false;
    for letter in name.chars() {
        if letter == '_' {
            upper = true;
        } else if upper {
            spelt.push(letter.to_ascii_uppercase());
            upper = false;
        } else {
            spelt.push(letter);
        }
    }
    spelt
}

/// The answer to an exchange and to a refresh.
pub(super) fn tokens(office: &Office, pair: &Pair, grant: &Grant, v3: bool, now: i64) -> Value {
    let mut body = common(office, pair, grant, now);
    body.insert("isBulkInstallation".to_owned(), json!(grant.bulk.is_some()));
    if let Some(bulk) = &grant.bulk {
        for (name, value) in [
            ("approvedLocations", json!(bulk.locations)),
            ("installToFutureLocations", json!(bulk.future)),
            ("approveAllLocations", json!(bulk.all)),
        ] {
            body.insert(name.to_owned(), value);
        }
    }
    spelt(body, v3)
}

/// The answer to an exchange of the agency's token for a location's.
pub(super) fn location_token(
    office: &Office,
    pair: &Pair,
    grant: &Grant,
    v3: bool,
    now: i64,
) -> Value {
    let mut body = common(office, pair, grant, now);
    body.insert("appId".to_owned(), json!(office.app.app_id));
    body.insert("versionId".to_owned(), json!(office.app.app_id));
    spelt(body, v3)
}

fn common(office: &Office, pair: &Pair, grant: &Grant, now: i64) -> Map<String, Value> {
    let left = pair.access_expires.saturating_sub(now).max(0) / 1_000;
    let mut body = Map::new();
    let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
    put("access_token", json!(&*pair.access));
    put("token_type", json!("Bearer"));
    put("expires_in", json!(left));
    if let Some(refresh) = &pair.refresh {
        put("refresh_token", json!(&**refresh));
        put("refreshTokenId", json!(pair.refresh_id));
    }
    put("scope", json!(grant.scopes.join(" ")));
    match &grant.reach {
        Reach::Location(location) => {
            put("userType", json!("Location"));
            put("locationId", json!(location));
        }
        Reach::Agency(_) => {
            put("userType", json!("Company"));
        }
    }
    put("companyId", json!(office.company_id));
    put("userId", json!(office.user_id));
    body
}

fn spelt(body: Map<String, Value>, v3: bool) -> Value {
    if !v3 {
        return Value::Object(body);
    }
    Value::Object(
        body.into_iter()
            .map(|(name, value)| (camel(&name), value))
            .collect(),
    )
}
