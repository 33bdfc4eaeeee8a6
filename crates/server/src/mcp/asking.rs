//! Asking a person before something is changed: through the assistant's program where it can show a question, else by
//! a code that the assistant gives back once its person has agreed.

use super::answer;
use super::codes::{GOOD_FOR, NotTaken};
use app::operations::OperationReport;
use catalogue::Danger;
use rmcp::RoleServer;
use rmcp::model::{
    BooleanSchema, CallToolResult, ElicitRequest, ElicitRequestParams, ElicitResult,
    ElicitationAction, ElicitationSchema, InputRequest, InputRequiredResult, InputResponses,
    PrimitiveSchemaDefinition, ProtocolVersion,
};
use rmcp::service::RequestContext;
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;

/// The one thing that is asked.
const YES: &str = "confirm";
/// How long a person may think while a call waits.
const PATIENCE: Duration = Duration::from_secs(300);
/// Letters of a body that are shown.
const MOST_SHOWN: usize = 4_000;

/// How a person can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// By a question while the call waits: revisions of the protocol before 2026-07-28, over a standing connection.
    Question,
    /// By an answer that tells what is to be asked, after which the call comes again: later revisions.
    Again,
    /// The assistant asks its person by itself.
    Code,
}

/// What the assistant's program can do.
pub(super) fn way(context: &RequestContext<RoleServer>, standing: bool) -> Way {
    let abilities = context.client_capabilities();
    let form = abilities
        .and_then(|abilities| abilities.elicitation)
        .is_some_and(|asks| asks.form.is_some() || asks.url.is_none());
    if !form {
        return Way::Code;
    }
    let version = context.protocol_version();
    let again = version.is_some_and(|version| {
        // Dates sort as texts.
        version.as_str() >= ProtocolVersion::V_2026_07_28.as_str()
    });
    match (again, standing) {
        (true, _) => Way::Again,
        (false, true) => Way::Question,
        (false, false) => Way::Code,
    }
}

/// Asks while the call waits. A yes to a call that was taken back is none.
///
/// # Errors
/// The answer where nobody said yes.
pub(super) async fn ask(
    context: &RequestContext<RoleServer>,
    words: &str,
) -> Result<(), CallToolResult> {
    let asked = context
        .peer
        .create_elicitation_with_timeout(question(words), Some(PATIENCE));
    let asked = tokio::select! {
        biased;
        () = context.ct.cancelled() => return Err(declined()),
        asked = asked => asked,
    };
    match asked {
        Ok(answer) if is_yes(&answer) => Ok(()),
        Ok(_) => Err(declined()),
        Err(why) => {
            tracing::debug!(%why, "a person could not be asked");
            Err(answer::error(
                "NOT-ASKED",
                "nothing was sent: the person could not be asked, or did not answer within 5 minutes",
            ))
        }
    }
}

/// The answer that tells what is to be asked. The call that comes again brings the code along.
pub(super) fn ask_again(words: &str, code: String) -> InputRequiredResult {
    let question = InputRequest::Elicitation(ElicitRequest::new(question(words)));
    InputRequiredResult::new(
        Some(BTreeMap::from([(YES.to_owned(), question)])),
        Some(code),
    )
}

/// Whether a call that came again brings a yes.
pub(super) fn said_yes(responses: Option<&InputResponses>) -> bool {
    let answer = responses.and_then(|responses| responses.get(YES));
    let answer = answer.and_then(|answer| serde_json::from_value(answer.clone()).ok());
    answer.is_some_and(|answer| is_yes(&answer))
}

fn is_yes(answer: &ElicitResult) -> bool {
    let ticked = answer.content.as_ref().and_then(|content| content.get(YES));
    answer.action == ElicitationAction::Accept && ticked == Some(&json!(true))
}

fn question(words: &str) -> ElicitRequestParams {
    let yes = BooleanSchema::new()
        .title("Yes, do this")
        .description("Nothing is sent unless this is ticked.");
    let fields = BTreeMap::from([(YES.to_owned(), PrimitiveSchemaDefinition::Boolean(yes))]);
    ElicitRequestParams::FormElicitationParams {
        meta: None,
        message: words.to_owned(),
        requested_schema: ElicitationSchema::new(fields).with_required(vec![YES.to_owned()]),
    }
}

/// What would be sent, in words.
pub(super) fn words(shop: &str, plan: &OperationReport) -> String {
    let danger = match plan.danger {
        Danger::Reads => "It only reads.",
        Danger::Writes => "It changes something.",
        Danger::MayMessage => {
            "It changes something, and a customer may get a message because of it."
        }
        Danger::Deletes => "It deletes something, which cannot be brought back from here.",
    };
    let request = &plan.request;
    let body = request.body.as_ref().map_or_else(String::new, |body| {
        let text = serde_json::to_string_pretty(body).unwrap_or_default();
        let left = text.chars().count().saturating_sub(MOST_SHOWN);
        let shown: String = text.chars().take(MOST_SHOWN).collect();
        match left {
            0 => format!("\n{shown}"),
            left => format!("\n{shown}\n(and {left} more letters)"),
        }
    });
    format!(
        "{} (`{}`) for the shop `{shop}`. {danger}\n\n{} {}{body}",
        plan.title, plan.operation, request.method, request.path
    )
}

/// The answer to a call that waits for a code.
pub(super) fn shown_with_code(shop: &str, plan: &OperationReport, code: &str) -> CallToolResult {
    let minutes = GOOD_FOR.as_secs() / 60;
    let text = format!(
        "Nothing was sent yet. Show this to the person you work for:\n\n{}\n\nOnly if the person agrees, call this tool once more with the same input and `confirm` set to \"{code}\" within {minutes} minutes. The code works once.",
        words(shop, plan)
    );
    let document = json!({
        "outcome": "waits_for_confirmation",
        "operation": plan.operation,
        "shop": shop,
        "danger": plan.danger,
        "request": plan.request,
        "confirm": code,
        "good_for_seconds": GOOD_FOR.as_secs(),
    });
    answer::told(text, document)
}

/// The answer where a person said no, or nothing.
pub(super) fn declined() -> CallToolResult {
    answer::error(
        "DECLINED",
        "nothing was sent: the person did not agree. Do not try again unless the person asks for it",
    )
}

/// The answer to a code that is not good for this call.
pub(super) fn not_taken(why: NotTaken) -> CallToolResult {
    let says = match why {
        NotTaken::Unknown => {
            "nothing was sent: this confirmation code is not known, was used already, or is older than 5 minutes. Call without `confirm` to see what would be sent and to get a new one"
        }
        NotTaken::Other => {
            "nothing was sent: this confirmation code is for another call. Give exactly the input that was shown, or call without `confirm` to get a code for this one"
        }
    };
    answer::error("NOT-CONFIRMED", says)
}
