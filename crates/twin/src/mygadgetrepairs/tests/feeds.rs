use serde_json::json;

use super::super::{CreatedFilter, Feeds, Granularity, Settings};
use super::Bench;

#[tokio::test]
async fn the_feed_shows_the_last_change_first_and_only_what_changed_since() {
    let bench = Bench::new(
        Settings {
            granularity: Granularity::Second,
            ..Bench::free()
        },
        80,
    );
    let rows = bench.get("/v1/customers?offset=50").await.rows();
    bench.pass(86_400);
    let mut edited = Vec::new();
    for row in rows.iter().take(3) {
        bench.pass(60);
        let id = row["id"].as_str().unwrap();
        bench
            .call(
                "PUT",
                &format!("/v1/customers/{id}"),
                json!({"company": "New"}),
            )
            .await;
        edited.insert(0, id.to_owned());
    }
    let ids = |rows: Vec<serde_json::Value>| {
        rows.iter()
            .map(|row| row["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let since_start = bench
        .get("/v1/customers/updated?updatedDateFrom=03-Mar-2026")
        .await
        .rows();
    assert_eq!(ids(since_start), edited);
    let since_second = bench
        .get("/v1/customers/updated?updateddatefrom=03-Mar-2026%2010:02:00")
        .await
        .rows();
    assert_eq!(ids(since_second), edited[..2]);
    let until = bench.get("/v1/customers/updated?updatedDateFrom=2026-03-03T00:00:00Z&updatedDateTo=2026-03-03T10:02:30Z").await.rows();
    assert_eq!(ids(until), edited[1..]);
    let all = bench.get("/v1/customers/updated").await.rows();
    assert_eq!(
        (all.len(), all[0]["id"].as_str().unwrap()),
        (50, edited[0].as_str())
    );
    assert_eq!(
        bench
            .get("/v1/customers/updated?updatedDateFrom=soon")
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn by_day_the_time_is_ignored() {
    let bench = Bench::plain(10);
    bench.pass(86_400);
    bench
        .person(json!({"action": "create", "kind": "customer", "fields": {"name": "Early Bird"}}))
        .await;
    let later = bench
        .get("/v1/customers/updated?updatedDateFrom=03-Mar-2026%2023:59")
        .await
        .rows();
    assert_eq!(later.len(), 1);
    assert!(
        bench
            .get("/v1/customers/updated?updatedDateFrom=04-Mar-2026")
            .await
            .rows()
            .is_empty()
    );
}

#[tokio::test]
async fn feeds_can_be_missing() {
    let bench = Bench::new(
        Settings {
            updated_feeds: Feeds::Missing,
            ..Bench::free()
        },
        10,
    );
    for name in ["customers", "tickets", "appointments"] {
        let reply = bench.get(&format!("/v1/{name}/updated")).await;
        assert_eq!((reply.status.as_u16(), reply.text.as_str()), (404, ""));
    }
}

#[tokio::test]
async fn tickets_have_no_filter_by_creation_unless_switched_on() {
    let bench = Bench::plain(40);
    let future = "createdDateFrom=01-Jan-2030";
    assert!(
        bench
            .get(&format!("/v1/customers?{future}"))
            .await
            .rows()
            .is_empty()
    );
    assert!(
        !bench
            .get(&format!("/v1/tickets?{future}"))
            .await
            .rows()
            .is_empty()
    );
    bench.twin.set_settings(Settings {
        created_filter: CreatedFilter::Everywhere,
        ..Bench::free()
    });
    assert!(
        bench
            .get(&format!("/v1/tickets?{future}"))
            .await
            .rows()
            .is_empty()
    );
}

#[tokio::test]
async fn a_comment_or_a_status_moves_its_ticket_to_the_front() {
    let bench = Bench::plain(60);
    let ticket = bench.get("/v1/tickets").await.rows().last().unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    bench.pass(60);
    bench
        .call(
            "POST",
            "/v1/ticketComments",
            json!({"ticketId": ticket, "comment": "Called"}),
        )
        .await;
    assert_eq!(
        bench
            .get("/v1/tickets/updated?updatedDateFrom=02-Mar-2026")
            .await
            .rows()[0]["id"],
        ticket
    );
}
