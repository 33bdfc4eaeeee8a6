//! Telephone numbers.

use super::{Phone, plain};
use crate::names::Names;
use domain::{CountryCode, normalize::phone};
use serde_json::Value as Json;

pub(super) fn apply(of: Option<&Phone>, value: &Json, names: &Names<'_>) -> Result<Json, String> {
    let named = of.map(|phone| phone.country.clone());
    let country = named.or_else(|| names.country()).ok_or_else(|| {
        "the shop's country is not known; write `{ phone = { country = \"GB\" } }`".to_owned()
    })?;
    let country = CountryCode::parse(&country)
        .ok_or_else(|| format!("`{country}` is not a country; write an ISO code such as GB"))?;
    phone::e164(&plain(value)?, &country)
        .map(Json::String)
        .ok_or_else(|| "is not a telephone number of that country".to_owned())
}
