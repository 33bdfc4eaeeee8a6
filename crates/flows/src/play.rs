//! Playing a flow to its end without anything from outside: with a sample record, for an example, or to see what a new
//! version would have done.

use crate::shadow::Act;
use crate::{
    BusinessHours, CallFailure, Cause, Flow, Given, Length, Next, Occurrence, Outcome, Resume, Run,
    StepLog, advance, ceiling,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// What is given to a flow that is played.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scene {
    /// When it happens.
    #[serde(default = "monday")]
    pub at: Timestamp,
    /// What happens: the facts of the occurrence. Its trigger is the flow's.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub trigger: Map<String, Json>,
    /// Who brought it about.
    #[serde(default, skip_serializing_if = "Doer::is_people")]
    pub by: Doer,
    /// The records by name.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub scope: Map<String, Json>,
    /// What becomes of the records while the flow waits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub later: Vec<Later>,
    /// What the operations answer, by step: its path, or its id. What is not named here answers with an empty table.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, Json>,
    /// Which calls fail, by step, with the reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub failures: BTreeMap<String, String>,
    /// What a person answers, by step. Where nothing is named here nobody answers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub replies: BTreeMap<String, String>,
    /// Which `once` was done before, by step.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub done_before: Vec<String>,
}

/// Who brought something about, in a scene.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Doer {
    /// Somebody outside.
    #[default]
    People,
    /// The sync.
    Sync,
    /// Another flow.
    Flow,
}

impl Doer {
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde asks for a reference"
    )]
    fn is_people(&self) -> bool {
        *self == Self::People
    }
}

/// What becomes of the records while a flow waits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Later {
    /// So long after the beginning.
    pub after: Length,
    /// What is different then, by name; the fields that are not named stay.
    pub scope: Map<String, Json>,
}

/// An ordinary Monday morning.
const fn monday() -> Timestamp {
    Timestamp::constant(1_783_332_000, 0)
}

impl Default for Scene {
    fn default() -> Self {
        Self {
            at: monday(),
            trigger: Map::new(),
            by: Doer::default(),
            scope: Map::new(),
            later: Vec::new(),
            answers: BTreeMap::new(),
            failures: BTreeMap::new(),
            replies: BTreeMap::new(),
            done_before: Vec::new(),
        }
    }
}

/// How a flow went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Played {
    /// Whether its trigger was set off. If not, nothing else happened.
    pub started: bool,
    /// What it did.
    pub acts: Vec<Act>,
    /// Every step with its input and output.
    pub log: Vec<StepLog>,
    /// How it ended.
    pub outcome: Outcome,
    /// When.
    pub ended: Timestamp,
}

/// Plays a flow to its end, waits included, as if it were switched on.
#[must_use]
pub fn play(flow: &Flow, scene: &Scene, calendar: &BusinessHours) -> Played {
    play_on(flow, occurrence(flow, scene), scene, calendar)
}

