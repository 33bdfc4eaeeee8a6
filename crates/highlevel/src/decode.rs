//! From an answer's bytes to our types.

use crate::{Error, client::Subject};
use http::Applied;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// What the vendor spells in more than one way: the name that we read, and the other one. Both may be present.
const SPELLINGS: [(&str, &str); 5] = [
    ("id", "_id"),
    ("succeeded", "succeded"),
    ("appointmentStatus", "appoinmentStatus"),
    ("value", "field_value"),
    ("value", "fieldValue"),
];

/// A successful answer.
#[derive(Debug)]
pub(crate) struct Document {
    root: Value,
    what: &'static str,
    applied: Applied,
}

/// Parses a successful answer. No body at all counts as an empty object.
pub(crate) fn parse(body: &[u8], subject: &Subject) -> Result<Document, Error> {
    let applied = subject.applied_if_unanswered();
    let what = subject.what;
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Document {
            root: Value::Object(Map::new()),
            what,
            applied,
        });
    }
    match serde_json::from_slice(body) {
        Ok(mut root) => {
            respell(&mut root);
            Ok(Document {
                root,
                what,
                applied,
            })
        }
        Err(error) => Err(Error::Decode {
            what,
            // The root: the class of the failure hangs on it, since this was cut short on the way.
            path: "$".to_owned(),
            problem: format!("it is cut short or no JSON (column {})", error.column()),
            applied,
        }),
    }
}

impl Document {
    /// One thing, in one of the envelopes or bare.
    pub(crate) fn one<T: DeserializeOwned>(mut self, envelopes: &[&str]) -> Result<T, Error> {
        for envelope in envelopes {
            if let Some(inner) = self.take(envelope).filter(Value::is_object) {
                return self.read(inner, envelope);
            }
        }
        if envelopes.is_empty() || self.root.get("id").is_some() {
            let root = std::mem::take(&mut self.root);
            return self.read(root, "");
        }
        Err(self.fault(envelopes.first().unwrap_or(&""), "it is missing".to_owned()))
    }

    /// One thing, or nothing where it is null or absent.
    pub(crate) fn maybe<T: DeserializeOwned>(mut self, envelope: &str) -> Result<Option<T>, Error> {
        match self.take(envelope) {
            Some(inner) if inner.is_object() => self.read(inner, envelope).map(Some),
            _ => Ok(None),
        }
    }

    /// A list under its name. Absent is a fault, since an unread list would look like an empty one.
    pub(crate) fn list<T: DeserializeOwned>(mut self, name: &str) -> Result<Vec<T>, Error> {
        self.take_list(name)
    }

    /// The same, and leaves the rest to be read.
    pub(crate) fn take_list<T: DeserializeOwned>(&mut self, name: &str) -> Result<Vec<T>, Error> {
        match self.take(name) {
            Some(Value::Null) => Ok(Vec::new()),
            Some(list) => self.read(list, name),
            None => Err(self.fault(name, "it is missing".to_owned())),
        }
    }

    /// A whole number under its name.
    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        self.root.get(name)?.as_u64()
    }

    /// Texts under a name; none where it is absent.
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        let list = self.root.get(name).and_then(Value::as_array);
        list.into_iter()
            .flatten()
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect()
    }

    /// A flag under its name.
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.root.get(name)?.as_bool()
    }

    /// Success, unless the answer says otherwise in its body.
    pub(crate) fn done(self) -> Result<(), Error> {
        if self.flag("succeeded") == Some(false) {
            return Err(Error::Vendor {
                what: self.what,
                status: 200,
                message: "it says that it did not succeed".to_owned(),
                applied: self.applied,
            });
        }
        Ok(())
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        self.root.get_mut(name).map(Value::take)
    }

    fn read<T: DeserializeOwned>(&self, value: Value, within: &str) -> Result<T, Error> {
        serde_path_to_error::deserialize(value).map_err(|error| {
            let path = error.path().to_string();
            let path = match (within, path.as_str()) {
                ("", _) => path,
                (_, ".") => within.to_owned(),
                (_, rest) if rest.starts_with('[') => format!("{within}{rest}"),
                (_, rest) => format!("{within}.{rest}"),
            };
            self.fault(&path, problem(&error.into_inner()))
        })
    }

    fn fault(&self, path: &str, problem: String) -> Error {
        Error::Decode {
            what: self.what,
            path: path.to_owned(),
            problem,
            applied: self.applied,
        }
    }
}

/// The kind of fault; a type error of serde quotes the value, which may be a person's.
fn problem(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.split_once(", expected ") {
        Some((_, expected)) => format!("expected {expected}"),
        None if text.starts_with("missing field") => text,
        None => "unexpected content".to_owned(),
    }
}

/// Moves every second spelling to the first, at any depth. Where both are there, the first one wins.
fn respell(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(respell),
        Value::Object(fields) => {
            for (name, other) in SPELLINGS {
                if let Some(found) = fields.remove(other) {
                    fields.entry(name).or_insert(found);
                }
            }
            fields.values_mut().for_each(respell);
        }
        _ => {}
    }
}
