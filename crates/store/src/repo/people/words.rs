//! The words by which people are looked for, folded: what is kept, and what was typed.

use crate::change::Key;
use domain::{Field, Record, normalize};

/// Comes after every name.
const NAMELESS: &str = "\u{ffff}";
/// Country codes have up to so many digits.
const COUNTRY_CODE: usize = 3;
/// Fewer digits are no telephone number.
const NUMBER: usize = 4;

/// The folded name, for the order of a list. Whoever has none comes last.
pub(crate) fn name_of(record: &Record) -> String {
    let name = full_name(record).map(|name| normalize::name::key(&name));
    name.filter(|name| !name.is_empty())
        .unwrap_or_else(|| NAMELESS.to_owned())
}

/// Every word by which somebody may be looked for, between spaces.
pub(crate) fn words_of(record: &Record, keys: &[Key]) -> String {
    let mut words = full_name(record).map_or_else(String::new, |name| normalize::name::key(&name));
    let mut add = |text: &str| {
        words.push(' ');
        words.push_str(text);
    };
    let texts = [record.text(Field::Company), record.reference.as_deref()];
    for text in texts.into_iter().flatten() {
        add(&normalize::name::key(text));
    }
    for field in [Field::Phone, Field::Mobile, Field::Landline] {
        if let Some(number) = record.text(field) {
            add(digits(number).trim_start_matches('0'));
        }
    }
    for key in keys {
        match key.what {
            "email" => add(&normalize::name::key(&key.value)),
            // As it is written abroad, and without each code that could be the country's, as it is written at home.
            "phone" => {
                let number = digits(&key.value);
                (0..=COUNTRY_CODE)
                    .filter_map(|code| number.get(code..))
                    .for_each(&mut add);
            }
            _ => {}
        }
    }
    words
}

/// The words of what was typed, each of which begins a word of whoever is meant. Nothing where no word was typed.
pub(super) fn terms(typed: &str) -> Option<Vec<String>> {
    let is_number = !typed.chars().any(char::is_alphabetic);
    let number = digits(typed);
    if is_number && number.len() >= NUMBER {
        let number = number.trim_start_matches('0');
        return (!number.is_empty()).then(|| vec![number.to_owned()]);
    }
    let words = normalize::name::key(typed);
    let words = words.split(' ').filter(|word| !word.is_empty());
    let terms: Vec<String> = words.map(str::to_owned).collect();
    (!terms.is_empty()).then_some(terms)
}

/// Terms as SQLite's index is asked for them.
pub(super) fn matching(terms: &[String]) -> String {
    let terms: Vec<String> = terms.iter().map(|term| format!("\"{term}\"*")).collect();
    terms.join(" AND ")
}

fn full_name(record: &Record) -> Option<String> {
    let whole = record.text(Field::Name).map(str::to_owned);
    whole.or_else(|| {
        normalize::name::join(record.text(Field::FirstName), record.text(Field::LastName))
    })
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Kind, RecordId, Side, Value};
    use proptest::prelude::*;

    fn customer() -> (Record, Vec<Key>) {
        let mut record = Record::new(Side::MyGadgetRepairs, Kind::Contact, RecordId::new("1"));
        record.reference = Some("C-317".into());
        record.set(Field::FirstName, Value::text("Zoë"));
        record.set(Field::LastName, Value::text("O'Brien"));
        record.set(Field::Mobile, Value::text("07700 900123"));
        let keys = vec![
            Key {
                what: "email",
                value: "zoe@mail.example".into(),
            },
            Key {
                what: "phone",
                value: "+447700900123".into(),
            },
        ];
        (record, keys)
    }

    /// As the index compares: every term begins a word.
    fn finds(typed: &str) -> bool {
        let (record, keys) = customer();
        let words = words_of(&record, &keys);
        let words: Vec<&str> = words.split(' ').collect();
        terms(typed).is_some_and(|terms| {
            terms
                .iter()
                .all(|term| words.iter().any(|word| word.starts_with(term)))
        })
    }

    #[test]
    fn somebody_is_found_by_any_word_however_it_is_written() {
        for typed in [
            "zoe",
            "Zoë",
            "ZO",
            "brien zoe",
            "C-317",
            "317",
            "zoe@mail.example",
            "zoe@m",
            "07700 900123",
            "+44 7700 900123",
            "0044 7700 900123",
            "7700900",
            "07700-90",
        ] {
            assert!(finds(typed), "{typed}");
        }
        for typed in ["", "  ", "-", "0000", "zoex", "08000 900123", "zoe smith"] {
            assert!(!finds(typed), "{typed}");
        }
        assert_eq!(name_of(&customer().0), "zoe o brien");
    }

    proptest! {
        #[test]
        fn whatever_is_typed_asks_for_words_and_nothing_else(typed in "\\PC{0,40}") {
            if let Some(terms) = terms(&typed) {
                for term in matching(&terms).split(" AND ") {
                    let inside = term.strip_prefix('"').and_then(|term| term.strip_suffix("\"*"));
                    prop_assert!(inside.is_some_and(|word| word.chars().all(char::is_alphanumeric)));
                }
            }
        }
    }
}
