//! E-mail addresses: trimmed and case-folded, no clever address tricks.

/// The key by which addresses are compared, or nothing when the text cannot be an address.
/// An empty address matches nothing.
#[must_use]
pub fn key(text: &str) -> Option<String> {
    let address = text.trim().to_lowercase();
    let (local, domain) = address.rsplit_once('@')?;
    let sound = !local.is_empty()
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && !address.chars().any(char::is_whitespace);
    sound.then_some(address)
}

#[cfg(test)]
mod tests {
    use super::key;

    #[test]
    fn keys_fold_case_and_refuse_what_is_no_address() {
        assert_eq!(key("  Ada@Example.COM "), Some("ada@example.com".into()));
        assert_eq!(
            key("ada+shop@example.com"),
            Some("ada+shop@example.com".into())
        );
        for bad in [
            "",
            " ",
            "none",
            "@example.com",
            "a@b",
            "a b@example.com",
            "a@example.com.",
        ] {
            assert_eq!(key(bad), None, "{bad:?}");
        }
    }
}
