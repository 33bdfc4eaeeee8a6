//! Recipes of a shop: installed with few questions, shown beforehand on last month, removed without a trace.

use super::library::KeptFlow;
use super::options::Choice;
use crate::shop_file::{Changed, flatten};
use crate::{App, AppError};
use flows::recipe::{Asked, Recipe, instantiate};
use flows::{Document, Problems};
use mapping::Rules;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use store::Shop;

/// A recipe, for a list.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RecipeLine {
    /// Its id.
    pub id: String,
    /// The need that it answers.
    pub need: String,
    /// What people call it.
    pub title: String,
    /// What it does.
    pub help: String,
    /// What it takes care not to do.
    pub guard: String,
    /// What it asks for.
    pub asks: Vec<Asked>,
    /// Whether the shop has it.
    pub installed: bool,
}

/// A question of a recipe to a shop.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Question {
    /// What is asked.
    #[serde(flatten)]
    pub asked: Asked,
    /// What the shop has to choose from; empty where anything may be said.
    pub choices: Vec<Choice>,
    /// Why the choices are not known.
    pub unknown_why: Option<String>,
    /// The answer where none is given: the recipe's own, or the only one that there is.
    pub proposed: Option<Json>,
}

/// A recipe that was installed.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct InstalledRecipe {
    /// The recipe.
    pub recipe: String,
    /// What it was told, proposals included.
    pub answers: Map<String, Json>,
    /// The flows that it brought.
    pub flows: Vec<KeptFlow>,
    /// The rules of the sync that it changed.
    pub rules: Vec<Changed>,
}

/// A recipe that was removed.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RemovedRecipe {
    /// The recipe.
    pub recipe: String,
    /// The flows that went.
    pub flows: Vec<String>,
    /// The rules of the sync that are as they were before.
    pub rules: Vec<Changed>,
    /// Rules that were changed by somebody since, and stay.
    pub kept: Vec<String>,
}

/// A rule that a recipe replaced.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Replaced {
    key: String,
    before: Json,
    after: Json,
}

impl App {
    /// Every recipe, and whether the shop has it where one is named.
    ///
    /// # Errors
    /// When there is no such shop.
    pub async fn recipes(&self, shop: Option<&str>) -> Result<Vec<RecipeLine>, AppError> {
        let installed: Vec<String> = match shop {
            Some(name) => {
                let shop = self.shop(name).await?;
                let kept = self.store.recipes(shop.id).await?;
                kept.into_iter().map(|(id, _, _)| id).collect()
            }
            None => Vec::new(),
        };
        Ok(flows::recipe::all()
            .into_iter()
            .map(|recipe| RecipeLine {
                installed: installed.contains(&recipe.id),
                id: recipe.id,
                need: recipe.need,
                title: recipe.title,
                help: recipe.help,
                guard: recipe.guard,
                asks: recipe.asks,
            })
            .collect())
    }

    /// What a recipe asks this shop: with what there is to choose from, and what it needs not be told.
    ///
    /// # Errors
    /// When there is no such shop or recipe.
    pub async fn recipe_questions(&self, name: &str, id: &str) -> Result<Vec<Question>, AppError> {
        let shop = self.shop(name).await?;
        let recipe = recipe_named(id)?;
        let mut questions = Vec::new();
        for asked in recipe.asks {
            questions.push(self.question(&shop, asked).await?);
        }
        Ok(questions)
    }

    async fn question(&self, shop: &Shop, asked: Asked) -> Result<Question, AppError> {
        let (choices, unknown_why) = match self.choices(shop, &asked).await {
            Ok(choices) => (choices, None),
            Err(AppError::Store(error)) => return Err(error.into()),
            Err(error) => (Vec::new(), Some(error.to_string())),
        };
        let only = match choices.as_slice() {
            [only] if !asked.many && !asked.optional => Some(only.value.clone()),
            _ => None,
        };
        Ok(Question {
            proposed: asked.default.clone().or(only),
            asked,
            choices,
            unknown_why,
        })
    }

