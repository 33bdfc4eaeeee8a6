//! Sending.

mod address;
mod failure;

use crate::{
    Answer, Applied, Body, Budget, BuildError, Deferred, Meter, Repeat, Request, Seen, SendError,
    TryOutcome,
};
use domain::{Context, Failure as _};
use jiff::SignedDuration;
use reqwest::{StatusCode, header::HeaderValue};
use std::{sync::Arc, time::Duration};
use tracing::field::Empty;
use tracing::{Instrument, Span};
use url::Url;

/// How often one request is tried at most.
const TRIES: u32 = 3;
/// Back-off after the first failure; doubles, and is spread by half to one and a half.
const BACK_OFF: SignedDuration = SignedDuration::from_millis(500);

/// Where and how a sender sends.
#[derive(Clone, Debug)]
pub struct SenderConfig {
    /// The vendor's address; every request goes below it.
    pub base: Url,
    /// `User-Agent`; vendors behind a CDN refuse clients without an own one (highlevel-api.md 2).
    pub user_agent: String,
    /// Longest wait for a connection.
    pub connect_timeout: Duration,
    /// Longest wait for a complete answer.
    pub total_timeout: Duration,
    /// Most bytes of an answer that are read, after decompression.
    pub max_body_bytes: usize,
    /// Who takes note of what is sent, if anybody does.
    pub meter: Option<Arc<dyn Meter>>,
}

impl SenderConfig {
    /// 5 s to connect, 30 s in all, 16 MiB.
    #[must_use]
    pub fn new(base: Url) -> Self {
        Self {
            base,
            user_agent: concat!("Repairbridge/", env!("CARGO_PKG_VERSION")).to_owned(),
            connect_timeout: Duration::from_secs(5),
            total_timeout: Duration::from_secs(30),
            max_body_bytes: 16 * 1024 * 1024,
            meter: None,
        }
    }
}

/// Sends requests to one vendor within one budget. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Sender {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    config: SenderConfig,
    client: reqwest::Client,
    budget: Arc<dyn Budget>,
    context: Context,
}

impl Sender {
    /// A sender.
    ///
    /// # Errors
    /// When the base address would send secrets in clear over a public network, or TLS cannot be set up.
    pub fn new(
        config: SenderConfig,
        budget: Arc<dyn Budget>,
        context: Context,
    ) -> Result<Self, BuildError> {
        address::check_base(&config.base)?;
        let agent = HeaderValue::from_str(config.user_agent.trim())
            .ok()
            .filter(|agent| !agent.is_empty())
            .ok_or(BuildError::UserAgent)?;
        let mut builder = reqwest::Client::builder();
        if config.base.scheme() == "http" {
            // Nothing to prove to anybody near: the system's certificates need not be read.
            builder = builder.tls_certs_only([]);
        }
        let client = builder
            .user_agent(agent)
            .connect_timeout(config.connect_timeout)
            .timeout(config.total_timeout)
            .redirect(reqwest::redirect::Policy::none())
            // Every try is counted by the budget, so the client must not try again by itself.
            .retry(reqwest::retry::never())
            .referer(false)
            // Shorter than the vendors' own, or a request would now and then go into a closing connection.
            .pool_idle_timeout(Duration::from_secs(20))
            .build()
            .map_err(|error| BuildError::Client {
                detail: failure::detail(&error),
            })?;
        Ok(Self {
            inner: Arc::new(Inner {
                config,
                client,
                budget,
                context,
            }),
        })
    }

    /// Sends a request and returns the answer, whatever its status.
    ///
    /// Tried up to three times: after 429 always (it was not carried out), after a failure to connect always,
    /// after a broken connection, a time-out or a 5xx only with [`Repeat::Safe`].
    ///
    /// # Errors
    /// When there is no complete answer, or the budget does not allow one now. [`SendError::applied`] says
    /// whether the request may have been carried out.
    pub async fn send(&self, request: Request) -> Result<Answer, SendError> {
        let url = address::join(&self.inner.config.base, &request)?;
        let mut earlier = Applied::No;
        let mut tried = 0;
        loop {
            self.reserve(&request, earlier).await?;
            if request
                .guard
                .as_ref()
                .is_some_and(|guard| !guard.lets_through())
            {
                return Err(SendError::Withdrawn { applied: earlier });
            }
            tried += 1;
            let last = tried == TRIES;
            match self.try_once(&request, &url, tried).await {
                Ok(answer) => {
                    let pause = self.observe(&answer).await;
                    if answer.status == StatusCode::TOO_MANY_REQUESTS && !last {
                        continue; // the budget waits, or defers
                    }
                    if answer.status == StatusCode::UNAUTHORIZED
                        && let Some(deferred) = pause
                    {
                        return Err(SendError::Deferred {
                            deferred,
                            applied: earlier,
                        });
                    }
                    if !answer.status.is_server_error() || request.repeat == Repeat::Never || last {
                        return Ok(answer);
                    }
                    earlier = Applied::Unknown;
                }
                Err(failure) => {
                    let failure = failure::after(failure, earlier);
                    let harmless = match request.repeat {
                        Repeat::Safe => !matches!(
                            failure,
                            SendError::TooLarge { .. } | SendError::Malformed { .. }
                        ),
                        Repeat::Never => failure.applied() == Applied::No,
                    };
                    if !harmless || last {
                        return Err(failure);
                    }
                    earlier = failure.applied();
                }
            }
            self.back_off(tried).await;
        }
    }

