//! Webhooks and visits: short requests whose answers count by their status alone. No redirect is followed, since it would
//! lead to an address that nobody wrote.

use crate::LeaveError;
use crate::error::deepest;
use aws_lc_rs::hmac;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Client, RequestBuilder, redirect};
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;
use url::Url;

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// What goes to a webhook.
#[derive(Clone, Debug)]
pub struct Signed<'a> {
    /// Tells deliveries of the same notice apart from other notices.
    pub id: &'a str,
    /// The JSON document, byte by byte as it is signed.
    pub body: &'a str,
    /// What it is signed with.
    pub secret: &'a SecretString,
}

/// The client of webhooks and visits. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Web {
    client: Client,
}

impl Web {
    /// Makes it.
    ///
    /// # Errors
    /// When the system offers no way to check certificates.
    pub fn new() -> Result<Self, LeaveError> {
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .referer(false)
            .timeout(PATIENCE)
            .pool_max_idle_per_host(1)
            .user_agent(concat!("Repairbridge/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|why| {
                LeaveError::new(format!("web addresses cannot be called here: {why}"))
            })?;
        Ok(Self { client })
    }

    /// Posts a document, signed.
    ///
    /// # Errors
    /// When it does not arrive, or is not taken.
    pub async fn post(&self, address: &Url, what: Signed<'_>) -> Result<(), LeaveError> {
        let mut signed = HeaderValue::try_from(signature(what.secret, what.body.as_bytes()))
            .map_err(|_| LeaveError::new("the message could not be signed"))?;
        signed.set_sensitive(true);
        let request = self
            .client
            .post(address.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("X-Repairbridge-Signature", signed)
            .header("X-Repairbridge-Id", what.id)
            .body(what.body.to_owned());
        answered(request, address).await
    }

    /// Visits an address.
    ///
    /// # Errors
    /// When it does not answer, or not well.
    pub async fn visit(&self, address: &Url) -> Result<(), LeaveError> {
        answered(self.client.get(address.clone()), address).await
    }
}

async fn answered(request: RequestBuilder, address: &Url) -> Result<(), LeaveError> {
    let host = address.host_str().unwrap_or("the host");
    match request.send().await {
        Ok(answer) if answer.status().is_success() => Ok(()),
        Ok(answer) if answer.status().is_redirection() => Err(LeaveError::new(format!(
            "{host} answered with a redirect ({}), and none is followed. Write the address that it leads to",
            answer.status().as_u16()
        ))),
        Ok(answer) => Err(LeaveError::new(format!(
            "{host} answered with status {}",
            answer.status().as_u16()
        ))),
        Err(why) if why.is_timeout() => Err(LeaveError::new(format!(
            "{host} did not answer within {} seconds",
            PATIENCE.as_secs()
        ))),
        Err(why) => {
            // The address may be a secret.
            let why = why.without_url();
            Err(LeaveError::new(format!(
                "{host} cannot be reached: {}",
                deepest(&why)
            )))
        }
    }
}

/// What `X-Repairbridge-Signature` says of a body: HMAC-SHA-256 under the secret, in hexadecimal.
#[must_use]
pub fn signature(secret: &SecretString, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes());
    format!("sha256={}", hex::encode(hmac::sign(&key, body)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 2.
    #[test]
    fn a_signature_is_what_everybody_computes() {
        let secret = SecretString::from("Jefe");
        assert_eq!(
            signature(&secret, b"what do ya want for nothing?"),
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
