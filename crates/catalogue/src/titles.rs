//! Names and help of calls of which only the facts are known, made from method and path.

use crate::facts::Facts;
use crate::field::in_words;
use crate::operation::Danger;

/// `Contacts, tasks: change one`.
pub(crate) fn title(facts: &Facts) -> String {
    let words: Vec<String> = facts
        .path
        .split('/')
        .filter(|part| !part.is_empty() && !part.starts_with('{'))
        .map(|part| in_words(part).to_lowercase())
        .collect();
    let subject = in_words(&words.join(", "));
    let one = facts.path.trim_end_matches('/').ends_with('}');
    let deed = match (facts.method.as_str(), one) {
        ("GET", true) => "read one",
        ("GET", false) => "read",
        ("POST", _) if facts.path.trim_end_matches('/').ends_with("/search") => "look for",
        ("POST", _) => "add or run",
        ("PUT", true) => "change one",
        ("PUT", false) => "change",
        ("PATCH", _) => "change in part",
        ("DELETE", true) => "delete one",
        ("DELETE", false) => "delete",
        (other, _) => other,
    };
    let generation = match facts.id.starts_with("v3.") {
        true => " (version 3)",
        false => "",
    };
    format!("{subject}: {deed}{generation}")
}

/// What it does, as far as method and path say.
pub(crate) fn help(facts: &Facts, danger: Danger) -> String {
    let mut help = format!(
        "Calls {} {} as the vendor documents it; it {}. Names and types of its inputs are the vendor's.",
        facts.method,
        facts.path,
        danger.words()
    );
    if facts.guessed {
        help = format!(
            "Calls {} {}, which the vendor lists without saying how it is used; it {}. Whether it works is seen by trying.",
            facts.method,
            facts.path,
            danger.words()
        );
    }
    if facts.deprecated {
        help.push_str(" The vendor calls it outdated.");
    }
    help
}

/// `OpportunityStageUpdate` as `Event: opportunity stage update`.
pub(crate) fn event(name: &str) -> String {
    format!("Event: {}", in_words(name).to_lowercase())
}
