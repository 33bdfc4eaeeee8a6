use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::Bench;

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
        assert!(head.contains(line), "{line} in {head}");
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
