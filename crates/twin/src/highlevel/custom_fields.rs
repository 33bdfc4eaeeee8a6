//! The location's custom fields for contacts and opportunities (highlevel-api.md 9.2).

use serde_json::{Value, json};

use super::body::{Field, Kind, may, must};
use super::call::{Call, Reply};
use super::date;
use super::id::Id;
use super::refusal::Refusal;
use super::world::{World, both_spellings};

const DATA_TYPES: &[&str] = &[
    "TEXT",
    "LARGE_TEXT",
    "NUMERICAL",
    "PHONE",
    "MONETORY",
    "CHECKBOX",
    "SINGLE_OPTIONS",
    "MULTIPLE_OPTIONS",
    "DATE",
    "TEXTBOX_LIST",
    "FILE_UPLOAD",
    "RADIO",
    "EMAIL",
    "FLOAT",
    "TIME",
    "SIGNATURE",
];

macro_rules! fields {
    ($($own:expr),* $(,)?) => {
        &[
            must("name", Kind::Key),
            $($own,)*
            may("placeholder", Kind::Text),
            may("acceptedFormat", Kind::Any),
            may("isMultipleFile", Kind::Flag),
            may("maxNumberOfFiles", Kind::Number),
            may("textBoxListOptions", Kind::List),
            may("options", Kind::Texts),
            may("position", Kind::Number),
            may("model", Kind::OneOf(&["contact", "opportunity"])),
        ]
    };
}

pub(super) const CREATE: &[Field] = fields![must("dataType", Kind::OneOf(DATA_TYPES))];
/// The type cannot be changed.
pub(super) const UPDATE: &[Field] = fields![];

#[derive(Debug, Clone)]
pub(crate) struct CustomField {
    pub id: Id,
    pub name: String,
    /// `contact.imei`, from the first name; a rename keeps it.
    pub field_key: String,
    pub data_type: String,
    pub model: String,
    pub placeholder: String,
    pub options: Vec<String>,
    pub added: i64,
}

impl CustomField {
    pub fn new(id: Id, name: &str, data_type: &str, model: &str, now: i64) -> Self {
        let key: String = name
            .to_lowercase()
            .chars()
            .map(|letter| {
                if letter.is_ascii_alphanumeric() {
                    letter
                } else {
                    '_'
                }
            })
            .collect();
        Self {
            id,
            name: name.to_owned(),
            field_key: format!("{model}.{}", key.trim_matches('_')),
            data_type: data_type.to_owned(),
            model: model.to_owned(),
            placeholder: String::new(),
            options: Vec::new(),
            added: now,
        }
    }
}

fn shown(world: &World, field: &CustomField, position: usize) -> Value {
    json!({
        "id": field.id,
        "name": field.name,
        "model": field.model,
        "fieldKey": field.field_key,
        "placeholder": field.placeholder,
        "dataType": field.data_type,
        "position": position * 50,
        "documentType": "field",
        "parentId": "",
        "locationId": world.location.id,
        "dateAdded": date::iso(field.added),
        "standard": false,
        "picklistOptions": field.options,
    })
}

/// Without `model` only the fields of contacts (highlevel-quirks.md 3.13).
pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let model = call.query("model").unwrap_or("contact");
    let fields: Vec<Value> = world
        .custom_fields
        .iter()
        .enumerate()
        .filter(|(_, field)| model == "all" || field.model == model)
        .map(|(position, field)| shown(world, field, position))
        .collect();
    Ok(Reply::ok(json!({ "customFields": fields })))
}

fn position(world: &World, id: &str) -> Result<usize, Refusal> {
    let known = Id::parse(id);
    world
        .custom_fields
        .iter()
        .position(|field| Some(field.id) == known)
        .ok_or_else(|| Refusal::bad_request(format!("Custom field with id {id} not found")))
}

pub(super) fn get(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let at = position(world, call.param(1))?;
    let field = shown(world, &world.custom_fields[at], at);
    Ok(Reply::ok(json!({ "customField": field })))
}

pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let text = |key: &str| call.text(key).unwrap_or_default();
    let model = call.text("model").unwrap_or("contact");
    let mut field = CustomField::new(
        world.new_id(),
        text("name"),
        text("dataType"),
        model,
        call.now,
    );
    text("placeholder").clone_into(&mut field.placeholder);
    field.options = call.texts("options");
    let taken = world
        .custom_fields
        .iter()
        .any(|known| known.field_key == field.field_key);
    if taken {
        return Err(Refusal::bad_request(format!(
            "Custom field with key {} already exists",
            field.field_key
        )));
    }
    let body = json!({ "customField": shown(world, &field, world.custom_fields.len()) });
    world.custom_fields.push(field);
    Ok(Reply::created(body))
}

pub(super) fn update(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let at = position(world, call.param(1))?;
    let field = &mut world.custom_fields[at];
    if let Some(name) = call.text("name") {
        name.clone_into(&mut field.name);
    }
    if let Some(placeholder) = call.text("placeholder") {
        placeholder.clone_into(&mut field.placeholder);
    }
    let field = shown(world, &world.custom_fields[at], at);
    Ok(Reply::ok(json!({ "customField": field })))
}

pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let at = position(world, call.param(1))?;
    world.custom_fields.remove(at);
    Ok(Reply::ok(both_spellings()))
}
