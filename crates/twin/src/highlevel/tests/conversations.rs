use serde_json::{Value, json};

use super::{Bench, empty, ids};
use crate::highlevel::Kind;

impl Bench {
    async fn send(&self, contact: &str, more: Value) -> (u16, Value) {
        let mut body = json!({ "type": "SMS", "contactId": contact, "message": "Ready" });
        for (key, value) in more.as_object().unwrap() {
            body[key] = value.clone();
        }
        self.post("/conversations/messages", body).await
    }
}

#[tokio::test]
async fn a_text_is_sent_kept_and_found() {
    let bench = empty().await;
    let contact = bench
        .contact(
            json!({ "firstName": "Ada", "phone": "+447700900123", "email": "ada@example.com" }),
        )
        .await;
    let (status, sent) = bench.send(&contact, json!({})).await;
    assert_eq!(status, 200, "{sent}");
    bench.pass(1_000);
    let (status, mail) = bench
        .send(
            &contact,
            json!({ "type": "Email", "subject": "Your phone", "html": "<p>Ready</p>" }),
        )
        .await;
    assert_eq!(status, 200, "{mail}");
    assert_eq!(mail["conversationId"], sent["conversationId"]);
    assert!(mail["emailMessageId"].is_string());
    bench.pass(1_000);
    bench
        .twins
        .highlevel()
        .act(&json!({"action": "receive_message", "contact": contact, "body": "Thanks", "channel": "Email"}))
        .unwrap();

    let path = format!("/conversations/search?locationId={}", bench.location());
    let (_, found) = bench.get(&format!("{path}&contactId={contact}")).await;
    assert_eq!(found["total"], 1);
    let row = &found["conversations"][0];
    assert_eq!(
        (
            &row["lastMessageBody"],
            &row["lastMessageType"],
            &row["unreadCount"]
        ),
        (&json!("Thanks"), &json!("TYPE_EMAIL"), &json!(1))
    );
    let (_, none) = bench
        .get(&format!("{path}&lastMessageDirection=outbound"))
        .await;
    assert_eq!(none["total"], 0);

    let thread = format!("/conversations/{}", row["id"].as_str().unwrap());
    let (_, first) = bench.get(&format!("{thread}/messages?limit=2")).await;
    assert_eq!(first["nextPage"], true);
    let last = first["lastMessageId"].as_str().unwrap();
    let (_, rest) = bench
        .get(&format!("{thread}/messages?limit=2&lastMessageId={last}"))
        .await;
    assert_eq!(rest["nextPage"], false);
    assert_eq!(
        ids(&rest["messages"]),
        [sent["messageId"].as_str().unwrap()]
    );
    assert_eq!(rest["messages"][0]["source"], "api");
    let (_, texts) = bench.get(&format!("{thread}/messages?type=TYPE_SMS")).await;
    assert_eq!(texts["messages"].as_array().unwrap().len(), 1);
    let one = format!("/conversations/messages/{}", ids(&texts["messages"])[0]);
    assert_eq!(bench.get(&one).await.1["body"], "Ready");

    let read = json!({ "locationId": bench.location(), "unreadCount": 0 });
    assert_eq!(bench.put(&thread, read).await.0, 200);
    assert_eq!(bench.get(&thread).await.1["unreadCount"], 0);
    assert_eq!(
        bench.get(&format!("{path}&status=unread")).await.1["total"],
        0
    );
}

#[tokio::test]
async fn nobody_is_texted_who_cannot_or_does_not_want_to() {
    let bench = empty().await;
    let twin = bench.twins.highlevel();
    let mute = bench
        .contact(json!({ "firstName": "Ada", "phone": "+447700900123", "email": "ada@example.com", "dnd": true }))
        .await;
    let nowhere = bench.contact(json!({ "firstName": "Bob" })).await;
    let no_texts = bench
        .contact(
            json!({ "firstName": "Cy", "phone": "+447700900124", "email": "cy@example.com",
            "dndSettings": { "SMS": { "status": "active" } } }),
        )
        .await;
    let stranger = "x".repeat(20);
    for (contact, more, status) in [
        (&mute, json!({}), 400),
        (&mute, json!({ "type": "Email" }), 400),
        (&nowhere, json!({}), 400),
        (&no_texts, json!({}), 400),
        (&stranger, json!({}), 400),
        (&no_texts, json!({ "type": "WhatsApp" }), 400),
        (&no_texts, json!({ "type": "Pigeon" }), 422),
        (&no_texts, json!({ "type": "Email", "message": " " }), 400),
        (&no_texts, json!({ "body": "hm" }), 422),
    ] {
        let (told, body) = bench.send(contact, more.clone()).await;
        assert_eq!(told, status, "{more}: {body}");
    }
    assert_eq!(twin.counts().messages, 0);
    assert_eq!(
        bench.send(&no_texts, json!({ "type": "Email" })).await.0,
        200
    );
    assert_eq!(twin.counts().messages, 1);
}

#[tokio::test]
async fn what_is_for_later_stays_and_a_call_can_be_logged() {
    let bench = empty().await;
    let contact = bench
        .contact(json!({ "firstName": "Ada", "phone": "+447700900123" }))
        .await;
    let (_, sent) = bench
        .send(&contact, json!({ "scheduledTimestamp": 1_785_900_000 }))
        .await;
    let kept = bench.twins.highlevel().records(Kind::Messages, None, 9);
    assert_eq!(kept[0]["status"], "scheduled");
    let call = json!({ "type": "Call", "conversationId": sent["conversationId"],
        "conversationProviderId": "counter", "message": "Asked for the price" });
    let (status, logged) = bench.post("/conversations/messages/inbound", call).await;
    assert_eq!(
        (status, &logged["contactId"]),
        (200, &json!(contact)),
        "{logged}"
    );
    let (status, _) = bench
        .post("/conversations/messages/inbound", json!({ "type": "Call" }))
        .await;
    assert_eq!(status, 422);
}
