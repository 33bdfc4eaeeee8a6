//! A schema of an OpenAPI document as a shape: references followed, cycles cut, words left out.

use anyhow::{Context, Result, anyhow};
use catalogue::shape::{Member, Shape};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Deeper than this nothing is told: what lies there is taken as it comes.
const DEEPEST: usize = 14;

/// The documents that were read.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    read: BTreeMap<PathBuf, Json>,
}

impl Documents {
    /// One document.
    pub(crate) fn document(&mut self, path: &Path) -> Result<&Json> {
        if !self.read.contains_key(path) {
            self.read.insert(path.to_owned(), crate::read(path)?);
        }
        self.read.get(path).context("just read")
    }

    /// The shape of a schema in a document.
    pub(crate) fn shape(&mut self, document: &Path, schema: &Json) -> Result<Shape> {
        self.shape_within(document, schema, &mut Vec::new(), 0)
    }

    fn shape_within(
        &mut self,
        document: &Path,
        schema: &Json,
        within: &mut Vec<(PathBuf, String)>,
        depth: usize,
    ) -> Result<Shape> {
        if depth > DEEPEST {
            return Ok(Shape::Any);
        }
        if let Some(reference) = schema["$ref"].as_str() {
            let (file, place) = reference
                .split_once('#')
                .with_context(|| format!("a reference without a place: {reference}"))?;
            let file = match file {
                "" => document.to_owned(),
                // The documents point one folder too far up; the shared schemas lie beside the document.
                other => document
                    .parent()
                    .context("a document lies in a folder")?
                    .join(other.trim_start_matches("../")),
            };
            let here = (file.clone(), place.to_owned());
            if within.contains(&here) {
                return Ok(Shape::Unstated);
            }
            let target = self
                .document(&file)?
                .pointer(place)
                .cloned()
                .ok_or_else(|| anyhow!("{reference} of {} leads nowhere", document.display()))?;
            within.push(here);
            let shape = self.shape_within(&file, &target, within, depth);
            within.pop();
            return shape;
        }
        let shape = self.bare(document, schema, within, depth)?;
        Ok(match (schema["nullable"].as_bool(), shape) {
            (Some(true), shape) if !matches!(shape, Shape::Any | Shape::Unstated) => {
                Shape::Either(vec![shape, Shape::Null])
            }
            (_, shape) => shape,
        })
    }

    fn bare(
        &mut self,
        document: &Path,
        schema: &Json,
        within: &mut Vec<(PathBuf, String)>,
        depth: usize,
    ) -> Result<Shape> {
        if let Some(values) = schema["enum"]
            .as_array()
            .filter(|values| !values.is_empty())
        {
            return Ok(Shape::Choice(values.clone()));
        }
        if let Some(all) = schema["allOf"].as_array() {
            let mut parts = Vec::new();
            for part in all {
                parts.push(self.shape_within(document, part, within, depth)?);
            }
            if schema["properties"].is_object() {
                parts.push(self.object(document, schema, within, depth)?);
            }
            return Ok(merged(parts));
        }
        for word in ["oneOf", "anyOf"] {
            if let Some(any) = schema[word].as_array() {
                let mut shapes = Vec::new();
                for part in any {
                    let shape = self.shape_within(document, part, within, depth + 1)?;
                    if !shapes.contains(&shape) {
                        shapes.push(shape);
                    }
                }
                return Ok(match shapes.len() {
                    1 => shapes.remove(0),
                    _ => Shape::Either(shapes),
                });
            }
        }
        let format = schema["format"].as_str();
        Ok(match schema["type"].as_str() {
            Some("string") if format == Some("binary") => Shape::File,
            Some("string") => Shape::Text(format.and_then(kept_format)),
            Some("integer") => Shape::Integer,
            Some("number") => Shape::Number,
            Some("boolean") => Shape::YesNo,
            Some("array") => {
                let item = match &schema["items"] {
                    Json::Null => Shape::Any,
                    items => self.shape_within(document, items, within, depth + 1)?,
                };
                Shape::List(Box::new(item))
            }
            _ if schema["properties"].is_object() || schema["additionalProperties"].is_object() => {
                self.object(document, schema, within, depth)?
            }
            Some("object") => Shape::Unstated,
            _ => Shape::Any,
        })
    }

    fn object(
        &mut self,
        document: &Path,
        schema: &Json,
        within: &mut Vec<(PathBuf, String)>,
        depth: usize,
    ) -> Result<Shape> {
        let required: Vec<&str> = schema["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .collect();
        let mut members = Vec::new();
        for (name, part) in schema["properties"].as_object().into_iter().flatten() {
            if part["readOnly"].as_bool() == Some(true) {
                continue;
            }
            members.push(Member {
                name: name.clone(),
                required: required.contains(&name.as_str()),
                shape: self.shape_within(document, part, within, depth + 1)?,
            });
        }
        members.sort_by(|a, b| a.name.cmp(&b.name));
        let others = match &schema["additionalProperties"] {
            Json::Bool(true) => Some(Box::new(Shape::Any)),
            part @ Json::Object(_) => Some(Box::new(self.shape_within(
                document,
                part,
                within,
                depth + 1,
            )?)),
            _ => None,
        };
        Ok(if members.is_empty() && others.is_none() {
            Shape::Unstated
        } else {
            Shape::Object { members, others }
        })
    }
}

/// The formats that the value must have, whatever else the documents call one.
fn kept_format(format: &str) -> Option<String> {
    ["date-time", "date", "email", "uri", "uuid"]
        .contains(&format)
        .then(|| format.to_owned())
}

/// All of several shapes: the members of all of them.
fn merged(parts: Vec<Shape>) -> Shape {
    let mut known: Vec<Shape> = parts
        .into_iter()
        .filter(|part| !matches!(part, Shape::Any | Shape::Unstated))
        .collect();
    if known.len() < 2 {
        return known.pop().unwrap_or(Shape::Unstated);
    }
    let mut all: Vec<Member> = Vec::new();
    let mut further = None;
    for part in known {
        match part {
            Shape::Object { members, others } => {
                for member in members {
                    all.retain(|one| one.name != member.name);
                    all.push(member);
                }
                further = further.or(others);
            }
            _ => return Shape::Any,
        }
    }
    all.sort_by(|a, b| a.name.cmp(&b.name));
    Shape::Object {
        members: all,
        others: further,
    }
}
