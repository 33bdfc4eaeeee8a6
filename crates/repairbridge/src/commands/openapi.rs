//! `openapi`: the document of the HTTP API, from which clients are made.

use crate::output::Output;
use crate::problem::{Exit, Problem};

/// Prints the document; text and JSON are the same.
pub(crate) fn run(output: Output) -> Result<Exit, Problem> {
    let document = server::openapi_document();
    let text = serde_json::to_string_pretty(&document)
        .map_err(|why| Problem::ran("OPENAPI", format!("the document has no JSON form: {why}")))?;
    output.json(&document);
    output.line(text);
    Ok(Exit::Done)
}
