//! The calls that flows make, through the same door as everybody's.

use super::work::Act;
use crate::operations::{Allowed, CallCause, CallOutcome, OperationCall};
use crate::{App, AppError};
use catalogue::{Danger, OperationKind, Recovery};
use domain::{FailureClass, Lane, Timestamp};
use flows::{CallFailure, Cause, Input, InputProblem, Operations};
use jiff::SignedDuration;
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use store::{FlowAct, Shop};

/// A call that failed in passing is made again after so many seconds, twice as many each time.
const AGAIN_SECONDS: i64 = 5;
/// So much may a vendor's clock be behind ours.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(5);
/// At most so many.
const AGAIN_AT_MOST: i64 = 900;

/// How it is asked which form custom fields take.
pub(super) const CUSTOM_FIELDS: &str = "highlevel.custom_field.list";

/// What became of a call.
pub(super) enum Acted {
    /// It was carried out.
    Done(Json),
    /// It failed for good.
    Failed(CallFailure),
    /// It is to be made later; `sent` says whether it may have been carried out already.
    Later {
        at: Timestamp,
        sent: bool,
        why: String,
    },
    /// A person has to mend something, or to find out whether it was carried out.
    NeedsPerson(String),
}

/// Whose call it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caller<'a> {
    /// The run.
    pub(super) run: &'a str,
    /// What it was begun by, and by whom.
    pub(super) cause: &'a Cause,
    /// How often the call at hand failed in passing.
    pub(super) attempt: i64,
}

/// The catalogue, as far as flows need it.
pub(super) struct Known;

impl Operations for Known {
    fn known(&self, id: &str) -> bool {
        catalogue::find(id).is_some_and(|found| found.kind == OperationKind::Action)
    }

    fn input_problems(&self, id: &str, input: &Json) -> Vec<InputProblem> {
        let Some(operation) = catalogue::find(id) else {
            return Vec::new();
        };
        let mistakes = catalogue::validate(&operation.input(), input);
        let mistakes = mistakes.err().unwrap_or_default();
        mistakes
            .into_iter()
            .map(|mistake| InputProblem {
                place: place(&mistake.place),
                why: mistake.words.clone(),
            })
            .collect()
    }

    fn ids(&self) -> Vec<String> {
        let actions = catalogue::core().filter(|found| found.kind == OperationKind::Action);
        actions.map(|found| found.id).collect()
    }

    fn inputs(&self, id: &str) -> Option<Vec<Input>> {
        let schema = catalogue::find(id)?.input();
        let required = schema.get("required").and_then(Json::as_array);
        let is_required =
            |name: &str| required.is_some_and(|names| names.iter().any(|one| one == name));
        let members = schema.get("properties")?.as_object()?;
        let inputs = members.keys().map(|name| Input {
            name: name.clone(),
            required: is_required(name),
        });
        Some(inputs.collect())
    }
}

/// Whether an operation writes.
pub(super) fn writes(operation: &str) -> bool {
    catalogue::find(operation).is_none_or(|found| found.danger != Danger::Reads)
}

/// An input with our mark, where a later look must tell what a flow made from what people make.
pub(super) fn marked(operation: &str, mut input: Json, flow: &str) -> Json {
    if operation == "highlevel.task.create"
        && let Json::Object(members) = &mut input
    {
        let body = members.get("body").and_then(Json::as_str);
        let body = mapping::mark::append(body, &mapping::mark::flow_line(flow));
        members.insert("body".to_owned(), Json::from(body));
    }
    input
}

