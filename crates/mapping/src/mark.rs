//! Our marks: text, natural to a reader, by which a later look finds the counterpart of a record.
//! A person may have copied or edited a mark, so it is evidence and never proof.

use domain::{RecordId, normalize::text};

const CONTACT: &str = "MyGadgetRepairs ";
const TASK: &str = "MyGadgetRepairs ticket ";
const TICKET: &str = "HighLevel task ";
const APPOINTMENT: &str = "HighLevel appointment ";
const BOOKING: &str = "MyGadgetRepairs appointment ";
const NOTES: &str = "HighLevel notes ";
const COMMENT: &str = "MyGadgetRepairs comment ";
const RULE: &str = "Repairbridge note rule ";
const FLOW: &str = "Repairbridge flow ";

/// The `source` of a HighLevel contact that stands for a customer: `MyGadgetRepairs C-317`.
#[must_use]
pub fn contact_source(reference: &str) -> String {
    format!("{CONTACT}{reference}")
}

/// The customer reference that a contact's `source` names.
#[must_use]
pub fn read_contact_source(source: &str) -> Option<String> {
    word_after(source.trim(), CONTACT)
}

/// The last line of a HighLevel task's body: `MyGadgetRepairs ticket K-1042`.
#[must_use]
pub fn task_line(reference: &str) -> String {
    format!("{TASK}{reference}")
}

/// The last line of a ticket's description: `HighLevel task Lz21CTOwEXIkupiPXZqV`.
#[must_use]
pub fn ticket_line(task: &RecordId) -> String {
    format!("{TICKET}{task}")
}

/// Splits a task's body into the person's text and the ticket reference that our last line names.
#[must_use]
pub fn read_task_body(body: &str) -> (Option<String>, Option<String>) {
    split_last(body, TASK)
}

/// Splits a ticket's description into the person's text and the task id that our last line names.
#[must_use]
pub fn read_ticket_description(body: &str) -> (Option<String>, Option<String>) {
    split_last(body, TICKET)
}

/// The last line of a MyGadgetRepairs appointment's description: `HighLevel appointment 0TkCdp9PfvLeWKYRRvIz`.
#[must_use]
pub fn appointment_line(appointment: &RecordId) -> String {
    format!("{APPOINTMENT}{appointment}")
}

/// Splits a MyGadgetRepairs appointment's description into the person's text and the appointment id that our last
/// line names.
#[must_use]
pub fn read_appointment_description(body: &str) -> (Option<String>, Option<String>) {
    split_last(body, APPOINTMENT)
}

/// The last line of a HighLevel appointment's description: `MyGadgetRepairs appointment 9B2E…`.
#[must_use]
pub fn booking_line(appointment: &RecordId) -> String {
    format!("{BOOKING}{appointment}")
}

/// Splits a HighLevel appointment's description into the person's text and the id of the counter's appointment that
/// our last line names.
#[must_use]
pub fn read_booking(body: &str) -> (Option<String>, Option<String>) {
    split_last(body, BOOKING)
}

/// The last line of a ticket comment that tells CRM notes: `HighLevel notes 7f3a09c2b1d4`.
#[must_use]
pub fn notes_line(token: &str) -> String {
    format!("{NOTES}{token}")
}

/// Splits a ticket comment into its text and the token of a digest of ours.
#[must_use]
pub fn read_comment(body: &str) -> (Option<String>, Option<String>) {
    split_last(body, NOTES)
}

/// The last line of a CRM note that stands for a ticket comment.
#[must_use]
pub fn comment_line(comment: &RecordId) -> String {
    format!("{COMMENT}{comment}")
}

/// Splits a CRM note into its text and the comment that our last line names.
#[must_use]
pub fn read_note(body: &str) -> (Option<String>, Option<String>) {
    split_last(body, COMMENT)
}

/// The last line of a CRM task that a rule about notes opened.
#[must_use]
pub fn rule_line(token: &str) -> String {
    format!("{RULE}{token}")
}

