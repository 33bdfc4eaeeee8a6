//! What is never shown: passcodes; and what is shown only by its end: numbers of devices.

use crate::transform::text::masked;
use serde_json::Value as Json;

/// Words of keys under which passcodes are kept.
const CODES: [&str; 8] = [
    "passcode", "password", "pincode", "pin", "pattern", "unlock", "secret", "token",
];
/// Words of keys under which numbers of devices are kept.
const NUMBERS: [&str; 3] = ["imei", "serial", "meid"];
/// Words in a text after which a passcode stands.
const BEFORE_CODE: [&str; 9] = [
    "passcode",
    "password",
    "pincode",
    "pin",
    "kennwort",
    "passwort",
    "sperrcode",
    "code",
    "contraseña",
];

/// A value without secrets, however deep.
pub(crate) fn without(value: &Json) -> Json {
    match value {
        Json::Object(table) => table
            .iter()
            .filter(|(key, _)| !says(key, &CODES))
            .map(|(key, value)| {
                let shown = match value {
                    Json::String(text) if says(key, &NUMBERS) => Json::String(masked(text)),
                    Json::Number(number) if says(key, &NUMBERS) => {
                        Json::String(masked(&number.to_string()))
                    }
                    other => without(other),
                };
                (key.clone(), shown)
            })
            .collect(),
        Json::Array(items) => items.iter().map(without).collect(),
        Json::String(text) => Json::String(hidden(text)),
        plain => plain.clone(),
    }
}

/// A text without the secrets that people wrote into it.
pub(super) fn hide(value: Json) -> Json {
    match value {
        Json::String(text) => Json::String(hidden(&text)),
        other => other,
    }
}

/// Whether a key is about one of the words: `devicePasscode`, `unlock_pin`.
fn says(key: &str, words: &[&str]) -> bool {
    let mut parts = vec![String::new()];
    let mut small = false;
    for letter in key.chars() {
        // A capital behind a small letter begins a word; capitals beside each other are one.
        if !letter.is_alphanumeric() || (letter.is_uppercase() && small) {
            parts.push(String::new());
        }
        small = letter.is_lowercase();
        if letter.is_alphanumeric()
            && let Some(part) = parts.last_mut()
        {
            part.extend(letter.to_lowercase());
        }
    }
    let whole: String = parts.concat();
    parts.iter().any(|part| words.contains(&part.as_str()))
        || words
            .iter()
            .any(|word| word.len() > 4 && whole.contains(word))
}

/// Masks device numbers of fifteen digits, and what stands behind `passcode:` and its like.
fn hidden(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut next = Next::Shown;
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        let (label, rest) = word.split_once([':', '=']).unwrap_or((word, ""));
        let separated = word.len() > label.len();
        let label = label.to_lowercase();
        let label = label.trim_matches(|c: char| !c.is_alphanumeric());
        let names_code = BEFORE_CODE.contains(&label);
        let filler = matches!(word, ":" | "=" | "-" | "is" | "ist" | "");
        let secret = match next {
            Next::Shown => false,
            Next::Hidden => !filler,
            Next::HiddenWithDigits => !filler && word.chars().any(|c| c.is_ascii_digit()),
        };
        if names_code && separated && !rest.is_empty() {
            shown.extend(word.split_inclusive([':', '=']).next());
            shown.push_str(HIDDEN);
        } else if secret {
            shown.push_str(HIDDEN);
        } else {
            shown.push_str(&device(word));
        }
        next = match (names_code, separated) {
            (true, true) if rest.is_empty() => Next::Hidden,
            // Everyday words: about a secret where a number follows.
            (true, false) if matches!(label, "code" | "pin") => Next::HiddenWithDigits,
            (true, false) => Next::Hidden,
            _ if filler => next,
            _ => Next::Shown,
        };
        shown.push_str(&piece[word.len()..]);
    }
    shown
}

const HIDDEN: &str = "••••";

/// What becomes of the next word.
#[derive(Clone, Copy)]
enum Next {
    Shown,
    Hidden,
    HiddenWithDigits,
}

/// A word in which a device number is masked.
fn device(word: &str) -> String {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let only = word
        .chars()
        .all(|c| c.is_ascii_digit() || "-/.,;:()#".contains(c));
    if only && (14..=16).contains(&digits) {
        masked(word)
    } else {
        word.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn passcodes_are_not_shown_and_device_numbers_only_by_their_end() {
        for (text, shown) in [
            ("Passcode: 1234, cracked", "Passcode: •••• cracked"),
            ("passcode:1234", "passcode:••••"),
            ("PIN 0815 and screen", "PIN •••• and screen"),
            ("charging pin is broken", "charging pin is broken"),
            ("IMEI 356938035643809 ok", "IMEI •••••••••••3809 ok"),
            ("K-1042 costs 120", "K-1042 costs 120"),
            ("Kennwort ist geheim", "Kennwort ist ••••"),
        ] {
            assert_eq!(hidden(text), shown, "{text}");
        }
        assert_eq!(
            without(
                &json!({"unlock_pin": "1", "devicePasscode": 7, "a": [{"imei_no": "356938035643809", "spin": "x"}]})
            ),
            json!({"a": [{"imei_no": "•••••••••••3809", "spin": "x"}]})
        );
    }
}
