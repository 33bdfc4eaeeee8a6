//! A person is asked before something is changed.

use super::{Shop, says, with, wrong};
use app::operations::Allowed;
use serde_json::{Value as Json, json};

#[tokio::test]
async fn a_change_is_shown_first_and_carried_out_once_by_its_code() {
    let shop = Shop::new().await;
    let before = shop.contact().await;
    let mut talk = shop.talk(Allowed::WRITES).await;
    let input = shop.rename("Grace");
    let shown = talk.call("highlevel_contact_update", input.clone()).await;
    assert_eq!(wrong(&shown), "");
    let waits = &shown["structuredContent"];
    assert_eq!(waits["outcome"], "waits_for_confirmation");
    for part in [
        "Nothing was sent yet",
        "PUT",
        "\"firstName\": \"Grace\"",
        "It changes something.",
    ] {
        assert!(says(&shown).contains(part), "{part}: {shown}");
    }
    assert_eq!(shop.contact().await, before, "nothing was sent");
    assert!(shop.audit().await.is_empty());

    let code = waits["confirm"].as_str().unwrap().to_owned();
    let other = with(shop.rename("Mallory"), "confirm", code.as_str());
    let refused = talk.call("highlevel_contact_update", other).await;
    assert_eq!(wrong(&refused), "NOT-CONFIRMED");
    assert!(says(&refused).contains("for another call"), "{refused}");
    assert_eq!(shop.contact().await, before);

    let confirmed = with(input, "confirm", code);
    let done = talk
        .call("highlevel_contact_update", confirmed.clone())
        .await;
    assert_eq!(wrong(&done), "", "{done}");
    assert_eq!(done["structuredContent"]["outcome"], "done");
    assert_eq!(shop.contact().await["firstName"], "Grace");
    // The answer names the record, and brings nothing that was not asked for.
    assert_eq!(
        done["structuredContent"]["answer"]["contact"]["id"],
        json!(shop.contact)
    );
    assert!(!done.to_string().contains("Grace"), "{done}");

    let again = talk.call("highlevel_contact_update", confirmed).await;
    assert_eq!(wrong(&again), "NOT-CONFIRMED");
    assert!(says(&again).contains("used already"), "{again}");
    let line = (
        "pat".to_owned(),
        "called highlevel.contact.update".to_owned(),
    );
    assert_eq!(shop.audit().await, [line]);
}

#[tokio::test]
async fn a_change_by_the_tool_for_everything_waits_as_well() {
    let shop = Shop::new().await;
    let mut talk = shop.talk(Allowed::ALL).await;
    let input = json!({"contactId": shop.contact, "body": "Called"});
    let asked = json!({"operation": "highlevel.note.create", "input": input});
    let shown = talk.call("operations_call", asked.clone()).await;
    assert!(shop.bench.truth().await.notes_of(&shop.contact).is_empty());
    let code = shown["structuredContent"]["confirm"].clone();
    // A code is for the call, by whatever tool it comes.
    let done = talk
        .call(
            "highlevel_note_create",
            with(input, "confirm", code.clone()),
        )
        .await;
    assert_eq!(wrong(&done), "", "{done}");
    let again = talk
        .call("operations_call", with(asked, "confirm", code))
        .await;
    assert_eq!(wrong(&again), "NOT-CONFIRMED");
    assert_eq!(shop.bench.truth().await.notes_of(&shop.contact).len(), 1);
}

#[tokio::test]
async fn a_program_that_can_ask_its_person_is_asked_while_the_call_waits() {
    let shop = Shop::new().await;
    let before = shop.contact().await;
    let abilities = json!({"elicitation": {"form": {}}});
    let mut talk = shop.talk_with(Allowed::WRITES, abilities).await;
    for no in [
        json!({"action": "decline"}),
        json!({"action": "cancel"}),
        json!({"action": "accept"}),
        json!({"action": "accept", "content": {"confirm": false}}),
        json!({"action": "accept", "content": {"confirm": "true"}}),
    ] {
        let asked = talk.call_answering("highlevel_contact_update", shop.rename("Grace"), no);
        let (refused, question) = asked.await;
        assert_eq!(wrong(&refused), "DECLINED");
        let message = question["message"].as_str().unwrap();
        assert!(message.contains("\"firstName\": \"Grace\""), "{message}");
        assert!(message.contains("It changes something."), "{message}");
        assert_eq!(question["requestedSchema"]["required"], json!(["confirm"]));
    }
    assert_eq!(shop.contact().await, before);
    let yes = json!({"action": "accept", "content": {"confirm": true}});
    let asked = talk.call_answering("highlevel_contact_update", shop.rename("Grace"), yes);
    assert_eq!(wrong(&asked.await.0), "");
    assert_eq!(shop.contact().await["firstName"], "Grace");
}

