//! Countries: two-letter codes, and the names that people write at a counter.

use serde::{Deserialize, Serialize};
use std::fmt;

/// An ISO 3166 alpha-2 code.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CountryCode(String);

impl CountryCode {
    /// Reads a code (`GB`, `GBR`), or a country's English name (`United Kingdom`, `UK`, `USA`).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let wanted = text.trim();
        let upper = wanted.to_uppercase();
        let known = match upper.as_str() {
            "" => return None,
            "UK" | "ENGLAND" | "SCOTLAND" | "WALES" | "NORTHERN IRELAND" | "GREAT BRITAIN"
            | "UNITED KINGDOM" => Some("GB"),
            "UNITED STATES" | "UNITED STATES OF AMERICA" => Some("US"),
            "RUSSIA" => Some("RU"),
            "SOUTH KOREA" => Some("KR"),
            "HOLLAND" | "NETHERLANDS" | "THE NETHERLANDS" => Some("NL"),
            "CZECH REPUBLIC" => Some("CZ"),
            _ => None,
        };
        if let Some(code) = known {
            return Some(Self(code.to_owned()));
        }
        let country = match upper.len() {
            2 => rust_iso3166::from_alpha2(&upper),
            3 => rust_iso3166::from_alpha3(&upper),
            _ => rust_iso3166::ALL
                .iter()
                .find(|country| country.name.eq_ignore_ascii_case(wanted))
                .copied(),
        }?;
        Some(Self(country.alpha2.to_owned()))
    }

    /// The two letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The English name, as a counter would write it.
    #[must_use]
    pub fn name(&self) -> &str {
        match self.0.as_str() {
            "GB" => "United Kingdom",
            "US" => "United States",
            "NL" => "Netherlands",
            code => rust_iso3166::from_alpha2(code).map_or(&self.0, |country| country.name),
        }
    }
}

impl fmt::Display for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for CountryCode {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| {
            format!("`{text}` is not a country; write its two-letter code, for example GB or US")
        })
    }
}

impl From<CountryCode> for String {
    fn from(code: CountryCode) -> Self {
        code.0
    }
}

#[cfg(test)]
mod tests {
    use super::CountryCode;

    #[test]
    fn codes_and_names_are_read_and_names_come_back() {
        for text in ["GB", "gb", "GBR", "UK", "United Kingdom", "england"] {
            assert_eq!(CountryCode::parse(text).unwrap().as_str(), "GB", "{text}");
        }
        assert_eq!(CountryCode::parse("Germany").unwrap().as_str(), "DE");
        assert_eq!(CountryCode::parse("Atlantis"), None);
        for country in rust_iso3166::ALL {
            let code = CountryCode::parse(country.alpha2).unwrap();
            assert_eq!(
                CountryCode::parse(code.name()),
                Some(code.clone()),
                "{code}"
            );
        }
    }
}
