//! `DELETE /marketplace/app/{appId}/installations`: there is no other way to end an installation from outside
//! (highlevel-quirks.md 4.12; the vendor's marketplace document).

use serde_json::{Map, Value, json};

use super::event::Event;
use super::form::text;
use super::office::Office;
use crate::highlevel::body::{self, Field, Kind, may};
use crate::highlevel::refusal::Refusal;
use crate::highlevel::settings::Settings;
use crate::highlevel::token::Reach;

static FIELDS: &[Field] = &[
    may("companyId", Kind::Text),
    may("locationId", Kind::Text),
    may("reason", Kind::Text),
];

/// The agency's token takes the app out of the agency and all its locations, a location's out of that one. Guesses: the
/// agency's token with a `locationId` reaches that location only; the texts of the refusals.
pub(super) fn answer(
    office: &mut Office,
    by: &Reach,
    app_id: &str,
    fields: &Map<String, Value>,
) -> Result<(Value, Vec<Event>), Refusal> {
    body::check(fields, FIELDS, &Settings::default())?;
    if app_id != office.app.app_id {
        return Err(Refusal::bad_request(format!(
            "App with id {app_id} not found"
        )));
    }
    let reach = match by {
        Reach::Location(own) => match text(fields, "locationId") {
            None => return Err(Refusal::bad_request("Please provide location Id!")),
            Some(location) if location != own => {
                return Err(Refusal::forbidden(
                    "The token does not have access to this location.",
                ));
            }
            Some(_) => by.clone(),
        },
        Reach::Agency(own) => match (text(fields, "companyId"), text(fields, "locationId")) {
            (None, _) => {
                return Err(Refusal::invalid(&[
                    "companyId should not be empty".to_owned(),
                    "companyId must be a string".to_owned(),
                ]));
            }
            (Some(company), _) if company != own => {
                return Err(Refusal::forbidden(
                    "The token does not have access to this company.",
                ));
            }
            (Some(_), Some(location)) => Reach::Location(location.to_owned()),
            (Some(_), None) => by.clone(),
        },
    };
    let events = office.uninstall(&reach);
    if events.is_empty() {
        return Err(Refusal::bad_request("The app is not installed."));
    }
    Ok((json!({ "success": true }), events))
}
