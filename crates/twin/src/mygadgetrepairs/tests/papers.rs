//! Reminders, lines, estimates, leads and devices through the API, and where the account lacks them.

use serde_json::{Value, json};

use super::super::Settings;
use super::Bench;

#[tokio::test]
async fn a_reminder_is_made_changed_completed_and_opened_again() {
    let bench = Bench::plain(0);
    let (customer, ticket) = bench.ticket().await;
    let user = bench.twin.users()[0].clone();
    let body = json!({"title": "Call", "description": "About it", "date": "2026-03-05T09:00:00Z",
        "customer": customer, "ticketId": ticket, "staff": user.0, "completed": false});
    let made = bench.call("POST", "/v1/reminders", body).await;
    assert_eq!(made.status, 201);
    let path = format!("/v1/reminders/{}", made.id());
    let shown = bench.get(&path).await.json();
    assert_eq!(
        (&shown["title"], &shown["due_date"], &shown["completed"]),
        (
            &json!("Call"),
            &json!("2026-03-05T09:00:00+0000"),
            &json!(false)
        )
    );
    assert_eq!(shown["staff"]["id"], json!(user.0));
    assert_eq!(shown["ticket"]["ticket_ref"], "K-1001");
    bench.pass(60);
    bench.call("PUT", &path, json!({"completed": true})).await;
    let done = bench.get(&path).await.json();
    assert_eq!(
        (&done["completed"], &done["completed_date"], &done["title"]),
        (
            &json!(true),
            &json!("2026-03-02T10:01:00+0000"),
            &json!("Call")
        )
    );
    bench
        .call(
            "PUT",
            &path,
            json!({"completed": "no", "dueDate": "06-Mar-2026 10:00"}),
        )
        .await;
    let open = bench.get("/v1/reminders").await.rows()[0].clone();
    assert_eq!(
        (
            &open["completed"],
            &open["completed_date"],
            &open["due_date"]
        ),
        (
            &json!(false),
            &json!(""),
            &json!("2026-03-06T10:00:00+0000")
        )
    );
    for bad in [
        json!({"description": "no title"}),
        json!({"title": "x", "date": "soon"}),
        json!({"title": "x", "staff": "nobody"}),
        json!({"title": "x", "customer": ticket}),
    ] {
        assert_eq!(bench.call("POST", "/v1/reminders", bad).await.status, 400);
    }
    assert_eq!(bench.call("DELETE", &path, json!({})).await.status, 200);
    assert_eq!(bench.get(&path).await.status, 404);
}

#[tokio::test]
async fn lines_of_a_ticket_are_added_and_make_the_invoice() {
    let bench = Bench::plain(0);
    let (_, ticket) = bench.ticket().await;
    let path = format!("/v1/tickets/{ticket}/itemLine");
    let product = bench
        .call(
            "POST",
            "/v1/products",
            json!({"name": "Display", "price": 89.5}),
        )
        .await
        .json()["id"]
        .to_string();
    bench.pass(5);
    for line in [
        json!({"productId": product}),
        json!({"name": "Labour", "quantity": 2, "price": "£20.00"}),
    ] {
        let made = bench.call("POST", &path, line).await;
        assert_eq!((made.status.as_u16(), made.id().len()), (201, 35));
    }
    let rows = bench.get(&path).await.rows();
    assert_eq!(
        (&rows[0]["name"], &rows[0]["price"], &rows[1]["total"]),
        (&json!("Display"), &json!(89.5), &json!(40.0))
    );
    let changed = bench.get(&format!("/v1/tickets/{ticket}")).await.json();
    assert_eq!(changed["last_updated"], "2026-03-02T10:00:05+0000");
    for bad in [
        json!({}),
        json!({"productId": 17}),
        json!({"name": "x", "quantity": "many"}),
        json!({"name": "x", "price": "dear"}),
    ] {
        assert_eq!(bench.call("POST", &path, bad).await.status, 400);
    }
    let invoice = json!({"action": "create_invoice", "fields": {"ticketId": ticket}});
    bench.person(invoice).await.id();
    assert_eq!(bench.twin.invoices()[0]["amount_total"], 129.5);
    let other = "/v1/tickets/4C1D9E52-8F0A-4B7C-91E3D6A85B2F7034/itemLine";
    assert_eq!(bench.get(other).await.status, 404);
}

