//! Recipes: presets of flows and rules that ask only what they cannot find out.

mod answers;
mod built_in;

use crate::overlay;
use crate::{Document, Problem, Problems};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

pub use built_in::{all, find};

/// A preset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Its id.
    pub id: String,
    /// The need that it answers: `P5`, or `connection 1`.
    pub need: String,
    /// What people call it.
    pub title: String,
    /// What it does.
    pub help: String,
    /// What it takes care not to do.
    pub guard: String,
    /// What it asks for.
    #[serde(default, rename = "ask", skip_serializing_if = "Vec::is_empty")]
    pub asks: Vec<Asked>,
    /// Rules of the sync that it needs, in the form of [`mapping::Rules`], with `$name` for answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<Json>,
    /// Its flows, with `$name` for answers.
    #[serde(default, rename = "flow", skip_serializing_if = "Vec::is_empty")]
    pub flows: Vec<Json>,
    /// Examples that hold with the answers that it proposes.
    #[serde(default, rename = "example", skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Json>,
}

/// What a recipe asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// The name under which the answer stands in the recipe, as `$name`.
    pub name: String,
    /// The question.
    pub title: String,
    /// What sort of answer.
    pub kind: Kind,
    /// Whether several may be given; the answer is a list then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub many: bool,
    /// Of a choice: what there is to choose.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// The answer that is proposed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Json>,
    /// Whether it may stay without an answer: what needs it is left out then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
}

/// What sort of answer: where it is chosen from, and which values there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "AnswerKind")]
pub enum Kind {
    /// A number of days, hours or minutes.
    Number,
    /// A text.
    Text,
    /// Yes or no.
    YesNo,
    /// One of the options.
    Choice,
    /// A tag of the CRM, by name; a new one is made by using it.
    Tag,
    /// A group of the shop's ticket statuses.
    StatusGroup,
    /// One of the shop's ticket statuses, by label or id.
    Status,
    /// A CRM calendar, by id.
    Calendar,
    /// A CRM user, by id.
    User,
    /// A CRM pipeline, by id.
    Pipeline,
    /// A stage of a pipeline, by id.
    Stage,
    /// A custom field of CRM contacts, by id.
    CustomField,
    /// An issue type of the counter, by id.
    IssueType,
    /// A group of customers at the counter, by name.
    CustomerGroup,
}

/// A recipe that a shop has installed, as its document holds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Installed {
    /// The recipe's id.
    pub id: String,
    /// What was answered, proposals included.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub answers: Map<String, Json>,
    /// The rules of the sync that it brought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<Json>,
}

impl Recipe {
    /// Reads a recipe.
    ///
    /// # Errors
    /// When it cannot be read; the text says where.
    pub fn parse(text: &str) -> Result<Self, Problems> {
        crate::document::read(text)
    }
}

/// What a recipe brings with these answers: a document with its flows, its rules and its examples, each of which knows
/// the recipe. What is not answered has the answer that is proposed.
///
/// # Errors
/// When an answer is missing, unknown or of the wrong sort.
pub fn instantiate(recipe: &Recipe, given: &Map<String, Json>) -> Result<Document, Problems> {
    let answers = answers::complete(recipe, given)?;
    let fill = |json: &Json| answers::filled(json, &answers);
    let known = |parts: &[Json]| -> Vec<Json> {
        let filled = parts.iter().filter_map(fill);
        filled
            .map(|mut part| {
                if let Json::Object(table) = &mut part {
                    table.insert("recipe".to_owned(), recipe.id.clone().into());
                }
                part
            })
            .collect()
    };
    let rules = recipe
        .rules
        .as_ref()
        .and_then(fill)
        .filter(|rules| *rules != Json::Object(Map::new()));
    let document = serde_json::json!({
        "recipe": [{"id": recipe.id, "answers": answers, "rules": rules}],
        "flow": known(&recipe.flows),
        "example": known(&recipe.examples),
    });
    Document::from_json(document)
}

impl Document {
    /// This document with what a recipe brings. One that is there already is replaced.
    #[must_use]
    pub fn with_recipe(self, brought: Self) -> Self {
        let mut document = brought
            .recipes
            .iter()
            .fold(self, |document, recipe| document.without_recipe(&recipe.id));
        document.recipes.extend(brought.recipes);
        document.flows.extend(brought.flows);
        document.examples.extend(brought.examples);
        document
    }

    /// This document without anything that a recipe brought.
    #[must_use]
    pub fn without_recipe(mut self, id: &str) -> Self {
        self.recipes.retain(|recipe| recipe.id != id);
        self.flows.retain(|flow| flow.recipe.as_deref() != Some(id));
        self.examples
            .retain(|example| example.recipe.as_deref() != Some(id));
        self
    }

    /// The rules of the sync that the document says, those of its recipes first and its own over them. What it does not
    /// say has the default.
    #[must_use]
    pub fn rules_said(&self) -> Json {
        let mut said = Json::Object(Map::new());
        for rules in self
            .recipes
            .iter()
            .filter_map(|recipe| recipe.rules.as_ref())
            .chain(&self.rules)
        {
            overlay::lay(&mut said, rules);
        }
        said
    }
}

/// Recipes that want different rules, where the document itself does not decide.
pub(crate) fn check(document: &Document) -> Vec<Problem> {
    let mut problems = Vec::new();
    let with_rules: Vec<(&str, &Json)> = document
        .recipes
        .iter()
        .filter_map(|recipe| Some((recipe.id.as_str(), recipe.rules.as_ref()?)))
        .collect();
    let decided = |place: &str| {
        let own = document.rules.as_ref();
        own.is_some_and(|rules| crate::names::within(rules, place).is_some())
    };
    for (place, (id, rules)) in with_rules.iter().enumerate() {
        for (other, others) in &with_rules[..place] {
            if let Some(key) = overlay::quarrel(others, rules, "").filter(|key| !decided(key)) {
                problems.push(Problem {
                    flow: None,
                    place: format!("recipe `{id}`, rules.{key}"),
                    line: None,
                    why: format!(
                        "the recipe `{other}` wants it otherwise; decide it under [rules]"
                    ),
                });
            }
        }
    }
    problems
}
