//! One call of an operation.

use super::allowed::Allowed;
use super::availability::OfferState;
use super::send::{self, Reached};
use crate::ports::PortError;
use crate::scopes::NO_SCOPE;
use crate::test_call::{ShownAnswer, ShownRequest, redact};
use crate::{App, AppError};
use catalogue::{Circumstances, Danger, Operation, OperationKind, Plan, Recovery, RequestError};
use domain::{Lane, RunId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::fmt;
use store::{Change, JournalEntry, Shop};

/// What is to be called.
#[derive(Clone)]
pub struct OperationCall {
    /// The operation's id.
    pub id: String,
    /// Its input.
    pub input: Json,
    /// How urgent it is.
    pub lane: Lane,
    /// How far it may go.
    pub allow: Allowed,
    /// Whether values are shown as they are, instead of what they are. A flow works with the values.
    pub show_values: bool,
    /// Whose call it is.
    pub cause: CallCause,
}

impl fmt::Debug for OperationCall {
    /// Without the input, which may tell of a person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OperationCall")
            .field("id", &self.id)
            .field("allow", &self.allow)
            .field("cause", &self.cause)
            .finish_non_exhaustive()
    }
}

/// Whose call it is, for the journal and for what follows from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "by")]
pub enum CallCause {
    /// A person at the command line or at the page.
    Person,
    /// A program with a token, or an assistant.
    Program {
        /// The token's name.
        name: String,
    },
    /// A flow.
    Flow {
        /// Ids of flows, each started by what the one before did; the caller is the last.
        chain: Vec<String>,
        /// The run.
        run: String,
        /// The step.
        step: String,
    },
}

/// What was called, and what came of it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct OperationReport {
    /// The operation that was asked for.
    pub operation: String,
    /// Its name, for people.
    pub title: String,
    /// What this call of it may do.
    pub danger: Danger,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: CallOutcome,
    /// The request.
    pub request: ShownRequest,
    /// The answer; nothing where none came, or nothing was sent.
    pub answer: Option<ShownAnswer>,
}

/// What came of a call.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum CallOutcome {
    /// It was only planned.
    Planned,
    /// It was carried out.
    Done,
    /// It may have been carried out. It is not sent again by itself.
    Unknown {
        /// The failure's code.
        code: &'static str,
        /// What happened, and what to look at.
        message: String,
        /// How it is found out.
        recovery: Recovery,
    },
}

impl App {
    /// What a call would send; nothing is sent. The input is checked, and what the call may do is told, but it need not
    /// be allowed.
    ///
    /// # Errors
    /// When there is no such shop or operation, the input does not fit, or the shop cannot use the operation.
    pub async fn plan_operation(
        &self,
        shop: &str,
        call: &OperationCall,
    ) -> Result<OperationReport, AppError> {
        let shop = self.shop(shop).await?;
        let prepared = self.prepare(&shop, call).await?;
        Ok(prepared.report(call, CallOutcome::Planned, None))
    }

    /// Calls an operation. A write is sent once: when it is not known whether it was carried out, the report says so,
    /// and nothing is repeated.
    ///
    /// # Errors
    /// As [`App::plan_operation`]; when the call may do more than is allowed; and when the vendor refuses, in the
    /// vendor's class of failure.
    pub async fn call_operation(
        &self,
        shop: &str,
        call: &OperationCall,
    ) -> Result<OperationReport, AppError> {
        let shop = self.shop(shop).await?;
        let prepared = self.prepare(&shop, call).await?;
        call.allow.check(&prepared.operation, prepared.danger)?;
        let writes = prepared.danger != Danger::Reads;
        if writes {
            // On the disk before it is sent, so that a crash leaves a trace.
            self.tell(&shop, call, &prepared, "operation_sent", json!({}))
                .await?;
        }
        let reached = self
            .send_plan(&shop, &prepared.plan, call.lane, writes, &prepared.record)
            .await;
        match reached {
            Ok(reached) => {
                let status = json!({ "status": reached.status });
                let event = match writes {
                    true => "operation_done",
                    false => "operation_read",
                };
                self.tell(&shop, call, &prepared, event, status).await?;
                if writes {
                    self.look_again_after(&shop, call, &prepared, &reached.body)
                        .await;
                }
                Ok(prepared.report(call, CallOutcome::Done, Some(reached)))
            }
            Err(AppError::Vendor(error)) => self.failed(&shop, call, &prepared, error).await,
            Err(other) => Err(other),
        }
    }

    async fn failed(
        &self,
        shop: &Shop,
        call: &OperationCall,
        prepared: &Prepared,
        error: PortError,
    ) -> Result<OperationReport, AppError> {
        let unknown = prepared.danger != Danger::Reads && error.maybe_applied;
        let event = match unknown {
            true => "operation_unknown",
            false => "operation_refused",
        };
        self.tell(shop, call, prepared, event, json!({ "code": error.code }))
            .await?;
        if !unknown {
            let error = self.in_our_words(shop, prepared, error).await?;
            return Err(AppError::Vendor(error));
        }
        let look = match &prepared.operation.recovery {
            Recovery::Repeat => "it may be sent again without harm".to_owned(),
            Recovery::Look { operation, .. } => format!("look with `{operation}` first"),
            Recovery::AskPerson { why } => why.clone(),
        };
        let outcome = CallOutcome::Unknown {
            code: error.code,
            message: format!(
                "it is not known whether this was carried out ({}); {look}",
                error.message
            ),
            recovery: prepared.operation.recovery.clone(),
        };
        Ok(prepared.report(call, outcome, None))
    }

