//! Traces, for programs that collect them over OTLP: what each pass, request, transaction, page and run of a flow took, and
//! what belongs to what. Off unless `traces.to` says where they go. They name shops and ids, never people, and what is in
//! them beside is what logs say as well.

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use std::time::Duration;
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;
use url::Url;

/// The target of spans that only traces show.
pub(crate) const TARGET: &str = "traces";
/// Whoever waits for a command does not wait longer than this for the last of them to be taken.
const PATIENCE: Duration = Duration::from_secs(3);

/// Where traces go.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TracesTo {
    /// The collector's address, without the path.
    pub(crate) collector: Url,
    /// Which share of them is kept, from 0 to 1.
    pub(crate) share: f64,
}

/// Traces on their way.
pub(crate) struct Traces {
    provider: SdkTracerProvider,
}

impl Traces {
    /// Begins to send them, from a thread of its own.
    pub(crate) fn start(to: &TracesTo) -> Result<Self, ExporterBuildError> {
        let path = to.collector.path().trim_end_matches('/');
        let mut address = to.collector.clone();
        address.set_path(&format!("{path}/v1/traces"));
        let exporter = SpanExporter::builder()
            .with_http()
            .with_endpoint(address.as_str())
            .with_timeout(PATIENCE)
            .build()?;
        // The environment may add to this what OpenTelemetry's own names say.
        let resource = Resource::builder()
            .with_service_name("repairbridge")
            .with_attribute(opentelemetry::KeyValue::new(
                "service.version",
                env!("CARGO_PKG_VERSION"),
            ))
            .build();
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(
                to.share,
            ))))
            .with_resource(resource)
            .build();
        Ok(Self { provider })
    }

    /// What turns our spans into theirs.
    pub(crate) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.provider.tracer("repairbridge"))
            .with_location(false)
            .with_threads(false)
            .with_filter(filter_fn(is_told))
    }

    /// Sends what is left.
    pub(crate) fn end(self) {
        if let Err(why) = self.provider.shutdown_with_timeout(PATIENCE) {
            tracing::warn!(%why, "the last traces were not taken");
        }
    }
}

/// Our own spans, and of what happens in them only what went wrong.
fn is_told(of: &Metadata<'_>) -> bool {
    let part = of.target().split("::").next().unwrap_or_default();
    let level = if of.is_span() {
        Level::INFO
    } else {
        Level::WARN
    };
    (part == TARGET || crate::logs::OURS.contains(&part)) && *of.level() <= level
}
