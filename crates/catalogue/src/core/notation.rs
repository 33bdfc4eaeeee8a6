//! Inputs in the notation of the core's files: `place@slot shape! | words`, see `core/highlevel_contacts.toml`.

use crate::field::{Field, Place, in_words};
use crate::shape::Shape;
use serde_json::Value as Json;

/// Changes an input as the notation says, adds it, or takes it away.
pub(super) fn amend(fields: &mut Vec<Field>, name: &str, notation: &str) -> Result<(), String> {
    if notation == "-" {
        fields.retain(|field| field.name != name);
        return Ok(());
    }
    let (spec, words) = match notation.split_once("| ") {
        Some((spec, words)) => (spec.trim(), Some(words.trim().to_owned())),
        None => (notation.trim(), None),
    };
    let (place, slot, shape) = parted(spec);
    let (shape, required) = match shape.strip_suffix('!') {
        Some(shape) => (shape, true),
        None => (shape, false),
    };
    let shape = (!shape.is_empty()).then(|| shape_of(shape)).transpose()?;
    if let Some(field) = fields.iter_mut().find(|field| field.name == name) {
        if let Some(shape) = shape {
            field.required = required || field.place == Place::Path;
            field.shape = shape;
        }
        field.place = place.unwrap_or(field.place);
        field.words = words.or_else(|| field.words.take());
        return Ok(());
    }
    fields.push(Field {
        name: name.to_owned(),
        wire: name.to_owned(),
        place: place.unwrap_or(Place::Setting),
        slot,
        required,
        shape: shape.ok_or_else(|| format!("the field `{name}` has no shape"))?,
        words: words.or_else(|| Some(in_words(name))),
    });
    Ok(())
}

fn parted(spec: &str) -> (Option<Place>, Option<String>, &str) {
    let (head, rest) = spec.split_once(' ').unwrap_or((spec, ""));
    let (place, slot) = match head.split_once('@') {
        Some((place, slot)) => (place, Some(slot.to_owned())),
        None => (head, None),
    };
    let place = match place {
        "path" => Place::Path,
        "query" => Place::Query,
        "body" => Place::Body,
        "set" => Place::Setting,
        _ => return (None, None, spec),
    };
    (Some(place), slot, rest.trim())
}

fn shape_of(text: &str) -> Result<Shape, String> {
    if let Some(choices) = text.strip_prefix('=') {
        return Ok(Shape::Choice(choices.split(',').map(Json::from).collect()));
    }
    let notation = match text.starts_with(['[', '{']) {
        true => serde_json::from_str(text).map_err(|why| why.to_string())?,
        false => Json::from(text),
    };
    Shape::read(&notation)
}

/// The page that is asked for (mygadgetrepairs-api.md section 6).
pub(super) fn paging() -> Field {
    Field {
        name: "page".to_owned(),
        wire: "page".to_owned(),
        place: Place::Setting,
        slot: None,
        required: false,
        shape: Shape::Integer,
        words: Some("Which page of 50, from 1".to_owned()),
    }
}
