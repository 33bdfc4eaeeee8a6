//! The schemas of the document.

use schemars::generate::{SchemaGenerator, SchemaSettings};
use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

/// Collects what the operations answer, each type once by its name; what they take stands where it is taken.
pub(crate) struct Schemas {
    answered: SchemaGenerator,
    taken: SchemaGenerator,
}

impl Schemas {
    /// None yet.
    pub(crate) fn new() -> Self {
        let named = SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        });
        let inline = SchemaSettings::draft2020_12().with(|settings| {
            settings.inline_subschemas = true;
            settings.meta_schema = None;
        });
        Self {
            answered: named.for_serialize().into_generator(),
            taken: inline.for_deserialize().into_generator(),
        }
    }

    /// A type that is answered: where its schema stands.
    pub(crate) fn answered<T: JsonSchema>(&mut self) -> Value {
        typed(self.answered.subschema_for::<T>())
    }

    /// A type that is taken: its schema.
    pub(crate) fn taken<T: JsonSchema>(&mut self) -> Value {
        typed(self.taken.subschema_for::<T>())
    }

    /// Those that were collected, by name.
    pub(crate) fn collected(mut self) -> Value {
        json!(self.answered.take_definitions(true))
    }
}

/// Anything at all has the schema `true`, which some readers of such documents do not take.
fn typed(schema: Schema) -> Value {
    match schema.to_value() {
        Value::Bool(true) => json!({}),
        schema => schema,
    }
}
