//! Paths with their ids filled in.

/// The names in a path such as `/contacts/{contactId}`.
pub fn path_names(path: &str) -> impl Iterator<Item = &str> {
    path.split('{')
        .skip(1)
        .filter_map(|part| part.split_once('}').map(|(name, _)| name))
}

/// The path with every name replaced by what `value` gives for it, encoded.
///
/// # Errors
/// The name for which there is no value that may stand in a path.
pub(super) fn filled(path: &str, value: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut filled = String::new();
    for (at, part) in path.split('{').enumerate() {
        match (at, part.split_once('}')) {
            (0, _) | (_, None) => filled.push_str(part),
            (_, Some((name, rest))) => {
                let id = value(name).and_then(|text| segment(&text));
                filled.push_str(&id.ok_or_else(|| name.to_owned())?);
                filled.push_str(rest);
            }
        }
    }
    Ok(filled)
}

/// One part of a path, percent-encoded so that it can never reach another endpoint. Nothing where it is empty, or dots
/// only: those lead to another endpoint however they are written.
pub(super) fn segment(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() || text.chars().all(|letter| letter == '.') {
        return None;
    }
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    Some(encoded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_filled_in_stays_one_part_of_the_path(id in ".{0,20}") {
            match filled("/contacts/{contactId}/tasks/{taskId}", |_| Some(id.clone())) {
                Ok(path) => {
                    let parts: Vec<&str> = path.split('/').collect();
                    prop_assert_eq!(parts.len(), 5);
                    prop_assert!(path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-_.~%".contains(&byte)));
                    prop_assert!(!parts[2..].iter().any(|part| part.is_empty() || *part == "." || *part == ".."));
                }
                Err(name) => {
                    prop_assert_eq!(name, "contactId");
                    prop_assert!(id.trim().chars().all(|letter| letter == '.'));
                }
            }
        }
    }
}
