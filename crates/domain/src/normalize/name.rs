//! Names of people: split for writing, folded for matching.

use super::text;

/// Splits a full name for a system that wants two parts: the last word is the family name.
/// One word is a given name.
#[must_use]
pub fn split(full: &str) -> (Option<String>, Option<String>) {
    let line = text::line(full);
    match line.rsplit_once(' ') {
        Some((given, family)) => (Some(given.to_owned()), Some(family.to_owned())),
        None => ((!line.is_empty()).then_some(line), None),
    }
}

/// Joins the parts of a name.
#[must_use]
pub fn join(given: Option<&str>, family: Option<&str>) -> Option<String> {
    let full = text::line(&format!("{} {}", given.unwrap_or(""), family.unwrap_or("")));
    (!full.is_empty()).then_some(full)
}

/// A name folded for matching: decomposed, accents dropped, lower case, words only.
#[must_use]
pub fn key(full: &str) -> String {
    use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
    let folded: String = full
        .nfkd()
        .filter(|letter| !is_combining_mark(*letter))
        .flat_map(char::to_lowercase)
        .map(|letter| {
            if letter.is_alphanumeric() {
                letter
            } else {
                ' '
            }
        })
        .collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How two names relate, folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// All words agree.
    Same,
    /// The family name agrees and the given name does not contradict: absent, an initial, or a prefix.
    Compatible,
    /// The family name agrees, the given names differ.
    SameFamily,
    /// At least one of the names is empty.
    Unknown,
    /// They name different people.
    Different,
}

/// Compares two full names.
#[must_use]
pub fn compare(left: &str, right: &str) -> Likeness {
    let (left, right) = (key(left), key(right));
    if left.is_empty() || right.is_empty() {
        return Likeness::Unknown;
    }
    if left == right || sorted(&left) == sorted(&right) {
        return Likeness::Same;
    }
    let (left_given, left_family) = split(&left);
    let (right_given, right_family) = split(&right);
    match (left_family, right_family) {
        (Some(one), Some(other)) if one == other => {
            let one = left_given.unwrap_or_default();
            let other = right_given.unwrap_or_default();
            if one.starts_with(&other) || other.starts_with(&one) {
                Likeness::Compatible
            } else {
                Likeness::SameFamily
            }
        }
        // One side knows a single word: it agrees when that word is one of the other's.
        (None, _) if right.split(' ').any(|word| word == left) => Likeness::Compatible,
        (_, None) if left.split(' ').any(|word| word == right) => Likeness::Compatible,
        _ => Likeness::Different,
    }
}

fn sorted(key: &str) -> Vec<&str> {
    let mut words: Vec<&str> = key.split(' ').collect();
    words.sort_unstable();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splitting_and_joining_give_the_line_back() {
        for full in [
            "Maria Soto Diaz",
            "Cher",
            "  Ada   Byron ",
            "山田 太郎",
            "O'Neil",
        ] {
            let (given, family) = split(full);
            assert_eq!(
                join(given.as_deref(), family.as_deref()),
                Some(text::line(full))
            );
        }
    }

    #[test]
    fn likeness_of_families_and_strangers() {
        for (left, right, expected) in [
            ("José Müller", "jose muller", Likeness::Same),
            ("Miller, Tom", "Tom Miller", Likeness::Same),
            ("T Miller", "Tom Miller", Likeness::Compatible),
            ("Tom Miller", "Anna Miller", Likeness::SameFamily),
            ("Tom", "Tom Miller", Likeness::Compatible),
            ("Tom Miller", "Tom Baker", Likeness::Different),
            ("", "Tom Baker", Likeness::Unknown),
            ("山田 太郎", "山田 花子", Likeness::Different),
        ] {
            assert_eq!(compare(left, right), expected, "{left} / {right}");
        }
    }
}
