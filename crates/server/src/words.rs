//! Journal lines in plain words. Records are named by their references; people only where whoever reads the line may
//! see them.

use app::Subject;
use domain::normalize::text::capitalised;
use domain::{Kind, RecordId, Side};
use store::JournalRow;

/// The names of the fields that a line is about, before the record's.
fn fields(row: &JournalRow) -> String {
    let names: Vec<&str> = row.detail["fields"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(serde_json::Value::as_str)
        .collect();
    if names.is_empty() {
        String::new()
    } else {
        format!("{} of ", names.join(", "))
    }
}

/// Why it was taken back. The run's number says nothing to people.
fn cause(row: &JournalRow) -> &str {
    let cause = row.detail["cause"].as_str().unwrap_or("taken back");
    match cause.starts_with("run ") && cause.ends_with(" was taken back") {
        true => "its run was taken back",
        false => cause,
    }
}

/// A line of the journal as a sentence without its time and without names.
#[must_use]
pub fn sentence(row: &JournalRow) -> String {
    sentence_about(row, &Subject::default())
}

/// The same with what people know of whom it is about.
pub(crate) fn sentence_about(row: &JournalRow, subject: &Subject) -> String {
    capitalised(&told(row, subject))
}

fn told(row: &JournalRow, subject: &Subject) -> String {
    let side = row.side.unwrap_or(Side::HighLevel);
    let kind = row.kind.unwrap_or(Kind::Contact);
    // People know a pair by names and the counter's number; where it has none, by its id.
    let reference = row.detail["reference"].as_str();
    let reference = reference.or(subject.reference.as_deref());
    let full = |side: Side, name: &Option<String>, id: &Option<RecordId>| {
        let kind = kind.name_on(side);
        let id = id.as_ref().map_or("(unknown)", RecordId::as_str);
        match (name.as_deref(), side, reference) {
            (Some(name), Side::MyGadgetRepairs, Some(reference)) => {
                format!("{} {kind} {name} ({reference})", side.title())
            }
            (Some(name), ..) => format!("{} {kind} {name}", side.title()),
            (None, Side::HighLevel, Some(reference)) if row.counterpart.is_some() => {
                format!("the HighLevel {kind} of {reference}")
            }
            (None, Side::MyGadgetRepairs, Some(reference)) => {
                format!("{} {kind} {reference}", side.title())
            }
            (None, ..) => format!("{} {kind} {id}", side.title()),
        }
    };
    let record = full(side, &subject.name, &row.record);
    let other = || full(side.other(), &subject.across, &row.counterpart);
    // Where the counter's number names the pair, the counterpart needs no name of its own.
    let counterpart = || match (side.other(), reference) {
        (Side::HighLevel, Some(_)) => format!("its HighLevel {}", kind.name_on(side.other())),
        _ => other(),
    };
    match row.event.as_str() {
        "created" if reference.is_some() && side == Side::HighLevel => {
            format!(
                "Made a HighLevel {} for {}",
                kind.name_on(side),
                counterpart()
            )
        }
        "created" => format!("Made {record} from {}", counterpart()),
        "updated" if reference.is_some() && side == Side::HighLevel => {
            format!(
                "Brought the HighLevel {} up to date from {}",
                kind.name_on(side),
                counterpart()
            )
        }
        "updated" => format!("Brought {record} up to date from {}", counterpart()),
        "deleted" if row.detail["undo"] == true => {
            format!(
                "Deleted {record}, which Repairbridge had made: {}",
                cause(row)
            )
        }
        "taken_back" => format!("Put back {}{record}: {}", fields(row), cause(row)),
        "edited" => format!("A person changed {}{record}", fields(row)),
        "deleted" => format!("Deleted {record}, as {} was deleted", counterpart()),
        "archived" => format!("Completed {record}, as {} was deleted", counterpart()),
        "kept" => format!("Kept {record}, which was to be deleted, since somebody works with it"),
        "linked" if reference.is_some() => {
            format!(
                "Found the HighLevel {} of {}",
                kind.name_on(Side::HighLevel),
                counterpart()
            )
        }
        "linked" => format!("{record} and {} are the same", counterpart()),
        "unlinked" => format!("{record} and {} are no longer joined", other()),
        "vanished" => format!("{record} is gone"),
        "failed" => match row.detail["code"].as_str() {
            Some(code) => format!("{record} could not be written ({code})"),
            None => format!("{record} could not be written"),
        },
        "told" | "told_unread" | "told_unsure" | "told_visible" | "noted" | "note_rule" => {
            about_notes(row, reference)
        }
        "overruled" => format!("{record} was changed on both sides; the rules chose one value"),
        "chosen" => format!("A person chose a value for {record}"),
        "apart" => format!(
            "A person said that {record} and {} are not the same",
            other()
        ),
        "left_alone" => {
            format!("A person said that {record} is left alone, with its counterpart and its work")
        }
        "again" => format!("A person said that {record} gets a counterpart again"),
        "taken_up" => format!("A person took {record} up again, with its counterpart and its work"),
        "one_more" => format!(
            "A person said that {record} and {} are one person, who is linked already",
            other()
        ),
        "answer_taken_back" => format!(
            "A person took back the answer about {record} and {}",
            other()
        ),
        "operation_sent" | "operation_done" | "operation_read" | "operation_refused"
        | "operation_unknown" => about_operations(row, subject),
        other => format!("{other}: {record}"),
    }
}

/// Lines about calls of operations. Their record is whatever the call was about.
fn about_operations(row: &JournalRow, subject: &Subject) -> String {
    let operation = row.detail["operation"].as_str().unwrap_or("?");
    let on = match (&subject.name, &row.record) {
        (Some(name), _) => format!(" on {name}"),
        (None, Some(id)) => format!(" on {}", id.as_str()),
        (None, None) => String::new(),
    };
    let by = match row.detail["cause"]["by"].as_str() {
        Some("flow") => "a flow",
        Some("program") => "a program",
        _ => "a person",
    };
    match row.event.as_str() {
        "operation_read" => format!("Looked with `{operation}`{on} for {by}"),
        "operation_sent" => format!("Calling `{operation}`{on} for {by}"),
        "operation_done" => format!("Called `{operation}`{on} for {by}"),
        "operation_refused" => {
            let code = row.detail["code"].as_str().unwrap_or("?");
            format!("`{operation}`{on} was refused ({code})")
        }
        _ => format!(
            "No answer whether `{operation}`{on} was carried out; it is not sent again by itself. Look there"
        ),
    }
}

/// Lines about notes. Their record is the ticket, the customer, the comment or the contact.
fn about_notes(row: &JournalRow, reference: Option<&str>) -> String {
    let id = row.record.as_ref().map_or("(unknown)", |id| id.as_str());
    let place = reference.unwrap_or(id);
    let count = row.detail["notes"].as_u64().unwrap_or(0);
    let notes = if count == 1 {
        "1 note".to_owned()
    } else {
        format!("{count} notes")
    };
    match row.event.as_str() {
        "told" => format!("Told {place} of {notes}"),
        "told_unread" => format!(
            "Sent {notes} to ticket {place}; this account does not show them, so they were not read back"
        ),
        "told_unsure" => format!(
            "MyGadgetRepairs did not answer whether ticket {place} got {notes}; not sent again, since a comment cannot be taken back. Look at the ticket"
        ),
        "told_visible" => format!(
            "The comment with {notes} on ticket {place} did not read back as internal: customers may see it. No further notes are told"
        ),
        "noted" => format!("Made a HighLevel note of a comment on ticket {place}"),
        _ => {
            let rule = row.detail["rule"].as_str().unwrap_or("?");
            let did = row.detail["did"].as_str().unwrap_or("?");
            let already = match row.detail["already"].as_bool() {
                Some(true) => " (was so already)",
                _ => "",
            };
            format!("Note rule `{rule}`, contact {id}: {did}{already}")
        }
    }
}
