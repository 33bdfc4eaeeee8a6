//! Telephone numbers: E.164 with the shop's country for national forms.

use super::country::CountryCode;

/// The E.164 form of a number that is valid in the given country (or written internationally).
#[must_use]
pub fn e164(text: &str, country: &CountryCode) -> Option<String> {
    let region = country.as_str().parse::<phonenumber::country::Id>().ok();
    let number = phonenumber::parse(region, text.trim()).ok()?;
    phonenumber::is_valid(&number)
        .then(|| number.format().mode(phonenumber::Mode::E164).to_string())
}

/// The form in which two numbers are compared when one of them may not be E.164: a leading `+` and digits.
#[must_use]
pub fn comparable(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if text.trim_start().starts_with('+') {
        format!("+{digits}")
    } else {
        digits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn national_forms_need_the_shops_country() {
        let britain = CountryCode::parse("GB").unwrap();
        let states = CountryCode::parse("US").unwrap();
        assert_eq!(
            e164("07400 123456", &britain).as_deref(),
            Some("+447400123456")
        );
        assert_eq!(
            e164("(201) 555-0123", &states).as_deref(),
            Some("+12015550123")
        );
        assert_eq!(
            e164("+44 7400 123456", &states).as_deref(),
            Some("+447400123456")
        );
        for bad in ["", "none", "0", "123", "+", "ext. 4"] {
            assert_eq!(e164(bad, &britain), None, "{bad:?}");
        }
    }
}
