//! App webhooks of HighLevel.

use super::{Accepted, NotTaken};
use crate::App;
use domain::{Kind, RecordId, Side};
use highlevel::webhook::{Event, EventKind, Subject};
use store::Webhook;

impl App {
    /// Takes an app webhook. `header` finds a header by its name in lower case. Returns once it is on the disk.
    ///
    /// # Errors
    /// When its signature is missing or wrong, or when it could not be kept.
    pub async fn take_crm_webhook<'h>(
        &self,
        header: impl Fn(&str) -> Option<&'h str>,
        body: &[u8],
    ) -> Result<Accepted, NotTaken> {
        let taken = self.prove_and_keep_crm(header, body).await;
        self.metrics.webhook(Side::HighLevel, &taken);
        taken
    }

    async fn prove_and_keep_crm<'h>(
        &self,
        header: impl Fn(&str) -> Option<&'h str>,
        body: &[u8],
    ) -> Result<Accepted, NotTaken> {
        self.config
            .webhook_keys
            .verify(header, body)
            .map_err(|error| NotTaken::Forged(error.to_string()))?;
        // Signed, and yet no event: refusing would only bring it back.
        let Ok(event) = Event::parse(body) else {
            tracing::warn!("a signed webhook of HighLevel is no JSON object; it was left out");
            return Ok(Accepted::NotOurs);
        };
        if !self.is_for_our_app(&event) {
            return Ok(Accepted::NotOurs);
        }
        if matches!(event.kind, EventKind::Install | EventKind::Uninstall) {
            let taken = self.hear_of_app(&event).await?;
            if taken == Accepted::Kept {
                self.tell_flows_of_app(&event, body)
                    .await
                    .map_err(|error| NotTaken::NotKept(error.to_string()))?;
            }
            return Ok(taken);
        }
        let Some(location) = &event.location_id else {
            return Ok(Accepted::NotOurs);
        };
        let shop = self.shop_at(location).await;
        let Some(shop) = shop.map_err(|error| NotTaken::NotKept(error.to_string()))? else {
            return Ok(Accepted::NotOurs);
        };
        let (kind, record, parent) = place(&event.subject);
        let webhook = Webhook {
            shop,
            side: Side::HighLevel,
            event: key(event.dedupe_key()),
            what: event.kind.as_str().to_owned(),
            kind,
            record,
            parent,
            body: body.to_vec(),
            received_at: self.now(),
        };
        self.keep(webhook).await
    }

    /// The signature proves "HighLevel", not "this app": its keys are the same for all (highlevel-webhooks.md 3.1).
    fn is_for_our_app(&self, event: &Event) -> bool {
        match (&self.config.app_id, &event.app_id) {
            (Some(ours), Some(theirs)) => ours == theirs,
            _ => true,
        }
    }
}

/// Sixteen bytes that are the same for every delivery of an event.
fn key(dedupe_key: &str) -> [u8; 16] {
    let mut key = [0; 16];
    key.copy_from_slice(&blake3::hash(dedupe_key.as_bytes()).as_bytes()[..16]);
    key
}

/// Which record to look at.
fn place(subject: &Subject) -> (Option<Kind>, Option<RecordId>, Option<RecordId>) {
    let id = |id: &String| Some(RecordId::new(id.clone()));
    let of = |contact: &Option<String>| contact.clone().map(RecordId::new);
    match subject {
        Subject::Contact { id: contact } => (Some(Kind::Contact), id(contact), None),
        Subject::Note { id: note, contact } => (Some(Kind::Note), id(note), of(contact)),
        Subject::Task { id: task, contact } => (Some(Kind::Task), id(task), of(contact)),
        Subject::Appointment {
            id: appointment,
            contact,
            ..
        } => (Some(Kind::Appointment), id(appointment), of(contact)),
        // What staff write by hand says nothing about automations.
        Subject::Message { by_staff: true, .. } => (None, None, None),
        other => (None, None, other.contact().map(RecordId::new)),
    }
}
