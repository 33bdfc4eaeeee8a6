//! Notes and comments.

use super::{head, parent, secret, value};
use domain::{Field, Record};
use mapping::{Rules, Setting};
use serde_json::{Map, Value as Json};

/// A HighLevel note, as plain text.
pub(super) fn note(record: &Record, _: &Rules, _: &Setting) -> Map<String, Json> {
    let text = record.text(Field::Body).map(mapping::note_text);
    let mut shown = said(record, text);
    shown.insert("contact_id".to_owned(), parent(record));
    shown
}

/// A MyGadgetRepairs comment.
pub(super) fn comment(record: &Record, _: &Rules, _: &Setting) -> Map<String, Json> {
    let mut shown = said(record, record.text(Field::Body).map(str::to_owned));
    shown.insert("ticket_id".to_owned(), parent(record));
    shown.insert(
        "internal".to_owned(),
        value(record.fields.get(&Field::Internal)),
    );
    shown
}

fn said(record: &Record, text: Option<String>) -> Map<String, Json> {
    let mut shown = head(record);
    let date = shown.get("created").cloned().unwrap_or_default();
    shown.insert("date".to_owned(), date);
    shown.insert("body".to_owned(), secret::hide(text.into()));
    shown.insert(
        "author".to_owned(),
        value(record.fields.get(&Field::Author)),
    );
    shown
}
