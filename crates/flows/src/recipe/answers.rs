//! Answers to what a recipe asks, and their places in it.

use super::{Asked, Kind, Recipe};
use crate::{Problem, Problems, words};
use mapping::StatusGroup;
use serde_json::{Map, Value as Json};

/// The answers with the proposals for what was not answered.
pub(super) fn complete(
    recipe: &Recipe,
    given: &Map<String, Json>,
) -> Result<Map<String, Json>, Problems> {
    let mut problems = Vec::new();
    let mut problem = |name: &str, why: String| {
        problems.push(Problem {
            flow: None,
            place: format!("recipe `{}`, {name}", recipe.id),
            line: None,
            why,
        });
    };
    for name in given.keys() {
        if !recipe.asks.iter().any(|asked| asked.name == *name) {
            let hint = words::hint(name, recipe.asks.iter().map(|asked| asked.name.as_str()));
            problem(name, format!("it does not ask for `{name}`{hint}"));
        }
    }
    let mut answers = Map::new();
    for asked in &recipe.asks {
        let answer = given
            .get(&asked.name)
            .filter(|answer| !answer.is_null())
            .or(asked.default.as_ref());
        match answer {
            None if asked.optional => {}
            None => problem(&asked.name, format!("is not answered: {}", asked.title)),
            Some(answer) => match asked.fits(answer) {
                Ok(()) => {
                    answers.insert(asked.name.clone(), answer.clone());
                }
                Err(why) => problem(&asked.name, why),
            },
        }
    }
    if problems.is_empty() {
        Ok(answers)
    } else {
        Err(Problems(problems))
    }
}

impl Asked {
    /// Whether an answer is of the right sort.
    fn fits(&self, answer: &Json) -> Result<(), String> {
        if !self.many {
            return self.fits_one(answer);
        }
        let items = answer
            .as_array()
            .ok_or_else(|| format!("must be a list, not {}", words::kind(answer)))?;
        items.iter().try_for_each(|item| self.fits_one(item))
    }

    fn fits_one(&self, answer: &Json) -> Result<(), String> {
        let wrong = |wanted: &str| Err(format!("must be {wanted}, not {}", words::kind(answer)));
        let known = |names: &[&str], given: &str| {
            if names.contains(&given) {
                return Ok(());
            }
            let hint = words::hint(given, names.iter().copied());
            Err(format!("`{given}` is none of {}{hint}", names.join(", ")))
        };
        match self.kind {
            Kind::Number if answer.as_u64().is_some_and(|number| number <= 3_650) => Ok(()),
            Kind::Number => Err("must be a whole number, at most 3650".to_owned()),
            Kind::YesNo if answer.is_boolean() => Ok(()),
            Kind::YesNo => wrong("yes or no"),
            _ => match answer.as_str().map(str::trim) {
                None => wrong("a text"),
                Some("") => Err("is empty".to_owned()),
                Some(text) if text.len() > 200 => Err("is longer than 200 characters".to_owned()),
                Some(text) if self.kind == Kind::Choice => {
                    let options: Vec<&str> = self.options.iter().map(String::as_str).collect();
                    known(&options, text)
                }
                Some(text) if self.kind == Kind::StatusGroup => {
                    known(&StatusGroup::ALL.map(StatusGroup::as_str), text)
                }
                Some(_) => Ok(()),
            },
        }
    }
}

/// A part of a recipe with the answers in their places: `"$name"` becomes the answer itself, `${name}` within a text
/// its text. What needs an answer that was not given is left out; of a list of conditions, steps or flows the whole
/// item, where it says `needs = "name"`.
pub(super) fn filled(json: &Json, answers: &Map<String, Json>) -> Option<Json> {
    match json {
        Json::String(text) => match text.strip_prefix('$').filter(|name| is_name(name)) {
            Some(name) => answers.get(name).cloned(),
            None => Some(Json::String(told(text, answers))),
        },
        Json::Array(items) => Some(
            items
                .iter()
                .filter_map(|item| filled(item, answers))
                .collect(),
        ),
        Json::Object(table) => {
            if let Some(Json::String(name)) = table.get("needs")
                && !answers.contains_key(name)
            {
                return None;
            }
            let parts = table.iter().filter(|(key, _)| *key != "needs");
            Some(
                parts
                    .filter_map(|(key, value)| Some((told(key, answers), filled(value, answers)?)))
                    .collect(),
            )
        }
        plain => Some(plain.clone()),
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|letter| letter.is_ascii_lowercase() || letter == '_')
}

fn told(text: &str, answers: &Map<String, Json>) -> String {
    let mut told = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        told.push_str(before);
        match after.split_once('}').filter(|(name, _)| is_name(name)) {
            Some((name, behind)) => {
                match answers.get(name) {
                    // A brace in an answer would be read as a template.
                    Some(Json::String(answer)) => {
                        told.extend(answer.chars().filter(|c| !matches!(c, '{' | '}')));
                    }
                    Some(answer) => told.push_str(&answer.to_string()),
                    None => {}
                }
                rest = behind;
            }
            None => {
                told.push_str("${");
                rest = after;
            }
        }
    }
    told.push_str(rest);
    told
}
