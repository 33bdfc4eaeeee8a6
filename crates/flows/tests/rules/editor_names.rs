//! The editor of the dashboard offers names to pick from out of a file; it must tell what this crate knows.

use flows::scope::{Holds, NAMES, fields, name_of};
use serde_json::{Value, json};

const FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../web/src/pages/flows/names.json"
);

fn known() -> Value {
    let names: Vec<Value> = NAMES
        .iter()
        .map(|name| {
            let (is_list, fields) = match name.holds {
                Holds::Record(source) => (false, fields(source)),
                Holds::Records(source) => (true, fields(source)),
                Holds::Table(fields) => {
                    let fields = fields.iter().map(|field| (*field).to_owned());
                    (false, fields.collect())
                }
            };
            json!({ "name": name.name, "list": is_list, "fields": fields.join(" ") })
        })
        .collect();
    let records: serde_json::Map<String, Value> = flows::triggers()
        .iter()
        .map(|kind| (kind.id.to_owned(), json!(name_of(kind.source))))
        .collect();
    json!({ "names": names, "records": records })
}

/// With `WRITE_NAMES=1` it writes the file instead.
#[test]
fn the_editor_offers_the_names_that_there_are() {
    let known = known();
    if std::env::var_os("WRITE_NAMES").is_some() {
        let text = serde_json::to_string_pretty(&known).unwrap();
        std::fs::write(FILE, text + "\n").unwrap();
    }
    let text = std::fs::read_to_string(FILE).unwrap();
    let offered: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        offered, known,
        "write it anew: WRITE_NAMES=1 cargo test -p flows --test rules editor_names"
    );
}
