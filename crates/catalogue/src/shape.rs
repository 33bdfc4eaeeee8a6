//! The shape of a value, in a notation short enough for a line per operation, and as JSON Schema.
//!
//! | notation | is |
//! | --- | --- |
//! | `"s"`, `"s:date-time"` | a text, a text of a format |
//! | `"i"`, `"n"`, `"b"` | a whole number, a number, yes or no |
//! | `"f"` | a file |
//! | `"*"` | anything |
//! | `"o"` | an object of which the documents say nothing more; taken as it comes |
//! | `"0"` | null |
//! | `{"=": ["a", "b"]}` | one of these |
//! | `["s"]` | a list |
//! | `{"name!": "s", "age": "i"}` | an object; `!` marks what must be there |
//! | `{"*": "s"}` | an object with any further names |
//! | `{"?": ["s", "i"]}` | either |

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::{Map, Value as Json, json};

/// What a value looks like.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A text, perhaps of a format of JSON Schema (`date-time`, `date`, `email`, `uri`).
    Text(Option<String>),
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// Yes or no.
    YesNo,
    /// The bytes of a file.
    File,
    /// Anything.
    Any,
    /// An object of which nothing more is known.
    Unstated,
    /// Null.
    Null,
    /// One of these values.
    Choice(Vec<Json>),
    /// A list of one shape.
    List(Box<Shape>),
    /// An object.
    Object {
        /// Its members.
        members: Vec<Member>,
        /// The shape of further members; nothing where there may be none.
        others: Option<Box<Shape>>,
    },
    /// One of these shapes.
    Either(Vec<Shape>),
}

/// A member of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Its name on the wire.
    pub name: String,
    /// Whether it must be there.
    pub required: bool,
    /// What it looks like.
    pub shape: Shape,
}

impl Shape {
    /// The members of an object; nothing of anything else.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        match self {
            Self::Object { members, .. } => members,
            _ => &[],
        }
    }

    /// The short notation.
    #[must_use]
    pub fn notation(&self) -> Json {
        match self {
            Self::Text(None) => json!("s"),
            Self::Text(Some(format)) => json!(format!("s:{format}")),
            Self::Integer => json!("i"),
            Self::Number => json!("n"),
            Self::YesNo => json!("b"),
            Self::File => json!("f"),
            Self::Any => json!("*"),
            Self::Unstated => json!("o"),
            Self::Null => json!("0"),
            Self::Choice(values) => json!({ "=": values }),
            Self::List(item) => json!([item.notation()]),
            Self::Either(shapes) => {
                json!({ "?": shapes.iter().map(Self::notation).collect::<Vec<_>>() })
            }
            Self::Object { members, others } => {
                let mut map = members_notation(members);
                if let Some(others) = others {
                    map.insert("*".to_owned(), others.notation());
                }
                Json::Object(map)
            }
        }
    }

    /// Reads the short notation.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(notation: &Json) -> Result<Self, String> {
        Ok(match notation {
            Json::String(word) => match word.as_str() {
                "s" => Self::Text(None),
                "i" => Self::Integer,
                "n" => Self::Number,
                "b" => Self::YesNo,
                "f" => Self::File,
                "*" => Self::Any,
                "o" => Self::Unstated,
                "0" => Self::Null,
                other => match other.strip_prefix("s:") {
                    Some(format) => Self::Text(Some(format.to_owned())),
                    None => return Err(format!("`{other}` is no shape")),
                },
            },
            Json::Array(items) => match items.as_slice() {
                [item] => Self::List(Box::new(Self::read(item)?)),
                _ => return Err("a list has one shape".to_owned()),
            },
            Json::Object(map) => {
                if let Some(Json::Array(values)) = map.get("=") {
                    return Ok(Self::Choice(values.clone()));
                }
                if let Some(Json::Array(shapes)) = map.get("?") {
                    let shapes: Result<Vec<_>, _> = shapes.iter().map(Self::read).collect();
                    return Ok(Self::Either(shapes?));
                }
                let others = map.get("*").map(Self::read).transpose()?.map(Box::new);
                let members = read_members(map.iter().filter(|(name, _)| *name != "*"))?;
                Self::Object { members, others }
            }
            other => return Err(format!("`{other}` is no shape")),
        })
    }

    /// As JSON Schema (2020-12). Unknown members are mistakes: the vendors refuse a whole request for one
    /// (highlevel-quirks.md 2.3), or leave it out without a word (mygadgetrepairs-api.md section 2).
    #[must_use]
    pub fn schema(&self) -> Json {
        match self {
            Self::Text(None) => json!({ "type": "string" }),
            Self::Text(Some(format)) => json!({ "type": "string", "format": format }),
            Self::Integer => json!({ "type": "integer" }),
            Self::Number => json!({ "type": "number" }),
            Self::YesNo => json!({ "type": "boolean" }),
            Self::File => json!({ "type": "string", "contentEncoding": "base64" }),
            Self::Any | Self::Unstated => json!({}),
            Self::Null => json!({ "type": "null" }),
            Self::Choice(values) => json!({ "enum": values }),
            Self::List(item) => json!({ "type": "array", "items": item.schema() }),
            Self::Either(shapes) => {
                json!({ "anyOf": shapes.iter().map(Self::schema).collect::<Vec<_>>() })
            }
            Self::Object { members, others } => {
                let properties: Map<_, _> = members
                    .iter()
                    .map(|member| (member.name.clone(), member.shape.schema()))
                    .collect();
                let required: Vec<_> = members
                    .iter()
                    .filter(|member| member.required)
                    .map(|member| &member.name)
                    .collect();
                let mut schema = json!({ "type": "object", "properties": properties });
                if !required.is_empty() {
                    schema["required"] = json!(required);
                }
                schema["additionalProperties"] = match others {
                    Some(shape) => shape.schema(),
                    None => json!(false),
                };
                schema
            }
        }
    }

    /// The same as what a vendor answers: further members may come, and none is promised.
    #[must_use]
    pub fn answer_schema(&self) -> Json {
        match self {
            Self::List(item) => json!({ "type": "array", "items": item.answer_schema() }),
            Self::Object { members, .. } => {
                let properties: Map<_, _> = members
                    .iter()
                    .map(|member| (member.name.clone(), member.shape.answer_schema()))
                    .collect();
                json!({ "type": "object", "properties": properties })
            }
            Self::Either(shapes) => {
                json!({ "anyOf": shapes.iter().map(Self::answer_schema).collect::<Vec<_>>() })
            }
            // The vendors leave empty values out, or send null or an empty text for them.
            other => match other.schema() {
                Json::Object(mut schema) if schema.contains_key("type") => {
                    let kind = schema.remove("type").unwrap_or_default();
                    schema.insert("type".to_owned(), json!([kind, "null"]));
                    Json::Object(schema)
                }
                _ => json!({}),
            },
        }
    }
}

