//! Which of a customer's devices a ticket is about. MyGadgetRepairs names a ticket's device by its model alone
//! (mygadgetrepairs-api.md 12.5), and lists devices by customer (12.10).

use domain::normalize::name;
use serde_json::{Map, Value as Json};

/// The device of a ticket, out of what the ticket says and the views of the customer's devices; null where nothing is
/// known. Number and warranty are those of the one device that goes by the ticket's words, or of the only one where the
/// ticket says nothing: of several, none is guessed.
#[must_use]
pub fn of_ticket(named: Option<&str>, devices: &[Json]) -> Json {
    let named = named.map(str::trim).filter(|named| !named.is_empty());
    let fits: Vec<&Json> = match named {
        Some(named) => devices.iter().filter(|one| goes_by(one, named)).collect(),
        None => devices.iter().collect(),
    };
    let mut device = match (fits.as_slice(), named) {
        ([only], _) => (*only).clone(),
        (_, Some(_)) => Json::Object(Map::new()),
        (_, None) => return Json::Null,
    };
    if let (Json::Object(fields), Some(named)) = (&mut device, named) {
        fields.insert("name".to_owned(), named.into());
    }
    device
}

/// Whether a device is called so: by its name, by its model, or by make and model.
fn goes_by(device: &Json, named: &str) -> bool {
    let text = |field: &str| device.get(field).and_then(Json::as_str).unwrap_or_default();
    let (name, brand, model) = (text("name"), text("brand"), text("model"));
    let named = name::key(named);
    let whole = [format!("{brand} {model}"), format!("{brand} {name}")];
    [name, model, &whole[0], &whole[1]]
        .iter()
        .any(|known| !known.trim().is_empty() && name::key(known) == named)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn phone(id: &str, model: &str) -> Json {
        json!({"id": id, "name": model, "brand": "Apple", "model": model, "imei": format!("•••{id}")})
    }

    #[test]
    fn the_device_that_goes_by_the_tickets_words_is_its_own() {
        let devices = [phone("1", "iPhone 13"), phone("2", "iPad Air")];
        for named in ["Apple iPhone 13", "iphone 13", " APPLE  iPhone-13 "] {
            assert_eq!(of_ticket(Some(named), &devices)["imei"], "•••1", "{named}");
        }
        // One more letter is another device.
        let other = of_ticket(Some("Apple iPhone 13 Pro"), &devices);
        assert_eq!(other, json!({"name": "Apple iPhone 13 Pro"}));
        assert_eq!(of_ticket(None, &devices), Json::Null);
        assert_eq!(of_ticket(Some(" "), &devices[..1])["name"], "iPhone 13");
        assert_eq!(of_ticket(None, &[]), Json::Null);
    }

    proptest! {
        #[test]
        fn of_several_devices_that_fit_none_is_guessed(copies in 2..6_usize) {
            let devices = vec![phone("1", "iPhone 13"); copies];
            let found = of_ticket(Some("iPhone 13"), &devices);
            prop_assert_eq!(found, json!({"name": "iPhone 13"}));
            prop_assert_eq!(of_ticket(None, &devices), Json::Null);
        }
    }
}
