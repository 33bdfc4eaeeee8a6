//! Over a pair of streams: what is listed, what may be called, and what is refused.

use super::talk::Talk;
use super::{Shop, says, with, wrong};
use app::NewShop;
use app::operations::Allowed;
use serde_json::{Value as Json, json};

#[tokio::test]
async fn who_may_only_read_is_shown_only_what_reads() {
    let shop = Shop::new().await;
    let mut talk = shop.talk(Allowed::READS).await;
    let tools = talk.tools().await;
    for tool in &tools {
        assert_eq!(tool["annotations"]["readOnlyHint"], true, "{tool}");
        assert_eq!(tool["inputSchema"]["type"], "object", "{tool}");
        assert!(tool["description"].as_str().unwrap().len() > 10, "{tool}");
        assert_eq!(
            tool["inputSchema"]["properties"].get("confirm"),
            None,
            "{tool}"
        );
    }
    let names = talk.names().await;
    let has = |name: &str| names.iter().any(|one| one == name);
    for name in [
        "shops_list",
        "explain",
        "operations_call",
        "highlevel_contact_get",
        "mygadgetrepairs_ticket_list",
    ] {
        assert!(has(name), "{name}");
    }
    for name in [
        "highlevel_contact_update",
        "highlevel_message_send",
        "highlevel_contact_delete",
    ] {
        assert!(!has(name), "{name}");
    }
    talk.end().await.unwrap();
}

#[tokio::test]
async fn each_allowance_shows_more() {
    let shop = Shop::new().await;
    let writes = shop.talk(Allowed::WRITES).await.names().await;
    let all = shop.talk(Allowed::ALL).await.names().await;
    let messages = Allowed {
        messages: true,
        ..Allowed::WRITES
    };
    let messages = shop.talk(messages).await.names().await;
    let has = |names: &[String], name: &str| names.iter().any(|one| one == name);
    assert!(has(&writes, "highlevel_contact_update"));
    // Quiet unless it is told otherwise.
    assert!(has(&writes, "highlevel_appointment_create"));
    for name in ["highlevel_message_send", "highlevel_contact_delete"] {
        assert!(!has(&writes, name), "{name}");
        assert!(has(&all, name), "{name}");
    }
    assert!(has(&messages, "highlevel_message_send"));
    assert!(!has(&messages, "highlevel_contact_delete"));
    assert_eq!(all.len(), 8 + 80 - missing(&all));
}

/// Actions of the core that this account does not offer.
fn missing(names: &[String]) -> usize {
    let actions = catalogue::core().filter(|one| one.call.is_some());
    let tools = actions.map(|one| one.id.replace('.', "_"));
    tools.filter(|tool| !names.contains(tool)).count()
}

#[tokio::test]
async fn a_tool_that_reads_brings_what_the_vendor_holds() {
    let shop = Shop::new().await;
    let mut talk = shop.talk(Allowed::READS).await;
    let read = talk
        .call("highlevel_contact_get", json!({"contactId": shop.contact}))
        .await;
    assert_eq!(wrong(&read), "");
    let answer = &read["structuredContent"]["answer"]["contact"];
    assert_eq!(answer["firstName"], shop.contact().await["firstName"]);
    assert_eq!(
        says(&read).parse::<Json>().unwrap(),
        read["structuredContent"]
    );
    // The same by the tool for everything, and one that has no tool of its own.
    for (operation, input) in [
        ("highlevel.contact.get", json!({"contactId": shop.contact})),
        ("mygadgetrepairs.customer.list", json!({})),
    ] {
        let asked = json!({"operation": operation, "input": input});
        let read = talk.call("operations_call", asked).await;
        assert_eq!(wrong(&read), "", "{read}");
        assert_eq!(read["structuredContent"]["outcome"], "done");
    }
    assert!(
        shop.audit().await.is_empty(),
        "reading is in the journal, not in the audit log"
    );
}

