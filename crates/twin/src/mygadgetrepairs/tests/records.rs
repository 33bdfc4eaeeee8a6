use serde_json::{Value, json};

use super::super::{Comments, Settings};
use super::Bench;

#[tokio::test]
async fn a_customer_is_written_in_camel_case_and_read_in_snake_case() {
    let bench = Bench::plain(0);
    let made = bench
        .call(
            "POST",
            "/v1/customers",
            json!({"name": "Maria Soto Diaz", "telephone": "0113 496 0000", "mobile": "07700900123", "VATRegistration": "GB1", "invoiceemail": "b@x.example",
                   "email": "m@x.example", "company": "Soto Ltd", "address": "1 High Street", "city": "Leeds", "postCode": "LS1 1AA", "country": "UK",
                   "vat_registration_number": "ignored", "cf_34977": "abc", "group": "Trade"}),
        )
        .await;
    assert_eq!(
        (
            made.status.as_u16(),
            made.json().as_object().unwrap().len(),
            made.id().len()
        ),
        (201, 1, 35)
    );
    let shown = bench
        .get(&format!("/v1/customers/{}", made.id()))
        .await
        .json();
    assert_eq!(shown["ref"], "C-1");
    assert_eq!(
        shown["name_parts"],
        json!({"first_name": "Maria", "middle_name": "Soto", "last_name": "Diaz"})
    );
    assert_eq!(
        (&shown["phone"], &shown["vat_registration_number"]),
        (&json!("0113 496 0000"), &json!("GB1"))
    );
    assert_eq!(
        shown["fulladdress"],
        json!({"address": "1 High Street", "city": "Leeds", "post_code": "LS1 1AA", "country": "UK"})
    );
    assert_eq!(
        (&shown["cf_34977"], &shown["group"]["name"]),
        (&json!("abc"), &json!("Trade"))
    );
    assert!(shown.get("created_date").is_none());
    let changed = bench
        .call(
            "PUT",
            &format!("/v1/customers/{}", made.id()),
            json!({"mobile": "07700900124"}),
        )
        .await;
    assert_eq!((changed.status.as_u16(), changed.id()), (200, made.id()));
    let again = bench
        .get(&format!("/v1/customers/{}", made.id()))
        .await
        .json();
    assert_eq!(
        (&again["mobile"], &again["email"]),
        (&json!("07700900124"), &json!("m@x.example"))
    );
    let gone = bench
        .call("DELETE", &format!("/v1/customers/{}", made.id()), json!({}))
        .await;
    assert_eq!((gone.status.as_u16(), gone.text.as_str()), (200, ""));
    let missing = bench.get(&format!("/v1/customers/{}", made.id())).await;
    assert_eq!(missing.status, 404);
    assert!(missing.json()["error"].is_string());
}

