//! The API key.

use crate::Error;
use http::Request;
use secrecy::{ExposeSecret, SecretString};

/// The key as it goes into `Authorization`: bare, without `Bearer` or any other prefix, with all of its
/// punctuation (mygadgetrepairs-api.md section 3).
#[derive(Clone, Debug)]
pub(crate) struct Key(SecretString);

impl Key {
    /// Trims what copying adds; refuses what cannot be a key.
    pub fn new(key: &SecretString) -> Result<Self, Error> {
        let key = key.expose_secret().trim();
        let problem = if key.is_empty() {
            "it is empty"
        } else if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            "it holds blanks or characters that no key has"
        } else {
            return Ok(Self(SecretString::from(key)));
        };
        Err(Error::KeyUnusable { problem })
    }

    /// Adds the key to a request, marked so that nothing prints it.
    pub fn sign(&self, request: Request) -> Request {
        request.secret_header(http::HeaderName::from_static("authorization"), &self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_sent_verbatim_without_prefix_and_hidden() {
        let key = Key::new(&SecretString::from(" a|b!@%=^&*.c \n")).unwrap();
        let request = key.sign(Request::get("/info"));
        let (name, value) = &request.headers[0];
        assert_eq!(name.as_str(), "authorization");
        assert_eq!(value.to_str().unwrap(), "a|b!@%=^&*.c");
        assert!(value.is_sensitive());
        assert!(!format!("{request:?} {key:?}").contains("a|b"));
    }

    #[test]
    fn what_cannot_be_a_key_is_refused_without_being_shown() {
        for bad in ["", "  ", "two words", "schlüssel", "a\nb"] {
            let error = Key::new(&SecretString::from(bad)).unwrap_err();
            assert!(matches!(error, Error::KeyUnusable { .. }));
            assert!(bad.trim().is_empty() || !error.to_string().contains(bad.trim()));
        }
    }
}