#[tokio::test]
async fn invariant_11_least_privilege_a_change_is_refused_where_only_reading_is_allowed() {
    let shop = Shop::new().await;
    let before = shop.contact().await;
    let mut talk = shop.talk(Allowed::READS).await;
    let input = shop.rename("Somebody");
    let by_id = json!({"operation": "highlevel.contact.update", "input": input});
    for (tool, input) in [
        ("highlevel_contact_update", input),
        ("operations_call", by_id),
    ] {
        let refused = talk.call(tool, input).await;
        assert_eq!(wrong(&refused), "NOT-ALLOWED");
        assert!(
            says(&refused).contains("repairbridge mcp --allow writes"),
            "{refused}"
        );
    }
    let mut talk = shop.talk(Allowed::WRITES).await;
    let tags = json!({"contactId": shop.contact, "tags": ["vip"]});
    for (tool, input, mend) in [
        ("highlevel_contact_add_tags", tags, "--allow messages"),
        (
            "highlevel_contact_delete",
            json!({"contactId": shop.contact}),
            "--allow deletes",
        ),
    ] {
        let refused = talk.call(tool, input).await;
        assert_eq!(wrong(&refused), "NOT-ALLOWED");
        assert!(says(&refused).contains(mend), "{refused}");
    }
    assert_eq!(shop.contact().await, before);
    assert!(shop.audit().await.is_empty());
}

#[tokio::test]
async fn what_does_not_fit_is_told_with_its_place() {
    let shop = Shop::new().await;
    let mut talk = shop.talk(Allowed::WRITES).await;
    for (tool, input, place) in [
        ("highlevel_contact_get", json!({}), "`contactId` is missing"),
        (
            "highlevel_contact_get",
            json!({"contactId": 7}),
            "/contactId",
        ),
        (
            "highlevel_contact_update",
            with(shop.rename("x"), "firstname", "y"),
            "/firstname",
        ),
        (
            "highlevel_contact_update",
            with(shop.rename("x"), "confirm", 5),
            "/confirm",
        ),
        (
            "highlevel_contact_get",
            json!({"contactId": "c", "shop": ["main"]}),
            "/shop",
        ),
        ("log", json!({"limit": "many"}), "/limit"),
        ("log", json!({"limit": 100_000}), "/limit"),
        ("explain", json!({}), "`record` is missing"),
        (
            "operations_call",
            json!({"operation": "highlevel.contact.get", "input": []}),
            "/input",
        ),
        (
            "operations_call",
            json!({"operation": "highlevel.contact.get", "input": {"contactId": 7}}),
            "/contactId",
        ),
        (
            "operations_search",
            json!({"words": "x", "side": "left"}),
            "/side",
        ),
        ("status", json!({"shops": "main"}), "/shops"),
    ] {
        let refused = talk.call(tool, input).await;
        assert_eq!(wrong(&refused), "INPUT", "{refused}");
        assert!(says(&refused).contains(place), "{place}: {refused}");
        let mistakes = &refused["structuredContent"]["error"]["mistakes"];
        assert!(mistakes[0]["words"].is_string(), "{refused}");
    }
    for (operation, code) in [
        ("highlevel.contact.gett", "OPERATION-UNKNOWN"),
        ("highlevel.contact.created", "REFUSED"),
    ] {
        let refused = talk
            .call("operations_call", json!({"operation": operation}))
            .await;
        assert_eq!(wrong(&refused), code, "{refused}");
    }
    let elsewhere = json!({"contactId": "c", "shop": "elsewhere"});
    let refused = talk.call("highlevel_contact_get", elsewhere).await;
    assert_eq!(wrong(&refused), "SHOP-UNKNOWN");
}

#[tokio::test]
async fn an_unknown_tool_is_refused_and_what_was_meant_is_named() {
    let shop = Shop::new().await;
    let mut talk = shop.talk(Allowed::READS).await;
    for (name, near) in [
        ("highlevel_contact_gets", Some("highlevel_contact_get")),
        ("operations.call", Some("operations_call")),
        ("rm -rf", None),
        ("highlevel_contact_created", None),
    ] {
        let asked = talk.ask("tools/call", json!({"name": name, "arguments": {}}));
        let answer = asked.await;
        assert_eq!(answer["error"]["code"], -32602, "{answer}");
        let message = answer["error"]["message"].as_str().unwrap();
        match near {
            Some(near) => assert!(message.contains(&format!("`{near}`")), "{message}"),
            None => assert!(!message.contains(name), "{message}"),
        }
    }
}

#[tokio::test]
async fn a_huge_input_is_refused_and_the_talk_goes_on() {
    let shop = Shop::new().await;
    let mut talk = shop.talk(Allowed::WRITES).await;
    let huge = shop.rename(&"x".repeat(5 * 1024 * 1024));
    let refused = talk.call("highlevel_contact_update", huge).await;
    assert_eq!(wrong(&refused), "INPUT-TOO-LARGE");
    assert!(says(&refused).len() < 500);
    // What is no message at all is passed over.
    talk.send(&json!("no message")).await;
    talk.hear().await;
    let listed = talk.call("shops_list", json!({})).await;
    assert_eq!(listed["structuredContent"]["shops"][0]["name"], "main");
}

