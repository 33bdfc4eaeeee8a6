//! Webhooks signed by a key of the tests' own, which the application under test accepts.

use app::{Accepted, App, NotTaken};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;

/// The seed of the tests' key.
const SEED: [u8; 32] = *b"webhooks signed by the tests key";

fn pair() -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&SEED).expect("a key")
}

/// The tests' public key, as base64 of its 32 bytes.
#[must_use]
pub fn public_key() -> String {
    STANDARD.encode(pair().public_key().as_ref())
}

/// The signature of a body, as `X-GHL-Signature` carries it.
#[must_use]
pub fn signature(body: &[u8]) -> String {
    STANDARD.encode(pair().sign(body))
}

/// Hands a signed webhook to the application, as the vendor would.
///
/// # Errors
/// When the application does not take it.
pub async fn deliver(app: &App, event: &Json) -> Result<Accepted, NotTaken> {
    let body = event.to_string();
    let signature = signature(body.as_bytes());
    let header = |name: &str| (name == "x-ghl-signature").then_some(signature.as_str());
    app.take_crm_webhook(header, body.as_bytes()).await
}
