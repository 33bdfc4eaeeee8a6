//! Answers to an assistant: documents, and what is wrong, in words and as data.

use crate::access::html;
use app::AppError;
use catalogue::Mistake;
use rmcp::model::{CallToolResult, ContentBlock};
use serde_json::{Value as Json, json};

/// Bytes of an answer at most: more fills an assistant's memory with one call.
pub(super) const MOST: usize = 1024 * 1024;

/// A document, as data and as text.
pub(super) fn document(document: Json) -> CallToolResult {
    told(document.to_string(), document)
}

/// A document with words of its own for people.
pub(super) fn told(text: String, document: Json) -> CallToolResult {
    let mut result = CallToolResult::success(vec![ContentBlock::text(text)]);
    result.structured_content = Some(document);
    result
}

/// Something wrong that the assistant, or its person, can mend.
pub(super) fn error(code: &str, message: &str) -> CallToolResult {
    with_detail(code, message, Json::Null)
}

/// An input that does not fit, with the place of every mistake.
pub(super) fn mistakes(tool: &str, mistakes: &[Mistake]) -> CallToolResult {
    let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    let message = format!("the input of `{tool}` does not fit: {}", lines.join("; "));
    with_detail("INPUT", &message, json!({ "mistakes": mistakes }))
}

/// A use case that did not work.
pub(super) fn failure(error: &AppError) -> CallToolResult {
    let message = match error {
        // The vendor's words are for whoever called, and in the journal already.
        AppError::Vendor(error) => error.to_string(),
        other => html::of_error(other, "an assistant's call did not work"),
    };
    let detail = match error {
        AppError::Input { mistakes, .. } => json!({ "mistakes": mistakes }),
        _ => Json::Null,
    };
    with_detail(error.code(), &message, detail)
}

fn with_detail(code: &str, message: &str, detail: Json) -> CallToolResult {
    let mut error = json!({ "code": code, "message": message });
    if let (Json::Object(error), Json::Object(detail)) = (&mut error, detail) {
        error.extend(detail);
    }
    let mut result = CallToolResult::error(vec![ContentBlock::text(format!("{message} [{code}]"))]);
    result.structured_content = Some(json!({ "error": error }));
    result
}
