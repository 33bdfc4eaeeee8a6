use super::*;
use serde_json::json;

fn read<T: Remote>(value: Value) -> T {
    T::from_raw(value).unwrap()
}

#[test]
fn a_complete_customer_is_read() {
    let customer: Customer = read(json!({
        "id": "4C1D9E52-8F0A-4B7C-91E3D6A85B2F7034", "ref": "C-317", "name": "Maria Soto Diaz",
        "name_parts": {"first_name": "Maria", "middle_name": "Soto", "last_name": "Diaz"},
        "email": "maria@example.test", "invoiceemail": "billing@example.test",
        "fulladdress": {"address": "1 High Street", "city": "Leeds", "post_code": "LS1 1AA", "country": "United Kingdom"},
        "mobile": "07700900123", "phone": "01134960000", "company": "Soto Ltd",
        "vat_registration_number": "GB000000000", "cf_34977": "gold", "cf_x": "no"
    }));
    assert_eq!(customer.id.as_str(), "4C1D9E52-8F0A-4B7C-91E3D6A85B2F7034");
    assert_eq!(customer.reference.as_deref(), Some("C-317"));
    assert_eq!(customer.last_name.as_deref(), Some("Diaz"));
    let address = customer.address.as_ref().unwrap();
    assert_eq!(address.post_code.as_deref(), Some("LS1 1AA"));
    assert_eq!(
        customer.custom,
        BTreeMap::from([("cf_34977".into(), "gold".into())])
    );
    assert_eq!(customer.changed, None);
    assert!(customer.carries("invoiceemail") && !customer.carries("gender"));
    let shown = format!("{customer:?} {address:?}");
    assert!(
        !shown.contains("Maria") && !shown.contains("Leeds"),
        "{shown}"
    );
}

#[test]
fn a_customers_group_is_read_however_it_is_written() {
    for (group, read_as) in [
        (json!({"id": 302, "name": "Trade"}), Some("Trade")),
        (json!({"id": 302, "label": "Trade"}), Some("Trade")),
        (json!("Trade"), Some("Trade")),
        (json!({}), None),
        (json!(""), None),
        (json!(null), None),
    ] {
        let customer: Customer = read(json!({"id": "1", "group": group}));
        assert_eq!(customer.group.as_deref(), read_as);
    }
}

#[test]
fn a_nasty_customer_is_read_too() {
    let customer: Customer = read(json!({
        "ID": 317, "name_parts": {"first_name": "Ana", "middle_name": "", "last_name": "Ruiz"},
        "email": "", "mobile": 7_700_900_123_i64, "phone": 0, "company": true, "fulladdress": "",
        "vat_registration_number": null, "created_date": "yesterday", "custom_fields": [{"id": 12, "value": 5}, "x"]
    }));
    assert_eq!(customer.id.as_str(), "317");
    assert_eq!(customer.name.as_deref(), Some("Ana Ruiz"));
    assert_eq!(customer.email, None);
    assert_eq!(customer.mobile.as_deref(), Some("7700900123"));
    assert_eq!(customer.company.as_deref(), Some("true"));
    assert_eq!(customer.address, None);
    assert_eq!(customer.created, None);
    assert_eq!(customer.custom["cf_12"], "5");
}

#[test]
fn only_a_missing_id_makes_a_record_unreadable() {
    for bad in [
        json!({}),
        json!({"id": ""}),
        json!({"id": null, "name": "x"}),
        json!([]),
        json!("x"),
        json!(null),
    ] {
        assert!(Customer::from_raw(bad.clone()).is_err(), "{bad}");
    }
    for nothing in [
        json!(""),
        json!(null),
        json!([]),
        json!({}),
        json!(0),
        json!(false),
        json!([[1]]),
    ] {
        let mut row = json!({"id": 1});
        for name in [
            "customer",
            "status",
            "issue_type",
            "technician",
            "invoice",
            "ticket_no",
            "fulladdress",
            "name_parts",
            "payments",
            "ticket",
            "start_date",
            "end_date",
            "type",
            "staff",
            "custom_fields",
            "user",
            "created_date",
        ] {
            row[name] = nothing.clone();
        }
        read::<Customer>(row.clone());
        read::<Ticket>(row.clone());
        read::<Appointment>(row.clone());
        read::<Comment>(row.clone());
        read::<Invoice>(row.clone());
        read::<User>(row.clone());
        read::<CustomField>(row);
    }
}