/// What a run that only tries a flow is told instead of a write's answer: what was sent, under an id that is none.
pub(super) fn pretended(act: &Act) -> Json {
    let mut answer = Map::new();
    answer.insert("pretended".to_owned(), Json::Bool(true));
    answer.insert(
        "id".to_owned(),
        Json::from(format!("(made by {})", act.step)),
    );
    if let Json::Object(input) = &act.input {
        for (name, value) in input {
            answer.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
    Json::Object(answer)
}

impl App {
    /// Makes a call; or finds out what became of one that was sent without an answer.
    pub(super) async fn act(
        &self,
        shop: &Shop,
        act: &Act,
        caller: Caller<'_>,
        unheard: bool,
    ) -> Result<Acted, AppError> {
        if unheard && let Some(acted) = self.look_for(shop, act, caller).await? {
            return Ok(acted);
        }
        let writes = writes(&act.operation);
        if writes {
            self.note_act(shop, act, caller, ids_in(&act.input), false)
                .await?;
        }
        let input = Box::pin(self.fitted(shop, act, caller)).await?;
        let acted = self
            .send_act(shop, &act.operation, input, act, caller)
            .await?;
        if writes && let Acted::Done(answer) = &acted {
            let made = ids_in(answer)
                .difference(&ids_in(&act.input))
                .cloned()
                .collect();
            self.note_act(shop, act, caller, made, true).await?;
        }
        Ok(acted)
    }

    /// The input of a call, with the values of custom fields in the form that each of them takes.
    async fn fitted(&self, shop: &Shop, act: &Act, caller: Caller<'_>) -> Result<Json, AppError> {
        let mut input = act.input.clone();
        let given = input.get_mut("customFields").and_then(Json::as_array_mut);
        let Some(given) = given.filter(|given| !given.is_empty()) else {
            return Ok(input);
        };
        // What cannot be asked now is sent as it is.
        let listed = self
            .send_act(shop, CUSTOM_FIELDS, json!({}), act, caller)
            .await?;
        let Acted::Done(listed) = listed else {
            return Ok(input);
        };
        let fields = listed.get("customFields").and_then(Json::as_array);
        let types: BTreeMap<&str, &str> = fields
            .into_iter()
            .flatten()
            .filter_map(|field| {
                Some((field.get("id")?.as_str()?, field.get("dataType")?.as_str()?))
            })
            .collect();
        for one in given {
            let id = one.get("id").and_then(Json::as_str);
            let data_type = id.and_then(|id| types.get(id));
            if let (Some(data_type), Some(value)) = (data_type, one.get("field_value")) {
                one["field_value"] = flows::custom_field::fitted(value, data_type);
            }
        }
        Ok(input)
    }

    async fn send_act(
        &self,
        shop: &Shop,
        operation: &str,
        input: Json,
        act: &Act,
        caller: Caller<'_>,
    ) -> Result<Acted, AppError> {
        let call = OperationCall {
            id: operation.to_owned(),
            input,
            lane: Lane::Live,
            allow: Allowed::ALL,
            show_values: true,
            cause: CallCause::Flow {
                chain: caller.cause.chain().to_vec(),
                run: caller.run.to_owned(),
                step: act.step.clone(),
            },
        };
        let report = match self.call_operation(&shop.name, &call).await {
            Ok(report) => report,
            Err(error) => return self.refused(error, caller),
        };
        Ok(match report.outcome {
            CallOutcome::Unknown {
                message, recovery, ..
            } => match recovery {
                Recovery::AskPerson { .. } => Acted::NeedsPerson(message),
                Recovery::Repeat | Recovery::Look { .. } => Acted::Later {
                    at: self.again(caller.attempt),
                    sent: true,
                    why: message,
                },
            },
            CallOutcome::Done | CallOutcome::Planned => {
                Acted::Done(report.answer.map_or(Json::Null, |answer| answer.body))
            }
        })
    }

    fn refused(&self, error: AppError, caller: Caller<'_>) -> Result<Acted, AppError> {
        Ok(match error {
            AppError::Vendor(error) => match error.class {
                FailureClass::Transient => Acted::Later {
                    at: self.again(caller.attempt),
                    sent: false,
                    why: error.message,
                },
                FailureClass::Deferred { until } => Acted::Later {
                    at: until,
                    sent: false,
                    why: error.message,
                },
                FailureClass::NeedsHuman => Acted::NeedsPerson(error.message),
                FailureClass::Permanent | FailureClass::Bug => Acted::Failed(CallFailure {
                    code: error.code.to_owned(),
                    why: error.message,
                }),
            },
            AppError::NotAvailable { .. } | AppError::NotConnected { .. } => {
                Acted::NeedsPerson(error.to_string())
            }
            AppError::Input { .. } | AppError::Refused(_) | AppError::NoOperation(_) => {
                Acted::Failed(CallFailure {
                    code: "INPUT".to_owned(),
                    why: error.to_string(),
                })
            }
            other => return Err(other),
        })
    }

    /// Looks for what a call that was sent without an answer may have done. Nothing says that it is to be made (once
    /// more): it shows that it was not carried out, or twice is the same as once.
    async fn look_for(
        &self,
        shop: &Shop,
        act: &Act,
        caller: Caller<'_>,
    ) -> Result<Option<Acted>, AppError> {
        let recovery = catalogue::find(&act.operation).map(|found| found.recovery);
        let (operation, with, also, found, compare) = match recovery {
            Some(Recovery::Look {
                operation,
                with,
                also,
                found,
                compare,
            }) => (operation, with, also, found, compare),
            Some(Recovery::AskPerson { why }) => {
                return Ok(Some(Acted::NeedsPerson(format!(
                    "it is not known whether this was carried out; {why}"
                ))));
            }
            Some(Recovery::Repeat) | None => return Ok(None),
        };
        // What was written a moment ago may not be found yet.
        let lag = SignedDuration::from_secs(self.config.index_lag_seconds);
        let sent_at = act.sent_at.unwrap_or_else(|| self.now());
        let shown_from = sent_at.checked_add(lag).unwrap_or(Timestamp::MAX);
        let mut input = also;
        for (name, of) in with {
            if let Some(value) = act.input.get(&of) {
                input.insert(name, value.clone());
            }
        }
        let looked = self
            .send_act(shop, &operation, Json::Object(input), act, caller)
            .await?;
        let answer = match looked {
            Acted::Done(answer) => answer,
            // The look itself has to be made later.
            Acted::Later { at, why, .. } => {
                return Ok(Some(Acted::Later {
                    at,
                    sent: true,
                    why,
                }));
            }
            Acted::Failed(failure) => {
                return Ok(Some(Acted::NeedsPerson(format!(
                    "it is not known whether this was carried out, and it cannot be looked for: {}",
                    failure.why
                ))));
            }
            person @ Acted::NeedsPerson(_) => return Ok(Some(person)),
        };
        let records = match answer.pointer(&found) {
            Some(Json::Array(records)) => records.clone(),
            Some(record) => vec![record.clone()],
            None => Vec::new(),
        };
        // What was there before is not what was sent; clocks may differ a little.
        let earliest = sent_at.checked_sub(CLOCKS_DIFFER).unwrap_or(Timestamp::MIN);
        let fits = |record: &&Json| {
            made_at(record).is_none_or(|made| made >= earliest)
                && compare.iter().all(|(own, theirs)| {
                    let (own, theirs) = (act.input.get(own), record.get(theirs));
                    own.is_none() || same(own, theirs)
                })
        };
        if let Some(record) = records.iter().find(fits) {
            return Ok(Some(Acted::Done(record.clone())));
        }
        if self.now() < shown_from {
            return Ok(Some(Acted::Later {
                at: shown_from,
                sent: true,
                why: "it is not known yet whether this was carried out".to_owned(),
            }));
        }
        Ok(None)
    }

    async fn note_act(
        &self,
        shop: &Shop,
        act: &Act,
        caller: Caller<'_>,
        records: BTreeSet<String>,
        made: bool,
    ) -> Result<(), AppError> {
        let records: Vec<String> = records.into_iter().collect();
        let noted = FlowAct {
            run: caller.run.to_owned(),
            step: act.step.clone(),
            operation: act.operation.clone(),
            chain: caller.cause.chain().to_vec(),
            input: act.input.clone(),
            made,
            at: self.now(),
        };
        Ok(self.store.note_flow_act(shop.id, &records, &noted).await?)
    }

    fn again(&self, attempt: i64) -> Timestamp {
        let doubled = 1_i64 << attempt.clamp(0, 10);
        let seconds = (AGAIN_SECONDS * doubled).min(AGAIN_AT_MOST);
        let at = self.now().checked_add(SignedDuration::from_secs(seconds));
        at.unwrap_or(Timestamp::MAX)
    }
}

/// A place as flows tell it: `customFields[0].id` for the pointer `/customFields/0/id`.
fn place(pointer: &str) -> String {
    let mut place = String::new();
    for part in pointer.split('/').filter(|part| !part.is_empty()) {
        if part.bytes().all(|byte| byte.is_ascii_digit()) {
            place.push_str(&format!("[{part}]"));
        } else {
            if !place.is_empty() {
                place.push('.');
            }
            place.push_str(part);
        }
    }
    place
}

/// When a vendor says that it made a record.
fn made_at(record: &Json) -> Option<Timestamp> {
    let named = ["dateAdded", "createdAt", "created_date", "created_at"]
        .iter()
        .find_map(|name| record.get(*name)?.as_str())?;
    // MyGadgetRepairs writes `-0600` (mygadgetrepairs-api.md 2).
    let at = jiff::fmt::strtime::parse("%Y-%m-%dT%H:%M:%S%z", named);
    named.parse().ok().or_else(|| at.ok()?.to_timestamp().ok())
}

/// Values of one thing, however a vendor writes it.
fn same(own: Option<&Json>, theirs: Option<&Json>) -> bool {
    let at = |value: Option<&Json>| value?.as_str()?.parse::<Timestamp>().ok();
    if let (Some(own), Some(theirs)) = (at(own), at(theirs)) {
        // Vendors keep fewer digits of a second than we send.
        return own.duration_since(theirs).abs() < SignedDuration::from_secs(1);
    }
    let text = |value: Option<&Json>| match value {
        Some(Json::String(text)) => text.trim().to_lowercase(),
        Some(Json::Null) | None => String::new(),
        Some(other) => other.to_string(),
    };
    text(own) == text(theirs)
}

/// The ids in an input or an answer: of contacts, tasks, tickets and so on.
fn ids_in(value: &Json) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    collect(value, 0, &mut ids);
    ids
}

fn collect(value: &Json, depth: usize, ids: &mut BTreeSet<String>) {
    /// `{"contact": {"id": …}}` is as deep as vendors put it.
    const DEEPEST: usize = 2;
    let Json::Object(members) = value else {
        return;
    };
    for (name, member) in members {
        let is_id = name == "id" || name.ends_with("Id") || name.ends_with("_id");
        match member {
            Json::String(id) if is_id && !id.is_empty() => {
                ids.insert(id.clone());
            }
            Json::Object(_) if depth < DEEPEST => collect(member, depth + 1, ids),
            _ => {}
        }
    }
}
