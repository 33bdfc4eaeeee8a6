//! Phones as HighLevel saves them: E.164, national forms read with the location's country (highlevel-quirks.md 1.10).
//!
//! Our own small table on purpose: with the client's library the twin would agree with the client's mistakes.

/// Country, dialling code, prefix before national numbers.
const COUNTRIES: &[(&str, &str, &str)] = &[
    ("AT", "43", "0"),
    ("AU", "61", "0"),
    ("BE", "32", "0"),
    ("BR", "55", "0"),
    ("CA", "1", "1"),
    ("CH", "41", "0"),
    ("CZ", "420", ""),
    ("DE", "49", "0"),
    ("DK", "45", ""),
    ("ES", "34", ""),
    ("FI", "358", "0"),
    ("FR", "33", "0"),
    ("GB", "44", "0"),
    ("GR", "30", ""),
    ("IE", "353", "0"),
    ("IN", "91", "0"),
    ("IT", "39", ""),
    ("MX", "52", ""),
    ("NL", "31", "0"),
    ("NO", "47", ""),
    ("NZ", "64", "0"),
    ("PL", "48", ""),
    ("PT", "351", ""),
    ("SE", "46", "0"),
    ("US", "1", "1"),
    ("ZA", "27", "0"),
];

/// The number in E.164; `None` when there is no number in the text.
pub(crate) fn normalise(text: &str, country: &str) -> Option<String> {
    let text = text.trim();
    let international = text.starts_with('+');
    let text = if international {
        text.replace("(0)", "")
    } else {
        text.to_owned()
    };
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let whole = if international {
        digits
    } else if let Some(rest) = digits.strip_prefix("00") {
        rest.to_owned()
    } else {
        let (_, code, trunk) = COUNTRIES.iter().find(|(name, _, _)| *name == country)?;
        let national = match trunk {
            &"" => digits.as_str(),
            trunk => digits.strip_prefix(trunk).unwrap_or(&digits),
        };
        format!("{code}{national}")
    };
    (8..=15).contains(&whole.len()).then(|| format!("+{whole}"))
}

#[cfg(test)]
mod tests {
    use super::normalise;

    #[test]
    fn national_forms_follow_the_country() {
        let gb = |text| normalise(text, "GB");
        assert_eq!(gb("07700 900123").as_deref(), Some("+447700900123"));
        assert_eq!(gb("+44 7700 900123").as_deref(), Some("+447700900123"));
        assert_eq!(gb("+44 (0)7700 900123").as_deref(), Some("+447700900123"));
        assert_eq!(gb("0044 7700 900123").as_deref(), Some("+447700900123"));
        assert_eq!(
            normalise("(555) 010-0001", "US").as_deref(),
            Some("+15550100001")
        );
        assert_eq!(
            normalise("1-555-010-0001", "US").as_deref(),
            Some("+15550100001")
        );
        assert_eq!(gb("none"), None);
    }
}
