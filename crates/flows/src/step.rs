//! One step of a flow, and what each kind of step says.

use crate::{Condition, Expr, Length};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One step of a flow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Step {
    /// Its name, unique in the flow; what it gives is `steps.<id>`.
    pub id: String,
    /// What it does.
    pub deed: Deed,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// Calls an operation.
    Call {
        /// The operation's id.
        operation: String,
        /// Its input.
        with: BTreeMap<String, Expr>,
        /// What happens when it fails for good.
        on_failure: OnFailure,
    },
    /// Waits.
    Wait(Wait),
    /// Ends the run as no longer needed unless all of these hold.
    GoOnIf(Vec<Condition>),
    /// Does one thing or the other.
    Branch(Branch),
    /// Does the same for each item of a list.
    ForEach(ForEach),
    /// Asks a person.
    Ask(Ask),
    /// Gives names to values.
    Set(BTreeMap<String, Expr>),
    /// Ends the run unless it is the first time.
    Once(Once),
    /// Ends the run.
    Stop(String),
}

/// What happens when a call fails for good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnFailure {
    /// The run fails.
    #[default]
    Fail,
    /// It goes on; `steps.<id>.failed` is true, and `steps.<id>.why` says why.
    GoOn,
}

/// How long to wait.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wait {
    /// Days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// Hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<u32>,
    /// Minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    /// Whether only opening hours count.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub business: bool,
    /// An instant instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Until>,
}

/// An instant to wait for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Until {
    /// A word: `next_business_time`.
    Word(UntilWord),
    /// What an expression gives.
    Value(Expr),
}

/// An instant by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UntilWord {
    /// Now if the shop is open, else when it opens.
    NextBusinessTime,
}

/// One thing or the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    /// All of these must hold.
    #[serde(rename = "if")]
    pub conditions: Vec<Condition>,
    /// What is done then.
    #[serde(default)]
    pub then: Vec<Step>,
    /// What is done otherwise.
    #[serde(default, rename = "else", skip_serializing_if = "Vec::is_empty")]
    pub otherwise: Vec<Step>,
}

/// The same for each item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForEach {
    /// The list.
    #[serde(rename = "in")]
    pub list: Expr,
    /// What the item is called in the steps.
    #[serde(rename = "as", default = "item")]
    pub name: String,
    /// What is done.
    #[serde(rename = "do")]
    pub steps: Vec<Step>,
    /// The most items for which it is done; the rest is left out.
    #[serde(default = "fifty")]
    pub at_most: u32,
}

fn item() -> String {
    "item".to_owned()
}

const fn fifty() -> u32 {
    50
}

/// A question to a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// The question.
    pub question: Expr,
    /// What may be answered.
    pub options: Vec<String>,
    /// How long an answer is waited for.
    pub within: Length,
    /// What holds when nobody answers.
    pub otherwise: String,
}

/// Only the first time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Once {
    /// For what it is remembered, such as `contact.id`.
    pub per: String,
    /// For how long; for good when nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Length>,
}

/// A step as it is written.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    call: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    with: BTreeMap<String, Expr>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on_failure: Option<OnFailure>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wait: Option<Wait>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    go_on_if: Option<Vec<Condition>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    branch: Option<Branch>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    for_each: Option<ForEach>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ask: Option<Ask>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    set: Option<BTreeMap<String, Expr>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    once: Option<Once>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stop: Option<String>,
}

/// The keys of which a step has exactly one.
const DEEDS: &str = "call, wait, go_on_if, branch, for_each, ask, set, once or stop";

impl TryFrom<Written> for Step {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let Written {
            id,
            call,
            with,
            on_failure,
            ..
        } = written;
        if call.is_none() && (!with.is_empty() || on_failure.is_some()) {
            return Err(format!(
                "step `{id}`: `with` and `on_failure` belong to `call`, which is missing"
            ));
        }
        let call = call.map(|operation| Deed::Call {
            operation,
            with,
            on_failure: on_failure.unwrap_or_default(),
        });
        let deeds: Vec<Deed> = [
            call,
            written.wait.map(Deed::Wait),
            written.go_on_if.map(Deed::GoOnIf),
            written.branch.map(Deed::Branch),
            written.for_each.map(Deed::ForEach),
            written.ask.map(Deed::Ask),
            written.set.map(Deed::Set),
            written.once.map(Deed::Once),
            written.stop.map(Deed::Stop),
        ]
        .into_iter()
        .flatten()
        .collect();
        let count = deeds.len();
        match <[Deed; 1]>::try_from(deeds) {
            Ok([deed]) => Ok(Self { id, deed }),
            Err(_) if count == 0 => {
                Err(format!("step `{id}` does nothing; give it one of {DEEDS}"))
            }
            Err(_) => Err(format!(
                "step `{id}` does {count} things at once; a step has exactly one of {DEEDS}"
            )),
        }
    }
}

impl From<Step> for Written {
    fn from(step: Step) -> Self {
        let mut written = Self {
            id: step.id,
            ..Self::default()
        };
        match step.deed {
            Deed::Call {
                operation,
                with,
                on_failure,
            } => {
                written.call = Some(operation);
                written.with = with;
                written.on_failure = (on_failure != OnFailure::default()).then_some(on_failure);
            }
            Deed::Wait(wait) => written.wait = Some(wait),
            Deed::GoOnIf(conditions) => written.go_on_if = Some(conditions),
            Deed::Branch(branch) => written.branch = Some(branch),
            Deed::ForEach(each) => written.for_each = Some(each),
            Deed::Ask(ask) => written.ask = Some(ask),
            Deed::Set(names) => written.set = Some(names),
            Deed::Once(once) => written.once = Some(once),
            Deed::Stop(reason) => written.stop = Some(reason),
        }
        written
    }
}
