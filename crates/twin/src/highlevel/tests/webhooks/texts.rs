//! Automations that text customers.

use serde_json::{Value, json};

use super::{kinds, pulled, told};
use crate::highlevel::Kind;

#[tokio::test]
async fn an_automation_texts_only_where_it_is_set_up() {
    let bench = pulled(json!({"events": ["OutboundMessage", "InboundMessage"]})).await;
    let twin = bench.twins.highlevel();
    let id = bench
        .contact(json!({"firstName": "Ada", "phone": "+447700900123"}))
        .await;
    assert_eq!(twin.counts().messages, 0, "nothing is set up");
    let set = json!({"automation_texts": {"on_contact_created": true, "on_tag": "ready"}});
    let url = format!("{}/_twin/settings", bench.twins.highlevel_url());
    let put = bench.client.put(url).json(&set).send().await.unwrap();
    assert_eq!(put.status(), 200);

    bench
        .contact(json!({"firstName": "Bob", "phone": "+447700900124"}))
        .await;
    bench
        .contact(json!({"firstName": "Cy", "phone": "+447700900125", "dnd": true}))
        .await;
    bench.contact(json!({"firstName": "Di"})).await;
    let tags = format!("/contacts/{id}/tags");
    bench.post(&tags, json!({"tags": ["other"]})).await;
    bench.post(&tags, json!({"tags": ["ready"]})).await;
    let texts = told(twin);
    assert_eq!(
        kinds(&texts),
        ["OutboundMessage"; 2],
        "one made, one tagged; none to dnd or without an address"
    );
    assert_eq!(texts[1]["contactId"], id);
    assert_eq!(texts[1]["messageType"], "SMS");
    assert_eq!(texts[1]["direction"], "outbound");

    twin.act(&json!({"action": "receive_message", "contact": id, "body": "Stop"}))
        .unwrap();
    let answer = told(twin);
    assert_eq!(kinds(&answer), ["InboundMessage"]);
    assert_eq!(answer[0]["conversationId"], texts[1]["conversationId"]);
    let kept = twin.records(Kind::Messages, None, 10);
    assert_eq!((kept.len(), twin.counts().messages), (3, 3));
    assert!(
        kept.iter()
            .all(|message| message["kind"] == json!("message") && message["id"] != Value::Null)
    );
}
