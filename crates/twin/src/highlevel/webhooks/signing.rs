//! The vendor's signature over the raw body (highlevel-webhooks.md 3), with a key pair of the twin's own.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde::Serialize;

/// DER before the 32 bytes of an Ed25519 key (RFC 8410).
const SPKI_HEAD: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// The key that a receiver of this twin's webhooks must accept, in the two forms in which keys are configured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WebhookKey {
    /// SPKI in standard base64: what stands between the lines of a PEM.
    pub spki: String,
    /// The 32 bytes themselves.
    pub hex: String,
}

/// Signs with the twin's key, and forges with another one.
#[derive(Debug)]
pub(super) struct Signer {
    /// `None` only if the library refused its own seed; then nothing is signed, which every receiver notices.
    own: Option<Ed25519KeyPair>,
    stranger: Option<Ed25519KeyPair>,
}

impl Signer {
    pub fn seeded(seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed ^ 0x5169_6e65);
        let mut pair = || {
            let seed: [u8; 32] = random.random();
            Ed25519KeyPair::from_seed_unchecked(&seed).ok()
        };
        Self {
            own: pair(),
            stranger: pair(),
        }
    }

    pub fn public(&self) -> WebhookKey {
        let raw = self
            .own
            .as_ref()
            .map_or(&[][..], |pair| pair.public_key().as_ref());
        WebhookKey {
            spki: STANDARD.encode([&SPKI_HEAD, raw].concat()),
            hex: raw.iter().map(|byte| format!("{byte:02x}")).collect(),
        }
    }

    pub fn sign(&self, body: &[u8]) -> Option<String> {
        signed(self.own.as_ref(), body)
    }

    /// Well formed, but of a key that is not the vendor's.
    pub fn sign_as_stranger(&self, body: &[u8]) -> Option<String> {
        signed(self.stranger.as_ref(), body)
    }
}

fn signed(pair: Option<&Ed25519KeyPair>, body: &[u8]) -> Option<String> {
    pair.map(|pair| STANDARD.encode(pair.sign(body)))
}