#[tokio::test]
async fn an_estimate_is_sent_answered_and_in_the_feed() {
    let bench = Bench::new(
        Settings {
            granularity: super::super::Granularity::Second,
            ..Bench::free()
        },
        0,
    );
    let (customer, ticket) = bench.ticket().await;
    let body = json!({"ticketId": ticket, "amount": 120, "description": "New display"});
    let made = bench.call("POST", "/v1/estimates", body).await;
    assert_eq!(made.status, 201);
    let path = format!("/v1/estimates/{}", made.id());
    let draft = bench.get(&path).await.json();
    assert_eq!(
        (
            &draft["status"],
            &draft["sent_date"],
            &draft["customer"]["id"]
        ),
        (&json!("Draft"), &json!(""), &json!(customer))
    );
    bench.pass(60);
    bench.call("PUT", &path, json!({"status": "sent"})).await;
    let feed = "/v1/estimates/updated?updatedDateFrom=2026-03-02T10:00:30Z";
    let sent = bench.get(feed).await.rows();
    assert_eq!(
        (&sent[0]["status"], &sent[0]["sent_date"]),
        (&json!("Sent"), &json!("2026-03-02T10:01:00+0000"))
    );
    bench.pass(60);
    bench
        .call("PUT", &path, json!({"status": "Approved"}))
        .await;
    let yes = bench.get(&path).await.json();
    assert_eq!(
        (&yes["answered_date"], &yes["sent_date"]),
        (
            &json!("2026-03-02T10:02:00+0000"),
            &json!("2026-03-02T10:01:00+0000")
        )
    );
    for bad in [
        json!({"amount": 1}),
        json!({"ticketId": ticket, "status": "Maybe"}),
    ] {
        assert_eq!(bench.call("POST", "/v1/estimates", bad).await.status, 400);
    }
    let of = bench.get(&format!("/v1/estimates?ticketId={ticket}")).await;
    assert_eq!(of.rows().len(), 1);
    let none = bench
        .get(&format!("/v1/estimates?ticketId={customer}"))
        .await;
    assert_eq!(none.rows().len(), 0);
}

#[tokio::test]
async fn leads_and_devices_keep_what_is_known_of_them() {
    let bench = Bench::plain(0);
    let (customer, _) = bench.ticket().await;
    let field = bench.get("/v1/customFields/lead").await.rows()[0]["id"].clone();
    let own = format!("cf_{field}");
    let mut body = json!({"name": "Robin Marsh", "mobile": "07700900124", "shortInfo": "Battery"});
    body[&own] = json!("Poster");
    let made = bench.call("POST", "/v1/leads", body).await.id();
    let lead = bench.get(&format!("/v1/leads/{made}")).await.json();
    assert_eq!(
        (&lead["ref"], &lead["status"]["label"], &lead[&own]),
        (&json!("L-201"), &json!("New"), &json!("Poster"))
    );
    let found = bench.get("/v1/leads?searchKeyword=marsh").await.rows();
    assert_eq!(found.len(), 1);
    assert_eq!(bench.call("POST", "/v1/leads", json!({})).await.status, 400);

    let body = json!({"customerId": customer, "type": "Phone", "brand": "Apple", "model": "iPhone 13",
        "imei": "350000000000006", "warrantyEnd": "05-May-2026"});
    let made = bench.call("POST", "/v1/assets", body).await.id();
    let path = format!("/v1/assets/{made}");
    let asset = bench.get(&path).await.json();
    assert_eq!(
        (
            &asset["imei"],
            &asset["warranty_end"],
            &asset["type"]["name"]
        ),
        (
            &json!("350000000000006"),
            &json!("2026-05-05"),
            &json!("Phone")
        )
    );
    bench
        .call("PUT", &path, json!({"warrantyEnd": "2027-05-05"}))
        .await;
    let of = bench
        .get(&format!("/v1/assets?customerId={customer}"))
        .await
        .rows();
    assert_eq!(of[0]["warranty_end"], "2027-05-05");
    for bad in [
        json!({"model": "iPhone 13"}),
        json!({"customerId": customer}),
        json!({"customerId": customer, "model": "x", "type": "Toaster"}),
    ] {
        assert_eq!(bench.call("POST", "/v1/assets", bad).await.status, 400);
    }
}

