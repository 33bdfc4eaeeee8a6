//! Everything that a shop decides as one document: the rules of the sync, recipes, flows, and the examples that they are
//! tested with.

use super::library::KeptFlow;
use super::work::{as_json, hours_of_rules};
use crate::shop_file::{Changed, changes_between};
use crate::{App, AppError};
use flows::example::Tried;
use flows::{Document, Problem, Problems};
use jiff::tz::TimeZone;
use mapping::Rules;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;
use store::{Change, Shop};

/// Where the examples are kept.
const EXAMPLES: &str = "flow_examples";

/// A document, read and looked through.
#[derive(Clone, Debug)]
pub struct ShopDocument {
    /// The rules of the sync.
    pub rules: Rules,
    /// Recipes, flows and examples.
    pub flows: Document,
}

/// What a document changes, or has changed.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct DocumentChange {
    /// Rules and flows, value by value.
    pub changed: Vec<Changed>,
    /// Flows that were kept anew.
    pub flows: Vec<KeptFlow>,
    /// Flows of the shop that the document does not name.
    pub unnamed: Vec<String>,
    /// Whether these were removed.
    pub pruned: bool,
}

impl ShopDocument {
    /// Reads a document.
    ///
    /// # Errors
    /// Everything that is wrong with it, a line each, with the place.
    pub fn parse(text: &str) -> Result<Self, AppError> {
        let refused = |why: String| AppError::Refused(why.trim_end().to_owned());
        let rules = Rules::from_toml(text).map_err(|why| refused(why.to_string()))?;
        let flows =
            Document::parse_beside_rules(text).map_err(|problems| refused(problems.to_string()))?;
        Ok(Self { rules, flows })
    }

    /// As TOML.
    ///
    /// # Errors
    /// When a value has no TOML form.
    pub fn to_toml(&self) -> Result<String, AppError> {
        let refused =
            |why: &dyn std::fmt::Display| AppError::Refused(format!("it cannot be written: {why}"));
        let mut text = self.rules.to_toml().map_err(|why| refused(&why))?;
        let flows = self.flows.to_toml().map_err(|why| refused(&why))?;
        if !flows.trim().is_empty() {
            text.push('\n');
            text.push_str(&flows);
        }
        Ok(text)
    }

    /// Its examples, each tried.
    #[must_use]
    pub fn try_examples(&self, zone: &TimeZone) -> Vec<Tried> {
        let hours = hours_of_rules(&self.rules, zone);
        self.flows.try_examples(&hours)
    }

    fn as_json(&self) -> Json {
        let mut all = as_json(&self.rules);
        let mut by_id = serde_json::Map::new();
        for flow in &self.flows.flows {
            by_id.insert(flow.id.clone(), as_json(flow));
        }
        if let Json::Object(table) = &mut all {
            table.insert("flow".to_owned(), Json::Object(by_id));
        }
        all
    }
}

impl App {
    /// Everything that a shop decides, as one document.
    ///
    /// # Errors
    /// When there is no such shop.
    pub async fn shop_document(&self, name: &str) -> Result<ShopDocument, AppError> {
        let shop = self.shop(name).await?;
        let mut flows = self.flow_document(name, None).await?;
        for (id, answers, replaced) in self.store.recipes(shop.id).await? {
            let answers = answers.as_object().cloned().unwrap_or_default();
            flows.recipes.push(flows::recipe::Installed {
                id,
                answers,
                rules: super::recipes::rules_brought(&replaced),
            });
        }
        let examples = self.store.fact(shop.id, EXAMPLES).await?;
        flows.examples = examples
            .and_then(|fact| serde_json::from_value(fact.value).ok())
            .unwrap_or_default();
        Ok(ShopDocument {
            rules: self.rules_of(&shop)?,
            flows,
        })
    }

    /// Looks through a document for a shop: everything that is wrong, and examples that do not hold.
    ///
    /// # Errors
    /// When there is no such shop, or anything is wrong.
    pub async fn check_shop_document(
        &self,
        name: &str,
        document: &ShopDocument,
    ) -> Result<Vec<Tried>, AppError> {
        let shop = self.shop(name).await?;
        self.check_rules(&document.rules)?;
        self.check_flows(&document.flows)?;
        let tried = document.try_examples(&self.zone_of(&shop).await);
        let wrong: Vec<Problem> = tried
            .iter()
            .flat_map(|tried| {
                tried.wrong.iter().map(|why| Problem {
                    flow: Some(tried.flow.clone()),
                    place: format!("example `{}`", tried.title),
                    line: None,
                    why: why.clone(),
                })
            })
            .collect();
        if wrong.is_empty() {
            Ok(tried)
        } else {
            Err(AppError::Refused(Problems(wrong).to_string()))
        }
    }

    /// What a document would change in a shop.
    ///
    /// # Errors
    /// When there is no such shop, or anything is wrong with the document.
    pub async fn compare_shop_document(
        &self,
        name: &str,
        document: &ShopDocument,
    ) -> Result<DocumentChange, AppError> {
        self.check_shop_document(name, document).await?;
        let now = self.shop_document(name).await?;
        let named = |id: &str| document.flows.flows.iter().any(|flow| flow.id == id);
        let unnamed: Vec<String> = now
            .flows
            .flows
            .iter()
            .filter(|flow| !named(&flow.id))
            .map(|flow| flow.id.clone())
            .collect();
        let mut changed = changes_between(now.as_json(), document.as_json());
        // What is not named stays unless it is asked for.
        changed.retain(|one| {
            !unnamed
                .iter()
                .any(|id| one.key.starts_with(&format!("flow.{id}.")))
        });
        Ok(DocumentChange {
            changed,
            unnamed,
            ..DocumentChange::default()
        })
    }

    /// Puts a document to work in a shop. What it does not change goes on where it is; flows that it does not name stay,
    /// unless `prune` says that they go.
    ///
    /// # Errors
    /// When there is no such shop, or anything is wrong with the document; then nothing was changed.
    pub async fn set_shop_document(
        &self,
        name: &str,
        document: &ShopDocument,
        prune: bool,
    ) -> Result<DocumentChange, AppError> {
        let shop = self.shop(name).await?;
        let mut done = self.compare_shop_document(name, document).await?;
        if self.rules_of(&shop)? != document.rules {
            self.set_rules(name, &document.rules).await?;
        }
        for flow in &document.flows.flows {
            let known = self.store.flow(shop.id, &flow.id).await?;
            let same = known.is_some_and(|known| {
                known.document == as_json(flow) && known.enabled == flow.enabled
            });
            if !same {
                done.flows.push(self.keep_flow(&shop, flow, false).await?);
            }
        }
        for recipe in &document.flows.recipes {
            self.note_recipe(&shop, recipe).await?;
        }
        if prune {
            for id in &done.unnamed {
                self.store.remove_flow(shop.id, id).await?;
            }
            done.pruned = true;
        }
        let examples = Change::Fact(EXAMPLES, as_json(&document.flows.examples));
        self.store
            .commit(shop.id, self.now(), vec![examples])
            .await?;
        self.call_flows(shop.id);
        Ok(done)
    }

    async fn zone_of(&self, shop: &Shop) -> TimeZone {
        match self.stored_judge(shop).await {
            Ok(judge) => judge.setting.zone,
            Err(_) => shop
                .zone
                .as_deref()
                .and_then(|zone| TimeZone::get(zone).ok())
                .unwrap_or(TimeZone::UTC),
        }
    }
}