    /// What the client cannot know: which permission this operation needs, and what the account was asked for.
    async fn in_our_words(
        &self,
        shop: &Shop,
        prepared: &Prepared,
        mut error: PortError,
    ) -> Result<PortError, AppError> {
        let operation = &prepared.operation;
        if error.code == NO_SCOPE && !operation.scopes.is_empty() {
            error.message = format!(
                "the HighLevel token lacks the permission {}, which `{}` needs; add it to the private integration, or to the app and install it once more",
                operation.scopes.join(", "),
                operation.id
            );
        }
        if error.code == NOT_OFFERED {
            if let Some(path) = &operation.needs.capability {
                self.learn_missing(shop, path).await?;
            }
            error.message = format!(
                "this MyGadgetRepairs account does not offer `{}`; ask the vendor whether your plan can have it",
                operation.id
            );
        }
        Ok(error)
    }

    async fn prepare(&self, shop: &Shop, call: &OperationCall) -> Result<Prepared, AppError> {
        let operation = self.operation(&call.id)?;
        if operation.kind == OperationKind::Trigger {
            return Err(AppError::Refused(format!(
                "`{}` happens by itself and cannot be called. A flow awaits it: name it under `[flow.trigger]` as `on = \"{0}\"`",
                operation.id
            )));
        }
        self.sealed(shop, operation.side).await?;
        let abilities = self.availability(shop).await?;
        let offer = abilities.of(&operation);
        if offer.state == OfferState::Missing {
            return Err(AppError::NotAvailable {
                operation: operation.id,
                why: offer.words.unwrap_or_default(),
            });
        }
        let spelling = self.spelling(shop, &operation, &call.input).await?;
        let circumstances = Circumstances {
            location: &shop.location,
            company: abilities.company.as_deref(),
            spelling: &spelling,
        };
        let plan =
            catalogue::request(&operation, &call.input, &circumstances).map_err(
                |why| match why {
                    RequestError::Mistakes(mistakes) => AppError::Input {
                        operation: operation.id.clone(),
                        mistakes: Mistakes(mistakes),
                    },
                    other => AppError::Refused(other.to_string()),
                },
            )?;
        Ok(Prepared {
            danger: operation.danger_of(&call.input),
            record: record_of(&operation, &call.input),
            operation,
            plan,
        })
    }

    /// A line for the journal: ids, codes and statuses, and no value of a record.
    async fn tell(
        &self,
        shop: &Shop,
        call: &OperationCall,
        prepared: &Prepared,
        event: &'static str,
        more: Json,
    ) -> Result<(), AppError> {
        let mut detail = json!({ "operation": prepared.operation.id, "cause": call.cause });
        if let (Json::Object(detail), Json::Object(more)) = (&mut detail, more) {
            detail.extend(more);
        }
        let record = prepared.record.as_deref().map(domain::RecordId::new);
        let entry = JournalEntry {
            run: RunId(self.context.new_id()),
            event,
            side: Some(prepared.operation.side),
            kind: None,
            record,
            counterpart: None,
            detail,
        };
        let changes = vec![Change::Journal(entry)];
        Ok(self.store.commit(shop.id, self.now(), changes).await?)
    }
}

const NOT_OFFERED: &str = "MGR-ACCOUNT-01";

/// A call that can be sent.
pub(super) struct Prepared {
    pub(super) operation: Operation,
    pub(super) plan: Plan,
    pub(super) danger: Danger,
    /// The id of the record that it is about: the last one in its path.
    pub(super) record: Option<String>,
}

impl Prepared {
    fn report(
        &self,
        call: &OperationCall,
        outcome: CallOutcome,
        reached: Option<Reached>,
    ) -> OperationReport {
        let shown = |body: &Json| match call.show_values {
            true => redact::without_keys(body),
            false => redact::redacted(body),
        };
        OperationReport {
            operation: self.operation.id.clone(),
            title: self.operation.title.clone(),
            danger: self.danger,
            outcome,
            request: ShownRequest {
                method: self.plan.method.clone(),
                path: send::shown_path(&self.plan, call.show_values),
                version: self.plan.version.clone().unwrap_or_default(),
                body: send::shown_body(&self.plan).map(|body| shown(&body)),
            },
            answer: reached.map(|reached| ShownAnswer {
                status: reached.status,
                milliseconds: reached.milliseconds,
                headers: reached.headers,
                body: shown(&reached.body),
            }),
        }
    }
}

/// The id of the record that a call is about.
fn record_of(operation: &Operation, input: &Json) -> Option<String> {
    let path = &operation.call.as_ref()?.path;
    let last = catalogue::path_names(path).last()?;
    let field = operation.fields.iter().find(|field| field.wire == last)?;
    input.get(&field.name)?.as_str().map(str::to_owned)
}

/// What is wrong with an input, in one line each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Mistakes(pub Vec<catalogue::Mistake>);

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&lines.join("; "))
    }
}