    /// What a recipe would bring to a shop.
    pub(super) async fn recipe_document(
        &self,
        shop: &Shop,
        id: &str,
        given: &Map<String, Json>,
    ) -> Result<Document, AppError> {
        let recipe = recipe_named(id)?;
        let mut answers = given.clone();
        for asked in &recipe.asks {
            if answers.contains_key(&asked.name) || asked.default.is_some() {
                continue;
            }
            let question = self.question(shop, asked.clone()).await?;
            match (question.proposed, question.unknown_why) {
                (Some(proposed), _) => {
                    answers.insert(asked.name.clone(), proposed);
                }
                (None, _) if asked.optional => {}
                (None, why) => return Err(unanswered(&recipe, asked, &question.choices, why)),
            }
        }
        instantiate(&recipe, &answers).map_err(|problems| refused(&problems))
    }

    /// Installs a recipe, or changes what an installed one was told.
    ///
    /// # Errors
    /// When there is no such shop or recipe, or a question has no answer; then nothing was changed.
    pub async fn install_recipe(
        &self,
        name: &str,
        id: &str,
        given: &Map<String, Json>,
    ) -> Result<InstalledRecipe, AppError> {
        let shop = self.shop(name).await?;
        let document = self.recipe_document(&shop, id, given).await?;
        self.check_flows(&document)?;
        let brought = document.recipes.iter().find(|brought| brought.id == id);
        let (answers, rules) = brought.map_or_else(
            || (Map::new(), None),
            |brought| (brought.answers.clone(), brought.rules.clone()),
        );
        let mut all = serde_json::to_value(self.rules_of(&shop)?).unwrap_or_default();
        let replaced = match &rules {
            Some(rules) => lay_over(&mut all, rules),
            None => Vec::new(),
        };
        let wanted = read_rules(all)?;
        // What was there before the recipe came for the first time is what it is removed to.
        let known = self.replaced_by(&shop, id).await?;
        let before = first_before(known, &replaced);
        self.store
            .keep_recipe(
                shop.id,
                self.now(),
                id,
                &Json::Object(answers.clone()),
                &json!(before),
            )
            .await?;
        // Written down first: whatever happens, what was there before is known.
        if !replaced.is_empty() {
            self.set_rules(name, &wanted).await?;
        }
        let mut kept = Vec::new();
        for flow in &document.flows {
            kept.push(self.keep_flow(&shop, flow, false).await?);
        }
        self.call_flows(shop.id);
        Ok(InstalledRecipe {
            recipe: id.to_owned(),
            answers,
            flows: kept,
            rules: replaced.into_iter().map(changed).collect(),
        })
    }

    /// Removes a recipe: its flows go, and the rules that it changed are as they were before, where nobody has changed
    /// them since.
    ///
    /// # Errors
    /// When there is no such shop, or it does not have the recipe.
    pub async fn remove_recipe(&self, name: &str, id: &str) -> Result<RemovedRecipe, AppError> {
        let shop = self.shop(name).await?;
        let flows = self.store.flows(shop.id).await?;
        let brought: Vec<String> = flows
            .into_iter()
            .filter(|flow| flow.recipe.as_deref() == Some(id))
            .map(|flow| flow.id)
            .collect();
        let known = self.store.recipes(shop.id).await?;
        if brought.is_empty() && !known.iter().any(|(known, _, _)| known == id) {
            return Err(AppError::Refused(format!(
                "the recipe `{id}` is not installed in `{name}`. `repairbridge flow recipes {name}` shows which are"
            )));
        }
        let replaced = self.replaced_by(&shop, id).await?;
        let mut rules = serde_json::to_value(self.rules_of(&shop)?).unwrap_or_default();
        let (mut back, mut kept) = (Vec::new(), Vec::new());
        for one in replaced {
            if at(&rules, &one.key) == one.after {
                put(&mut rules, &one.key, &one.before);
                back.push(Changed {
                    key: one.key,
                    from: one.after,
                    to: one.before,
                });
            } else {
                kept.push(one.key);
            }
        }
        if !back.is_empty() {
            self.set_rules(name, &read_rules(rules)?).await?;
        }
        for flow in &brought {
            self.store.remove_flow(shop.id, flow).await?;
        }
        self.store.forget_recipe(shop.id, id).await?;
        Ok(RemovedRecipe {
            recipe: id.to_owned(),
            flows: brought,
            rules: back,
            kept,
        })
    }

