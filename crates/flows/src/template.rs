//! Texts with values in them: minijinja with strict names, fuel and ceilings, and without a way to the outside.

use crate::ceiling;
use crate::names::Names;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// What a template gives with these names.
///
/// # Errors
/// When it cannot be read, names what is not there, or runs away; the text says where.
pub(crate) fn render(source: &str, names: &Names<'_>) -> Result<String, String> {
    rendered(source, &|root| {
        names.root(root).map(|json| Value::from(Serde(&*json)))
    })
}

/// What a template gives in which `value` is this value.
pub(crate) fn of_value(source: &str, value: &Json, names: &Names<'_>) -> Result<String, String> {
    rendered(source, &|root| {
        if root == "value" {
            return Some(Value::from(Serde(value)));
        }
        names.root(root).map(|json| Value::from(Serde(&*json)))
    })
}

fn rendered(source: &str, find: &dyn Fn(&str) -> Option<Value>) -> Result<String, String> {
    let environment = environment(source)?;
    let template = environment
        .template_from_str(source)
        .map_err(|error| told(&error))?;
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

fn environment(source: &str) -> Result<Environment<'static>, String> {
    if source.len() > ceiling::TEMPLATE {
        return Err(format!(
            "is longer than {} characters; make it shorter",
            ceiling::TEMPLATE
        ));
    }
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
    environment.add_filter("upper", |text: &str| text.to_uppercase());
    environment.add_filter("lower", |text: &str| text.to_lowercase());
    environment.add_filter("trim", |text: &str| text.trim().to_owned());
    Ok(environment)
}

/// What is wrong, with the line.
fn told(error: &minijinja::Error) -> String {
    let line = error
        .line()
        .map_or_else(String::new, |line| format!("line {line}: "));
    let what = match error.kind() {
        ErrorKind::OutOfFuel => "it runs too long; make it simpler".to_owned(),
        ErrorKind::UndefinedError => "it uses a name that is not there, or is empty".to_owned(),
        ErrorKind::WriteFailure => {
            format!(
                "it gives more than {} characters; shorten it",
                ceiling::TEXT
            )
        }
        _ => error
            .detail()
            .map_or_else(|| error.kind().to_string(), str::to_owned),
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
