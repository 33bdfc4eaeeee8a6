//! Records in the words users see: every name is there, device numbers are masked, passcodes are nowhere.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests, outside of test functions"
)]

use domain::{CountryCode, Field, Kind, Record, RecordId, Side, Value};
use flows::scope::{self, Holds};
use flows::view::view;
use mapping::{Rules, Setting};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

fn setting() -> Setting {
    Setting::new(
        CountryCode::parse("GB").unwrap(),
        "Europe/London",
        Vec::new(),
    )
    .unwrap()
}

fn shown(source: &str, record: &Json) -> Json {
    view(source, record, &setting(), &Rules::default())
}

#[test]
fn every_source_has_its_names_even_where_the_record_is_empty() {
    for name in scope::NAMES {
        let (Holds::Record(source) | Holds::Records(source)) = name.holds else {
            continue;
        };
        let fields = scope::fields(source);
        assert!(
            fields.iter().any(|field| field == "id"),
            "{source}: {fields:?}"
        );
        if matches!(name.holds, Holds::Record(_)) {
            assert_eq!(scope::name_of(source), Some(name.name));
        }
    }
    assert_eq!(scope::name_of("highlevel.event.InvoicePaid"), None);
    for wanted in [
        "reference",
        "status",
        "status_id",
        "status_group",
        "technician",
        "title",
        "description",
        "completed",
    ] {
        assert!(
            scope::fields("mygadgetrepairs.ticket")
                .iter()
                .any(|field| field == wanted),
            "{wanted}"
        );
    }
    for wanted in [
        "name",
        "email",
        "phone",
        "tags",
        "no_contact",
        "no_calls",
        "no_email",
        "no_sms",
        "other_emails",
    ] {
        assert!(
            scope::fields("highlevel.contact")
                .iter()
                .any(|field| field == wanted),
            "{wanted}"
        );
    }
}

#[test]
fn a_customer_and_a_ticket_as_people_know_them() {
    let mut customer = Record::new(Side::MyGadgetRepairs, Kind::Contact, RecordId::new("X1"));
    customer.reference = Some("C-317".to_owned());
    customer.set(Field::FirstName, Value::text("Ada"));
    customer.set(Field::LastName, Value::text("Byron"));
    customer.set(Field::Mobile, Value::text("07400 123456"));
    customer.set(Field::NoSms, Some(Value::Flag(true)));
    customer.tags = vec!["Trade".to_owned()];
    let shown_customer = shown(
        "mygadgetrepairs.customer",
        &serde_json::to_value(&customer).unwrap(),
    );
    for (name, expected) in [
        ("reference", json!("C-317")),
        ("name", json!("Ada Byron")),
        ("phone", json!("+447400123456")),
        ("group", json!("Trade")),
        ("no_sms", json!(true)),
        ("no_email", json!(false)),
        ("email", Json::Null),
    ] {
        assert_eq!(shown_customer[name], expected, "{name}");
    }

    let mut ticket = Record::new(Side::MyGadgetRepairs, Kind::Task, RecordId::new("T1"));
    ticket.reference = Some("K-1042".to_owned());
    ticket.parent = Some(RecordId::new("X1"));
    ticket.set(Field::Title, Value::text("Screen"));
    ticket.set(
        Field::Body,
        Value::text("IMEI 356938035643809, passcode: 1234"),
    );
    ticket.set(Field::Status, Value::text("3"));
    ticket.set(Field::StatusLabel, Value::text("Ready for pickup"));
    let shown_ticket = shown(
        "mygadgetrepairs.ticket",
        &serde_json::to_value(&ticket).unwrap(),
    );
    for (name, expected) in [
        ("customer_id", json!("X1")),
        ("title", json!("Screen")),
        ("status", json!("Ready for pickup")),
        ("status_id", json!("3")),
        ("status_group", json!("ready")),
        ("completed", json!(false)),
    ] {
        assert_eq!(shown_ticket[name], expected, "{name}");
    }
    let text = shown_ticket.to_string();
    assert!(!text.contains("1234") && !text.contains("356938"), "{text}");
}

#[test]
fn an_invoice_and_a_device_however_they_are_spelled() {
    let invoice = shown(
        "mygadgetrepairs.invoice",
        &json!({"id": 7, "ticket": {"ticket_ref": "K-1"}, "amount_total": "1.234,50 €", "status": {"label": "Teilweise bezahlt"}, "payments": [{"amount": "1000"}]}),
    );
    assert_eq!(
        (
            &invoice["id"],
            &invoice["total"],
            &invoice["paid"],
            &invoice["balance"]
        ),
        (&json!("7"), &json!(1234.5), &json!(1000), &json!(234.5))
    );
    assert_eq!(invoice["is_paid"], json!(false));
    let device = shown(
        "mygadgetrepairs.device",
        &json!({"device": "Apple iPhone 13", "imei": 356_938_035_643_809_i64, "serial": "F2LXK0ABCDEF", "passcode": "4711", "warranty": {"end_date": "2027-01-31"}}),
    );
    assert_eq!(
        (&device["name"], &device["warranty_end"]),
        (&json!("Apple iPhone 13"), &json!("2027-01-31"))
    );
    assert_eq!(
        (&device["imei"], &device["serial"]),
        (&json!("•••••••••••3809"), &json!("••••••••CDEF"))
    );
    assert!(!device.to_string().contains("4711"));
}

proptest! {
    /// A passcode is nowhere, however deep it stands and whatever its key is called.
    #[test]
    fn passcodes_are_nowhere(
        key in prop::sample::select(vec!["passcode", "devicePasscode", "unlock_pin", "PIN", "password", "pattern", "access_token", "Unlock-Code", "UNLOCK_PIN", "phonePIN"]),
        depth in 0_usize..4,
    ) {
        let mut record = json!({key: "s3cr3t-4711"});
        for level in 0..depth {
            record = if level % 2 == 0 { json!([record]) } else { json!({"inner": record}) };
        }
        let record = json!({"webhookId": "w", "data": record});
        let shown = shown("highlevel.event.Anything", &record).to_string();
        prop_assert!(!shown.contains("4711"), "{}", shown);
    }
}
