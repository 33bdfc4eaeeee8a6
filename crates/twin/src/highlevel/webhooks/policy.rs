//! How the vendor delivers, and how badly (highlevel-webhooks.md 2, 4).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::drain::Drain;

/// After which answers a delivery is tried again; the vendor had both rules (highlevel-webhooks.md 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RetryOn {
    /// Only after 429, at even distances: the rule until spring 2026.
    #[serde(rename = "only_429")]
    Only429,
    /// After every answer but 2xx and after none at all, at growing distances: the rule since.
    #[serde(rename = "non_2xx")]
    Non2xx,
}

/// How the twin delivers its app webhooks. As JSON under `GET` and `PUT /_twin/webhooks`, where a `PUT` may hold just the
/// keys to change. Shares are from 0 to 1 and drawn from the twin's seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookPolicy {
    /// Where the app listens; `http://…`, as the twin does not speak TLS. Without it nothing is noted, unless pulled.
    pub url: Option<String>,
    /// Whether the twin posts by itself or is asked what is due.
    pub drain: Drain,
    /// The events that are ticked in the app's settings; `None` for all.
    pub events: Option<BTreeSet<String>>,
    /// Share of events that are never delivered.
    pub drop: f64,
    /// Share of events that are delivered twice, with the same `webhookId`.
    pub double: f64,
    /// Every delivery waits this long at least.
    pub delay_ms: u64,
    /// Every delivery waits up to this much longer, which mixes their order.
    pub shuffle_ms: u64,
    /// Share of events that are followed by a forgery: a made-up change with a signature that is not the vendor's.
    pub forge: f64,
    /// Share of `TaskCreate` events without `contactId` and `body`, as seen live (highlevel-webhooks.md 5.2).
    pub thin_tasks: f64,
    /// After which answers a delivery is tried again.
    pub retry_on: RetryOn,
    /// How often at most.
    pub retries: u32,
    /// Distance of the first retry.
    pub retry_ms: u64,
    /// Up to this much is added to every distance.
    pub retry_jitter_ms: u64,
    /// Failed deliveries in a row after which all deliveries pause. The vendor's number is not published.
    pub breaker_after: Option<u32>,
    /// How long they pause; a guess.
    pub breaker_ms: u64,
    /// How long an answer is waited for; a guess.
    pub timeout_ms: u64,
}

impl Default for WebhookPolicy {
    fn default() -> Self {
        Self {
            url: None,
            drain: Drain::Live,
            events: None,
            drop: 0.0,
            double: 0.0,
            delay_ms: 0,
            shuffle_ms: 0,
            forge: 0.0,
            thin_tasks: 0.0,
            retry_on: RetryOn::Non2xx,
            retries: 6,
            retry_ms: 600_000,
            retry_jitter_ms: 60_000,
            breaker_after: None,
            breaker_ms: 60_000,
            timeout_ms: 10_000,
        }
    }
}

/// Why a policy cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebhookPolicyError {
    /// The address is none that the twin can post to.
    #[error("webhooks: url must begin with http:// and name a host; the twin does not speak TLS")]
    Url,
    /// A share below 0 or above 1.
    #[error("webhooks: {0} is a share and must be from 0 to 1")]
    Share(&'static str),
}

impl WebhookPolicy {
    /// Faultless delivery to this address.
    pub fn to(url: &str) -> Self {
        Self {
            url: Some(url.to_owned()),
            ..Self::default()
        }
    }

    /// Faultless delivery to whoever asks the twin for it.
    pub fn pulled() -> Self {
        Self {
            drain: Drain::Pulled,
            ..Self::default()
        }
    }

    pub(super) fn check(&self) -> Result<(), WebhookPolicyError> {
        if let Some(url) = &self.url {
            let address: Option<axum::http::Uri> = url.parse().ok();
            let usable =
                address.is_some_and(|url| url.scheme_str() == Some("http") && url.host().is_some());
            if !usable {
                return Err(WebhookPolicyError::Url);
            }
        }
        let shares = [
            ("drop", self.drop),
            ("double", self.double),
            ("forge", self.forge),
            ("thin_tasks", self.thin_tasks),
        ];
        match shares
            .iter()
            .find(|(_, share)| !(0.0..=1.0).contains(share))
        {
            Some((name, _)) => Err(WebhookPolicyError::Share(name)),
            None => Ok(()),
        }
    }

    /// Whether anybody wants events of this type.
    pub(super) fn wants(&self, kind: &str) -> bool {
        let listens = self.url.is_some() || self.drain == Drain::Pulled;
        let life_cycle = kind == "INSTALL" || kind == "UNINSTALL";
        let ticked = self.events.as_ref().is_none_or(|some| some.contains(kind));
        listens && (ticked || life_cycle)
    }

    pub(super) fn retries_after(&self, status: Option<u16>) -> bool {
        match self.retry_on {
            RetryOn::Only429 => status == Some(429),
            RetryOn::Non2xx => true,
        }
    }

    /// Distance of the retry after this many tries, without its jitter.
    pub(super) fn distance_ms(&self, tries: u32) -> u64 {
        match self.retry_on {
            RetryOn::Only429 => self.retry_ms,
            RetryOn::Non2xx => self
                .retry_ms
                .saturating_mul(1 << tries.saturating_sub(1).min(10)),
        }
    }
}
