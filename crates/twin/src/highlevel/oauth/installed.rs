//! `GET /oauth/installedLocations`: where the app is, in the dated and in the v3 form (highlevel-api.md 3.1, 4.4).
//!
//! Guesses: without `isInstalled` all locations are listed; `count` is over all pages of what was asked for; the texts for
//! a strange company or app, except for the code of the v3 document.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::office::Office;
use crate::highlevel::call::Call;
use crate::highlevel::date;
use crate::highlevel::refusal::Refusal;

/// A location of the agency by id and name.
pub(super) struct Listed {
    pub id: String,
    pub name: String,
}

pub(super) fn answer(
    office: &Office,
    locations: &[Listed],
    call: &Call<'_>,
) -> Result<Value, Refusal> {
    check(office, call)?;
    let rows: Vec<Value> = locations
        .iter()
        .filter(|location| fits(office, location, call))
        .map(|location| row(office, location))
        .collect();
    let future = office.agency.as_ref().is_some_and(|agency| agency.future);
    if !call.v3 {
        let count = rows.len();
        let page: Vec<Value> = rows
            .into_iter()
            .skip(call.query_number("skip", 0, usize::MAX))
            .take(call.query_number("limit", 20, 100))
            .collect();
        return Ok(json!({
            "locations": page,
            "count": count,
            "installToFutureLocations": future,
        }));
    }
    let size = page_size(call)?;
    let skip = match call.query("pageToken") {
        None => 0,
        Some(token) => skipped(token).ok_or_else(|| invalid("pageToken"))?,
    };
    let total = rows.len();
    let page: Vec<Value> = rows.into_iter().skip(skip).take(size).collect();
    let mut pagination = json!({
        "totalRecords": total,
        "hasNextPage": skip + page.len() < total,
        "hasPrevPage": skip > 0,
        "currentPageSize": page.len(),
    });
    if skip + page.len() < total {
        pagination["nextPageToken"] = json!(page_token(skip + page.len()));
    }
    if skip > 0 {
        pagination["prevPageToken"] = json!(page_token(skip.saturating_sub(size)));
    }
    Ok(json!({
        "items": page,
        "pagination": pagination,
        "metadata": { "filterApplied": filters(call), "sortApplied": {} },
        "installToFutureLocations": future,
    }))
}

fn check(office: &Office, call: &Call<'_>) -> Result<(), Refusal> {
    let mut complaints = Vec::new();
    for name in ["companyId", "appId"] {
        if call.query(name).is_none() {
            complaints.push(format!("{name} must be a string"));
            complaints.push(format!("{name} should not be empty"));
        }
    }
    if !complaints.is_empty() {
        return Err(Refusal::invalid(&complaints));
    }
    if call.query("companyId") != Some(office.company_id.as_str()) {
        return Err(Refusal::forbidden(
            "The token does not have access to this company.",
        ));
    }
    let app = call.query("appId").unwrap_or_default();
    if app == office.app.app_id {
        return Ok(());
    }
    if call.v3 {
        return Err(Refusal {
            status: 404,
            body: json!({ "error": {
                "code": "RESOURCE_NOT_FOUND",
                "message": format!("The requested App '{app}' was not found."),
                "details": { "resource": "App", "identifier": app },
            }}),
        });
    }
    Err(Refusal::bad_request(format!("App with id {app} not found")))
}

fn fits(office: &Office, location: &Listed, call: &Call<'_>) -> bool {
    let installed = office.installed(&location.id).is_some();
    let words = call.query("query").unwrap_or_default().to_lowercase();
    location.name.to_lowercase().contains(&words)
        && call
            .query("locationId")
            .is_none_or(|wanted| wanted == location.id)
        && call
            .query("isInstalled")
            .is_none_or(|wanted| (wanted == "true") == installed)
        && call
            .query("versionId")
            .is_none_or(|wanted| installed && wanted == office.app.app_id)
        // The app is free of charge and has no trial.
        && call.query("onTrial").is_none_or(|wanted| wanted != "true")
        && call.query("planId").is_none()
}

fn row(office: &Office, location: &Listed) -> Value {
    let since = office.installed(&location.id);
    let mut row = json!({
        "_id": location.id,
        "name": location.name,
        "address": "1 High Street, Bristol, BS1 1AA",
        "isInstalled": since.is_some(),
    });
    if let Some(since) = since {
        row["versionId"] = json!(office.app.app_id);
        row["installedAt"] = json!(date::iso(since));
    }
    row
}

fn filters(call: &Call<'_>) -> Value {
    let paging = ["pageSize", "pageToken"];
    let applied: Map<String, Value> = call
        .query
        .iter()
        .filter(|(name, _)| !paging.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), json!(value)))
        .collect();
    Value::Object(applied)
}

fn page_size(call: &Call<'_>) -> Result<usize, Refusal> {
    match call.query("pageSize") {
        None => Ok(20),
        Some(text) => text
            .parse()
            .ok()
            .filter(|size| (1..=100).contains(size))
            .ok_or_else(|| invalid("pageSize")),
    }
}

fn page_token(skip: usize) -> String {
    URL_SAFE_NO_PAD.encode(json!({ "skip": skip }).to_string())
}

fn skipped(token: &str) -> Option<usize> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let value: Value = serde_json::from_slice(&bytes).ok()?;
    usize::try_from(value.get("skip")?.as_u64()?).ok()
}

fn invalid(name: &str) -> Refusal {
    Refusal {
        status: 400,
        body: json!({ "error": {
            "code": "INVALID_ARGUMENT",
            "message": format!("Invalid value for {name}"),
            "details": { "field": name },
        }}),
    }
}
