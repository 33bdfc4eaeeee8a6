//! Looking through the catalogue.

use crate::operation::{Danger, Operation, OperationKind};
use crate::shape::Shape;
use domain::Side;

/// Which operations are listed.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only of this side.
    pub side: Option<Side>,
    /// Only actions, or only triggers.
    pub kind: Option<OperationKind>,
    /// Only of this danger.
    pub danger: Option<Danger>,
    /// Also what is beyond the core.
    pub extended: bool,
}

impl Filter {
    fn takes(&self, operation: &Operation) -> bool {
        self.side.is_none_or(|side| side == operation.side)
            && self.kind.is_none_or(|kind| kind == operation.kind)
            && self.danger.is_none_or(|danger| danger == operation.danger)
    }
}

/// The operations that a filter takes: the core in the order of its rows, then the others.
pub fn list(filter: &Filter) -> impl Iterator<Item = Operation> + use<> {
    let filter = filter.clone();
    crate::all(filter.extended).filter(move |operation| filter.takes(operation))
}

/// The operations that all of these words speak of, the best first and the core before the others; at most `most`.
#[must_use]
pub fn search(words: &str, filter: &Filter, most: usize) -> Vec<Operation> {
    let words = words.split_whitespace().map(str::to_lowercase);
    let words: Vec<String> = words.map(as_it_is_called).collect();
    if words.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<(u32, Operation)> = Vec::new();
    for operation in list(filter) {
        let Some(score) = score(&operation, &words) else {
            continue;
        };
        // Kept short, so that a search over everything takes no memory to speak of.
        let at = found.partition_point(|(other, _)| *other >= score);
        if at < most {
            found.insert(at, (score, operation));
            found.truncate(most);
        }
    }
    found.into_iter().map(|(_, operation)| operation).collect()
}

/// What other programs call differently.
fn as_it_is_called(word: String) -> String {
    match word.as_str() {
        "label" | "labels" => "tags".to_owned(),
        _ => word,
    }
}

fn score(operation: &Operation, words: &[String]) -> Option<u32> {
    let id = operation.id.to_lowercase();
    let title = operation.title.to_lowercase();
    let help = operation.help.to_lowercase();
    let mut score = match operation.is_core() {
        true => 4,
        false => 0,
    };
    if operation.deprecated {
        score /= 2;
    }
    for word in words {
        // `tags` is found by `tag`, and the other way round.
        let stem = word.strip_suffix('s').filter(|stem| stem.len() > 2);
        let stem = stem.unwrap_or(word);
        score += if id == *word {
            100
        } else if whole_word(&title, stem) {
            10
        } else if begins_a_word(&title, stem) || begins_a_word(&id, stem) {
            6
        } else if begins_a_word(&help, stem) {
            2
        } else if in_fields(operation, stem) {
            1
        } else {
            return None;
        };
    }
    Some(score)
}

fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric())
}

fn whole_word(text: &str, stem: &str) -> bool {
    words_of(text).any(|word| word.strip_suffix('s').unwrap_or(word) == stem || word == stem)
}

fn begins_a_word(text: &str, stem: &str) -> bool {
    text.starts_with(stem) || words_of(text).any(|word| word.starts_with(stem))
}

/// What it takes: names, words and choices of its inputs.
fn in_fields(operation: &Operation, stem: &str) -> bool {
    operation.fields.iter().any(|field| {
        let choices = match &field.shape {
            Shape::Choice(values) => values.as_slice(),
            _ => &[],
        };
        let mut choices = choices.iter().filter_map(|value| value.as_str());
        begins_a_word(&field.name.to_lowercase(), stem)
            || field
                .words
                .as_ref()
                .is_some_and(|words| begins_a_word(&words.to_lowercase(), stem))
            || choices.any(|choice| begins_a_word(&choice.to_lowercase(), stem))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_find_what_they_mean_first() {
        let best = |words: &str| search(words, &Filter::default(), 5)[0].id.clone();
        assert_eq!(best("send message"), "highlevel.message.send");
        assert_eq!(
            best("ticket status changed"),
            "mygadgetrepairs.ticket.status_changed"
        );
        assert_eq!(best("add tags"), "highlevel.contact.add_tags");
        assert_eq!(best("add labels"), "highlevel.contact.add_tags");
        assert_eq!(best("send sms"), "highlevel.message.send");
        let tags = search("tags", &Filter::default(), 50);
        assert!(
            tags.iter().all(|one| one.id != "highlevel.pipeline.list"),
            "no `tag` in stages"
        );
        assert!(search("", &Filter::default(), 5).is_empty());
        assert!(search("zzzz", &Filter::default(), 5).is_empty());
        let everything = Filter {
            extended: true,
            ..Filter::default()
        };
        assert!(
            search("brand boards", &everything, 50)
                .iter()
                .any(|one| !one.is_core())
        );
    }
}
