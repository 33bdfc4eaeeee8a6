//! Calls of operations.

use super::answer;
use super::asking::{self, Way};
use super::codes::Matter;
use super::desk::{Desk, Refused};
use super::party::Party;
use app::operations::{CallCause, CallOutcome, OperationCall, OperationReport};
use app::{App, AppError};
use catalogue::{Danger, Operation};
use domain::Lane;
use rmcp::RoleServer;
use rmcp::model::{CallToolResponse, CallToolResult, InputResponses};
use rmcp::service::RequestContext;
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// A call as it came.
pub(super) struct Asked {
    /// The tool by which it came.
    pub(super) tool: String,
    /// The operation.
    pub(super) id: String,
    pub(super) shop: Option<String>,
    pub(super) input: Json,
    /// The code of what was shown before.
    pub(super) confirm: Option<String>,
    /// What a person answered, where the call comes again because of a question.
    pub(super) responses: Option<InputResponses>,
    pub(super) state: Option<String>,
}

/// Whether a change is carried out now.
enum Agreed {
    Yes,
    NotYet(CallToolResponse),
}

impl Desk {
    /// Calls an operation, or answers what has to be done before.
    pub(super) async fn call(
        &self,
        party: &Arc<Party>,
        asked: Asked,
        context: &RequestContext<RoleServer>,
    ) -> CallToolResponse {
        match self.try_call(party, asked, context).await {
            Ok(response) => response,
            Err(Refused(result)) => result.into(),
        }
    }

    async fn try_call(
        &self,
        party: &Arc<Party>,
        asked: Asked,
        context: &RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, Refused> {
        let shop = self.shop(party, asked.shop.as_deref()).await?;
        let mut call = OperationCall {
            id: asked.id.clone(),
            input: asked.input.clone(),
            lane: Lane::Interactive,
            allow: party.allowed,
            show_values: true,
            cause: CallCause::Program {
                name: party.name.clone(),
            },
        };
        let plan = self.app.plan_operation(&shop, &call).await?;
        let operation = self.app.operation(&asked.id)?;
        if !party.may(&operation, plan.danger) {
            return Err(Refused(not_allowed(party, &operation, plan.danger)));
        }
        if plan.danger == Danger::Reads {
            let report = self.app.call_operation(&shop, &call).await?;
            return Ok(carried_out(&asked.tool, &shop, report).into());
        }
        if let Agreed::NotYet(answer) = self.agreed(party, &shop, &asked, &plan, context).await? {
            return Ok(answer);
        }
        // Who writes knows what was written; what else a record holds is read by calls that read.
        call.show_values = false;
        let (app, party, named) = (self.app.clone(), Arc::clone(party), shop.clone());
        // Carried out to its end, even where the assistant hangs up.
        let change = async move { change(&app, &party, &named, &call).await };
        let report = match self.begun().spawn(change).await {
            Ok(report) => report?,
            Err(why) => {
                tracing::error!(%why, "a change that an assistant asked for broke off");
                return Err(Refused(answer::error(
                    "INTERNAL",
                    "this broke off; look whether it was done before you try again",
                )));
            }
        };
        Ok(carried_out(&asked.tool, &shop, report).into())
    }

    async fn agreed(
        &self,
        party: &Party,
        shop: &str,
        asked: &Asked,
        plan: &OperationReport,
        context: &RequestContext<RoleServer>,
    ) -> Result<Agreed, Refused> {
        let matter = Matter::new(&party.name, shop, &asked.id, &asked.input);
        if let Some(code) = &asked.state {
            let taken = self.codes.take(code, matter);
            taken.map_err(asking::not_taken)?;
            return match asking::said_yes(asked.responses.as_ref()) {
                true => Ok(Agreed::Yes),
                false => Err(Refused(asking::declined())),
            };
        }
        if let Some(code) = &asked.confirm {
            let taken = self.codes.take(code, matter);
            taken.map_err(asking::not_taken)?;
            return Ok(Agreed::Yes);
        }
        let words = asking::words(shop, plan);
        let give = || {
            let code = self.app.one_time_code();
            self.codes.give(code.clone(), matter);
            code
        };
        match asking::way(context, self.is_standing()) {
            Way::Question => {
                asking::ask(context, &words).await?;
                Ok(Agreed::Yes)
            }
            Way::Again => Ok(Agreed::NotYet(asking::ask_again(&words, give()).into())),
            Way::Code => {
                let shown = asking::shown_with_code(shop, plan, &give());
                Ok(Agreed::NotYet(shown.into()))
            }
        }
    }
}

/// Logged before it is done, so that nothing is done unlogged; and after it, where it was not done after all.
async fn change(
    app: &App,
    party: &Party,
    shop: &str,
    call: &OperationCall,
) -> Result<OperationReport, AppError> {
    let what = format!("called {}", call.id);
    app.note_audit(party.doer(), &what, Some(shop)).await?;
    let done = app.call_operation(shop, call).await;
    if let Err(error) = &done {
        let what = format!("{what}: not done ({})", error.code());
        app.note_audit(party.doer(), &what, Some(shop)).await?;
    }
    done
}

fn not_allowed(party: &Party, operation: &Operation, danger: Danger) -> CallToolResult {
    let does = match danger {
        Danger::Reads => "reads",
        Danger::Writes => "changes something",
        Danger::MayMessage => "changes something because of which a customer may get a message",
        Danger::Deletes => "deletes something",
    };
    let says = format!(
        "nothing was sent: `{}` {does}, and that is not allowed here; {}",
        operation.id,
        party.mend(operation, danger)
    );
    answer::error("NOT-ALLOWED", &says)
}

/// What came of a call.
fn carried_out(tool: &str, shop: &str, report: OperationReport) -> CallToolResult {
    let OperationReport {
        operation,
        outcome,
        answer: came,
        danger,
        ..
    } = report;
    if let CallOutcome::Unknown { code, message, .. } = &outcome {
        return answer::error(code, message);
    }
    let status = came.as_ref().map(|came| came.status);
    let body = came.map_or(Json::Null, |came| came.body);
    let mut document = json!({
        "operation": operation,
        "shop": shop,
        "outcome": "done",
        "status": status,
        "answer": body,
    });
    if document.to_string().len() > answer::MOST {
        if danger == Danger::Reads {
            let says = format!(
                "`{tool}` answered more than {} KiB; ask for less at a time, where it has a limit or pages",
                answer::MOST / 1024
            );
            return answer::error("ANSWER-TOO-LARGE", &says);
        }
        document["answer"] = json!("(done; the answer is too large to be shown)");
    }
    answer::document(document)
}
