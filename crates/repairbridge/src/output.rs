//! The only place that prints. Answers go to stdout, everything else to stderr.

use crate::problem::Problem;
use comfy_table::Table;
use comfy_table::presets::UTF8_BORDERS_ONLY;
use serde::Serialize;
use serde_json::{Value, json};
use std::borrow::Cow;
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
            let _ = writeln!(out, "{}", plain(text.as_ref())).and_then(|()| out.flush());
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
        table.add_rows(rows.into_iter().map(plain_row));
        self.line(table.to_string());
    }

    /// Names and values for people.
    pub(crate) fn pairs(self, rows: Vec<[String; 2]>) {
        let mut table = Table::new();
        table
            .load_style(UTF8_BORDERS_ONLY)
            .add_rows(rows.into_iter().map(plain_row));
        self.line(table.to_string());
    }

    /// A remark beside the answer.
    pub(crate) fn note(self, text: impl AsRef<str>) {
        let _ = writeln!(stderr(), "{}", plain(text.as_ref()));
    }

    /// What went wrong.
    pub(crate) fn problem(self, problem: &Problem) {
        // Some messages end with their code.
        self.note(match problem.message.contains(problem.code) {
            true => format!("error: {}", problem.message),
            false => format!("error: {} [{}]", problem.message, problem.code),
        });
        self.json(&error_document(problem.code, &problem.message));
    }
}

/// A text with nothing in it that a terminal obeys or that turns the direction of what stands beside it: customers choose
/// their own names. What is taken out leaves a mark.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    if text.chars().all(|letter| mark(letter).is_none()) {
        return Cow::Borrowed(text);
    }
    let marked = text.chars().map(|letter| mark(letter).unwrap_or(letter));
    Cow::Owned(marked.collect())
}

/// Before the table is laid out: a mark takes room, and a control character none.
fn plain_row<const N: usize>(row: [String; N]) -> [String; N] {
    row.map(|cell| plain(&cell).into_owned())
}

/// What is printed for a character that is not printed itself: a picture of it where Unicode has one.
fn mark(letter: char) -> Option<char> {
    match letter {
        '\n' | '\t' => None,
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(letter)),
        '\u{7f}' => Some('\u{2421}'),
        '\u{80}'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            Some(char::REPLACEMENT_CHARACTER)
        }
        _ => None,
    }
}

pub(crate) fn error_document(code: &str, message: &str) -> Value {
    json!({"error": {"code": code, "message": message}})
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn is_obeyed(letter: char) -> bool {
        let is_turn = matches!(u32::from(letter), 0x202a..=0x202e | 0x2066..=0x2069);
        is_turn || letter.is_control() && letter != '\n' && letter != '\t'
    }

    /// Any text, with what terminals obey more often than by chance.
    fn some_text() -> impl Strategy<Value = String> {
        let letter = prop_oneof![
            any::<char>(),
            prop::char::range('\0', '\u{9f}'),
            prop::char::range('\u{2020}', '\u{2070}'),
        ];
        prop::collection::vec(letter, 0..40).prop_map(|letters| letters.into_iter().collect())
    }

    proptest! {
        #[test]
        fn nothing_is_printed_that_a_terminal_obeys(text in some_text()) {
            let printed = plain(&text);
            prop_assert!(!printed.chars().any(is_obeyed), "{printed:?}");
            // Every other character stays, and what is taken out leaves a mark in its place.
            prop_assert_eq!(printed.chars().count(), text.chars().count());
            for (before, after) in text.chars().zip(printed.chars()) {
                prop_assert!(before == after || is_obeyed(before), "{before:?} {after:?}");
            }
        }
    }
}