#[test]
fn tickets_are_read_in_full_and_with_holes() {
    let ticket: Ticket = read(json!({
        "id": "E31B", "ticket_ref": "K-1042", "ticket_no": "1042", "customer": {"id": "4C1D", "internal_id": "C-317"},
        "short_info": "iPhone 13 screen", "status": {"id": 11, "label": "In progress"}, "issue_type": "",
        "technician": {"id": "7A1F", "first_name": "Ana", "last_name": "Ruiz", "email": "ana@example.test"},
        "created_date": "2026-07-14T10:21:05-0600", "last_updated": "2026-07-16T14:03:11-0600",
        "invoice": {"id": "B0C4", "number": 20650}
    }));
    assert_eq!(ticket.number, Some(1042));
    assert_eq!(ticket.customer.unwrap().as_str(), "4C1D");
    assert_eq!(ticket.customer_reference.as_deref(), Some("C-317"));
    assert_eq!(ticket.issue_type, None);
    assert_eq!(ticket.status.unwrap().id.unwrap().as_str(), "11");
    assert_eq!(ticket.technician.unwrap().name.as_deref(), Some("Ana Ruiz"));
    assert_eq!(
        ticket.changed,
        Some(Stamp::At("2026-07-16T20:03:11Z".parse().unwrap()))
    );
    assert_eq!(ticket.invoice_number.as_deref(), Some("20650"));

    let bare: Ticket = read(
        json!({"id": 1, "status": "Offen", "customer": {"internal_id": "C-1"}, "invoice": {}}),
    );
    assert_eq!(
        bare.status,
        Some(Labelled {
            id: None,
            label: Some("Offen".into())
        })
    );
    assert_eq!(bare.customer, None);
    assert_eq!(bare.invoice, None);
}

#[test]
fn appointment_times_come_whole_or_apart() {
    let whole: Appointment =
        read(json!({"id": 1, "type": "Phone Call", "start_date": "2026-02-03T10:00:00+0000"}));
    assert_eq!(
        whole.start,
        Some(Stamp::At("2026-02-03T10:00:00Z".parse().unwrap()))
    );
    assert_eq!(whole.kind, Some(AppointmentKind::PhoneCall));
    let apart: Appointment =
        read(json!({"id": 1, "start_date": "03-Feb-2026", "start_time": "10:30"}));
    assert_eq!(
        apart.start,
        Some(Stamp::Local(jiff::civil::date(2026, 2, 3).at(10, 30, 0, 0)))
    );
    let odd: Appointment =
        read(json!({"id": 1, "start_date": "2026-02-03", "start_time": "morning"}));
    assert_eq!(odd.start, Some(Stamp::Day(jiff::civil::date(2026, 2, 3))));
}

#[test]
fn a_comment_is_internal_only_when_the_account_says_so() {
    for (row, expected) in [
        (json!({"id": 1, "comment": "x"}), None),
        (json!({"id": 1, "is_private": "YES"}), Some(true)),
        (json!({"id": 1, "public": 1}), Some(false)),
        (json!({"id": 1, "type": "Private"}), Some(true)),
        (json!({"id": 1, "type": "note"}), None),
    ] {
        assert_eq!(read::<Comment>(row.clone()).internal, expected, "{row}");
    }
}

#[test]
fn feed_rows_may_be_records_ids_or_deletions() {
    let whole: Changed<Customer> = read(json!({"id": 1, "email": "a@example.test"}));
    assert!(whole.record.is_some() && !whole.deleted);
    for thin in [
        json!(1),
        json!("1"),
        json!({"id": 1}),
        json!({"id": "1", "last_updated": "2026-01-01"}),
    ] {
        let row: Changed<Customer> = read(thin.clone());
        assert_eq!(row.id.as_str(), "1");
        assert!(row.record.is_none(), "{thin}");
    }
    assert!(read::<Changed<Ticket>>(json!({"id": 1, "deleted": "true"})).deleted);
}

