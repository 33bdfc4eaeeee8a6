//! Deliveries that are not the vendor's.

use std::sync::Arc;

use rand::Rng;
use rand::rngs::SmallRng;
use serde_json::{Value, json};

use super::super::payload::Payload;
use super::{Outbox, WebhookDelivery};

impl Outbox {
    /// An event of the same sort that never happened, in one of four disguises.
    pub(super) fn forgery(
        &mut self,
        real: &WebhookDelivery,
        mut payload: Payload,
        dice: &mut SmallRng,
    ) -> WebhookDelivery {
        let webhook_id = self.ids.uuid();
        payload.insert("webhookId".to_owned(), json!(webhook_id));
        tell_lies(&mut payload);
        if let Some(Value::Object(appointment)) = payload.get_mut("appointment") {
            tell_lies(appointment);
        }
        let body: Arc<[u8]> = Value::Object(payload).to_string().into_bytes().into();
        let signature = match dice.random_range(0..4) {
            0 => self.signer.sign_as_stranger(&body),
            // The vendor's own signature, of another body.
            1 => real.signature.clone(),
            2 => Some("N/A".to_owned()),
            _ => None,
        };
        WebhookDelivery {
            webhook_id,
            forged: true,
            body,
            signature,
            ..real.clone()
        }
    }
}

fn tell_lies(fields: &mut Payload) {
    for (name, lie) in [
        ("firstName", "Never"),
        ("name", "Never Happened"),
        ("email", "never.happened@example.com"),
        ("title", "Never happened"),
        ("body", "Never happened"),
        ("companyName", "Never Ltd"),
    ] {
        if let Some(told) = fields.get_mut(name) {
            *told = json!(lie);
        }
    }
}
