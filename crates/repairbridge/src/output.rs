//! The only place that prints. Answers go to stdout, everything else to stderr.

use crate::problem::Problem;
use comfy_table::Table;
use comfy_table::presets::UTF8_BORDERS_ONLY;
use serde::Serialize;
use serde_json::{Value, json};
use std::io::{IsTerminal, Write, stderr, stdout};

/// Where a command's answers go. A reader that went away (`| head`) is no error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    pub(crate) const fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether a person watches and may like moving things.
    pub(crate) fn is_watched(self) -> bool {
        !self.json && stderr().is_terminal()
    }

    /// A line for people.
    pub(crate) fn line(self, text: impl AsRef<str>) {
        if !self.json {
            let mut out = stdout().lock();
            let _ = writeln!(out, "{}", text.as_ref()).and_then(|()| out.flush());
        }
    }

    /// A document for programs, on one line.
    pub(crate) fn json(self, document: &impl Serialize) {
        if self.json {
            let text = serde_json::to_string(document).unwrap_or_else(|why| {
                error_document("OUTPUT", &format!("the answer has no JSON form: {why}")).to_string()
            });
            let mut out = stdout().lock();
            let _ = writeln!(out, "{text}").and_then(|()| out.flush());
        }
    }

    /// The same answer for whoever asked: one line, or a document.
    pub(crate) fn answer(self, text: impl AsRef<str>, document: &impl Serialize) {
        self.line(text);
        self.json(document);
    }

    /// A table for people.
    pub(crate) fn table<const N: usize>(self, head: [&str; N], rows: Vec<[String; N]>) {
        let mut table = Table::new();
        table.load_style(UTF8_BORDERS_ONLY).set_header(head);
        table.add_rows(rows);
        self.line(table.to_string());
    }

    /// Names and values for people.
    pub(crate) fn pairs(self, rows: Vec<[String; 2]>) {
        let mut table = Table::new();
        table.load_style(UTF8_BORDERS_ONLY).add_rows(rows);
        self.line(table.to_string());
    }

    /// A remark beside the answer.
    pub(crate) fn note(self, text: impl AsRef<str>) {
        let _ = writeln!(stderr(), "{}", text.as_ref());
    }

    /// What went wrong.
    pub(crate) fn problem(self, problem: &Problem) {
        self.note(format!("error: {} [{}]", problem.message, problem.code));
        self.json(&error_document(problem.code, &problem.message));
    }
}

pub(crate) fn error_document(code: &str, message: &str) -> Value {
    json!({"error": {"code": code, "message": message}})
}
