//! What a person at the counter does besides writing records.

use serde_json::json;

use super::Bench;

#[tokio::test]
async fn a_ticket_is_assigned_moved_and_handed_out() {
    let bench = Bench::plain(40);
    let (_, ticket) = bench.ticket().await;
    let (_, label) = bench.twin.statuses()[4].clone();
    let user = bench.twin.users()[1].clone();
    let act = async |action: &str, fields: serde_json::Value| {
        bench.pass(60);
        let act = json!({"action": action, "id": ticket, "fields": fields});
        assert_eq!(bench.person(act).await.status, 200, "{action}");
        bench.get(&format!("/v1/tickets/{ticket}")).await.json()
    };
    let assigned = act("assign", json!({"technician": user.0})).await;
    assert_eq!(assigned["technician"]["id"], json!(user.0));
    let ready = act("set_status", json!({"status": label})).await;
    assert_eq!(ready["status"]["label"], json!(label));
    let out = act("hand_out", json!({})).await;
    assert_eq!(
        (&out["status"]["label"], &out["last_updated"]),
        (&json!("Collected"), &json!("2026-03-02T10:03:00+0000"))
    );
    let strange = json!({"action": "set_status", "id": ticket, "fields": {"status": "Gone"}});
    assert_eq!(bench.person(strange).await.status, 400);
}

#[tokio::test]
async fn an_estimate_is_answered_and_a_reminder_ticked_off() {
    let bench = Bench::plain(0);
    let (_, ticket) = bench.ticket().await;
    let fields = json!({"ticketId": ticket, "amount": 80});
    let estimate = bench
        .person(json!({"action": "create_estimate", "fields": fields}))
        .await
        .id();
    for act in [
        json!({"action": "send_estimate", "id": estimate}),
        json!({"action": "answer_estimate", "id": estimate, "fields": {"answer": "declined"}}),
    ] {
        bench.pass(60);
        assert_eq!(bench.person(act).await.status, 200);
    }
    let shown = &bench.twin.estimates()[0];
    assert_eq!(
        (
            &shown["status"],
            &shown["sent_date"],
            &shown["answered_date"]
        ),
        (
            &json!("Declined"),
            &json!("2026-03-02T10:01:00+0000"),
            &json!("2026-03-02T10:02:00+0000")
        )
    );
    let shrug = json!({"action": "answer_estimate", "id": estimate, "fields": {"answer": "hm"}});
    assert_eq!(bench.person(shrug).await.status, 400);

    let fields = json!({"title": "Order the part"});
    let reminder = bench
        .person(json!({"action": "create_reminder", "fields": fields}))
        .await
        .id();
    for (action, done) in [("complete_reminder", true), ("reopen_reminder", false)] {
        let act = json!({"action": action, "id": reminder});
        assert_eq!(bench.person(act).await.status, 200);
        assert_eq!(bench.twin.reminders()[0]["completed"], done);
    }
}

#[tokio::test]
async fn who_asked_becomes_a_customer_with_a_ticket() {
    let bench = Bench::plain(0);
    let fields = json!({"name": "Robin Marsh", "mobile": "07700900124", "shortInfo": "Battery"});
    let lead = bench
        .person(json!({"action": "create_lead", "fields": fields}))
        .await
        .id();
    let convert = json!({"action": "convert_lead", "id": lead});
    let ticket = bench.twin.act(&convert).unwrap();
    let shown = bench.get(&format!("/v1/tickets/{ticket}")).await.json();
    assert_eq!(shown["short_info"], "Battery");
    let lead = &bench.twin.leads()[0];
    assert_eq!(
        (
            &lead["status"]["label"],
            &lead["ticket"]["id"],
            &lead["customer"]["id"]
        ),
        (
            &json!("Converted"),
            &json!(ticket),
            &shown["customer"]["id"]
        )
    );
    assert_eq!(bench.twin.customers()[0]["name"], "Robin Marsh");
    assert!(
        bench
            .twin
            .act(&json!({"action": "convert_lead", "id": "x"}))
            .is_err()
    );
}

#[tokio::test]
async fn two_customers_become_one_with_all_that_is_about_them() {
    let bench = Bench::plain(0);
    let (gone, ticket) = bench.ticket().await;
    let (keep, _) = bench.ticket().await;
    for (action, fields) in [
        ("create_invoice", json!({"ticketId": ticket, "amount": 10})),
        (
            "create_asset",
            json!({"customerId": gone, "model": "iPhone 13"}),
        ),
        (
            "create_reminder",
            json!({"customerId": gone, "title": "Call"}),
        ),
    ] {
        let act = json!({"action": action, "fields": fields});
        assert_eq!(bench.person(act).await.status, 201);
    }
    let merge = json!({"action": "merge_customers", "keep": keep, "gone": gone});
    assert_eq!(bench.person(merge).await.status, 200);
    for rows in [
        bench.twin.invoices(),
        bench.twin.assets(),
        bench.twin.reminders(),
    ] {
        assert_eq!(rows[0]["customer"]["id"], json!(keep));
    }
}
