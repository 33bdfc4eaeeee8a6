use super::*;
use crate::stub::{Asked, Reply, Stub, json};
use serde_json::json;

fn full(asked: &Asked) -> Reply {
    let offset = asked.number("offset").unwrap_or(0);
    match asked.path.as_str() {
        "/v1/info" => json(&json!({"name": "Fix It"})),
        "/v1/ticketComments" => (405, Some("POST, OPTIONS"), String::new()),
        "/v1/tickets" => json(
            &json!([{"id": 1, "last_updated": "2026-07-16T14:03:11-0600", "status": {"label": "x"}}]),
        ),
        "/v1/appointments/updated" => (404, None, String::new()),
        "/v1/tickets/updated" => (400, None, String::new()),
        "/v1/appointments" => (500, None, String::new()),
        _ => json(&json!([{"id": offset, "email": "a@example.test"}])),
    }
}

#[tokio::test]
async fn the_account_is_described_with_at_most_ten_requests() {
    let stub = Stub::start(full).await;
    let found = run(&stub.client).await.unwrap();
    assert!(stub.log().len() <= MOST_REQUESTS, "{}", stub.log().len());
    assert!(
        found.has_feed("/customers")
            && !found.has_feed("/tickets")
            && !found.has_feed("/appointments")
    );
    assert!(found.tickets.changed && !found.customers.changed);
    assert!(found.tickets.fields.contains("status.label"));
    assert_eq!(found.appointments.outcome, Outcome::Unclear { status: 500 });
    assert_eq!(found.can_add_comments(), Some(true));
    assert_eq!(found.paging.get("/customers"), Some(&PagingForm::Offset));
    let stored = serde_json::to_string(&found).unwrap();
    assert!(!stored.contains("a@example.test"), "names only: {stored}");
    assert_eq!(
        serde_json::from_str::<Capabilities>(&stored).unwrap(),
        found
    );
}

#[tokio::test]
async fn sentences_say_how_changes_are_found() {
    let stub = Stub::start(full).await;
    let sentences = run(&stub.client).await.unwrap().sentences();
    let text = |topic: &str| {
        sentences
            .iter()
            .find(|sentence| sentence.topic == topic)
            .map(|s| s.text.clone())
            .unwrap()
    };
    assert_eq!(
        text("changed_customers"),
        "Changed customers are found through the update feed."
    );
    assert!(text("changed_tickets").contains("time of the last change"));
    assert!(text("changed_tickets").contains("nightly sweep"));
    assert!(text("appointments").contains("500"));
    assert!(text("comments").contains("added but not read"));
}

#[tokio::test]
async fn a_server_that_ignores_offset_is_noticed() {
    let stub = Stub::start(|_| json(&json!([{"id": 1}]))).await;
    let found = run(&stub.client).await.unwrap();
    assert_eq!(found.paging.get("/customers"), Some(&PagingForm::Page));
}

#[tokio::test]
async fn a_probe_goes_on_where_a_pause_broke_it_off() {
    let asked = std::sync::atomic::AtomicUsize::new(0);
    let stub = Stub::start(move |request| {
        // Every other request is answered with a pause.
        match asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst) % 2 {
            0 => (429, None, String::new()),
            _ => full(request),
        }
    })
    .await;
    let probe = Probe::new(&stub.client);
    let mut tries = 0;
    let found = loop {
        tries += 1;
        assert!(tries <= 3 * MOST_REQUESTS, "it begins again and again");
        if let Ok(Some(found)) = probe.ask_next().await {
            break found;
        }
    };
    assert!(
        stub.log().len() <= 2 * MOST_REQUESTS,
        "{}",
        stub.log().len()
    );
    assert_eq!(found.paging.get("/customers"), Some(&PagingForm::Offset));
    assert!(found.has_feed("/customers"));
}

#[tokio::test]
async fn a_refused_key_ends_the_probe_at_once() {
    for (status, found) in [(401, "KeyRefused"), (429, "PossiblyThrottled")] {
        let stub = Stub::start(move |_| (status, None, String::new())).await;
        let error = run(&stub.client).await.unwrap_err();
        assert!(format!("{error:?}").starts_with(found), "{error:?}");
    }
}

#[tokio::test]
async fn an_account_without_anything_is_still_described() {
    let stub = Stub::start(|_| (404, None, String::new())).await;
    let found = run(&stub.client).await.unwrap();
    assert_eq!(found.can_add_comments(), Some(false));
    assert!(
        found
            .sentences()
            .iter()
            .all(|sentence| sentence.tone != Tone::Good)
    );
}
