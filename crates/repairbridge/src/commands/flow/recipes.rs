//! Recipes: listed, looked at, tried on last month, installed, removed.

use crate::cli::Flow;
use crate::output::Output;
use crate::problem::{Exit, Problem};
use app::{App, LastMonth, Question, RecipeLine};
use serde_json::{Map, Value as Json, json};

pub(super) async fn run(app: &App, what: Flow, output: Output) -> Result<Exit, Problem> {
    match what {
        Flow::Recipes {
            name,
            recipe: Some(recipe),
        } => show(app, name.as_deref(), &recipe, output).await?,
        Flow::Recipes { name, recipe: None } => list(app, name.as_deref(), output).await?,
        Flow::Install {
            name,
            recipe,
            set,
            preview,
        } => {
            let answers = answers(app, &name, &recipe, &set).await?;
            let month = app.preview_recipe(&name, &recipe, &answers).await?;
            if preview {
                output.json(&json!({"shop": name, "recipe": recipe, "last_month": month}));
                tell_month(&month, output);
                return Ok(Exit::Done);
            }
            let installed = app.install_recipe(&name, &recipe, &answers).await?;
            output.json(&json!({"shop": name, "installed": installed, "last_month": month}));
            tell_month(&month, output);
            for flow in &installed.flows {
                output.line(format!("the flow `{}` is at work", flow.id));
            }
            for rule in &installed.rules {
                output.line(format!("{}: {} (was {})", rule.key, rule.to, rule.from));
            }
            output.line(format!(
                "`repairbridge flow uninstall {name} {recipe}` takes it back"
            ));
        }
        Flow::Uninstall { name, recipe } => {
            let removed = app.remove_recipe(&name, &recipe).await?;
            output.json(&json!({"shop": name, "removed": removed}));
            for flow in &removed.flows {
                output.line(format!("the flow `{flow}` is gone"));
            }
            for rule in &removed.rules {
                output.line(format!("{}: {} again", rule.key, rule.to));
            }
            for key in &removed.kept {
                output.line(format!(
                    "{key} stays as it is: somebody has changed it since"
                ));
            }
        }
        _ => {}
    }
    Ok(Exit::Done)
}

async fn list(app: &App, name: Option<&str>, output: Output) -> Result<(), Problem> {
    let recipes = app.recipes(name).await?;
    output.json(&json!({"recipes": recipes}));
    let rows = recipes.iter().map(|recipe| {
        [
            recipe.id.clone(),
            recipe.need.clone(),
            recipe.title.clone(),
            if recipe.installed { "installed" } else { "" }.to_owned(),
        ]
    });
    output.table(["recipe", "need", "title", ""], rows.collect());
    Ok(())
}

async fn show(app: &App, name: Option<&str>, id: &str, output: Output) -> Result<(), Problem> {
    let recipe = named(app, name, id).await?;
    let questions = match name {
        Some(name) => Some(app.recipe_questions(name, id).await?),
        None => None,
    };
    output.json(&json!({"recipe": recipe, "questions": questions}));
    output.line(format!("{} ({}): {}", recipe.id, recipe.need, recipe.title));
    output.line(&recipe.help);
    output.line(format!("takes care: {}", recipe.guard));
    match questions {
        Some(questions) => questions.iter().for_each(|one| tell_question(one, output)),
        None => {
            for asked in &recipe.asks {
                let default = asked.default.as_ref();
                let default =
                    default.map_or_else(String::new, |value| format!(" (proposed: {value})"));
                output.line(format!("asks {}: {}{default}", asked.name, asked.title));
            }
        }
    }
    Ok(())
}

fn tell_question(question: &Question, output: Output) {
    let proposed = match &question.proposed {
        Some(value) => format!(" (proposed: {value})"),
        None if question.asked.optional => " (may stay open)".to_owned(),
        None => String::new(),
    };
    output.line(format!(
        "asks {}: {}{proposed}",
        question.asked.name, question.asked.title
    ));
    for choice in &question.choices {
        output.line(format!("    {}  {}", choice.value, choice.label));
    }
    if let Some(why) = &question.unknown_why {
        output.line(format!("    what there is to choose is not known: {why}"));
    }
}

fn tell_month(month: &LastMonth, output: Output) {
    let Some(since) = month.since else {
        output.line(
            "nothing that changed in the shop is known yet, so that last month cannot be told",
        );
        return;
    };
    let started: u64 = month.started.values().sum();
    let list = |counts: Vec<(String, u64)>| {
        let parts: Vec<_> = counts
            .into_iter()
            .map(|(what, count)| format!("{count} × {what}"))
            .collect();
        parts.join(", ")
    };
    output.line(format!(
        "since {}: it would have started {started} times",
        since.strftime("%Y-%m-%d")
    ));
    if started > 0 {
        let ended = month.ended.iter();
        let ended = ended.map(|(what, count)| ((*what).to_owned(), *count));
        output.line(format!("  ended: {}", list(ended.collect())));
        let calls = month.calls.iter();
        let calls = calls.map(|(what, count)| (what.clone(), *count));
        output.line(format!("  calls: {}", list(calls.collect())));
    }
    for run in month.runs.iter().take(10) {
        output.line(format!(
            "  {} {} {}: {}",
            run.at.strftime("%Y-%m-%d %H:%MZ"),
            run.source,
            run.record,
            run.ended
        ));
    }
}

async fn named(app: &App, name: Option<&str>, id: &str) -> Result<RecipeLine, Problem> {
    let recipes = app.recipes(name).await?;
    let found = recipes.into_iter().find(|recipe| recipe.id == id);
    found.ok_or_else(|| {
        Problem::wrong(
            "FLOW",
            format!("there is no recipe `{id}`. `repairbridge flow recipes` lists them"),
        )
    })
}

/// What was said with `--set`, each as the question wants it.
async fn answers(
    app: &App,
    name: &str,
    recipe: &str,
    said: &[String],
) -> Result<Map<String, Json>, Problem> {
    let recipe = named(app, Some(name), recipe).await?;
    let mut answers = Map::new();
    for one in said {
        let (key, text) = one.split_once('=').ok_or_else(|| {
            Problem::wrong(
                "FLOW",
                format!("`{one}` is no answer; write --set name=value"),
            )
        })?;
        let asked = recipe.asks.iter().find(|asked| asked.name == key);
        let many = asked.is_some_and(|asked| asked.many);
        let value = |text: &str| match text.trim().parse::<Json>() {
            // Numbers and yes or no as such; everything else is a text, quoted or not.
            Ok(value) => value,
            Err(_) => Json::from(text.trim()),
        };
        let value = if many {
            Json::from(text.split(',').map(value).collect::<Vec<_>>())
        } else {
            value(text)
        };
        answers.insert(key.to_owned(), value);
    }
    Ok(answers)
}
