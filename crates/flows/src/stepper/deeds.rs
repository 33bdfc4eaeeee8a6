//! What each kind of step does.

use super::Work;
use crate::run::{Frame, List, Outcome, WaitsFor};
use crate::step::{Ask, Branch, ForEach, Once, Until, UntilWord, Wait};
use crate::transform::{date, filled, plain};
use crate::{Condition, Deed, Expr, Length, Step, ceiling, eval};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// What a step did.
pub(super) enum Did {
    /// It is done.
    Done { input: Json, output: Json },
    /// The run goes on within it.
    Entered { input: Json, frame: Frame },
    /// It needs something from outside.
    Waits { input: Json, waits_for: WaitsFor },
    /// It ended the run.
    Ended { why: String, outcome: Outcome },
}

impl Work<'_> {
    /// Begins a step.
    pub(super) fn begin(&self, step: &Step) -> Result<Did, String> {
        match &step.deed {
            Deed::Call { with, .. } => self.call(with),
            Deed::Wait(wait) => self.wait(wait),
            Deed::GoOnIf(conditions) => self.go_on_if(conditions),
            Deed::Branch(branch) => self.branch(branch),
            Deed::ForEach(each) => self.for_each(each),
            Deed::Ask(ask) => self.ask(ask),
            Deed::Set(names) => self.set(names),
            Deed::Once(once) => self.once(step, once),
            Deed::Stop(reason) => Ok(Did::Ended {
                why: reason.clone(),
                outcome: Outcome::Stopped {
                    why: reason.clone(),
                },
            }),
        }
    }

    fn call(&self, with: &BTreeMap<String, Expr>) -> Result<Did, String> {
        let mut input = self.values("with", with)?;
        // What is empty is left out, so that an optional input can be picked from what may not be there.
        input.retain(|_, value| !value.is_null());
        let input = Json::Object(input);
        if input.to_string().len() > ceiling::OUTPUT {
            return Err("with: the input is too large; send less".to_owned());
        }
        Ok(Did::Waits {
            waits_for: WaitsFor::Call {
                input: input.clone(),
            },
            input,
        })
    }

    fn wait(&self, wait: &Wait) -> Result<Did, String> {
        let now = self.given.now;
        let calendar = self.given.calendar;
        let never = || "the shop is never open; set its opening hours".to_owned();
        let until = match &wait.until {
            Some(Until::Word(UntilWord::NextBusinessTime)) => {
                calendar.next_open(now).ok_or_else(never)?
            }
            Some(Until::Value(expr)) => {
                let value =
                    eval::value(expr, &self.names()).map_err(|why| format!("wait.until: {why}"))?;
                let read = date::read(&value, &calendar.zone);
                read.and_then(|when| date::instant(when, &calendar.zone))
                    .map_err(|why| format!("wait.until {why}"))?
            }
            None if wait.business => {
                let days = i32::try_from(wait.days.unwrap_or(0)).unwrap_or(i32::MAX);
                let day = if days == 0 {
                    Some(now)
                } else {
                    calendar.add_business_days_at(now, days)
                };
                let open = length(wait, 0);
                day.and_then(|at| calendar.add_open_time(at, open))
                    .ok_or_else(never)?
            }
            None => {
                let until = now.checked_add(length(wait, wait.days.unwrap_or(0)));
                until.map_err(|_| "wait: is too far away".to_owned())?
            }
        };
        let input = json!({"until": until});
        if until <= now {
            return Ok(Did::Done {
                input,
                output: json!({"now": now}),
            });
        }
        Ok(Did::Waits {
            input,
            waits_for: WaitsFor::Until { until },
        })
    }

    fn go_on_if(&self, conditions: &[Condition]) -> Result<Did, String> {
        let missed =
            eval::all(conditions, &self.names()).map_err(|why| format!("go_on_if{why}"))?;
        Ok(match missed {
            None => Did::Done {
                input: Json::Null,
                output: json!({"holds": true}),
            },
            Some(why) => Did::Ended {
                why: why.clone(),
                outcome: Outcome::NotNeeded { why },
            },
        })
    }

    fn branch(&self, branch: &Branch) -> Result<Did, String> {
        let missed = eval::all(&branch.conditions, &self.names())
            .map_err(|why| format!("branch.if{why}"))?;
        let holds = missed.is_none();
        Ok(Did::Entered {
            input: json!({"holds": holds, "why": missed}),
            frame: Frame {
                of: if holds { List::Then } else { List::Else },
                at: 0,
            },
        })
    }

    fn for_each(&self, each: &ForEach) -> Result<Did, String> {
        let value =
            eval::value(&each.list, &self.names()).map_err(|why| format!("for_each.in: {why}"))?;
        let mut items = eval::list(value).map_err(|why| format!("for_each.in {why}"))?;
        let found = items.len();
        items.truncate(each.at_most as usize);
        if items
            .iter()
            .map(|item| item.to_string().len())
            .sum::<usize>()
            > ceiling::OUTPUTS
        {
            return Err(
                "for_each.in: the items are larger than a run can keep; go over fewer".to_owned(),
            );
        }
        let input = json!({"items": found, "done_for": items.len()});
        if items.is_empty() {
            return Ok(Did::Done {
                input,
                output: json!({"count": 0}),
            });
        }
        Ok(Did::Entered {
            input,
            frame: Frame {
                of: List::Each { items, turn: 0 },
                at: 0,
            },
        })
    }

    fn ask(&self, ask: &Ask) -> Result<Did, String> {
        let question = eval::value(&ask.question, &self.names())
            .map_err(|why| format!("ask.question: {why}"))?;
        let question = plain(&question).map_err(|why| format!("ask.question {why}"))?;
        if question.len() > ceiling::TEXT {
            return Err(format!(
                "ask.question: is longer than {} characters",
                ceiling::TEXT
            ));
        }
        let until = later(self.given.now, ask.within.duration());
        Ok(Did::Waits {
            input: json!({"question": question, "options": ask.options}),
            waits_for: WaitsFor::Answer {
                question,
                options: ask.options.clone(),
                until,
                otherwise: ask.otherwise.clone(),
            },
        })
    }

    fn set(&self, names: &BTreeMap<String, Expr>) -> Result<Did, String> {
        let values = self.values("set", names)?;
        Ok(Did::Done {
            input: Json::Null,
            output: Json::Object(values),
        })
    }

    fn once(&self, step: &Step, once: &Once) -> Result<Did, String> {
        let found = self
            .names()
            .find(&once.per)
            .map_err(|why| format!("once.per: {why}"))?;
        let found = found.filter(filled).ok_or_else(|| {
            format!(
                "once.per: `{}` is empty, so nothing can be remembered for it",
                once.per
            )
        })?;
        let of = plain(&found).map_err(|why| format!("once.per: `{}` {why}", once.per))?;
        if of.len() > ceiling::KEY {
            let why = format!(
                "is longer than {} characters, so it cannot be remembered",
                ceiling::KEY
            );
            return Err(format!("once.per: `{}` {why}", once.per));
        }
        let key = format!("{}/{}/{of}", self.flow.id, step.id);
        let within = once.within.map(Length::duration);
        Ok(Did::Waits {
            input: json!({"key": key}),
            waits_for: WaitsFor::Once { key, within },
        })
    }

    fn values(
        &self,
        key: &str,
        exprs: &BTreeMap<String, Expr>,
    ) -> Result<Map<String, Json>, String> {
        let names = self.names();
        exprs
            .iter()
            .map(|(name, expr)| {
                let value =
                    eval::value(expr, &names).map_err(|why| format!("{key}.{name}: {why}"))?;
                Ok((name.clone(), value))
            })
            .collect()
    }
}

/// The hours and minutes of a wait, with so many days of 24 hours.
fn length(wait: &Wait, days: u32) -> SignedDuration {
    let (hours, minutes) = (wait.hours.unwrap_or(0), wait.minutes.unwrap_or(0));
    Length {
        days,
        hours,
        minutes,
    }
    .duration()
}

fn later(now: Timestamp, length: SignedDuration) -> Timestamp {
    now.checked_add(length).unwrap_or(Timestamp::MAX)
}
