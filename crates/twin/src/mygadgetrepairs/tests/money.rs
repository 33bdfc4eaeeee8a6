//! Invoices, payments, refunds and the till.

use serde_json::{Value, json};

use super::super::Settings;
use super::Bench;

async fn invoiced(bench: &Bench) -> (String, String) {
    let (_, ticket) = bench.ticket().await;
    let fields = json!({"ticketId": ticket, "amount": "100.00", "dueDate": "09-Mar-2026"});
    let act = json!({"action": "create_invoice", "fields": fields});
    (ticket, bench.person(act).await.id())
}

async fn whole(bench: &Bench, invoice: &str) -> Value {
    bench
        .get(&format!("/v1/ticketInvoices/{invoice}"))
        .await
        .json()
}

#[tokio::test]
async fn an_invoice_is_made_paid_in_parts_and_given_back() {
    let bench = Bench::plain(0);
    let (ticket, invoice) = invoiced(&bench).await;
    let owed = whole(&bench, &invoice).await;
    assert_eq!(
        (&owed["status"], &owed["balance"], &owed["due_date"]),
        (&json!("Unpaid"), &json!(100.0), &json!("2026-03-09"))
    );
    let on_ticket = bench.get(&format!("/v1/tickets/{ticket}")).await.json();
    assert_eq!(
        (
            &on_ticket["invoice"]["id"],
            &on_ticket["invoice"]["last_payment_date"]
        ),
        (&json!(invoice), &json!(""))
    );
    let move_money = async |action: &str, amount: Option<f64>| {
        bench.pass(60);
        let act = json!({"action": action, "id": invoice, "fields": {"amount": amount}});
        bench.person(act).await.status.as_u16()
    };
    for (action, amount, status, balance) in [
        ("pay_invoice", Some(40.0), "Part Paid", 60.0),
        ("pay_invoice", None, "Paid", 0.0),
        ("refund_invoice", Some(30.0), "Part Refunded", 0.0),
        ("refund_invoice", None, "Refunded", 0.0),
    ] {
        assert_eq!(move_money(action, amount).await, 200);
        let shown = whole(&bench, &invoice).await;
        assert_eq!(
            (&shown["status"], &shown["balance"]),
            (&json!(status), &json!(balance)),
            "{action} {amount:?}"
        );
    }
    let shown = whole(&bench, &invoice).await;
    let amounts: Vec<f64> = shown["payments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|payment| payment["amount"].as_f64().unwrap())
        .collect();
    assert_eq!(amounts, [40.0, 60.0, -30.0, -70.0]);
    let on_ticket = bench.get(&format!("/v1/tickets/{ticket}")).await.json();
    assert_eq!(
        on_ticket["invoice"]["last_payment_date"],
        "2026-03-02T10:04:00+0000"
    );
    assert_eq!(on_ticket["last_updated"], "2026-03-02T10:04:00+0000");
    let listed = bench.get("/v1/payments").await.rows();
    assert_eq!(listed.len(), 4);
    assert_eq!(listed[0]["amount"], -70.0, "newest first");

    assert_eq!(move_money("refund_invoice", Some(1.0)).await, 400);
    assert_eq!(
        move_money("pay_invoice", None).await,
        400,
        "nothing is owed"
    );
    assert_eq!(move_money("pay_invoice", Some(-5.0)).await, 400);
}

#[tokio::test]
async fn invoices_are_for_people_to_make_and_payments_too_unless_the_account_takes_them() {
    let bench = Bench::plain(0);
    let (_, invoice) = invoiced(&bench).await;
    let made = bench
        .call("POST", "/v1/ticketInvoices", json!({"amount": 5}))
        .await;
    assert_eq!((made.status.as_u16(), made.allow()), (405, "GET"));
    let path = format!("/v1/ticketInvoices/{invoice}");
    assert_eq!(
        bench.call("PUT", &path, json!({"amount": 5})).await.status,
        405
    );
    let body = json!({"invoiceId": invoice, "amount": 25});
    assert_eq!(
        bench
            .call("POST", "/v1/payments", body.clone())
            .await
            .status,
        405
    );
    bench.twin.set_settings(Settings {
        record_payments: true,
        ..Bench::free()
    });
    assert_eq!(bench.call("POST", "/v1/payments", body).await.status, 201);
    assert_eq!(whole(&bench, &invoice).await["balance"], 75.0);
    let too_much = json!({"invoiceId": invoice, "amount": 200});
    bench.call("POST", "/v1/payments", too_much).await;
    assert_eq!(whole(&bench, &invoice).await["balance"], 0.0);
    let lost = json!({"invoiceId": "nothing", "amount": 25});
    assert_eq!(bench.call("POST", "/v1/payments", lost).await.status, 400);
}

#[tokio::test]
async fn a_repair_of_the_made_up_shop_was_paid_when_it_was_last_changed() {
    let bench = Bench::plain(120);
    let tickets = bench.twin.tickets();
    let ticket = tickets
        .iter()
        .find(|ticket| ticket["invoice"]["id"].is_string())
        .unwrap();
    assert_eq!(
        ticket["invoice"]["last_payment_date"],
        ticket["last_updated"]
    );
    let paid = whole(&bench, ticket["invoice"]["id"].as_str().unwrap()).await;
    assert_eq!(
        (&paid["status"], &paid["balance"]),
        (&json!("Paid"), &json!(0.0))
    );
    assert_eq!(paid["ticket"]["ticket_ref"], ticket["ticket_ref"]);
    assert_eq!(paid["amount_paid"], paid["amount_total"]);
}

#[tokio::test]
async fn a_sale_at_the_till_is_paid_at_once() {
    let bench = Bench::plain(0);
    let (customer, _) = bench.ticket().await;
    let fields = json!({"amount": 19.9, "customerId": customer});
    let sold = bench
        .person(json!({"action": "create_sale", "fields": fields}))
        .await;
    let id = sold.json()["id"].clone();
    let rows = bench.get("/v1/posOrders").await.rows();
    assert_eq!(
        (&rows[0]["id"], &rows[0]["amount_total"], &rows[0]["status"]),
        (&id, &json!(19.9), &json!("Paid"))
    );
    assert_eq!(rows[0]["customer"]["id"], json!(customer));
    assert_eq!(
        bench.get(&format!("/v1/posOrders/{id}")).await.json(),
        rows[0]
    );
    assert_eq!(bench.get("/v1/posOrders/1").await.status, 404);
}
