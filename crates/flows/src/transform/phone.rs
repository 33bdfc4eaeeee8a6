//! Telephone numbers.

use super::plain;
use crate::names::Names;
use domain::{CountryCode, normalize::phone};
use serde_json::Value as Json;

pub(super) fn apply(of: Option<&str>, value: &Json, names: &Names<'_>) -> Result<Json, String> {
    let named = of.map(str::to_owned);
    let country = named.or_else(|| names.country()).ok_or_else(|| {
        "the shop's country is not known; write `{ phone_in = \"GB\" }`".to_owned()
    })?;
    let country = CountryCode::parse(&country)
        .ok_or_else(|| format!("`{country}` is not a country; write an ISO code such as GB"))?;
    phone::e164(&plain(value)?, &country)
        .map(Json::String)
        .ok_or_else(|| "is not a telephone number of that country".to_owned())
}
