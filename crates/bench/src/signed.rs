//! Webhooks as HighLevel sends them, signed before anything is measured, so that sending them costs little.

use anyhow::{Result, anyhow};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;

/// Bytes of a body.
const BODY: usize = 1024;

/// Signs in the vendor's place, with a key of its own.
pub(crate) struct Signer(Ed25519KeyPair);

impl Signer {
    pub(crate) fn new() -> Result<Self> {
        let pair = Ed25519KeyPair::generate();
        Ok(Self(pair.map_err(|_| anyhow!("no key could be made"))?))
    }

    /// The public key, as it stands in a configuration: base64 of its 32 bytes.
    pub(crate) fn public_key(&self) -> String {
        STANDARD.encode(self.0.public_key().as_ref())
    }

    /// A whole request about a contact: head and body. `number` makes events differ.
    pub(crate) fn request(&self, location: &str, contact: &str, number: u64) -> Vec<u8> {
        let mut body = json!({
            "type": "ContactUpdate",
            "locationId": location,
            "versionId": "66a0c0ffee",
            "appId": "66a0c0ffee",
            "id": contact,
            "webhookId": event_id(number),
            "timestamp": "2026-01-05T09:00:00.000Z",
            "firstName": "Jo", "lastName": "Smith", "email": "jo@example.com", "phone": "+441632960001",
            "address1": "1 High Street", "city": "Leeds", "postalCode": "LS1 1AA", "country": "GB",
            "tags": ["repair", "newsletter"], "dnd": false, "note": "",
        });
        let short = BODY.saturating_sub(body.to_string().len());
        body["note"] = "x".repeat(short).into();
        let body = body.to_string();
        let signature = STANDARD.encode(self.0.sign(body.as_bytes()).as_ref());
        let head = format!(
            "POST /hooks/crm HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n\
             x-ghl-signature: {signature}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        [head.into_bytes(), body.into_bytes()].concat()
    }

    /// So many different ones.
    pub(crate) fn requests(&self, location: &str, numbers: std::ops::Range<u64>) -> Vec<Vec<u8>> {
        numbers
            .map(|number| self.request(location, &format!("contact{number:013}"), number))
            .collect()
    }
}

/// In the form of a UUID.
fn event_id(number: u64) -> String {
    let hex = format!("{:032x}", spread(number));
    let part = |from, to| hex.get(from..to).unwrap_or_default();
    format!(
        "{}-{}-{}-{}-{}",
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32)
    )
}

/// Different numbers, spread like random ones: where they fall in an index cannot be foreseen.
pub(crate) fn spread(number: u64) -> u128 {
    let mixed = |salt: u64| {
        let mut x = (number ^ salt).wrapping_add(0x9e37_79b9_7f4a_7c15);
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    };
    u128::from(mixed(0)) << 64 | u128::from(mixed(1 << 60))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn requests_differ_and_have_bodies_of_one_kibibyte() {
        let signer = Signer::new().unwrap();
        let requests = signer.requests("place", 0..200);
        let bodies: BTreeSet<&[u8]> = requests
            .iter()
            .map(|request| &request[request.len() - BODY..])
            .collect();
        assert_eq!(bodies.len(), 200);
        assert!(
            bodies
                .iter()
                .all(|body| body.starts_with(b"{") && body.ends_with(b"}"))
        );
        assert_eq!(
            (0..10_000).map(event_id).collect::<BTreeSet<_>>().len(),
            10_000
        );
    }
}