#[test]
fn invoices_and_users_are_read() {
    let invoice: Invoice = read(json!({
        "id": 5, "ticket": {"ticket_ref": "K-1"}, "amount_total": "£1,200.50", "status": "Paid",
        "payments": [{"id": 9, "payment_id": 1_784_000_000, "amount": 1200.5}, ""]
    }));
    assert_eq!(invoice.amount_total.as_deref(), Some("£1,200.50"));
    assert_eq!(invoice.payments.len(), 1);
    assert_eq!(
        invoice.payments[0].payment_id.as_ref().unwrap().as_str(),
        "1784000000"
    );
    let user: User =
        read(json!({"id": 1, "first_name": "Ana", "last_name": "Ruiz", "status": "In active"}));
    assert_eq!(
        (user.name.as_deref(), user.active),
        (Some("Ana Ruiz"), Some(false))
    );
}

#[test]
fn writes_hold_only_what_changed_under_the_tables_names() {
    let names = crate::WireNames::default();
    let write = CustomerWrite {
        telephone: Some("0113".into()),
        vat: Some(String::new()),
        custom: Some(BTreeMap::from([("34977".into(), "gold".into())])),
        ..Default::default()
    };
    let arguments = write.arguments(&names, false).unwrap();
    assert_eq!(
        arguments,
        [
            ("VATRegistration".to_owned(), json!("")),
            ("telephone".to_owned(), json!("0113")),
            ("cf_34977".to_owned(), json!("gold")),
        ]
    );
    assert_eq!(format!("{write:?}"), r#"{"vat", "telephone", "custom"}"#);
    assert!(
        CustomerWrite::default()
            .arguments(&names, false)
            .unwrap()
            .is_empty()
    );
}

#[test]
fn what_the_vendor_would_refuse_is_refused_before_it_costs_a_request() {
    let names = crate::WireNames::default();
    let zone = jiff::tz::TimeZone::UTC;
    let customer = |name: &str| CustomerWrite {
        name: Some(name.into()),
        ..Default::default()
    };
    assert!(CustomerWrite::default().arguments(&names, true).is_err());
    assert!(customer(" ").arguments(&names, false).is_err());
    assert!(customer(&"x".repeat(251)).arguments(&names, false).is_err());
    assert!(customer(&"é".repeat(250)).arguments(&names, true).is_ok());
    assert!(
        TicketWrite {
            short_info: Some("x".into()),
            ..Default::default()
        }
        .arguments(&names, true)
        .is_err()
    );
    let start = "2026-02-03T10:00:00Z".parse().unwrap();
    let backwards = AppointmentWrite {
        subject: Some("x".into()),
        start: Some(start),
        end: Some("2026-02-03T09:00:00Z".parse().unwrap()),
        ..Default::default()
    };
    assert!(backwards.arguments(&names, &zone, true).is_err());
    assert!(
        AppointmentWrite {
            start: Some(start),
            ..Default::default()
        }
        .arguments(&names, &zone, true)
        .is_err()
    );
}

#[test]
fn appointment_and_comment_arguments_follow_the_table() {
    let mut names = crate::WireNames::default();
    let zone = jiff::tz::TimeZone::get("America/Denver").unwrap();
    let write = AppointmentWrite {
        start: Some("2026-01-05T21:30:00Z".parse().unwrap()),
        ..Default::default()
    };
    assert_eq!(
        write.arguments(&names, &zone, false).unwrap(),
        [("startDate".to_owned(), json!("05-Jan-2026 14:30"))]
    );
    names.appointment_time = crate::WriteTimeFormat::HouseDay;
    names.correct(
        Slot::AppointmentStartTime,
        ["startTime"],
        crate::Evidence::Setting,
    );
    assert_eq!(
        write.arguments(&names, &zone, false).unwrap(),
        [
            ("startDate".to_owned(), json!("05-Jan-2026")),
            ("startTime".to_owned(), json!("14:30"))
        ]
    );
    let comment = CommentWrite {
        ticket: RecordId::new("E31B"),
        text: "x".into(),
        internal: true,
    };
    let arguments: BTreeMap<_, _> = comment.arguments(&names).unwrap().into_iter().collect();
    assert_eq!(arguments["type"], "private");
    assert_eq!(arguments["internal"], true);
    assert_eq!(arguments["isPublic"], false);
}

use crate::Slot;