#[tokio::test]
async fn our_own_tools_tell_how_the_sync_is_doing() {
    let shop = Shop::new().await;
    shop.bench.sync().await;
    let mut talk = shop.talk(Allowed::READS).await;
    let status = talk.call("status", json!({})).await;
    assert_eq!(status["structuredContent"]["shops"][0]["shop"], "main");
    let log = talk.call("log", json!({"limit": 3})).await;
    assert_eq!(
        log["structuredContent"]["lines"].as_array().unwrap().len(),
        3
    );
    let customer = shop.bench.at_start.customers.values().next().unwrap();
    let record = customer["id"]
        .as_str()
        .map_or_else(|| customer["id"].to_string(), str::to_owned);
    let told = talk.call("explain", json!({"record": record})).await;
    assert_eq!(wrong(&told), "", "{told}");
    assert!(says(&told).lines().count() > 1, "{told}");
    let review = talk.call("review", json!({})).await;
    assert!(review["structuredContent"]["review"].is_array());
    let found = talk
        .call(
            "operations_search",
            json!({"words": "send message", "limit": 1}),
        )
        .await;
    assert_eq!(
        found["structuredContent"]["operations"][0]["tool"],
        "highlevel_message_send"
    );
    let shown = talk
        .call(
            "operations_show",
            json!({"operation": "highlevel.message.send"}),
        )
        .await;
    let shown = &shown["structuredContent"];
    assert_eq!(shown["allowed"], false);
    assert_eq!(shown["availability"]["state"], "available");
    assert!(
        shown["how_to_allow"]
            .as_str()
            .unwrap()
            .contains("--allow messages")
    );
}

#[tokio::test]
async fn where_several_shops_are_one_has_to_be_named() {
    let shop = Shop::new().await;
    let second = NewShop {
        name: "second".into(),
        location: "elsewhere".into(),
        zone: None,
        country: None,
    };
    shop.bench.app.add_shop(&second).await.unwrap();
    let mut talk = shop.talk(Allowed::READS).await;
    let tools = talk.tools().await;
    let get = tools
        .iter()
        .find(|tool| tool["name"] == "highlevel_contact_get");
    let required = &get.unwrap()["inputSchema"]["required"];
    assert!(
        required.as_array().unwrap().contains(&json!("shop")),
        "{required}"
    );
    let input = json!({"contactId": shop.contact});
    let refused = talk.call("highlevel_contact_get", input.clone()).await;
    assert!(says(&refused).contains("shops_list"), "{refused}");
    let read = talk
        .call("highlevel_contact_get", with(input.clone(), "shop", "main"))
        .await;
    assert_eq!(wrong(&read), "");
    let refused = talk
        .call(
            "highlevel_contact_get",
            with(input.clone(), "shop", "second"),
        )
        .await;
    assert_eq!(wrong(&refused), "SHOP-NOT-CONNECTED");
    // Where one is fixed, it is the only one there is.
    let mut talk = Talk::new(&shop.bench.app, Allowed::READS, Some("main"), json!({})).await;
    let read = talk.call("highlevel_contact_get", input.clone()).await;
    assert_eq!(wrong(&read), "");
    let refused = talk
        .call("highlevel_contact_get", with(input, "shop", "second"))
        .await;
    assert_eq!(wrong(&refused), "REFUSED");
    let listed = talk.call("shops_list", json!({})).await;
    assert_eq!(
        listed["structuredContent"]["shops"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let all = talk.call("status", json!({"shop": "second"})).await;
    assert_eq!(wrong(&all), "REFUSED");
}

#[tokio::test]
async fn invariant_10_secrets_stay_secret_whatever_an_assistant_asks() {
    let shop = Shop::new().await;
    let mut talk = shop.talk(Allowed::ALL).await;
    talk.tools().await;
    let owned = |id: &str| json!({"operation": id});
    for (tool, input) in [
        ("shops_list", json!({})),
        ("status", json!({})),
        ("log", json!({})),
        ("operations_show", owned("highlevel.location.get")),
        ("highlevel_location_get", json!({})),
        ("highlevel_contact_update", shop.rename("Nobody")),
        ("mygadgetrepairs_customer_list", json!({})),
        ("operations_call", owned("highlevel.user.list")),
        ("highlevel_contact_get", json!({"contactId": "nobody"})),
    ] {
        talk.call(tool, input).await;
    }
    let twins = &shop.bench.twins;
    for secret in [twins.token(), &twins.key()] {
        assert!(!talk.heard.contains(secret));
    }
}
