//! The calls of HighLevel, of both generations.

use crate::schema::Documents;
use anyhow::{Context, Result};
use catalogue::facts::{Encoding, Facts};
use catalogue::shape::{Member, Members, Shape};
use serde_json::Value as Json;
use std::path::Path;

pub(crate) fn facts(operations: &Json, apps: &Path) -> Result<Vec<Facts>> {
    let with_answer = catalogue::core_sources();
    let mut documents = Documents::default();
    let mut all = Vec::new();
    for operation in operations["operations"]
        .as_array()
        .context("`operations` is a list")?
    {
        let text = |name: &str| operation[name].as_str().unwrap_or_default().to_owned();
        let (app, generation) = (text("app"), text("generation"));
        let id = id(&generation, &app, &text("operationId"));
        let document = match generation.as_str() {
            "v3" => apps.join(format!("v3/{app}-v3.json")),
            _ => apps.join(format!("{app}.json")),
        };
        let (method, path) = (text("method"), text("path"));
        let described = documents
            .document(&document)?
            .pointer(&format!(
                "/paths/{}/{}",
                path.replace('~', "~0").replace('/', "~1"),
                method.to_lowercase()
            ))
            .cloned()
            .with_context(|| format!("{method} {path} is not in {}", document.display()))?;
        let mut one = Facts {
            answer: None,
            scopes: texts(&operation["scopes"]),
            versions: texts(&operation["versionHeader"]),
            tokens: texts(&operation["tokenSchemes"]),
            deprecated: operation["deprecated"].as_bool().unwrap_or_default(),
            id,
            method,
            path,
            ..Facts::default()
        };
        parameters(&mut one, &described, &document, &mut documents)
            .and_then(|()| body(&mut one, &described, &document, &mut documents))
            .with_context(|| format!("reading {}", one.id))?;
        if with_answer.contains(&one.id) {
            one.answer = answer(&described, &document, &mut documents)?;
        }
        all.push(one);
    }
    Ok(all)
}

/// `contacts.get-contact`, or `v3.contacts.get-contact`.
fn id(generation: &str, app: &str, operation: &str) -> String {
    let name = operation.replace(' ', "-");
    match generation {
        "v3" => format!("v3.{app}.{name}"),
        _ => format!("{app}.{name}"),
    }
}

fn parameters(
    one: &mut Facts,
    described: &Json,
    document: &Path,
    documents: &mut Documents,
) -> Result<()> {
    for parameter in described["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"]
            .as_str()
            .context("a parameter has a name")?;
        let place = parameter["in"].as_str().unwrap_or_default();
        if !matches!(place, "path" | "query") {
            continue;
        }
        let member = Member {
            name: name.to_owned(),
            required: place == "path" || parameter["required"].as_bool().unwrap_or_default(),
            shape: documents.shape(document, &parameter["schema"])?,
        };
        match place {
            "path" => one.inside.0.push(member),
            _ => one.query.0.push(member),
        }
    }
    // What the path wants and the document forgets to declare.
    let declared: Vec<String> = one.inside.0.iter().map(|one| one.name.clone()).collect();
    one.inside.0.extend(
        catalogue::path_names(&one.path)
            .filter(|name| !declared.iter().any(|one| one == name))
            .map(|name| Member {
                name: name.to_owned(),
                required: true,
                shape: Shape::Text(None),
            }),
    );
    sort(&mut one.inside);
    sort(&mut one.query);
    Ok(())
}

fn sort(members: &mut Members) {
    members.0.sort_by(|a, b| a.name.cmp(&b.name));
}

fn body(
    one: &mut Facts,
    described: &Json,
    document: &Path,
    documents: &mut Documents,
) -> Result<()> {
    let content = &described["requestBody"]["content"];
    let encodings = [
        ("application/json", Encoding::Json),
        ("application/x-www-form-urlencoded", Encoding::Form),
        ("multipart/form-data", Encoding::Multipart),
    ];
    for (name, encoding) in encodings {
        if content[name].is_object() {
            one.body = Some(documents.shape(document, &content[name]["schema"])?);
            one.encoding = encoding;
            return Ok(());
        }
    }
    Ok(())
}

fn answer(described: &Json, document: &Path, documents: &mut Documents) -> Result<Option<Shape>> {
    for status in ["200", "201"] {
        let schema = &described["responses"][status]["content"]["application/json"]["schema"];
        if schema.is_object() {
            return documents.shape(document, schema).map(Some);
        }
    }
    Ok(None)
}

fn texts(list: &Json) -> Vec<String> {
    let items = list.as_array().into_iter().flatten();
    items.filter_map(Json::as_str).map(str::to_owned).collect()
}
