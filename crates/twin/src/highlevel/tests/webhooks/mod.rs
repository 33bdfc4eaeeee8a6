//! App webhooks: what is told, how it is signed, and how well it arrives.

mod delivery;
mod events;
mod live;
mod texts;

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Bench, empty};
use crate::highlevel::{DueWebhook, HighLevelTwin, WebhookPolicy};

/// An empty location whose deliveries are pulled.
async fn pulled(policy: Value) -> Bench {
    let bench = empty().await;
    bench
        .twins
        .highlevel()
        .set_webhooks(wanted(policy))
        .unwrap();
    bench
}

fn wanted(keys: Value) -> WebhookPolicy {
    let mut whole = json!(WebhookPolicy::pulled());
    let Value::Object(keys) = keys else {
        panic!("no object: {keys}");
    };
    for (key, value) in keys {
        whole[key] = value;
    }
    serde_json::from_value(whole).unwrap()
}

/// Takes what is due and accepts it; the bodies.
fn told(twin: &HighLevelTwin) -> Vec<Value> {
    let due = twin.take_due_webhooks();
    for webhook in &due {
        twin.webhook_answered(webhook.number, Some(200));
    }
    due.iter().map(body).collect()
}

fn kinds(bodies: &[Value]) -> Vec<&str> {
    bodies
        .iter()
        .map(|body| body["type"].as_str().unwrap())
        .collect()
}

fn body(webhook: &DueWebhook) -> Value {
    serde_json::from_slice(&webhook.body).unwrap()
}

/// What a receiver does with the signature.
fn verifies(twin: &HighLevelTwin, webhook: &DueWebhook, bytes: &[u8]) -> bool {
    let spki = STANDARD.decode(twin.webhooks().public_key.spki).unwrap();
    let signature = webhook
        .headers
        .iter()
        .find(|(name, _)| name == "x-ghl-signature")
        .and_then(|(_, value)| STANDARD.decode(value).ok());
    signature.is_some_and(|signature| {
        UnparsedPublicKey::new(&ED25519, &spki[12..])
            .verify(bytes, &signature)
            .is_ok()
    })
}
