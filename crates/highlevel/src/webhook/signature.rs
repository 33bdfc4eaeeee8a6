//! Whether a delivery is HighLevel's (highlevel-webhooks.md 3.2).

use super::Keys;
use aws_lc_rs::signature::ParsedPublicKey;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::sync::atomic::Ordering;

/// Ed25519 over the raw body, base64 of 64 bytes.
pub const SIGNATURE_HEADER: &str = "x-ghl-signature";
/// RSA over the raw body, base64 of 512 bytes; historical.
pub const LEGACY_SIGNATURE_HEADER: &str = "x-wh-signature";

/// What a delivery was signed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    /// The current scheme.
    Ed25519 {
        /// Which key: 0 is the published one, then those of the configuration, from 1.
        key: usize,
    },
    /// The historical scheme, where it is switched on.
    LegacyRsa,
}

/// A delivery that cannot be shown to be HighLevel's. Answer 401.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// No signature that counts.
    #[error("the delivery has no `X-GHL-Signature`; it is not from HighLevel's app webhooks")]
    Missing,
    /// Only the historical one, and that is switched off.
    #[error(
        "the delivery has only the historical `x-wh-signature`; if your app still gets these, switch on \
         `highlevel.accept_legacy_signature`"
    )]
    LegacyOnly,
    /// Not base64 of the right length.
    #[error("`{header}` is not base64 of {bytes} bytes")]
    Malformed {
        /// The header.
        header: &'static str,
        /// How many bytes a signature has.
        bytes: usize,
    },
    /// A signature of something else, or by another key.
    #[error(
        "`{header}` does not fit the body; either it is forged, or HighLevel has a new key that belongs into \
         `highlevel.webhook_public_keys`"
    )]
    Wrong {
        /// The header.
        header: &'static str,
    },
}

impl Keys {
    /// Judges a delivery by its raw body, before anything parses it. `header` finds a header by its name in lower
    /// case; names of headers have no case, so it must not heed the case of what was sent.
    ///
    /// A wrong new signature is final: the historical one is not asked then.
    ///
    /// # Errors
    /// When no signature that counts is there, or it does not fit.
    pub fn verify<'h>(
        &self,
        header: impl Fn(&str) -> Option<&'h str>,
        body: &[u8],
    ) -> Result<Signature, SignatureError> {
        // A header may be there with the text `N/A` (highlevel-quirks.md 6.12).
        let given = |name| header(name).map(str::trim).filter(|text| !is_absent(text));
        if let Some(text) = given(SIGNATURE_HEADER) {
            let signature = decode::<64>(text, SIGNATURE_HEADER)?;
            return match self.key_of(body, &signature) {
                Some(key) => Ok(Signature::Ed25519 { key }),
                None => Err(SignatureError::Wrong {
                    header: SIGNATURE_HEADER,
                }),
            };
        }
        match (given(LEGACY_SIGNATURE_HEADER), &self.legacy) {
            (Some(text), Some(key)) => {
                let signature = decode::<512>(text, LEGACY_SIGNATURE_HEADER)?;
                let fits = key.verify_sig(body, &signature);
                fits.map(|()| Signature::LegacyRsa)
                    .map_err(|_| SignatureError::Wrong {
                        header: LEGACY_SIGNATURE_HEADER,
                    })
            }
            (Some(_), None) => Err(SignatureError::LegacyOnly),
            (None, _) => Err(SignatureError::Missing),
        }
    }

    /// The key that made a signature.
    fn key_of(&self, body: &[u8], signature: &[u8]) -> Option<usize> {
        let fits = |key: &ParsedPublicKey| key.verify_sig(body, signature).is_ok();
        let fitted = self.fitted.load(Ordering::Relaxed);
        if self.ed25519.get(fitted).is_some_and(fits) {
            return Some(fitted);
        }
        let mut others = self.ed25519.iter().enumerate();
        let (found, _) = others.find(|(number, key)| *number != fitted && fits(key))?;
        self.fitted.store(found, Ordering::Relaxed);
        Some(found)
    }
}

fn is_absent(text: &str) -> bool {
    text.is_empty() || text.eq_ignore_ascii_case("n/a")
}

/// Exactly `N` bytes of base64, in its one canonical spelling.
fn decode<const N: usize>(text: &str, header: &'static str) -> Result<[u8; N], SignatureError> {
    let malformed = SignatureError::Malformed { header, bytes: N };
    if text.len() != N.div_ceil(3) * 4 {
        return Err(malformed);
    }
    let bytes = STANDARD.decode(text).map_err(|_| malformed)?;
    bytes.try_into().map_err(|_| malformed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};

    #[test]
    fn every_key_counts_whichever_fitted_last() {
        let pairs = [(); 2].map(|()| Ed25519KeyPair::generate().unwrap());
        let public = pairs
            .iter()
            .map(|pair| STANDARD.encode(pair.public_key().as_ref()));
        let keys = Keys::new(public, false).unwrap();
        let verify = |pair: &Ed25519KeyPair, body: &[u8]| {
            let signature = STANDARD.encode(pair.sign(b"{}").as_ref());
            let header = |name: &str| (name == SIGNATURE_HEADER).then_some(signature.as_str());
            keys.verify(header, body)
        };
        for number in [1, 1, 0, 1, 0, 0] {
            let key = number + 1;
            assert_eq!(
                verify(&pairs[number], b"{}"),
                Ok(Signature::Ed25519 { key })
            );
            let wrong = SignatureError::Wrong {
                header: SIGNATURE_HEADER,
            };
            assert_eq!(verify(&pairs[number], b"[]"), Err(wrong));
        }
    }
}
