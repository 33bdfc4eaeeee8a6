//! Who may call: nothing is signed, so the authenticity rests on secrets of ours (mygadgetrepairs-webhooks.md 1.3).

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use secrecy::{ExposeSecret, SecretString};

/// The extra header with our token.
pub const TOKEN_HEADER: &str = "x-sync-token";

/// Base64 with its padding or without.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What a call proves itself with: HTTP Basic, or a token in an extra header; either is enough. An empty password or
/// token admits nobody.
#[derive(Clone, Debug)]
pub struct Credentials {
    user: String,
    password: SecretString,
    token: SecretString,
}

impl Credentials {
    /// Credentials as they are pasted into MyGadgetRepairs. Make them of letters and digits.
    #[must_use]
    pub fn new(user: impl Into<String>, password: SecretString, token: SecretString) -> Self {
        Self {
            user: user.into(),
            password,
            token,
        }
    }

    /// The name for HTTP Basic.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The password for HTTP Basic.
    #[must_use]
    pub const fn password(&self) -> &SecretString {
        &self.password
    }

    /// The token for the extra header.
    #[must_use]
    pub const fn token(&self) -> &SecretString {
        &self.token
    }

    /// Whether a call may come in. `header` finds a header by its name in lower case, whatever case was sent. How
    /// long this takes tells nothing of the secrets.
    #[must_use]
    pub fn authorized<'h>(&self, header: impl Fn(&str) -> Option<&'h str>) -> bool {
        // Both are always judged, so that the time does not tell which one failed.
        let by_token = header(TOKEN_HEADER).is_some_and(|given| self.token_is(given));
        let by_password = header("authorization").is_some_and(|given| self.basic_is(given));
        by_token | by_password
    }

    fn token_is(&self, given: &str) -> bool {
        let token = self.token.expose_secret();
        same(&[given.trim().as_bytes()], &[token.as_bytes()]) & !token.is_empty()
    }

    fn basic_is(&self, given: &str) -> bool {
        let Some((scheme, encoded)) = given.trim().split_once(' ') else {
            return false;
        };
        if !scheme.eq_ignore_ascii_case("basic") {
            return false;
        }
        let Ok(pair) = LENIENT.decode(encoded.trim()) else {
            return false;
        };
        let password = self.password.expose_secret();
        let ours: [&[u8]; 3] = [self.user.as_bytes(), b":", password.as_bytes()];
        same(&[&pair], &ours) & !password.is_empty()
    }
}

/// Compares hashes and not texts: the time depends on the lengths alone, and a guess that is nearly right has a hash
/// that is nothing like ours. The comparison of BLAKE3 hashes takes constant time by its documentation.
fn same(given: &[&[u8]], ours: &[&[u8]]) -> bool {
    digest(given) == digest(ours)
}

fn digest(parts: &[&[u8]]) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize()
}
