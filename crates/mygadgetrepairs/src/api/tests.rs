use crate::{
    Cursor, Error, Filter,
    model::{CommentWrite, CustomerWrite, TicketWrite},
    stub::{Stub, json},
};
use domain::RecordId;
use http::Applied;
use serde_json::json;

#[tokio::test]
async fn every_request_carries_the_bare_key_and_asks_for_json() {
    let stub = Stub::start(|_| json(&json!({"name": "Fix It"}))).await;
    let info = stub.client.info().get().await.unwrap();
    assert_eq!(info.name.as_deref(), Some("Fix It"));
    let asked = &stub.log()[0];
    assert_eq!(asked.headers["authorization"], "k|e!y@%=^&*.");
    assert_eq!(asked.headers["accept"], "application/json");
    assert_eq!(asked.path, "/v1/info");
}

#[tokio::test]
async fn a_create_returns_the_id_for_200_and_201_and_any_type() {
    for (status, body) in [
        (201, r#"{"id":"E31B"}"#),
        (200, r#"{"id":7}"#),
        (201, r#"[{"ID":"x"}]"#),
        (200, "9"),
    ] {
        let stub = Stub::start(move |_| (status, None, body.to_owned())).await;
        let write = TicketWrite {
            customer: Some(RecordId::new("C1")),
            short_info: Some("Screen".into()),
            ..Default::default()
        };
        stub.client.tickets().create(&write).await.unwrap();
        let asked = &stub.log()[0];
        assert_eq!(asked.method, "POST");
        assert_eq!(
            asked.body,
            json!({"customer": "C1", "customerId": "C1", "shortInfo": "Screen"})
        );
        assert_eq!(asked.headers["content-type"], "application/json");
    }
}

#[tokio::test]
async fn a_create_that_fails_or_hides_its_id_is_never_repeated_and_in_doubt() {
    for (status, body) in [
        (500, ""),
        (502, "<html>"),
        (201, "{}"),
        (201, ""),
        (200, "<html>"),
    ] {
        let stub = Stub::start(move |_| (status, None, body.to_owned())).await;
        let write = CustomerWrite {
            name: Some("Ana".into()),
            ..Default::default()
        };
        let error = stub.client.customers().create(&write).await.unwrap_err();
        assert_eq!(error.applied(), Applied::Unknown, "{status} {body}");
        assert_eq!(stub.log().len(), 1);
    }
}

#[tokio::test]
async fn an_update_sends_the_changed_fields_and_nothing_for_none() {
    let stub = Stub::start(|_| json(&json!({"id": "C1"}))).await;
    let id = RecordId::new("C1");
    let customers = stub.client.customers();
    customers
        .update(&id, &CustomerWrite::default())
        .await
        .unwrap();
    assert!(stub.log().is_empty());
    customers
        .update(
            &id,
            &CustomerWrite {
                city: Some("Leeds".into()),
                ..Default::default()
            },
        )
        .await
        .unwrap();
    let asked = &stub.log()[0];
    assert_eq!(
        (asked.method.as_str(), asked.path.as_str()),
        ("PUT", "/v1/customers/C1")
    );
    assert_eq!(asked.body, json!({"city": "Leeds"}));
}

#[tokio::test]
async fn a_delete_is_answered_by_nothing() {
    let stub = Stub::start(|asked| {
        if asked.path.ends_with("gone") {
            (404, None, String::new())
        } else {
            (200, None, String::new())
        }
    })
    .await;
    stub.client
        .tickets()
        .delete(&RecordId::new("T1"))
        .await
        .unwrap();
    assert!(matches!(
        stub.client.tickets().delete(&RecordId::new("gone")).await,
        Err(Error::NotFound { .. })
    ));
}

#[tokio::test]
async fn a_record_must_be_the_one_asked_for() {
    let stub = Stub::start(|_| json(&json!({"id": "4c1d", "email": "a@example.test"}))).await;
    let customers = stub.client.customers();
    assert_eq!(
        customers
            .get(&RecordId::new("4C1D"))
            .await
            .unwrap()
            .id
            .as_str(),
        "4c1d"
    );
    assert!(matches!(
        customers.get(&RecordId::new("other")).await,
        Err(Error::Decode { .. })
    ));
}

#[tokio::test]
async fn the_feed_is_asked_for_the_day_under_every_guessed_name() {
    let stub =
        Stub::start(|_| json(&json!([{"id": 1}, 2, {"id": 3, "email": "x@example.test"}]))).await;
    let since = "2026-01-05T21:30:00Z".parse().unwrap();
    let page = stub
        .client
        .customers()
        .updated_page(Some(since), &Cursor::start())
        .await
        .unwrap();
    assert_eq!(
        page.items.iter().filter(|row| row.record.is_some()).count(),
        1
    );
    assert_eq!(page.items.len(), 3);
    let asked = &stub.log()[0];
    assert_eq!(asked.path, "/v1/customers/updated");
    assert_eq!(asked.query["updatedDateFrom"], "05-Jan-2026");
    assert_eq!(asked.query["dateFrom"], "05-Jan-2026");
    assert!(!asked.query.contains_key("createdDateFrom"));
}

#[tokio::test]
async fn a_missing_feed_is_not_offered() {
    let stub = Stub::start(|_| (404, None, String::new())).await;
    let error = stub
        .client
        .tickets()
        .updated_page(None, &Cursor::start())
        .await
        .unwrap_err();
    assert!(matches!(error, Error::NotOffered { .. }));
}

#[tokio::test]
async fn comments_of_other_tickets_are_dropped() {
    let stub = Stub::start(|_| {
        json(&json!([{"id": 1, "ticket": {"id": "t1"}, "comment": "a"}, {"id": 2, "ticketId": "T2"}, {"id": 3}]))
    })
    .await;
    let page = stub
        .client
        .ticket_comments()
        .page(&RecordId::new("T1"), &Cursor::start())
        .await
        .unwrap();
    assert_eq!(
        page.items
            .iter()
            .map(|item| item.id.as_str())
            .collect::<Vec<_>>(),
        ["1", "3"]
    );
    let write = CommentWrite {
        ticket: RecordId::new("T1"),
        text: " ".into(),
        internal: true,
    };
    assert!(stub.client.ticket_comments().create(&write).await.is_err());
}

#[tokio::test]
async fn filters_are_written_in_the_house_style() {
    let stub = Stub::start(|_| json(&json!([]))).await;
    let filter = Filter {
        created_from: Some(jiff::civil::date(2026, 1, 5)),
        ..Filter::search("K-1042")
    };
    stub.client
        .tickets()
        .page(&filter, &Cursor::start())
        .await
        .unwrap();
    let asked = &stub.log()[0];
    assert_eq!(asked.query["searchKeyword"], "K-1042");
    assert_eq!(asked.query["createdDateFrom"], "05-Jan-2026");
    assert_eq!(
        (
            asked.number("limit"),
            asked.number("offset"),
            asked.number("page")
        ),
        (Some(50), Some(0), Some(1))
    );
}