    async fn reserve(&self, request: &Request, earlier: Applied) -> Result<(), SendError> {
        // Not by the context's clock: a look at it moves recorded time, and measuring must change nothing.
        let begun = tokio::time::Instant::now();
        let reserved = self.inner.budget.reserve(request.lane).await;
        if let Some(meter) = &self.inner.config.meter {
            meter.waited(begun.elapsed());
            if let Err(deferred) = &reserved {
                meter.put_off(deferred.reason);
            }
        }
        reserved.map_err(|deferred| SendError::Deferred {
            deferred,
            applied: earlier,
        })
    }

    async fn observe(&self, answer: &Answer) -> Option<Deferred> {
        let now = self.inner.context.clock.now();
        let seen = Seen::read(answer.status.as_u16(), &answer.headers, now);
        match self.inner.budget.observe(&seen).await {
            Ok(pause) => pause,
            Err(error) => {
                // The answer is here and counts for more; the request itself is booked already.
                tracing::error!(%error, "an answer was not counted");
                None
            }
        }
    }

    async fn try_once(
        &self,
        request: &Request,
        url: &Url,
        tried: u32,
    ) -> Result<Answer, SendError> {
        let inner = &self.inner;
        let mut builder = inner.client.request(request.method.clone(), url.clone());
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        builder = match &request.body {
            Body::None => builder,
            Body::Json(body) => builder.json(body),
            Body::Form(fields) => builder.form(fields),
            Body::Bytes {
                content_type,
                bytes,
            } => builder
                .header(reqwest::header::CONTENT_TYPE, content_type)
                .body(bytes.clone()),
        };
        let begun = inner.context.clock.now();
        // Named as OpenTelemetry names what a client asks. The query is left out: people are looked for in it.
        let span = tracing::info_span!(
            target: "traces", "request", otel.kind = "client", otel.name = %request.method,
            http.request.method = %request.method, server.address = url.host_str(), url.path = %request.path,
            http.request.resend_count = tried - 1, lane = ?request.lane,
            http.response.status_code = Empty, error.type = Empty, otel.status_code = Empty,
        );
        let outcome = self.read(builder).instrument(span.clone()).await;
        record(&span, &outcome);
        let took = inner.context.clock.now().duration_since(begun);
        if let Some(meter) = &inner.config.meter {
            if tried > 1 {
                meter.repeated();
            }
            meter.tried(TryOutcome::of(&outcome), took);
        }
        match &outcome {
            Ok(answer) => tracing::debug!(
                method = %request.method, path = %request.path, status = answer.status.as_u16(),
                tried, lane = ?request.lane, took_ms = took.as_millis(), "answered"
            ),
            Err(error) => tracing::debug!(
                method = %request.method, path = %request.path, %error,
                tried, lane = ?request.lane, took_ms = took.as_millis(), "no answer"
            ),
        }
        outcome
    }

    async fn read(&self, builder: reqwest::RequestBuilder) -> Result<Answer, SendError> {
        let config = &self.inner.config;
        let judge = |error: &reqwest::Error| failure::of(error, config.total_timeout);
        let mut response = builder.send().await.map_err(|error| judge(&error))?;
        let limit = config.max_body_bytes;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| judge(&error))? {
            if body.len() + chunk.len() > limit {
                return Err(SendError::TooLarge { limit });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer {
            status: response.status(),
            headers: response.headers().clone(),
            body,
        })
    }

    async fn back_off(&self, tried: u32) {
        let context = &self.inner.context;
        let pause = BACK_OFF
            .checked_mul(1_i32 << tried.saturating_sub(1).min(6))
            .unwrap_or(BACK_OFF)
            .mul_f64(0.5 + context.share());
        let until = context
            .clock
            .now()
            .checked_add(pause)
            .unwrap_or(jiff::Timestamp::MAX);
        context.clock.sleep_until(until).await;
    }
}

/// What came of a try, for its span.
fn record(span: &Span, outcome: &Result<Answer, SendError>) {
    match outcome {
        Ok(answer) => {
            let status = answer.status.as_u16();
            span.record("http.response.status_code", status);
            if status >= 400 {
                span.record("error.type", status);
                span.record("otel.status_code", "ERROR");
            }
        }
        Err(error) => {
            span.record("error.type", error.code());
            span.record("otel.status_code", "ERROR");
        }
    }
}