#[tokio::test]
async fn a_made_up_shop_has_some_of_each() {
    let bench = Bench::plain(200);
    for path in [
        "reminders",
        "estimates",
        "leads",
        "assets",
        "ticketInvoices",
        "posOrders",
    ] {
        let rows = bench
            .get(&format!("/v1/{path}?limit=50&offset=0"))
            .await
            .rows();
        assert!(!rows.is_empty(), "{path}");
    }
    let asset = &bench.twin.assets()[0];
    assert_eq!(asset["imei"].as_str().unwrap().len(), 15);
    assert_eq!(bench.twin.reminders().len(), 10);
}

#[tokio::test]
async fn an_account_may_lack_any_of_them() {
    let paths = [
        ("reminders", "/v1/reminders"),
        ("estimates", "/v1/estimates"),
        ("estimates", "/v1/estimates/updated"),
        ("leads", "/v1/leads"),
        ("assets", "/v1/assets"),
        ("assets", "/v1/assetTypes"),
        ("item_lines", "/v1/tickets/x/itemLine"),
        ("other_resources", "/v1/warranties"),
    ];
    let bench = Bench::plain(0);
    for (switch, path) in paths {
        let there = bench.get(path).await;
        // A ticket that is not there is told in words, a resource that is not there without any.
        assert!(there.status == 200 || !there.text.is_empty(), "{path}");
        let mut off = json!({});
        off[switch] = Value::from(false);
        bench.control("PUT", "/settings", Some(off.clone())).await;
        let gone = bench.get(path).await;
        assert_eq!(
            (gone.status.as_u16(), gone.text.as_str()),
            (404, ""),
            "{path}"
        );
        off[switch] = Value::from(true);
        bench.control("PUT", "/settings", Some(off)).await;
    }
}

#[tokio::test]
async fn resources_of_which_only_the_path_is_known_answer_and_some_take_records() {
    let bench = Bench::plain(0);
    for path in [
        "suppliers",
        "purchaseOrders",
        "timeClock",
        "projects",
        "stockCount",
    ] {
        assert!(
            bench.get(&format!("/v1/{path}")).await.rows().is_empty(),
            "{path}"
        );
    }
    let made = bench
        .call("POST", "/v1/projects", json!({"name": "Refit"}))
        .await;
    assert_eq!(made.status, 201);
    let shown = bench
        .get(&format!("/v1/projects/{}", made.id()))
        .await
        .json();
    assert_eq!(shown["name"], "Refit");
    let refused = bench
        .call("POST", "/v1/suppliers", json!({"name": "x"}))
        .await;
    assert_eq!((refused.status.as_u16(), refused.allow()), (405, "GET"));
    assert_eq!(bench.get("/v1/warranties/17").await.status, 404);
}

#[tokio::test]
async fn a_product_is_read_alone_and_deleted_and_its_number_is_not_given_again() {
    let bench = Bench::plain(0);
    let add = async |name: &str| {
        let made = bench
            .call("POST", "/v1/products", json!({"name": name}))
            .await;
        made.json()["id"].as_u64().unwrap()
    };
    let (first, second) = (add("Display").await, add("Battery").await);
    let path = format!("/v1/products/{second}");
    assert_eq!(bench.get(&path).await.json()["name"], "Battery");
    assert_eq!(bench.call("DELETE", &path, json!({})).await.status, 200);
    assert_eq!(bench.get(&path).await.status, 404);
    assert_eq!(add("Cable").await, first + 2);
    let group = bench.get("/v1/groups").await.rows()[0].clone();
    let alone = bench
        .get(&format!("/v1/groups/{}", group["id"]))
        .await
        .json();
    assert_eq!(alone["name"], group["name"]);
    let model = bench.get("/v1/models").await.rows()[0].clone();
    let alone = bench
        .get(&format!("/v1/models/{}", model["id"]))
        .await
        .json();
    assert_eq!(
        (&alone["model"], &alone["make"]),
        (&model["model"], &model["make"])
    );
}

#[tokio::test]
async fn a_comment_is_internal_unless_any_of_the_likely_names_says_otherwise() {
    let bench = Bench::plain(0);
    let (_, ticket) = bench.ticket().await;
    for (name, value, public) in [
        ("internal", json!(true), false),
        ("internal", json!(false), true),
        ("public", json!(true), true),
        ("type", json!("Public"), true),
        ("type", json!("Private"), false),
        ("colour", json!("red"), false),
    ] {
        let mut body = json!({"ticketId": ticket, "comment": "hm"});
        body[name] = value;
        bench.call("POST", "/v1/ticketComments", body).await.id();
        assert_eq!(
            bench.twin.comments().last().unwrap()["public"],
            public,
            "{name}"
        );
    }
}
