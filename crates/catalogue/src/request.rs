//! From an operation and an input to the request that it makes. Pure: somebody else sends it.

mod build;
mod path;

pub use path::path_names;

use crate::operation::Operation;
use crate::validate::{Mistake, validate};
use domain::Side;
use serde_json::{Map, Value as Json};
use std::fmt;

/// Whose shop a call is made for.
#[derive(Clone, Copy)]
pub struct Circumstances<'a> {
    /// The sub-account of HighLevel; filled in wherever an operation wants it.
    pub location: &'a str,
    /// The agency of HighLevel, where it is known.
    pub company: Option<&'a str>,
    /// How this account of MyGadgetRepairs spells what the vendor does not document.
    pub spelling: &'a dyn Spelling,
}

/// How an account of MyGadgetRepairs spells what the vendor does not document.
pub trait Spelling {
    /// The names and values that carry a value, given its row in the table of spellings (`ticket.status`), or `time` for
    /// an instant in the account's own form, and the name that it has in the catalogue.
    fn spell(&self, row: &str, name: &str, value: &Json) -> Vec<(String, Json)>;
}

/// Every name as it stands in the catalogue.
#[derive(Clone, Copy, Debug)]
pub struct Plain;

impl Spelling for Plain {
    fn spell(&self, row: &str, name: &str, value: &Json) -> Vec<(String, Json)> {
        match (row, value) {
            ("custom_field", Json::Object(values)) => {
                let named = values.iter();
                named
                    .map(|(field, value)| (format!("cf_{field}"), value.clone()))
                    .collect()
            }
            _ => vec![(name.to_owned(), value.clone())],
        }
    }
}

/// What would be sent.
#[derive(Clone, PartialEq)]
pub struct Plan {
    /// The operation that really runs: another one where an outdated one is replaced.
    pub operation: String,
    /// To whom.
    pub side: Side,
    /// The method.
    pub method: String,
    /// The path below the vendor's address, each id percent-encoded.
    pub path: String,
    /// The query, not encoded.
    pub query: Vec<(String, String)>,
    /// The body.
    pub body: Body,
    /// HighLevel's `Version` header; nothing where the call has none.
    pub version: Option<String>,
    /// A file that is sent afterwards.
    pub upload: Option<Upload>,
}

impl fmt::Debug for Plan {
    /// Without what may tell of a person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plan")
            .field("operation", &self.operation)
            .field("method", &self.method)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// The body of a request.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Body {
    /// None.
    #[default]
    None,
    /// As JSON.
    Json(Json),
    /// As a form.
    Form(Vec<(String, String)>),
    /// In parts.
    Multipart(Vec<Part>),
}

/// A part of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// The file's name, where it is a file.
    pub file: Option<String>,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// A file that is sent once its name was taken (mygadgetrepairs-api.md 12.5, attachments).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// The path before and after the id that the first answer gives.
    pub path: (String, String),
    /// The file's name.
    pub name: String,
    /// The file's type.
    pub kind: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl Upload {
    /// The path for the id that the first answer gave; nothing where it is no id.
    #[must_use]
    pub fn path_for(&self, id: &str) -> Option<String> {
        let id = path::segment(id)?;
        Some(format!("{}{id}{}", self.path.0, self.path.1))
    }
}

/// Why there is no request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// A trigger is no action.
    #[error("`{0}` happens by itself and cannot be called; name it as the trigger of a flow")]
    Awaited(String),
    /// The input does not fit.
    #[error("{}", told(.0))]
    Mistakes(Vec<Mistake>),
    /// The catalogue itself is wrong.
    #[error("the catalogue's entry for `{0}` is wrong: {1}")]
    Catalogue(String, String),
}

fn told(mistakes: &[Mistake]) -> String {
    let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    lines.join("; ")
}

/// The request that an input makes.
///
/// # Errors
/// When the operation is a trigger, or the input does not fit its schema.
pub fn request(
    operation: &Operation,
    input: &Json,
    circumstances: &Circumstances<'_>,
) -> Result<Plan, RequestError> {
    let Some(call) = &operation.call else {
        return Err(RequestError::Awaited(operation.id.clone()));
    };
    let input = with_company(operation, input, circumstances);
    validate(&operation.input(), &input).map_err(RequestError::Mistakes)?;
    let mut given = match input {
        Json::Object(given) => given,
        _ => Map::new(),
    };
    for (name, value) in &call.defaults {
        given.entry(name.clone()).or_insert_with(|| value.clone());
    }
    if let Some(instead) = &call.instead
        && given.get(&instead.unless) != Some(&Json::Bool(true))
    {
        given.remove(&instead.unless);
        let other = crate::find(&instead.operation).ok_or_else(|| {
            RequestError::Catalogue(operation.id.clone(), format!("no `{}`", instead.operation))
        })?;
        let renamed: Map<_, _> = given
            .into_iter()
            .map(|(name, value)| (instead.rename.get(&name).cloned().unwrap_or(name), value))
            .collect();
        return request(&other, &Json::Object(renamed), circumstances);
    }
    build::plan(operation, call, &given, circumstances)
}

/// The agency, where an operation asks for it and the caller does not name it.
fn with_company(operation: &Operation, input: &Json, circumstances: &Circumstances<'_>) -> Json {
    let mut input = input.clone();
    let asks = operation
        .fields
        .iter()
        .any(|field| field.name == "companyId" && field.required);
    if let (true, Some(company), Json::Object(given)) = (asks, circumstances.company, &mut input) {
        given
            .entry("companyId")
            .or_insert_with(|| Json::from(company));
    }
    input
}
