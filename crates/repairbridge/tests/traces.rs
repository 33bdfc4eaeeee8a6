//! Traces, as a collector gets them: what belongs to what, and nobody is named.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

mod place;

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use place::{Place, Ran, Twins, twins};
use prost::Message;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use testkit::Truth;
use tokio::runtime::Runtime;

/// Takes traces over OTLP.
struct Collector {
    address: SocketAddr,
    taken: Arc<Mutex<Vec<ExportTraceServiceRequest>>>,
}

impl Collector {
    fn start(runtime: &Runtime) -> Self {
        let taken = Arc::<Mutex<Vec<_>>>::default();
        let into = Arc::clone(&taken);
        let take = move |body: Bytes| async move {
            let request = ExportTraceServiceRequest::decode(body).unwrap();
            into.lock().unwrap().push(request);
        };
        let router = Router::new().route("/v1/traces", post(take));
        let listening = tokio::net::TcpListener::bind("127.0.0.1:0");
        let listener = runtime.block_on(listening).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self { address, taken }
    }

    fn spans(&self) -> Vec<Span> {
        let taken = self.taken.lock().unwrap();
        let resources = taken.iter().flat_map(|request| &request.resource_spans);
        let scopes = resources.flat_map(|resource| &resource.scope_spans);
        scopes.flat_map(|scope| &scope.spans).cloned().collect()
    }

    /// Everything that was taken, as text.
    fn text(&self) -> String {
        format!("{:?}", self.taken.lock().unwrap())
    }
}

fn said(span: &Span, key: &str) -> Option<String> {
    let attribute = span.attributes.iter().find(|one| one.key == key)?;
    match attribute.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text.clone()),
        Value::IntValue(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A shop whose first run has not begun, and who takes what is told of it.
fn watched() -> (Twins, Place, Collector) {
    let twins = twins();
    let place =
        Place::at(&twins).with_shop(twins.at.location_id(), twins.at.token(), &twins.at.key());
    let collector = Collector::start(&twins.runtime);
    (twins, place, collector)
}

fn sync(place: &Place, collector: SocketAddr, share: &str) -> Ran {
    let mut command = place.command(&["sync", "main", "--approve", "--json"]);
    command
        .env("REPAIRBRIDGE_TRACES__TO", format!("http://{collector}"))
        .env("REPAIRBRIDGE_TRACES__SHARE", share);
    Ran::of(&command.output().unwrap()).with(0)
}

#[test]
fn a_pass_is_one_trace_with_all_it_asked_and_wrote_and_nobody_is_named() {
    let (twins, place, collector) = watched();
    let run = sync(&place, collector.address, "1").json()["run"].clone();

    let spans = collector.spans();
    let named =
        |name: &str| -> Vec<&Span> { spans.iter().filter(|span| span.name == name).collect() };
    let passes = named("pass");
    assert_eq!(passes.len(), 1);
    assert_eq!(said(passes[0], "shop").unwrap(), "main");
    assert_eq!(said(passes[0], "run").as_deref(), run.as_str());
    assert!(passes[0].parent_span_id.is_empty());

    let of_pass: Vec<&Span> = spans
        .iter()
        .filter(|span| span.trace_id == passes[0].trace_id)
        .collect();
    let parent = |span: &Span| {
        of_pass
            .iter()
            .find(|other| other.span_id == span.parent_span_id)
            .copied()
    };
    for stage in ["read", "decide", "write"] {
        let stages: Vec<_> = of_pass.iter().filter(|span| span.name == stage).collect();
        assert!(!stages.is_empty(), "{stage}");
        assert!(
            stages.iter().all(|span| parent(span) == Some(passes[0])),
            "{stage}"
        );
    }
    // A customer is made in HighLevel while writing, and the transaction that keeps it stands in the same trace.
    let made = of_pass.iter().find(|span| {
        said(span, "http.request.method").as_deref() == Some("POST")
            && said(span, "url.path").as_deref() == Some("/contacts/")
    });
    let made = made.expect("a contact is made");
    assert_eq!(parent(made).unwrap().name, "write");
    assert_eq!(said(made, "http.response.status_code").unwrap(), "201");
    assert!(made.end_time_unix_nano > made.start_time_unix_nano);
    assert!(of_pass.iter().any(|span| span.name == "transaction"));

    let people = twins.runtime.block_on(Truth::read(&twins.at)).people();
    assert!(people.len() > 20, "{people:?}");
    let text = collector.text();
    for person in people {
        assert!(!text.contains(&person), "{person}");
    }
    for secret in [twins.at.token(), &twins.at.key()] {
        assert!(!text.contains(secret));
    }
}

#[test]
fn none_are_sent_of_a_share_of_nothing_and_a_collector_that_is_away_keeps_nobody_waiting() {
    let (_twins, place, collector) = watched();
    sync(&place, collector.address, "0");
    assert_eq!(collector.spans(), []);
    // Nobody listens there.
    let away = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = away.local_addr().unwrap();
    drop(away);
    sync(&place, address, "1");
}
