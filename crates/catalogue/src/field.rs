//! What an operation takes: one flat object, whatever part of the request each of its members fills.
//!
//! An input has the name that the vendor's documents give it. Where two parts of a request use one name, the path keeps
//! it; the one in the query is called `name_in_query`, the one in the body `name_in_body`. Where the body is no object
//! with known members, it is one input called `body`.

use crate::facts::Facts;
use crate::shape::{Member, Shape};
use serde_json::{Map, Value as Json, json};

/// An input of an operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its name in the input.
    pub name: String,
    /// Its name in the request.
    pub wire: String,
    /// Where it goes.
    pub place: Place,
    /// The row in the account's table of spellings, for MyGadgetRepairs.
    pub slot: Option<String>,
    /// Whether it must be given.
    pub required: bool,
    /// What it looks like.
    pub shape: Shape,
    /// What it is, for people.
    pub words: Option<String>,
}

/// A part of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The path.
    Path,
    /// The query.
    Query,
    /// A member of the body.
    Body,
    /// The body as a whole.
    WholeBody,
    /// No part: it says how the call is made, or what is awaited.
    Setting,
}

/// Names by which the vendors mean the sub-account; filled in by us (highlevel-api.md 1).
const LOCATION: [&str; 2] = ["locationId", "location_id"];

impl Field {
    /// Whether it means the shop's sub-account. The documents of invoices and the like call that `altId`, with
    /// `altType` beside it.
    #[must_use]
    pub(crate) fn is_location(&self) -> bool {
        LOCATION.contains(&self.wire.as_str()) && self.shape.members().is_empty()
    }
}

/// The inputs of a call of which the facts are known.
pub(crate) fn of_facts(facts: &Facts) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    let mut add = |member: &Member, place: Place, suffix: &str| {
        let taken = fields.iter().any(|field| field.name == member.name);
        fields.push(Field {
            name: match taken {
                true => format!("{}{suffix}", member.name),
                false => member.name.clone(),
            },
            wire: member.name.clone(),
            place,
            slot: None,
            required: member.required,
            shape: member.shape.clone(),
            words: None,
        });
    };
    for member in &facts.inside.0 {
        add(member, Place::Path, "");
    }
    for member in &facts.query.0 {
        add(member, Place::Query, "_in_query");
    }
    match &facts.body {
        Some(Shape::Object {
            members,
            others: None,
        }) => {
            for member in members {
                add(member, Place::Body, "_in_body");
            }
        }
        Some(shape) => add(
            &Member {
                name: "body".to_owned(),
                required: !matches!(shape, Shape::Unstated | Shape::Any),
                shape: shape.clone(),
            },
            Place::WholeBody,
            "_as_a_whole",
        ),
        None => {}
    }
    fields
}

/// `altType` and `altId` say whose something is: the sub-account's, or the agency's.
pub(crate) fn by_alternative(fields: &[Field]) -> bool {
    let kind = fields.iter().find(|field| field.wire == "altType");
    let may = |shape: &Shape| match shape {
        Shape::Choice(values) => values.iter().any(|value| value == "location"),
        Shape::Text(_) => true,
        _ => false,
    };
    kind.is_some_and(|field| may(&field.shape)) && fields.iter().any(|field| field.wire == "altId")
}

/// The schema of an input. What is filled in by us is not asked for.
pub(crate) fn schema(fields: &[Field]) -> Json {
    let mut properties = Map::new();
    for field in asked(fields) {
        let mut schema = field.shape.schema();
        schema["title"] = json!(in_words(&field.name));
        if let Some(words) = &field.words {
            schema["description"] = json!(words);
        }
        properties.insert(field.name.clone(), schema);
    }
    let required: Vec<_> = asked(fields)
        .filter(|field| field.required)
        .map(|field| &field.name)
        .collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

/// The inputs that a caller gives.
pub(crate) fn asked(fields: &[Field]) -> impl Iterator<Item = &Field> {
    let alternative = by_alternative(fields);
    fields.iter().filter(move |field| {
        !(field.is_location() || alternative && matches!(field.wire.as_str(), "altId" | "altType"))
    })
}

/// `dueDate` and `due_date` as `Due date`.
pub(crate) fn in_words(name: &str) -> String {
    let mut words = String::new();
    let mut before = ' ';
    for letter in name.chars() {
        if letter.is_uppercase() && before.is_lowercase() {
            words.push(' ');
        }
        match letter {
            '_' | '-' | '.' => words.push(' '),
            _ => words.extend(letter.to_lowercase()),
        }
        before = letter;
    }
    domain::normalize::text::capitalised(words.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::Members;

    #[test]
    fn one_name_in_two_parts_of_a_request_stays_apart() {
        let member = |name: &str| Member {
            name: name.to_owned(),
            required: true,
            shape: Shape::Text(None),
        };
        let facts = Facts {
            inside: Members(vec![member("id")]),
            query: Members(vec![member("id"), member("limit")]),
            body: Some(Shape::Object {
                members: vec![member("id"), member("locationId")],
                others: None,
            }),
            ..Facts::default()
        };
        let fields = of_facts(&facts);
        let names: Vec<_> = asked(&fields).map(|field| field.name.as_str()).collect();
        assert_eq!(names, ["id", "id_in_query", "limit", "id_in_body"]);
    }

    #[test]
    fn names_become_words() {
        assert_eq!(in_words("dueDate"), "Due date");
        assert_eq!(in_words("pipeline_stage_id"), "Pipeline stage id");
        assert_eq!(in_words("locationID"), "Location id");
    }
}
