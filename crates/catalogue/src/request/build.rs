//! The parts of a request from the inputs that fill them.

use super::{Body, Circumstances, Part, Plan, RequestError, Upload, path};
use crate::facts::Encoding;
use crate::field::{Field, Place};
use crate::operation::{Call, Operation};
use crate::shape::Shape;
use crate::validate::Mistake;
use base64::Engine as _;
use domain::Side;
use serde_json::{Map, Value as Json, json};

/// Records on a page of MyGadgetRepairs (mygadgetrepairs-api.md section 6).
const PAGE: i64 = 50;

pub(super) fn plan(
    operation: &Operation,
    call: &Call,
    given: &Map<String, Json>,
    circumstances: &Circumstances<'_>,
) -> Result<Plan, RequestError> {
    let mut parts = Parts::default();
    for field in &operation.fields {
        let value = match call.fixed.get(&field.wire) {
            Some(fixed) => Some(stated(fixed, circumstances)),
            None if field.is_location() => Some(json!(circumstances.location)),
            None => given.get(&field.name).cloned(),
        };
        if let Some(value) = value {
            parts.add(operation.side, field, &value, circumstances);
        }
    }
    for (name, value) in &call.fixed {
        if !operation.fields.iter().any(|field| field.wire == *name) {
            parts
                .body
                .insert(name.clone(), stated(value, circumstances));
        }
    }
    if call.paged {
        let page = given.get("page").and_then(Json::as_i64).unwrap_or(1).max(1);
        let offset = page.saturating_sub(1).saturating_mul(PAGE);
        for (name, value) in [("limit", PAGE), ("offset", offset), ("page", page)] {
            parts.query.push((name.to_owned(), value.to_string()));
        }
    }
    let filled = |template: &str| {
        path::filled(template, |name| {
            let place = parts.path.iter().find(|(wire, _)| wire == name);
            place.map(|(_, text)| text.clone())
        })
        .map_err(|name| wrong(operation, &name))
    };
    let path = filled(&call.path)?;
    let upload = match &call.upload {
        Some(template) => {
            let (before, after) = template.split_once("{uploadId}").unwrap_or((template, ""));
            Some(upload(given, (filled(before)?, filled(after)?))?)
        }
        None => None,
    };
    Ok(Plan {
        operation: operation.id.clone(),
        side: operation.side,
        method: call.method.clone(),
        path,
        body: body(operation, call, &parts, given)?,
        query: parts.query,
        version: call.version.clone(),
        upload,
    })
}

#[derive(Default)]
struct Parts {
    path: Vec<(String, String)>,
    query: Vec<(String, String)>,
    body: Map<String, Json>,
    whole: Option<Json>,
}

impl Parts {
    fn add(&mut self, side: Side, field: &Field, value: &Json, circumstances: &Circumstances<'_>) {
        let value = written(side, &field.shape, value);
        let spelled = match &field.slot {
            Some(row) => circumstances.spelling.spell(row, &field.wire, &value),
            None => vec![(field.wire.clone(), value)],
        };
        for (name, value) in spelled {
            match field.place {
                Place::Path => self.path.push((name, plain(&value))),
                Place::Query => match &value {
                    Json::Null => {}
                    Json::Array(items) => {
                        let each = items.iter().map(|item| (name.clone(), plain(item)));
                        self.query.extend(each);
                    }
                    one => self.query.push((name, plain(one))),
                },
                Place::Body => {
                    self.body.entry(name).or_insert(value);
                }
                Place::WholeBody => self.whole = Some(value),
                Place::Setting => {}
            }
        }
    }
}

/// As the vendor takes it: HighLevel refuses fractions of a second (highlevel-quirks.md 2.5), MyGadgetRepairs writes days
/// as `05-Jan-2026` (mygadgetrepairs-api.md section 8).
fn written(side: Side, shape: &Shape, value: &Json) -> Json {
    match (side, shape, value) {
        (Side::HighLevel, Shape::Text(Some(format)), Json::String(text))
            if format == "date-time" =>
        {
            json!(without_fraction(text))
        }
        (Side::MyGadgetRepairs, Shape::Text(Some(format)), Json::String(text))
            if format == "date" =>
        {
            let day = text.parse::<jiff::civil::Date>();
            json!(day.map_or_else(|_| text.clone(), |day| day.strftime("%d-%b-%Y").to_string()))
        }
        _ => value.clone(),
    }
}