    /// Remembers a recipe that came with a document, where it is not known yet.
    pub(super) async fn note_recipe(
        &self,
        shop: &Shop,
        recipe: &flows::recipe::Installed,
    ) -> Result<(), AppError> {
        let before = self.replaced_by(shop, &recipe.id).await?;
        let answers = Json::Object(recipe.answers.clone());
        Ok(self
            .store
            .keep_recipe(shop.id, self.now(), &recipe.id, &answers, &json!(before))
            .await?)
    }

    async fn replaced_by(&self, shop: &Shop, id: &str) -> Result<Vec<Replaced>, AppError> {
        let known = self.store.recipes(shop.id).await?;
        let found = known.into_iter().find(|(known, _, _)| known == id);
        Ok(found
            .and_then(|(_, _, before)| serde_json::from_value(before).ok())
            .unwrap_or_default())
    }
}

/// The rules that a recipe brought, out of what it replaced.
pub(super) fn rules_brought(replaced: &Json) -> Option<Json> {
    let replaced: Vec<Replaced> = serde_json::from_value(replaced.clone()).ok()?;
    let mut rules = Json::Object(Map::new());
    for one in &replaced {
        put(&mut rules, &one.key, &one.after);
    }
    (!replaced.is_empty()).then_some(rules)
}

/// Puts the rules of a recipe in place of the shop's. Answers what they replace.
fn lay_over(all: &mut Json, rules: &Json) -> Vec<Replaced> {
    let mut wanted = BTreeMap::new();
    flatten("", rules.clone(), &mut wanted);
    let mut replaced = Vec::new();
    for (key, after) in wanted {
        let before = at(all, &key);
        if before != after {
            put(all, &key, &after);
            replaced.push(Replaced { key, before, after });
        }
    }
    replaced
}

/// What was there before a recipe came for the first time.
fn first_before(known: Vec<Replaced>, now: &[Replaced]) -> Vec<Replaced> {
    let mut all = known;
    for one in now {
        match all.iter_mut().find(|known| known.key == one.key) {
            Some(known) => known.after = one.after.clone(),
            None => all.push(one.clone()),
        }
    }
    all
}

fn changed(replaced: Replaced) -> Changed {
    Changed {
        key: replaced.key,
        from: replaced.before,
        to: replaced.after,
    }
}

pub(super) fn recipe_named(id: &str) -> Result<Recipe, AppError> {
    flows::recipe::find(id).ok_or_else(|| {
        AppError::Refused(format!(
            "there is no recipe `{id}`. `repairbridge flow recipes` lists them"
        ))
    })
}

fn unanswered(recipe: &Recipe, asked: &Asked, choices: &[Choice], why: Option<String>) -> AppError {
    let mut text = format!(
        "the recipe `{}` asks: {} (answer with --set {}=…)",
        recipe.id, asked.title, asked.name
    );
    if !choices.is_empty() {
        let list: Vec<_> = choices
            .iter()
            .map(|choice| format!("\n  {}  {}", plain(&choice.value), choice.label))
            .collect();
        text.push_str(&format!(". There are:{}", list.concat()));
    }
    if let Some(why) = why {
        text.push_str(&format!(". What there is to choose is not known: {why}"));
    }
    AppError::Refused(text)
}

fn plain(value: &Json) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

pub(super) fn refused(problems: &Problems) -> AppError {
    AppError::Refused(problems.to_string())
}

fn read_rules(rules: Json) -> Result<Rules, AppError> {
    serde_json::from_value(rules)
        .map_err(|why| AppError::Refused(format!("the rules cannot be changed so: {why}")))
}

/// The value at a key; null where there is none.
fn at(rules: &Json, key: &str) -> Json {
    let found = key
        .split('.')
        .try_fold(rules, |rules, part| rules.get(part));
    found.cloned().unwrap_or_default()
}

fn put(rules: &mut Json, key: &str, value: &Json) {
    let mut place = rules;
    let mut parts = key.split('.').peekable();
    while let Some(part) = parts.next() {
        let Json::Object(table) = place else {
            return;
        };
        if parts.peek().is_none() {
            if value.is_null() {
                table.remove(part);
            } else {
                table.insert(part.to_owned(), value.clone());
            }
            return;
        }
        place = table
            .entry(part)
            .or_insert_with(|| Json::Object(Map::new()));
    }
}
