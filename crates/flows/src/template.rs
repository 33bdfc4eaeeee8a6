//! Texts with values in them: minijinja with strict names, fuel and ceilings, and without a way to the outside.
//!
//! Fuel bounds instructions, not memory: a text that is doubled forty times would fill any machine with a handful of
//! them. So there is no loop over loops of its own making, few operators that make texts longer, and every filter that
//! may do so has a ceiling.

mod filters;
mod scan;

use crate::ceiling;
use crate::names::Names;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, ErrorKind, Template, UndefinedBehavior};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::LazyLock;

/// What a template gives with these names.
///
/// # Errors
/// When it cannot be read, names what is not there, or runs away; the text says where.
pub(crate) fn render(source: &str, names: &Names<'_>) -> Result<String, String> {
    rendered(source, names, &|root| {
        names.root(root).map(|json| bounded(&json))
    })
}

/// What a template gives in which `value` is this value.
pub(crate) fn of_value(source: &str, value: &Json, names: &Names<'_>) -> Result<String, String> {
    rendered(source, names, &|root| {
        if root == "value" {
            return Some(bounded(value));
        }
        names.root(root).map(|json| bounded(&json))
    })
}

/// Which names a template uses.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn names_in(source: &str) -> Result<Vec<String>, String> {
    used(source, false)
}

/// Which names a template uses, with the fields of them that it names.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn paths_in(source: &str) -> Result<Vec<String>, String> {
    used(source, true)
}

fn used(source: &str, fields: bool) -> Result<Vec<String>, String> {
    static READER: LazyLock<Environment<'static>> = LazyLock::new(|| environment(None));
    let template = read(&READER, source)?;
    let mut names: Vec<String> = template.undeclared_variables(fields).into_iter().collect();
    names.sort();
    Ok(names)
}

fn rendered(
    source: &str,
    names: &Names<'_>,
    find: &dyn Fn(&str) -> Option<Value>,
) -> Result<String, String> {
    let environment = environment(Some(names));
    let template = read(&environment, source)?;
    let context: BTreeMap<String, Value> = template
        .undeclared_variables(false)
        .into_iter()
        .filter_map(|name| find(&name).map(|value| (name, value)))
        .collect();
    let mut text = Bounded(Vec::new());
    template
        .render_captured_to(context, &mut text)
        .map_err(|error| told(&error))?;
    String::from_utf8(text.0).map_err(|_| "gives no text".to_owned())
}

/// Reads a template, after a look at what fuel cannot bound.
fn read<'e, 's>(
    environment: &'e Environment<'_>,
    source: &'s str,
) -> Result<Template<'e, 's>, String>
where
    'e: 's,
{
    if source.len() > ceiling::TEMPLATE {
        return Err(format!(
            "is longer than {} characters; make it shorter",
            ceiling::TEMPLATE
        ));
    }
    scan::check(source)?;
    environment
        .template_from_str(source)
        .map_err(|error| told(&error))
}

/// Nothing but what is added here: no loader, no macros, no functions.
fn environment(names: Option<&Names<'_>>) -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(ceiling::FUEL));
    environment.set_recursion_limit(ceiling::NESTING);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_formatter(|out, state, value| {
        // An empty field is nothing to read.
        if value.is_none() {
            return Ok(());
        }
        minijinja::escape_formatter(out, state, value)
    });
    filters::add(&mut environment, names);
    environment
}

/// A value for a template. A text that is longer than what may come out is of no use in it.
fn bounded(json: &Json) -> Value {
    match json {
        Json::String(text) if text.len() > ceiling::TEXT => {
            let end = text.floor_char_boundary(ceiling::TEXT);
            Value::from(text[..end].to_owned())
        }
        other => Value::from(Serde(other)),
    }
}

/// What is wrong, with the line.
fn told(error: &minijinja::Error) -> String {
    let line = error
        .line()
        .map_or_else(String::new, |line| format!("line {line}: "));
    let detail = || {
        error
            .detail()
            .map_or_else(|| error.kind().to_string(), str::to_owned)
    };
    let what = match error.kind() {
        ErrorKind::OutOfFuel => "it runs too long; make it simpler".to_owned(),
        ErrorKind::UndefinedError => {
            "it uses a name that is not there, or a field of what is empty".to_owned()
        }
        ErrorKind::WriteFailure => {
            format!(
                "it gives more than {} characters; shorten it",
                ceiling::TEXT
            )
        }
        ErrorKind::UnknownFilter => {
            format!("{}; there are {}", detail(), filters::NAMES.join(", "))
        }
        _ => detail(),
    };
    format!("{line}{what}")
}

/// Takes only so much text.
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        if self.0.len() + part.len() > ceiling::TEXT {
            return Err(io::Error::other("too long"));
        }
        self.0.extend_from_slice(part);
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
