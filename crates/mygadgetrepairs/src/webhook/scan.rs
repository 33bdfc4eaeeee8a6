//! Our own keys in a body that is no JSON any more, because a tag's value brought quotes or line breaks into it
//! (mygadgetrepairs-webhooks.md 1.4).

/// The value after the first `"key":`, in quotes or a bare number. The template has our keys before anything that a
/// person typed, so the first one is ours. One pass; the values that we look for have no quotes in them.
pub(super) fn value(text: &str, key: &str) -> Option<String> {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('"') {
        rest = after;
        let found = after
            .strip_prefix(key)
            .and_then(|after| after.strip_prefix('"'))
            .and_then(|after| after.trim_start().strip_prefix(':'));
        if let Some(after) = found {
            return read(after.trim_start());
        }
    }
    None
}

fn read(text: &str) -> Option<String> {
    if let Some(quoted) = text.strip_prefix('"') {
        let end = quoted.find(['"', '\r', '\n'])?;
        return quoted.get(..end).map(str::to_owned);
    }
    let end = text
        .find(|letter: char| !letter.is_ascii_alphanumeric() && !matches!(letter, '-' | '.' | '_'))
        .unwrap_or(text.len());
    text.get(..end)
        .filter(|word| !matches!(*word, "null" | "true" | "false"))
        .map(str::to_owned)
}
