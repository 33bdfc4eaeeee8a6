//! `rules`: a shop's mapping and policies as one TOML document.

use crate::cli::Rules as Asked;
use crate::output::Output;
use crate::problem::{Exit, Problem};
use crate::secret::read_text;
use app::{App, NeededScope};
use mapping::{Rules, RulesError};
use serde_json::json;
use std::path::Path;
use store::Shop;

pub(crate) async fn run(app: &App, what: Asked, output: Output) -> Result<Exit, Problem> {
    match what {
        Asked::Show { name } => {
            let rules = app.rules_of(&app.shop(&name).await?)?;
            output.json(&json!({"shop": name, "rules": rules}));
            output.line(rules.to_toml().map_err(|why| unusable(&why))?.trim_end());
        }
        Asked::Set { name, file } => {
            let before = app.needed_scopes(&app.shop(&name).await?)?;
            let rules = read(&file)?;
            app.set_rules(&name, &rules).await?;
            let shop = app.shop(&name).await?;
            let lacking = lacking(app, &shop, &before).await?;
            let mut text = format!(
                "the rules of `{name}` are set; the next pass compares everything under them"
            );
            if !lacking.is_empty() {
                let list: Vec<_> = lacking
                    .iter()
                    .map(|scope| format!("\n  {} ({})", scope.scope, scope.why))
                    .collect();
                text.push_str(&format!(
                    ". They need more permissions in HighLevel than before; what lacks them waits:{}\nAdd them to the private integration, or connect again with `repairbridge connect highlevel {name} --oauth`",
                    list.concat()
                ));
            }
            output.answer(
                text,
                &json!({"shop": name, "rules": rules, "scopes_to_add": lacking}),
            );
        }
        Asked::Check { name, file } => {
            let shop = app.shop(&name).await?;
            let rules = match file {
                Some(file) => read(&file)?,
                None => app.rules_of(&shop)?,
            };
            output.answer(
                "the rules are sound; `repairbridge check` compares them with the shop's own statuses",
                &json!({"shop": name, "sound": true, "rules": rules}),
            );
        }
    }
    Ok(Exit::Done)
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
    let mut needed = app.needed_scopes(shop)?;
    needed.retain(|scope| !before.contains(scope));
    Ok(needed)
}

fn read(file: &Path) -> Result<Rules, Problem> {
    let text = read_text(file)?;
    Rules::from_toml(&text).map_err(|why| unusable(&why))
}

fn unusable(why: &RulesError) -> Problem {
    Problem::wrong("RULES", why.to_string().trim_end().to_owned())
}