#[tokio::test]
async fn bad_customers_are_refused_with_a_reason() {
    let bench = Bench::plain(0);
    for body in [
        json!({}),
        json!({"name": " "}),
        json!({"name": "x".repeat(251)}),
        json!({"name": "A", "group": "Aliens"}),
    ] {
        let reply = bench.call("POST", "/v1/customers", body).await;
        assert_eq!(reply.status, 400);
        assert!(reply.json()["error"].is_string());
    }
    assert_eq!(bench.twin.counts().customers, 0);
    assert_eq!(
        bench
            .call("POST", "/v1/customers", json!({"name": "x".repeat(250)}))
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn an_empty_text_clears_only_where_it_is_switched_on() {
    let bench = Bench::new(
        Settings {
            post_status: 200,
            ..Bench::free()
        },
        0,
    );
    let made = bench
        .call(
            "POST",
            "/v1/customers",
            json!({"name": "A B", "email": "a@x.example"}),
        )
        .await;
    assert_eq!(made.status, 200);
    let path = format!("/v1/customers/{}", made.id());
    bench.call("PUT", &path, json!({"email": ""})).await;
    assert_eq!(bench.get(&path).await.json()["email"], "a@x.example");
    bench.twin.set_settings(Settings {
        clear_on_empty: true,
        ..Bench::free()
    });
    bench.call("PUT", &path, json!({"email": ""})).await;
    assert_eq!(bench.get(&path).await.json()["email"], "");
}

#[tokio::test]
async fn a_ticket_takes_its_references_by_any_likely_name() {
    let bench = Bench::plain(0);
    let customer = bench
        .call("POST", "/v1/customers", json!({"name": "A B"}))
        .await
        .id();
    let made = bench.call("POST", "/v1/tickets", json!({"customerId": customer, "shortInfo": "Screen", "status": "on the BENCH", "issueType": 5603})).await.id();
    let shown = bench.get(&format!("/v1/tickets/{made}")).await.json();
    assert_eq!(
        shown["customer"],
        json!({"id": customer, "internal_id": "C-1"})
    );
    assert_eq!(
        (&shown["ticket_ref"], &shown["ticket_no"]),
        (&json!("K-1001"), &json!(1001))
    );
    assert_eq!(
        (&shown["status"]["label"], &shown["issue_type"]["label"]),
        (&json!("On the bench"), &json!("Screen"))
    );
    assert_eq!(
        (&shown["created_from"], &shown["technician"]),
        (&json!("API"), &json!({}))
    );
    assert_eq!(shown["created_date"], "2026-03-02T10:00:00+0000");
    let collected = bench
        .get("/v1/statuses")
        .await
        .rows()
        .iter()
        .find(|status| status["label"] == "Collected")
        .unwrap()["id"]
        .clone();
    bench.pass(60);
    bench
        .call(
            "PUT",
            &format!("/v1/tickets/{made}"),
            json!({"status": {"id": collected}}),
        )
        .await;
    let shown = bench.get(&format!("/v1/tickets/{made}")).await.json();
    assert_eq!(
        (&shown["status"]["label"], &shown["last_updated"]),
        (&json!("Collected"), &json!("2026-03-02T10:01:00+0000"))
    );
    for bad in [
        json!({"customer": customer}),
        json!({"shortInfo": "x"}),
        json!({"customer": customer, "shortInfo": "x", "status": "Nowhere"}),
    ] {
        assert_eq!(bench.call("POST", "/v1/tickets", bad).await.status, 400);
    }
    let found = bench.get("/v1/tickets?searchKeyword=k-1001").await.rows();
    assert_eq!(found.len(), 1);
}

#[tokio::test]
async fn comments_are_a_collection_that_can_be_narrowed_or_missing() {
    let bench = Bench::plain(0);
    let customer = bench
        .call("POST", "/v1/customers", json!({"name": "A B"}))
        .await
        .id();
    let ticket = bench
        .call(
            "POST",
            "/v1/tickets",
            json!({"customer": customer, "shortInfo": "Screen"}),
        )
        .await
        .id();
    for text in ["one", "two"] {
        assert_eq!(
            bench
                .call(
                    "POST",
                    "/v1/ticketComments",
                    json!({"ticketId": ticket, "comment": text})
                )
                .await
                .status,
            201
        );
    }
    let rows = bench
        .get(&format!("/v1/ticketcomments?ticketId={ticket}"))
        .await
        .rows();
    assert_eq!(
        rows.iter()
            .map(|row| row["comment"].as_str().unwrap())
            .collect::<Vec<_>>(),
        ["two", "one"]
    );
    assert_eq!(
        (&rows[0]["ticket"]["ticket_ref"], &rows[0]["public"]),
        (&json!("K-1001"), &json!(false))
    );
    assert_eq!(
        bench
            .call(
                "POST",
                "/v1/ticketComments",
                json!({"ticketId": "no", "comment": "x"})
            )
            .await
            .status,
        400
    );
    bench.twin.set_settings(Settings {
        comments: Comments::PostOnly,
        ..Bench::free()
    });
    let verb = bench.get("/v1/ticketComments").await;
    assert_eq!((verb.status.as_u16(), verb.allow()), (405, "POST"));
    bench.twin.set_settings(Settings {
        comments: Comments::Missing,
        ..Bench::free()
    });
    assert_eq!(bench.get("/v1/ticketComments").await.status, 404);
}

#[tokio::test]
async fn an_appointment_is_in_the_shops_time() {
    let bench = Bench::new(
        Settings {
            time_zone: Some("America/Denver".to_owned()),
            timestamps: true,
            ..Bench::free()
        },
        0,
    );
    let customer = bench
        .call("POST", "/v1/customers", json!({"name": "A B"}))
        .await
        .id();
    let body = json!({"subject": "Collect", "type": "onsite", "startDate": "16-Jul-2026 14:30", "endDate": "2026-07-16T21:00:00Z", "customerId": customer});
    let made = bench.call("POST", "/v1/appointments", body).await.id();
    let shown = bench.get(&format!("/v1/appointments/{made}")).await.json();
    assert_eq!(
        (&shown["start_date"], &shown["end_date"]),
        (
            &json!("2026-07-16T14:30:00-0600"),
            &json!("2026-07-16T15:00:00-0600")
        )
    );
    assert_eq!(
        (&shown["type"], &shown["created_date"]),
        (&json!("OnSite"), &json!("2026-03-02T03:00:00-0700"))
    );
    for bad in [
        json!({"subject": "x"}),
        json!({"startDate": "16-Jul-2026"}),
        json!({"subject": "x".repeat(101), "startDate": "16-Jul-2026"}),
        json!({"subject": "x", "startDate": "16-Jul-2026", "type": "Moon"}),
        json!({"subject": "x", "startDate": "16-Jul-2026 12:00", "endDate": "16-Jul-2026 11:00"}),
    ] {
        assert_eq!(
            bench.call("POST", "/v1/appointments", bad).await.status,
            400
        );
    }
    bench
        .call(
            "PUT",
            &format!("/v1/appointments/{made}"),
            json!({"startDate": "16-Jul-2026 13:00"}),
        )
        .await;
    assert_eq!(
        bench.get("/v1/appointments").await.rows()[0]["start_date"],
        "2026-07-16T13:00:00-0600"
    );
    assert_eq!(
        bench
            .call("DELETE", &format!("/v1/appointments/{made}"), json!({}))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn numbers_and_empty_objects_go_wrong_on_demand() {
    let bench = Bench::new(
        Settings {
            number_phones: true,
            empty_text_objects: true,
            ..Bench::free()
        },
        0,
    );
    let id = bench
        .call(
            "POST",
            "/v1/customers",
            json!({"name": "A", "mobile": "07700900123", "telephone": "0113 496"}),
        )
        .await
        .id();
    let shown = bench.get(&format!("/v1/customers/{id}")).await.json();
    assert_eq!(
        (&shown["mobile"], &shown["phone"]),
        (&json!(7_700_900_123_u64), &json!("0113 496"))
    );
    assert_eq!(
        (&shown["fulladdress"], &shown["group"]),
        (&json!(""), &json!(""))
    );
    let ticket = bench
        .call(
            "POST",
            "/v1/tickets",
            json!({"customer": id, "shortInfo": "x"}),
        )
        .await
        .id();
    let shown = bench.get(&format!("/v1/tickets/{ticket}")).await.json();
    assert!(
        [
            &shown["technician"],
            &shown["issue_type"],
            &shown["invoice"]
        ]
        .iter()
        .all(|value| **value == json!(""))
    );
}

#[tokio::test]
async fn a_file_comes_in_two_steps_and_documents_keep_what_they_get() {
    let bench = Bench::plain(0);
    let customer = bench
        .call("POST", "/v1/customers", json!({"name": "A B"}))
        .await
        .id();
    let ticket = bench
        .call(
            "POST",
            "/v1/tickets",
            json!({"customer": customer, "shortInfo": "Screen"}),
        )
        .await
        .id();
    let announced = bench
        .call(
            "POST",
            &format!("/v1/tickets/{ticket}/upload"),
            json!({"fileName": "a.jpg"}),
        )
        .await;
    let upload = announced.headers["location"].to_str().unwrap().to_owned();
    let path = format!("/v1/tickets/{ticket}/upload/{upload}");
    let plain = bench.call("POST", &path, json!({"any": "bytes"})).await;
    assert_eq!(plain.status, 400, "a file comes as form data");
    let mut form = super::request("POST", &path, None);
    let kind = "multipart/form-data; boundary=x".parse().unwrap();
    form.headers_mut().insert("content-type", kind);
    *form.body_mut() = axum::body::Body::from("--x\r\nbytes\r\n--x--");
    assert_eq!(bench.send(form).await.status, 201);
    assert_eq!(bench.twin.files(), [(ticket.clone(), 17)]);
    assert_eq!(
        bench
            .call("POST", &format!("/v1/tickets/{customer}/upload"), json!({}))
            .await
            .status,
        404
    );
    let task = bench
        .call(
            "POST",
            "/v1/projectTasks",
            json!({"title": "Tidy", "dueDate": "05-Jan-2026"}),
        )
        .await
        .id();
    bench
        .call(
            "PUT",
            &format!("/v1/projectTasks/{task}"),
            json!({"title": "Tidy up"}),
        )
        .await;
    let shown: Value = bench.get(&format!("/v1/projectTasks/{task}")).await.json();
    assert_eq!(
        (&shown["title"], &shown["duedate"]),
        (&json!("Tidy up"), &json!("05-Jan-2026"))
    );
    assert_eq!(bench.get("/v1/reminders").await.rows().len(), 0);
}
