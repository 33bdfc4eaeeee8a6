//! `rules`: a shop's mapping and policies as one TOML document.

use crate::cli::Rules as Asked;
use crate::output::Output;
use crate::problem::{Exit, Problem};
use crate::secret::read_text;
use app::App;
use mapping::{Rules, RulesError};
use serde_json::json;
use std::path::Path;

pub(crate) async fn run(app: &App, what: Asked, output: Output) -> Result<Exit, Problem> {
    match what {
        Asked::Show { name } => {
            let rules = app.rules_of(&app.shop(&name).await?)?;
            output.json(&json!({"shop": name, "rules": rules}));
            output.line(rules.to_toml().map_err(|why| unusable(&why))?.trim_end());
        }
        Asked::Set { name, file } => {
            app.shop(&name).await?;
            let rules = read(&file)?;
            app.set_rules(&name, &rules).await?;
            output.answer(
                format!(
                    "the rules of `{name}` are set; the next pass compares everything under them"
                ),
                &json!({"shop": name, "rules": rules}),
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

fn read(file: &Path) -> Result<Rules, Problem> {
    let text = read_text(file)?;
    Rules::from_toml(&text).map_err(|why| unusable(&why))
}

fn unusable(why: &RulesError) -> Problem {
    Problem::wrong("RULES", why.to_string().trim_end().to_owned())
}
