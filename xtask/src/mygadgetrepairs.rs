//! The resources of MyGadgetRepairs (mygadgetrepairs-api.json). Where the verbs of a resource are not known, those that
//! its kind has elsewhere are listed and marked as guesses.

use anyhow::{Context, Result};
use catalogue::facts::Facts;
use catalogue::shape::{Member, Shape};
use serde_json::{Value as Json, json};

pub(crate) fn facts(document: &Json) -> Result<Vec<Facts>> {
    let mut all = Vec::new();
    for resource in document["resources"]
        .as_array()
        .context("`resources` is a list")?
    {
        let name = resource["name"].as_str().context("a resource has a name")?;
        let path = resource["path"].as_str().context("a resource has a path")?;
        let known = resource["methods"]
            .as_object()
            .context("a resource has methods")?;
        for (method, described) in known {
            let guessed = described["evidence"] == "inferred";
            all.push(call(name, path, method, described, guessed));
        }
        if known.is_empty() {
            for method in verbs(name, resource["group"].as_str().unwrap_or_default()) {
                all.push(call(name, path, method, &json!({}), true));
            }
        }
    }
    Ok(all)
}

/// The verbs that a resource of this name may have.
fn verbs(name: &str, group: &str) -> &'static [&'static str] {
    let feed = name.ends_with("Updated") || name.ends_with("Deleted");
    if group == "reports" || feed {
        &["GET"]
    } else if name.ends_with("Member") {
        &["GET", "PUT", "DELETE"]
    } else {
        &["GET", "POST"]
    }
}

fn call(name: &str, path: &str, method: &str, described: &Json, guessed: bool) -> Facts {
    let mut one = Facts {
        id: format!("{}.{}", snake(name), method.to_lowercase()),
        method: method.to_owned(),
        path: path.to_owned(),
        guessed,
        ..Facts::default()
    };
    let mut body = Vec::new();
    for parameter in described["params"].as_array().into_iter().flatten() {
        let place = parameter["in"].as_str().unwrap_or_default();
        let member = Member {
            name: parameter["name"].as_str().unwrap_or_default().to_owned(),
            required: place == "path" || parameter["required"].as_bool().unwrap_or_default(),
            shape: shape(parameter),
        };
        match place {
            "path" => one.inside.0.push(member),
            "query" => one.query.0.push(member),
            _ => body.push(member),
        }
    }
    for name in catalogue::path_names(path) {
        if !one.inside.0.iter().any(|member| member.name == name) {
            one.inside.0.push(Member {
                name: name.to_owned(),
                required: true,
                shape: Shape::Text(None),
            });
        }
    }
    if matches!(method, "POST" | "PUT") {
        body.sort_by(|a, b| a.name.cmp(&b.name));
        // Only a part of the fields is known, and unknown ones do no harm (mygadgetrepairs-api.md section 2).
        one.body = Some(Shape::Object {
            members: body,
            others: Some(Box::new(Shape::Any)),
        });
    } else if method == "GET" && one.query.0.is_empty() && !path.ends_with('}') && guessed {
        for name in ["limit", "offset", "page"] {
            one.query.0.push(Member {
                name: name.to_owned(),
                required: false,
                shape: Shape::Integer,
            });
        }
    }
    one.query.0.sort_by(|a, b| a.name.cmp(&b.name));
    one
}

fn shape(parameter: &Json) -> Shape {
    if let Some(values) = parameter["enum"]
        .as_array()
        .filter(|values| !values.is_empty())
    {
        return Shape::Choice(values.clone());
    }
    match parameter["type"].as_str() {
        Some("integer") => Shape::Integer,
        Some("number") => Shape::Number,
        Some("boolean") => Shape::YesNo,
        Some("file") => Shape::File,
        _ => Shape::Text(None),
    }
}

/// `CustomerMember` as `customer_member`.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}