/// The token of a task that a rule about notes opened.
#[must_use]
pub fn read_rule_task(body: &str) -> Option<String> {
    split_last(body, RULE).1
}

/// The last line of a CRM task that a flow opened: `Repairbridge flow ready-not-collected`.
#[must_use]
pub fn flow_line(flow: &str) -> String {
    format!("{FLOW}{flow}")
}

/// The flow that opened a task.
#[must_use]
pub fn read_flow_task(body: &str) -> Option<String> {
    split_last(body, FLOW).1
}

/// A text with a mark as its last line.
#[must_use]
pub fn append(body: Option<&str>, line: &str) -> String {
    match body
        .map(str::trim_end)
        .filter(|body| !body.trim().is_empty())
    {
        Some(body) => format!("{body}\n\n{line}"),
        None => line.to_owned(),
    }
}

/// A task's title with the ticket's reference in front: `K-1042 iPhone screen`.
#[must_use]
pub fn title(reference: &str, title: &str) -> String {
    let bare = strip_title(title, reference);
    if bare.is_empty() {
        reference.to_owned()
    } else {
        format!("{reference} {bare}")
    }
}

/// A title without the given reference at its start, however often it stands there.
#[must_use]
pub fn strip_title(title: &str, reference: &str) -> String {
    let line = text::line(title);
    let mut bare = line.as_str();
    while let Some(rest) = (!reference.is_empty())
        .then(|| bare.strip_prefix(reference))
        .flatten()
    {
        // `K-10` is no prefix of `K-1042 Screen`: the reference ends where a word ends.
        if rest.starts_with(|letter: char| letter.is_alphanumeric() || letter == '-') {
            break;
        }
        bare = rest.strip_prefix(':').unwrap_or(rest).trim_start();
    }
    bare.to_owned()
}

fn split_last(body: &str, mark: &str) -> (Option<String>, Option<String>) {
    let block = text::block(body);
    let (rest, last) = block.rsplit_once('\n').unwrap_or(("", &block));
    let named = word_after(last.trim(), mark);
    let text = if named.is_some() {
        rest.trim_end()
    } else {
        block.as_str()
    };
    ((!text.is_empty()).then(|| text.to_owned()), named)
}

/// The single word after a prefix.
fn word_after(line: &str, prefix: &str) -> Option<String> {
    let word = line.strip_prefix(prefix)?.trim();
    (!word.is_empty() && !word.contains(char::is_whitespace)).then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_come_back_and_text_is_left_alone() {
        for body in [None, Some("Screen cracked"), Some("Line one\nLine two")] {
            let marked = append(body, &task_line("K-1042"));
            assert_eq!(
                read_task_body(&marked),
                (body.map(str::to_owned), Some("K-1042".into()))
            );
        }
        assert_eq!(
            read_task_body("MyGadgetRepairs ticket K-1 was mentioned\nhere"),
            (
                Some("MyGadgetRepairs ticket K-1 was mentioned\nhere".into()),
                None
            )
        );
        assert_eq!(
            read_contact_source(&contact_source("C-317")),
            Some("C-317".into())
        );
        assert_eq!(read_contact_source("Website"), None);
        // Not a contact's mark: it names a ticket.
        assert_eq!(read_contact_source("MyGadgetRepairs ticket K-1042"), None);
    }

    #[test]
    fn only_the_whole_reference_is_taken_off_a_title() {
        assert_eq!(title("K-1042", "iPhone screen"), "K-1042 iPhone screen");
        assert_eq!(
            title("K-1042", "K-1042 iPhone screen"),
            "K-1042 iPhone screen"
        );
        assert_eq!(
            strip_title("K-1042: iPhone screen", "K-1042"),
            "iPhone screen"
        );
        assert_eq!(
            strip_title("K-1042 iPhone screen", "K-10"),
            "K-1042 iPhone screen"
        );
        assert_eq!(strip_title("K-1042", "K-1042"), "");
    }
}
