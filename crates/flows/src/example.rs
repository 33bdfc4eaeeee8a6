//! Examples in a document: what is given, and what is expected of a flow then.

use crate::play::{Played, Scene, play};
use crate::{BusinessHours, Document, Flow, Outcome, Problem};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// What is given, and what is expected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// What it shows.
    pub title: String,
    /// The flow; nothing where only rules are expected.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub flow: String,
    /// The recipe from which it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipe: Option<String>,
    /// What is given.
    #[serde(default)]
    pub given: Scene,
    /// What is expected.
    pub expect: Expect,
}

/// What is expected of a flow.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Expect {
    /// How it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<End>,
    /// What it does, all of it, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<Call>,
    /// Rules of the sync, defaults included, by their paths.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub rules: Map<String, Json>,
}

/// How a flow ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// Its trigger is not set off.
    NotStarted,
    /// Every step was taken.
    Done,
    /// There was nothing to do, or no longer.
    NotNeeded,
    /// Something is wrong.
    Failed,
    /// It was stopped.
    Stopped,
}

/// A call that is expected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// The operation.
    pub call: String,
    /// Inputs that it must have; others may be there.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub with: Map<String, Json>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// What came of an example.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Tried {
    /// What it shows.
    pub title: String,
    /// The flow.
    pub flow: String,
    /// What is not as expected; nothing when all is.
    pub wrong: Vec<String>,
    /// How the flow went.
    #[schemars(with = "Json")]
    pub played: Option<Played>,
}

impl Document {
    /// Tries every example of the document.
    #[must_use]
    pub fn try_examples(&self, calendar: &BusinessHours) -> Vec<Tried> {
        self.examples
            .iter()
            .map(|example| example.tried(self, calendar))
            .collect()
    }
}

impl Example {
    fn tried(&self, document: &Document, calendar: &BusinessHours) -> Tried {
        let flow = document.flows.iter().find(|flow| flow.id == self.flow);
        let played = flow.map(|flow| play(flow, &self.given, calendar));
        let mut wrong = self.expect.missed_rules(document);
        match &played {
            Some(played) => wrong.extend(self.expect.misses(played)),
            None if self.flow.is_empty() && !self.expect.rules.is_empty() => {}
            None => wrong.push(format!("there is no flow `{}`", self.flow)),
        }
        Tried {
            title: self.title.clone(),
            flow: self.flow.clone(),
            wrong,
            played,
        }
    }
}

impl Expect {
    /// Which rules are not as expected.
    fn missed_rules(&self, document: &Document) -> Vec<String> {
        if self.rules.is_empty() {
            return Vec::new();
        }
        let rules = match document.sync_rules() {
            Ok(rules) => serde_json::to_value(rules).unwrap_or_default(),
            Err(why) => return vec![format!("the rules cannot be read: {why}")],
        };
        let differ = self.rules.iter().filter_map(|(path, expected)| {
            let found = crate::names::within(&rules, path).unwrap_or(&Json::Null);
            (found != expected).then(|| format!("rules.{path} is {found}, not {expected}"))
        });
        differ.collect()
    }

    /// What is not as expected.
    fn misses(&self, played: &Played) -> Vec<String> {
        let mut wrong = Vec::new();
        let end = End::of(played);
        if self.end.is_some_and(|expected| expected != end) {
            wrong.push(format!("it ended as {end:?}: {}", told(&played.outcome)));
        }
        if self.calls.len() != played.acts.len() {
            let did: Vec<&str> = played
                .acts
                .iter()
                .map(|act| act.operation.as_str())
                .collect();
            wrong.push(format!(
                "{} calls were expected, and it did {}: {}",
                self.calls.len(),
                did.len(),
                did.join(", ")
            ));
        }
        for (place, (call, act)) in self.calls.iter().zip(&played.acts).enumerate() {
            let place = place + 1;
            if call.call != act.operation {
                wrong.push(format!(
                    "call {place} is {}, not {}",
                    act.operation, call.call
                ));
                continue;
            }
            for (name, expected) in &call.with {
                let given = act.input.get(name).unwrap_or(&Json::Null);
                if given != expected {
                    wrong.push(format!("call {place}: {name} is {given}, not {expected}"));
                }
            }
            if call.at.is_some_and(|at| at != act.at) {
                wrong.push(format!("call {place} comes at {}", act.at));
            }
        }
        wrong
    }
}

impl End {
    const fn of(played: &Played) -> Self {
        match &played.outcome {
            _ if !played.started => Self::NotStarted,
            Outcome::Done => Self::Done,
            Outcome::NotNeeded { .. } => Self::NotNeeded,
            Outcome::Failed { .. } => Self::Failed,
            Outcome::Stopped { .. } => Self::Stopped,
        }
    }
}

fn told(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Done => "done".to_owned(),
        Outcome::NotNeeded { why } | Outcome::Stopped { why } => why.clone(),
        Outcome::Failed { place, why } => format!("{place}: {why}"),
    }
}

/// What is wrong with the examples of a document, before they are tried.
pub(crate) fn check(document: &Document) -> Vec<Problem> {
    let known = |id: &str| id.is_empty() || document.flows.iter().any(|flow: &Flow| flow.id == id);
    let unknown = document
        .examples
        .iter()
        .filter(|example| !known(&example.flow));
    unknown
        .map(|example| {
            let ids = document.flows.iter().map(|flow| flow.id.as_str());
            let hint = crate::words::hint(&example.flow, ids);
            Problem {
                flow: None,
                place: format!("example `{}`, flow", example.title),
                line: None,
                why: format!("there is no flow `{}`{hint}", example.flow),
            }
        })
        .collect()
}