fn without_fraction(text: &str) -> String {
    let Some((before, after)) = text.split_once('.') else {
        return text.to_owned();
    };
    format!(
        "{before}{}",
        after.trim_start_matches(|letter: char| letter.is_ascii_digit())
    )
}

fn stated(value: &Json, circumstances: &Circumstances<'_>) -> Json {
    match value.as_str() {
        Some("{location}") => json!(circumstances.location),
        _ => value.clone(),
    }
}

fn plain(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Null => String::new(),
        other => other.to_string(),
    }
}

fn wrong(operation: &Operation, wire: &str) -> RequestError {
    let field = operation
        .fields
        .iter()
        .find(|field| field.place == Place::Path && field.wire == wire);
    let name = field.map_or(wire, |field| field.name.as_str());
    RequestError::Mistakes(vec![Mistake {
        place: format!("/{name}"),
        words: "it is empty, or no id; name the record".to_owned(),
    }])
}

fn body(
    operation: &Operation,
    call: &Call,
    parts: &Parts,
    given: &Map<String, Json>,
) -> Result<Body, RequestError> {
    if !call.body && parts.body.is_empty() && parts.whole.is_none() {
        return Ok(Body::None);
    }
    let whole = match &parts.whole {
        Some(Json::Object(members)) => {
            let mut all = parts.body.clone();
            all.extend(members.clone());
            Json::Object(all)
        }
        Some(other) => other.clone(),
        None => Json::Object(parts.body.clone()),
    };
    let members = || whole.as_object().cloned().unwrap_or_default();
    Ok(match call.encoding {
        Encoding::Json => Body::Json(whole),
        Encoding::Form => Body::Form(
            members()
                .iter()
                .map(|(name, value)| (name.clone(), plain(value)))
                .collect(),
        ),
        Encoding::Multipart => {
            let mut all = Vec::new();
            for (name, value) in members() {
                // A list is a part for each of its items.
                let items = match &value {
                    Json::Array(items) => items.as_slice(),
                    one => std::slice::from_ref(one),
                };
                for item in items {
                    all.push(part(operation, &name, item, given)?);
                }
            }
            Body::Multipart(all)
        }
    })
}

fn part(
    operation: &Operation,
    name: &str,
    value: &Json,
    given: &Map<String, Json>,
) -> Result<Part, RequestError> {
    let is_file = operation.fields.iter().any(|field| {
        field.wire == name && field.shape == Shape::File
            || field.place == Place::WholeBody
                && field
                    .shape
                    .members()
                    .iter()
                    .any(|one| one.name == name && one.shape == Shape::File)
    });
    Ok(Part {
        name: name.to_owned(),
        file: is_file.then(|| {
            let named = given.get("name").and_then(Json::as_str);
            named.unwrap_or("file").to_owned()
        }),
        bytes: match is_file {
            true => bytes(name, value)?,
            false => plain(value).into_bytes(),
        },
    })
}

fn upload(given: &Map<String, Json>, path: (String, String)) -> Result<Upload, RequestError> {
    let text = |name: &str| {
        given
            .get(name)
            .and_then(Json::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    Ok(Upload {
        path,
        name: text("fileName"),
        kind: text("fileType"),
        bytes: bytes("content", given.get("content").unwrap_or(&Json::Null))?,
    })
}

fn bytes(name: &str, value: &Json) -> Result<Vec<u8>, RequestError> {
    let text = value.as_str().unwrap_or_default();
    let read = base64::engine::general_purpose::STANDARD.decode(text.trim());
    read.map_err(|_| {
        RequestError::Mistakes(vec![Mistake {
            place: format!("/{name}"),
            words: "it must be the file's bytes as base64".to_owned(),
        }])
    })
}
