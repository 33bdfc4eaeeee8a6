use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::Bench;
use crate::drain::Drain;
use crate::mygadgetrepairs::{Notification, NotificationEvent, Settings};

#[tokio::test]
async fn a_notification_is_posted_with_its_tags_filled_in() {
    let bench = Bench::plain(0);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hooks/3f9c", listener.local_addr().unwrap());
    let notification = json!([{
        "event": "ticket.created", "url": url, "username": "sync", "password": "secret", "event_id": "7", "headers": {"X-Sync-Token": "t"},
        "payload": "{\"event\":\"ticket.created\",\"ticket_ref\":\"{ticket_ref}\",\"model\":\"{ticket_model}\",\"who\":\"{customer_name}\"}",
    }]);
    assert_eq!(
        bench
            .control("PUT", "/notifications", Some(notification))
            .await
            .status,
        200
    );
    let customer = bench
        .person(json!({"action": "create", "kind": "customer", "fields": {"name": "Ann Lee"}}))
        .await
        .id();
    bench.person(json!({"action": "create", "kind": "ticket", "fields": {"customer": customer, "shortInfo": "x", "device": "laptop of 14\""}})).await;
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut bytes = vec![0; 4_096];
    let mut read = 0;
    while !bytes[..read].ends_with(b"}") {
        read += stream.read(&mut bytes[read..]).await.unwrap();
    }
    stream
        .write_all(b"HTTP/1.1 204 No Content\r\n\r\n")
        .await
        .unwrap();
    let text = String::from_utf8(bytes[..read].to_vec()).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    for line in [
        "POST /hooks/3f9c HTTP/1.1",
        "User-Agent: mygadgetrepairs",
        "Authorization: Basic c3luYzpzZWNyZXQ=",
        "mgr-event-id: 7",
        "X-Sync-Token: t",
    ] {
        let there = head.to_lowercase().contains(&line.to_lowercase())
            || line.starts_with("POST") && head.starts_with(line);
        assert!(there, "{line} in {head}");
    }
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(
        body,
        json!({"event": "ticket.created", "ticket_ref": "K-1001", "model": "laptop of 14\"", "who": ""})
    );
    for _ in 0..200 {
        if bench.control("GET", "/deliveries", None).await.json()[0]["status"] == 204 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the delivery was not recorded");
}

/// `(event, number)` of what is due now.
fn pulled(bench: &Bench) -> Vec<(&'static str, u64)> {
    let due = bench.twin.take_due_calls();
    due.iter()
        .map(|call| (call.event.name(), call.number))
        .collect()
}

async fn set_up(change: impl Fn(&mut Notification)) -> Bench {
    let settings = Settings {
        notifications: Drain::Pulled,
        ..Bench::free()
    };
    let bench = Bench::new(settings, 0);
    let all = NotificationEvent::ALL.map(|event| {
        let mut notification = Notification::new(event, "http://127.0.0.1:9/hooks", "{}");
        change(&mut notification);
        notification
    });
    bench.twin.set_notifications(all.to_vec());
    bench
}

#[tokio::test]
async fn pulled_calls_wait_for_their_time_and_are_made_again() {
    let bench = set_up(|notification| {
        notification.delay_ms = 2_000;
        notification.retries = 1;
        notification.retry_ms = 3_000;
    })
    .await;
    let ann = json!({"action": "create_customer", "fields": {"name": "Ann Lee"}});
    bench.person(ann).await;
    assert_eq!(pulled(&bench), []);
    bench.pass(2);
    assert_eq!(pulled(&bench), [("customer.created", 1)]);
    bench.twin.call_answered(1, Some(500));
    assert_eq!(pulled(&bench), []);
    bench.pass(3);
    assert_eq!(pulled(&bench), [("customer.created", 1)]);
    bench.twin.call_answered(1, None);
    bench.pass(100);
    assert_eq!((pulled(&bench), bench.twin.next_call_due()), (vec![], None));
}

#[tokio::test]
async fn api_writes_notify_unless_they_are_switched_off() {
    let bench = set_up(|notification| notification.duplicate = 1.0).await;
    let ann = json!({"name": "Ann Lee"});
    bench.call("POST", "/customers", ann.clone()).await.id();
    assert_eq!(
        pulled(&bench),
        [("customer.created", 1), ("customer.created", 2)]
    );
    let off = json!({"notify_api_writes": false});
    bench.control("PUT", "/settings", Some(off)).await;
    bench.call("POST", "/customers", ann).await.id();
    assert_eq!(pulled(&bench), []);
    let bob = json!({"action": "create_customer", "fields": {"name": "Bob Ray"}});
    bench.person(bob).await;
    assert_eq!(pulled(&bench).len(), 2, "people still do");
}

#[tokio::test]
async fn shuffled_calls_are_mixed_the_same_way_each_time() {
    let run = || async {
        let bench = set_up(|notification| notification.shuffle_ms = 50_000).await;
        for number in 0..20 {
            let who =
                json!({"action": "create_customer", "fields": {"name": format!("N {number}")}});
            bench.person(who).await;
        }
        bench.pass(60);
        pulled(&bench)
    };
    let first = run().await;
    assert_eq!(first.len(), 20);
    assert!(!first.is_sorted_by_key(|(_, number)| *number));
    assert_eq!(first, run().await);
}
