//! Tokens that we hand out: of sessions, of the API, of set-up links. 256 bits of chance, of which only the SHA-256 is
//! kept: who reads the database can use none of them. (A slow hash is for what people think up; nobody guesses these.)

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Randomness;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

/// Random bytes of a token.
const BYTES: usize = 32;
/// Letters that they take.
const LETTERS: usize = 43;

/// What a token opens. Each begins with letters of its own, so that one in the wrong place is known for what it is, by
/// people and by scanners for leaked secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// A browser's session: the value of the cookie.
    Session,
    /// An API token: `Authorization: Bearer rb_…`.
    Api,
    /// A link by which somebody sets a password, once.
    SetupLink,
}

impl TokenKind {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Session => "rbs_",
            Self::Api => "rb_",
            Self::SetupLink => "rbl_",
        }
    }
}

/// A token, new or shown to us. Its text never gets into logs or the store.
#[derive(Clone, Debug)]
pub struct Token {
    text: SecretString,
    digest: [u8; 32],
}

impl Token {
    /// A new one.
    #[must_use]
    pub fn new(kind: TokenKind, randomness: &dyn Randomness) -> Self {
        let mut bytes = Zeroizing::new([0_u8; BYTES]);
        randomness.fill(&mut *bytes);
        let text = Zeroizing::new(format!(
            "{}{}",
            kind.prefix(),
            &*Zeroizing::new(URL_SAFE_NO_PAD.encode(*bytes))
        ));
        Self::of(&text)
    }

    /// What somebody showed, if it has the form of such a token. Anything else needs no look into the store.
    #[must_use]
    pub fn parse(kind: TokenKind, text: &str) -> Option<Self> {
        let random = text.strip_prefix(kind.prefix())?;
        let sound = random.len() == LETTERS
            && random
                .bytes()
                .all(|letter| letter.is_ascii_alphanumeric() || b"-_".contains(&letter));
        sound.then(|| Self::of(text))
    }

    /// Over the text, not the bytes that it stands for: two spellings are two tokens.
    fn of(text: &str) -> Self {
        let mut kept = [0; 32];
        kept.copy_from_slice(digest::digest(&digest::SHA256, text.as_bytes()).as_ref());
        Self {
            text: SecretString::from(text),
            digest: kept,
        }
    }

    /// What is kept of it, and looked up.
    #[must_use]
    pub const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// The token itself, to hand it out.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.text.expose_secret()
    }
}
