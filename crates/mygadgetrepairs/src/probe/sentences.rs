//! The findings in words for shop owners.

use super::{Capabilities, Finding, Outcome};
use crate::{WireNames, model::OptOuts};
use serde::{Deserialize, Serialize};

/// How good a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// All that could be wished.
    Good,
    /// Works, with a drawback that the sentence names.
    Limited,
    /// Does not work.
    Missing,
}

/// One capability in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sentence {
    /// Stable topic, such as `changed_customers`.
    pub topic: String,
    /// How good it is.
    pub tone: Tone,
    /// The sentence.
    pub text: String,
}

fn say(topic: impl Into<String>, tone: Tone, text: impl Into<String>) -> Sentence {
    Sentence {
        topic: topic.into(),
        tone,
        text: text.into(),
    }
}

pub(super) fn of(found: &Capabilities) -> Vec<Sentence> {
    let mut sentences = vec![connection(&found.info)];
    for (plural, list, feed) in [
        ("customers", &found.customers, &found.customers_updated),
        ("tickets", &found.tickets, &found.tickets_updated),
        (
            "appointments",
            &found.appointments,
            &found.appointments_updated,
        ),
    ] {
        sentences.push(reading(plural, list));
        if list.is_found() {
            sentences.push(changes(plural, list, feed));
        }
    }
    if found.customers.is_found() {
        sentences.push(opt_outs(&found.customers));
    }
    sentences.push(comments(found));
    sentences.push(statuses(&found.statuses));
    sentences
}

fn connection(info: &Finding) -> Sentence {
    match info.outcome {
        Outcome::Found => say("connection", Tone::Good, "MyGadgetRepairs accepts the key."),
        _ => say(
            "connection",
            Tone::Limited,
            "MyGadgetRepairs accepts the key but does not show the shop's profile; check the shop's time zone by hand.",
        ),
    }
}

fn reading(plural: &str, list: &Finding) -> Sentence {
    let (tone, text) = match list.outcome {
        Outcome::Found => (Tone::Good, format!("The shop's {plural} can be read.")),
        Outcome::NotOffered | Outcome::NotReadable => (
            Tone::Missing,
            format!("This account does not offer its {plural}, so they are not kept in step."),
        ),
        Outcome::Refused { status } => (
            Tone::Missing,
            format!(
                "MyGadgetRepairs refuses to show the {plural} ({status}); ask its support whether your plan includes them in the API."
            ),
        ),
        Outcome::Unclear { status } => (
            Tone::Missing,
            format!(
                "MyGadgetRepairs could not show the {plural} just now ({status}); run the check again later."
            ),
        ),
    };
    say(plural, tone, text)
}

fn changes(plural: &str, list: &Finding, feed: &Finding) -> Sentence {
    let topic = format!("changed_{plural}");
    if feed.is_found() {
        return say(
            topic,
            Tone::Good,
            format!("Changed {plural} are found through the update feed."),
        );
    }
    let how = if list.changed {
        format!(
            "Changed {plural} are found by walking the list, newest first, and comparing the time of the last change"
        )
    } else {
        format!(
            "Changed {plural} are found by walking the list, newest first, and comparing every field"
        )
    };
    say(
        topic,
        Tone::Limited,
        format!("{how}; edits to old records are found by the nightly sweep."),
    )
}

fn opt_outs(customers: &Finding) -> Sentence {
    let shown = OptOuts::members_among(&customers.fields, &WireNames::default());
    if !shown.is_empty() {
        return say(
            "opt_outs",
            Tone::Good,
            format!(
                "Customers show whether they opted out ({}); opt-outs are kept in step, the stricter side wins.",
                shown.join(", ")
            ),
        );
    }
    let text = if customers.rows == 0 {
        "There is no customer yet who could show whether this account keeps opt-outs."
    } else {
        "This account shows no opt-outs of its customers, so do-not-disturb is kept in HighLevel only and cannot be set here."
    };
    say("opt_outs", Tone::Limited, text)
}

fn comments(found: &Capabilities) -> Sentence {
    let comments = &found.ticket_comments;
    let (tone, text) = match (found.can_add_comments(), comments.outcome) {
        (Some(false), Outcome::Found) => (
            Tone::Limited,
            "Ticket comments can be read but not added, so no notes are told in them; a custom field of the customer can show notes instead.",
        ),
        (Some(false), _) => (
            Tone::Missing,
            "This account takes no ticket comments, so no notes are told in them; a custom field of the customer can show notes instead.",
        ),
        (_, Outcome::Found) if found.shows_comment_visibility() => (
            Tone::Good,
            "Ticket comments say whether they are internal, so notes can be told in internal ones.",
        ),
        (_, Outcome::Found) if comments.rows == 0 => (
            Tone::Limited,
            "There is no ticket comment yet; the first note that is told shows whether comments stay internal.",
        ),
        (_, Outcome::Found) => (
            Tone::Limited,
            "Ticket comments do not say whether they are internal, so notes are told in them only if you allow that customers see them.",
        ),
        (Some(true), _) => (
            Tone::Limited,
            "Ticket comments can be added but not read back, so nobody can tell whether they stay internal; notes are told in them only if you allow that customers see them.",
        ),
        (None, _) => (
            Tone::Missing,
            "This account has no ticket comments that can be reached, so no notes are told in them; a custom field of the customer can show notes instead.",
        ),
    };
    say("comments", tone, text)
}

fn statuses(list: &Finding) -> Sentence {
    match list.outcome {
        Outcome::Found if list.rows > 0 => say(
            "statuses",
            Tone::Good,
            "The shop's ticket statuses are known and can be matched to open, waiting, ready and done.",
        ),
        _ => say(
            "statuses",
            Tone::Limited,
            "The shop's ticket statuses cannot be listed; they are collected from the tickets as they appear.",
        ),
    }
}
