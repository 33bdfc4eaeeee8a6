//! One sealed text: XChaCha20-Poly1305 with a random nonce, written `v2.<key version>.<base64>`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305, XNonce};
use domain::Randomness;
use zeroize::Zeroizing;

pub(crate) const KEY_BYTES: usize = 32;
/// 24 bytes are enough for a nonce to be drawn at random for as long as a key lives.
const NONCE_BYTES: usize = 24;

/// What a sealed text is bound to beside its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Data keys, and secrets of shops as earlier versions sealed them: a place is shop and name.
    First,
    /// A place is table, column and row.
    Second,
}

impl Form {
    const fn word(self) -> &'static str {
        match self {
            Self::First => "v1",
            Self::Second => "v2",
        }
    }

    fn read(word: &str) -> Option<Self> {
        [Self::First, Self::Second]
            .into_iter()
            .find(|form| form.word() == word)
    }
}

/// Seals content for a place, or answers nothing when it is longer than the cipher takes (256 GiB).
pub(crate) fn seal(
    key: &[u8; KEY_BYTES],
    (form, version): (Form, i64),
    place: &str,
    content: &[u8],
    randomness: &dyn Randomness,
) -> Option<String> {
    let mut nonce = [0_u8; NONCE_BYTES];
    randomness.fill(&mut nonce);
    let aad = bound_to(form, version, place);
    let payload = Payload {
        msg: content,
        aad: aad.as_bytes(),
    };
    let sealed = XChaCha20Poly1305::new(Key::from_slice(key))
        .encrypt(XNonce::from_slice(&nonce), payload)
        .ok()?;
    let sealed = STANDARD_NO_PAD.encode([nonce.as_slice(), &sealed].concat());
    Some(format!("{}.{version}.{sealed}", form.word()))
}

/// A sealed text taken apart.
pub(crate) struct Sealed {
    pub(crate) form: Form,
    /// The version of the key that sealed it.
    pub(crate) version: i64,
    bytes: Vec<u8>,
}

impl Sealed {
    /// Takes a sealed text apart, or answers nothing when it has another form.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '.');
        let (form, version, bytes) = (parts.next()?, parts.next()?, parts.next()?);
        let bytes = STANDARD_NO_PAD.decode(bytes).ok()?;
        (bytes.len() >= NONCE_BYTES).then_some(())?;
        Some(Self {
            form: Form::read(form)?,
            version: version.parse().ok()?,
            bytes,
        })
    }

    /// The content, or nothing when key, place or bytes are not those of the sealing.
    pub(crate) fn open(&self, key: &[u8; KEY_BYTES], place: &str) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, sealed) = self.bytes.split_at_checked(NONCE_BYTES)?;
        let aad = bound_to(self.form, self.version, place);
        let payload = Payload {
            msg: sealed,
            aad: aad.as_bytes(),
        };
        XChaCha20Poly1305::new(Key::from_slice(key))
            .decrypt(XNonce::from_slice(nonce), payload)
            .ok()
            .map(Zeroizing::new)
    }
}

/// The associated data. The place comes last, since it may hold any character.
fn bound_to(form: Form, version: i64, place: &str) -> String {
    format!("repairbridge/{}/{version}/{place}", form.word())
}