#[tokio::test]
async fn a_yes_to_a_call_that_was_taken_back_and_a_question_that_fails_change_nothing() {
    let shop = Shop::new().await;
    let before = shop.contact().await;
    let abilities = json!({"elicitation": {}});
    let mut talk = shop.talk_with(Allowed::WRITES, abilities).await;
    let call = json!({"name": "highlevel_contact_update", "arguments": shop.rename("Grace")});
    talk.send(&json!({"jsonrpc": "2.0", "id": 90, "method": "tools/call", "params": call}))
        .await;
    let question = talk.hear().await;
    assert_eq!(question["method"], "elicitation/create");
    let back = json!({"requestId": 90, "reason": "it took too long"});
    talk.send(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": back}))
        .await;
    let yes = json!({"action": "accept", "content": {"confirm": true}});
    talk.send(&json!({"jsonrpc": "2.0", "id": question["id"], "result": yes}))
        .await;

    talk.send(&json!({"jsonrpc": "2.0", "id": 91, "method": "tools/call", "params": call}))
        .await;
    let mut heard = talk.hear().await;
    while heard["method"] != "elicitation/create" {
        // What became of the call before may be told or not.
        assert_ne!(heard["result"]["isError"], false, "{heard}");
        heard = talk.hear().await;
    }
    let no = json!({"code": -32603, "message": "no window"});
    talk.send(&json!({"jsonrpc": "2.0", "id": heard["id"], "error": no}))
        .await;
    let answer = talk.hear().await;
    assert_eq!(wrong(&answer["result"]), "NOT-ASKED", "{answer}");
    assert_eq!(shop.contact().await, before);
    assert!(shop.audit().await.is_empty());
}

#[tokio::test]
async fn what_may_message_a_customer_or_deletes_says_so_when_it_asks() {
    let shop = Shop::new().await;
    let mut talk = shop.talk(Allowed::ALL).await;
    let tags = json!({"contactId": shop.contact, "tags": ["vip"]});
    let shown = talk.call("highlevel_contact_add_tags", tags).await;
    assert!(
        says(&shown).contains("a customer may get a message"),
        "{shown}"
    );
    let gone = json!({"contactId": shop.contact});
    let shown = talk.call("highlevel_contact_delete", gone).await;
    assert!(says(&shown).contains("cannot be brought back"), "{shown}");
}

/// The revision of the protocol that has no greeting and no questions in between.
#[tokio::test]
async fn a_program_of_the_later_revision_brings_the_answer_with_the_same_call() {
    let shop = Shop::new().await;
    let mut talk = shop.talk(Allowed::WRITES).await;
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {"elicitation": {"form": {}}},
    });
    let call = json!({"name": "highlevel_contact_update", "arguments": shop.rename("Grace"), "_meta": meta});
    let asked = talk.ask("tools/call", call.clone()).await["result"].clone();
    assert_eq!(asked["resultType"], "input_required", "{asked}");
    assert_eq!(
        asked["inputRequests"]["confirm"]["method"],
        "elicitation/create"
    );
    let state = asked["requestState"].clone();
    let answered = |says: Json| {
        let call = with(call.clone(), "requestState", state.clone());
        with(call, "inputResponses", json!({"confirm": says}))
    };
    let yes = json!({"action": "accept", "content": {"confirm": true}});
    let done = talk.ask("tools/call", answered(yes.clone())).await["result"].clone();
    assert_eq!(wrong(&done), "", "{done}");
    assert_eq!(shop.contact().await["firstName"], "Grace");
    let again = talk.ask("tools/call", answered(yes)).await["result"].clone();
    assert_eq!(wrong(&again), "NOT-CONFIRMED");
    // A no uses the question up.
    let asked = talk.ask("tools/call", call.clone()).await["result"].clone();
    let no = with(call, "requestState", asked["requestState"].clone());
    let no = with(
        no,
        "inputResponses",
        json!({"confirm": {"action": "decline"}}),
    );
    let refused = talk.ask("tools/call", no).await["result"].clone();
    assert_eq!(wrong(&refused), "DECLINED");
    assert_eq!(shop.audit().await.len(), 1);
}
