//! CRM notes as the counter reads them: several in one text, newest last, shortened.

use crate::mark;
use domain::{Field, Record, normalize};
use jiff::tz::TimeZone;

/// Letters of one note in a digest.
const NOTE_LETTERS: usize = 600;
/// Letters of all notes in a digest.
const DIGEST_LETTERS: usize = 4_000;
/// Letters in a custom field.
const FIELD_LETTERS: usize = 1_000;

/// A note to be told.
#[derive(Clone, Copy, Debug)]
pub struct Telling<'a> {
    /// The note.
    pub note: &'a Record,
    /// It was told before, with another text.
    pub edited: bool,
}

/// The comment that tells notes to a ticket, with our mark as its last line. The notes come in the order
/// given, oldest first; where they are too many, the oldest are only counted.
#[must_use]
pub fn digest(notes: &[Telling<'_>], zone: &TimeZone, token: &str) -> String {
    let text = told(notes, zone, DIGEST_LETTERS);
    mark::append(
        Some(&format!("CRM notes, for staff only\n\n{text}")),
        &mark::notes_line(token),
    )
}

/// The text of a custom field that shows notes, the newest of them as far as there is room.
#[must_use]
pub fn field_digest(notes: &[Telling<'_>], zone: &TimeZone) -> String {
    told(notes, zone, FIELD_LETTERS)
}

/// The CRM note that stands for a ticket comment, with our mark as its last line.
#[must_use]
pub fn note_of_comment(comment: &Record, ticket: Option<&str>, text: &str) -> String {
    let head = match (ticket, comment.text(Field::Author)) {
        (Some(ticket), Some(author)) => format!("{author} on ticket {ticket}:"),
        (Some(ticket), None) => format!("On ticket {ticket}:"),
        (None, Some(author)) => format!("{author} on a ticket:"),
        (None, None) => "On a ticket:".to_owned(),
    };
    mark::append(
        Some(&format!("{head}\n{}", shorten(text, DIGEST_LETTERS))),
        &mark::comment_line(&comment.id),
    )
}

/// The text of a note without HTML. What a person typed plainly stays as it is, comparisons and arrows too.
#[must_use]
pub fn note_text(body: &str) -> String {
    let plain = if has_tags(body) {
        nanohtml2text::html2text(body)
    } else {
        body.to_owned()
    };
    normalize::text::block(&plain)
}

fn has_tags(body: &str) -> bool {
    body.split('<').skip(1).any(|rest| {
        let name = rest.strip_prefix('/').unwrap_or(rest);
        name.starts_with(|letter: char| letter.is_ascii_alphabetic()) && rest.contains('>')
    })
}

fn told(notes: &[Telling<'_>], zone: &TimeZone, letters: usize) -> String {
    let mut parts = Vec::new();
    let mut left = letters;
    for (place, telling) in notes.iter().enumerate().rev() {
        let part = one(telling, zone);
        let length = part.chars().count() + 2;
        if length > left && !parts.is_empty() {
            let earlier = place + 1;
            let words = if earlier == 1 { "note" } else { "notes" };
            parts.push(format!("({earlier} earlier {words}: see HighLevel)"));
            break;
        }
        left = left.saturating_sub(length);
        parts.push(part);
    }
    parts.reverse();
    parts.join("\n\n")
}

fn one(telling: &Telling<'_>, zone: &TimeZone) -> String {
    let note = telling.note;
    let mut head = note.created_at.map_or_else(
        || "No date".to_owned(),
        |at| zone.to_datetime(at).strftime("%-d %b %Y %H:%M").to_string(),
    );
    if let Some(author) = note.text(Field::Author) {
        head.push_str(", ");
        head.push_str(author);
    }
    if telling.edited {
        head.push_str(" (edited)");
    }
    let text = note.text(Field::Body).unwrap_or("");
    format!("{head}:\n{}", shorten(text, NOTE_LETTERS))
}

/// Cut at a word's end, with a sign that something is missing.
fn shorten(text: &str, letters: usize) -> String {
    let text = text.trim();
    let Some((end, _)) = text.char_indices().nth(letters) else {
        return text.to_owned();
    };
    let cut = &text[..end];
    let whole = cut
        .rfind(char::is_whitespace)
        .filter(|at| *at > end / 2)
        .map_or(cut, |at| &cut[..at]);
    format!("{} …", whole.trim_end())
}