fn members_notation(members: &[Member]) -> Map<String, Json> {
    let mark = |member: &Member| match member.required {
        true => format!("{}!", member.name),
        false => member.name.clone(),
    };
    members
        .iter()
        .map(|member| (mark(member), member.shape.notation()))
        .collect()
}

fn read_members<'a>(
    map: impl Iterator<Item = (&'a String, &'a Json)>,
) -> Result<Vec<Member>, String> {
    map.map(|(name, shape)| {
        let (name, required) = match name.strip_suffix('!') {
            Some(name) => (name, true),
            None => (name.as_str(), false),
        };
        Ok(Member {
            name: name.to_owned(),
            required,
            shape: Shape::read(shape)?,
        })
    })
    .collect()
}

/// Members in the notation of an object, for parameters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Members(pub Vec<Member>);

impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        members_notation(&self.0).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let map = Map::deserialize(deserializer)?;
        read_members(map.iter()).map(Self).map_err(D::Error::custom)
    }
}

impl Serialize for Shape {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.notation().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(&Json::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Extent;
    use proptest::prelude::*;

    fn shapes() -> impl Strategy<Value = Shape> {
        let leaf = prop_oneof![
            Just(Shape::Text(None)),
            Just(Shape::Text(Some("date-time".to_owned()))),
            Just(Shape::Integer),
            Just(Shape::Number),
            Just(Shape::YesNo),
            Just(Shape::Unstated),
            Just(Shape::Null),
            Just(Shape::Choice(vec![json!("a"), json!(2)])),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                inner.clone().prop_map(|one| Shape::List(Box::new(one))),
                prop::collection::vec(inner.clone(), 1..3).prop_map(Shape::Either),
                prop::collection::btree_map("[a-z]{1,6}", (any::<bool>(), inner), 0..4).prop_map(
                    |map| Shape::Object {
                        members: map
                            .into_iter()
                            .map(|(name, (required, shape))| Member {
                                name,
                                required,
                                shape,
                            })
                            .collect(),
                        others: None,
                    }
                ),
            ]
        })
    }

    fn sorted(shape: Shape) -> Shape {
        match shape {
            Shape::List(item) => Shape::List(Box::new(sorted(*item))),
            Shape::Either(shapes) => Shape::Either(shapes.into_iter().map(sorted).collect()),
            Shape::Object {
                mut members,
                others,
            } => {
                members.sort_by(|a, b| a.name.cmp(&b.name));
                for member in &mut members {
                    member.shape = sorted(member.shape.clone());
                }
                Shape::Object { members, others }
            }
            other => other,
        }
    }

    proptest! {
        #[test]
        fn the_notation_is_read_back_and_a_sample_fits_its_schema(shape in shapes()) {
            let back = Shape::read(&shape.notation()).unwrap();
            prop_assert_eq!(sorted(back), sorted(shape.clone()));
            let schema = shape.schema();
            let validator = jsonschema::validator_for(&schema).unwrap();
            for extent in [Extent::Required, Extent::Everything] {
                let sample = shape.sample("x", extent);
                prop_assert!(validator.is_valid(&sample), "{} {}", schema, sample);
            }
        }
    }
}