/// Plays a flow on something that really happened: its time and facts stand in place of the scene's.
#[must_use]
pub fn play_on(
    flow: &Flow,
    occurrence: Occurrence,
    scene: &Scene,
    calendar: &BusinessHours,
) -> Played {
    let at = occurrence.at;
    let mut played = Played {
        started: flow.trigger.fits(&occurrence),
        acts: Vec::new(),
        log: Vec::new(),
        outcome: Outcome::NotNeeded {
            why: "the trigger was not set off".to_owned(),
        },
        ended: at,
    };
    if !played.started {
        return played;
    }
    let mut run = Run::new(flow, occurrence);
    let mut now = at;
    let mut resume = Resume::Begin;
    // Each turn takes at least one step or waits for one that was taken.
    for _ in 0..=2 * ceiling::STEPS {
        let scope = scene.scope_at(at, now);
        let given = Given {
            now,
            scope: &scope,
            resume,
            calendar,
        };
        let advanced = advance(flow, run, &given);
        played.log.extend(advanced.log);
        run = advanced.run;
        resume = match advanced.next {
            Next::Call {
                step,
                operation,
                input,
            } => {
                let answer = scene.answer(&step);
                played.acts.push(Act {
                    step,
                    operation,
                    input,
                    at: now,
                });
                Resume::Called(answer)
            }
            Next::Wait { until, .. } => {
                now = until.max(now);
                Resume::Woke
            }
            Next::Ask { step, until, .. } => match by_step(&scene.replies, &step) {
                Some(reply) => Resume::Answered(reply.clone()),
                None => {
                    now = until.max(now);
                    Resume::Woke
                }
            },
            Next::Once { step, .. } => {
                Resume::Once(!scene.done_before.iter().any(|known| is_step(known, &step)))
            }
            Next::End { outcome } => {
                played.outcome = outcome;
                played.ended = now;
                return played;
            }
        };
    }
    played.outcome = Outcome::Failed {
        place: String::new(),
        why: "it does not come to an end".to_owned(),
    };
    played.ended = now;
    played
}

fn occurrence(flow: &Flow, scene: &Scene) -> Occurrence {
    let source =
        crate::trigger(&flow.trigger.on).map_or(flow.trigger.on.as_str(), |kind| kind.source);
    let named = crate::scope::name_of(source);
    let mut facts = scene.trigger.clone();
    // The record of the occurrence is the one of the scope, unless it is written out.
    if let Some(record) = named.and_then(|name| scene.scope.get(name))
        && !facts.contains_key("after")
    {
        facts.insert("after".to_owned(), record.clone());
    }
    let record = facts
        .get("after")
        .and_then(|after| after.get("id"))
        .and_then(Json::as_str)
        .unwrap_or("example");
    Occurrence {
        trigger: flow.trigger.on.clone(),
        key: format!("example:{}", flow.trigger.on),
        at: scene.at,
        source: source.to_owned(),
        record: record.to_owned(),
        facts: Json::Object(facts),
        cause: match scene.by {
            Doer::People => Cause::Outside,
            Doer::Sync => Cause::Sync,
            Doer::Flow => Cause::Flow {
                chain: vec!["another".to_owned()],
            },
        },
    }
}

impl Scene {
    /// The records as they are at an instant.
    fn scope_at(&self, began: Timestamp, now: Timestamp) -> Json {
        let mut scope = Json::Object(self.scope.clone());
        for later in &self.later {
            let from = began.checked_add(later.after.duration());
            if from.is_ok_and(|from| from <= now) {
                crate::overlay::lay(&mut scope, &Json::Object(later.scope.clone()));
            }
        }
        // Every name is there, empty where the scene does not fill it.
        if let Json::Object(table) = &mut scope {
            for name in crate::scope::NAMES {
                let empty = match name.holds {
                    crate::scope::Holds::Records(_) => json!([]),
                    crate::scope::Holds::Record(_) | crate::scope::Holds::Table(_) => Json::Null,
                };
                table.entry(name.name).or_insert(empty);
            }
        }
        scope
    }

    fn answer(&self, step: &str) -> Result<Json, CallFailure> {
        if let Some(why) = by_step(&self.failures, step) {
            return Err(CallFailure {
                code: "EXAMPLE".to_owned(),
                why: why.clone(),
            });
        }
        Ok(by_step(&self.answers, step)
            .cloned()
            .unwrap_or_else(|| json!({})))
    }
}

/// What is said of a step: by its path, or by its id.
fn by_step<'a, T>(said: &'a BTreeMap<String, T>, step: &str) -> Option<&'a T> {
    said.get(step).or_else(|| {
        said.iter()
            .find(|(known, _)| is_step(known, step))
            .map(|(_, said)| said)
    })
}

fn is_step(known: &str, step: &str) -> bool {
    known == step || step.rsplit('/').next() == Some(known)
}
