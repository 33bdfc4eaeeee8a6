//! The editor of the dashboard offers names to pick from out of a file; it must tell what this crate knows.

use flows::scope::{Holds, NAMES, OWN, fields, name_of};
use serde_json::{Value, json};

const FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../web/src/pages/flows/names.json"
);

fn known() -> Value {
    let names: Vec<Value> = NAMES
        .iter()
        .map(|name| {
            let (holds, fields) = match name.holds {
                Holds::Record(source) => ("record", fields(source)),
                Holds::Records(source) => ("records", fields(source)),
                Holds::Table(fields) => (
                    "table",
                    fields.iter().map(|field| (*field).to_owned()).collect(),
                ),
            };
            json!({ "name": name.name, "holds": holds, "help": name.help, "fields": fields })
        })
        .collect();
    let triggers: Vec<Value> = flows::triggers()
        .iter()
        .map(|kind| {
            json!({
                "id": kind.id,
                "record": name_of(kind.source),
                "clock": kind.clock,
                "parameters": kind.parameters,
            })
        })
        .collect();
    json!({ "own": OWN, "names": names, "triggers": triggers })
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
        "write it anew: WRITE_NAMES=1 cargo test -p flows --test editor_names"
    );
}
