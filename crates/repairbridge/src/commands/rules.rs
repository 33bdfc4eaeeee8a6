//! `rules`: everything that a shop decides, as one TOML document.

use crate::cli::Rules as Asked;
use crate::output::Output;
use crate::problem::{Exit, Problem};
use crate::secret::read_text;
use app::{App, DocumentChange, NeededScope, ShopDocument};
use serde_json::{Value as Json, json};
use std::path::Path;
use store::Shop;

pub(crate) async fn run(app: &App, what: Asked, output: Output) -> Result<Exit, Problem> {
    match what {
        Asked::Show { name } => {
            let document = app.shop_document(&name).await?;
            output.json(&json!({"shop": name, "rules": document.rules, "flows": document.flows}));
            output.line(document.to_toml()?.trim_end());
        }
        Asked::Set { names, file, prune } => set(app, &names, &file, prune, output).await?,
        Asked::Check { name, file } => check(app, &name, file.as_deref(), output).await?,
        Asked::Compare { name, file } => {
            let document = read(&file)?;
            let compared = app.compare_shop_document(&name, &document).await?;
            output.json(&json!({"shop": name, "compared": compared}));
            tell(&name, &compared, output);
            if compared.changed.is_empty() {
                output.line("nothing would change");
            }
        }
    }
    Ok(Exit::Done)
}

async fn set(
    app: &App,
    names: &[String],
    file: &Path,
    prune: bool,
    output: Output,
) -> Result<(), Problem> {
    let document = read(file)?;
    // All of them are looked at before any is changed.
    for name in names {
        app.check_shop_document(name, &document).await?;
    }
    let mut told = Vec::new();
    for name in names {
        let before = app.needed_scopes(&app.shop(name).await?).await?;
        let done = app.set_shop_document(name, &document, prune).await?;
        let shop = app.shop(name).await?;
        let lacking = lacking(app, &shop, &before).await?;
        tell(name, &done, output);
        output.line(format!(
            "the rules of `{name}` are set; the next pass compares everything under them{}",
            more_scopes(name, &lacking)
        ));
        told.push(json!({
            "shop": name, "rules": document.rules, "scopes_to_add": lacking, "done": done,
        }));
    }
    let answer = match told.as_mut_slice() {
        [only] => only.take(),
        _ => json!({"shops": told}),
    };
    output.json(&answer);
    Ok(())
}

async fn check(app: &App, name: &str, file: Option<&Path>, output: Output) -> Result<(), Problem> {
    let document = match file {
        Some(file) => read(file)?,
        None => app.shop_document(name).await?,
    };
    let tried = app.check_shop_document(name, &document).await?;
    output.answer(
        format!(
            "the rules are sound, flows: {}, examples that hold: {}; `repairbridge check` compares them with the shop's own statuses",
            document.flows.flows.len(),
            tried.len()
        ),
        &json!({"shop": name, "sound": true, "rules": document.rules, "examples": tried}),
    );
    Ok(())
}

fn tell(name: &str, change: &DocumentChange, output: Output) {
    for one in &change.changed {
        output.line(format!(
            "{}: {} (was {})",
            one.key,
            short(&one.to),
            short(&one.from)
        ));
    }
    if change.unnamed.is_empty() {
        return;
    }
    let unnamed = change.unnamed.join(", ");
    output.line(if change.pruned {
        format!("removed from `{name}`: {unnamed}")
    } else {
        format!("flows of `{name}` that the document does not name stay: {unnamed}; --prune removes them")
    });
}

/// A value in one line.
fn short(value: &Json) -> String {
    const MOST: usize = 120;
    let text = value.to_string();
    if text.chars().count() <= MOST {
        return text;
    }
    text.chars().take(MOST).chain(['…']).collect()
}

fn more_scopes(name: &str, lacking: &[NeededScope]) -> String {
    if lacking.is_empty() {
        return String::new();
    }
    let list: Vec<_> = lacking
        .iter()
        .map(|scope| format!("\n  {} ({})", scope.scope, scope.why))
        .collect();
    format!(
        ". They need more permissions in HighLevel than before; what lacks them waits:{}\nAdd them to the private integration, or connect again with `repairbridge connect highlevel {name} --oauth`",
        list.concat()
    )
}

/// The permissions to add: what an installation was not granted, or what rules before these did not need.
async fn lacking(
    app: &App,
    shop: &Shop,
    before: &[NeededScope],
) -> Result<Vec<NeededScope>, Problem> {
    if let Some(granted) = app.granted_scopes(shop).await? {
        return Ok(granted.missing);
    }
    let mut needed = app.needed_scopes(shop).await?;
    needed.retain(|scope| !before.contains(scope));
    Ok(needed)
}

fn read(file: &Path) -> Result<ShopDocument, Problem> {
    let text = read_text(file)?;
    ShopDocument::parse(&text).map_err(|why| Problem::wrong("RULES", why.to_string()))
}
