use super::{Credentials, Event, Notice, setup};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use proptest::prelude::*;
use serde_json::{Value, json};

const USER: &str = "sync";
const PASSWORD: &str = "s3cret";
const TOKEN: &str = "t0ken";

fn credentials() -> Credentials {
    Credentials::new(USER, PASSWORD.into(), TOKEN.into())
}

fn header<'h>(headers: &'h [(&'h str, &'h str)]) -> impl Fn(&str) -> Option<&'h str> {
    move |name| {
        let found = headers
            .iter()
            .find(|(given, _)| given.eq_ignore_ascii_case(name));
        found.map(|(_, value)| *value)
    }
}

fn admits(credentials: &Credentials, name: &str, value: &str) -> bool {
    credentials.authorized(header(&[(name, value)]))
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

fn read(body: &[u8]) -> Notice {
    Notice::read(|_| None, body)
}

#[test]
fn either_proof_admits_and_nothing_else_does() {
    let ours = credentials();
    assert!(admits(&ours, "Authorization", &basic(USER, PASSWORD)));
    assert!(admits(
        &ours,
        "authorization",
        &basic(USER, PASSWORD).replace("Basic", "bAsIc")
    ));
    assert!(admits(
        &ours,
        "authorization",
        basic(USER, PASSWORD).trim_end_matches('=')
    ));
    assert!(admits(&ours, "X-Sync-Token", TOKEN));
    assert!(ours.authorized(header(&[
        ("authorization", "Basic x"),
        ("x-sync-token", TOKEN)
    ])));
    for (name, value) in [
        ("authorization", basic(USER, "s3cre")),
        ("authorization", basic(USER, "s3cret ")),
        ("authorization", basic("Sync", PASSWORD)),
        ("authorization", basic("", "")),
        ("authorization", format!("Bearer {TOKEN}")),
        ("authorization", "Basic".to_owned()),
        ("authorization", "Basic %%%".to_owned()),
        ("x-sync-token", "t0ke".to_owned()),
        ("x-sync-token", "t0ken0".to_owned()),
        ("x-sync-token", String::new()),
        ("x-other", TOKEN.to_owned()),
    ] {
        assert!(!admits(&ours, name, &value), "{name}: {value}");
    }
    assert!(!ours.authorized(|_| None));
}

#[test]
fn empty_secrets_admit_nobody() {
    let none = Credentials::new("", "".into(), "".into());
    assert!(!admits(&none, "x-sync-token", ""));
    assert!(!admits(&none, "authorization", &basic("", "")));
    assert!(
        !format!(
            "{:?}{:?}",
            credentials(),
            setup("https://a", "p", &credentials())
        )
        .contains(PASSWORD)
    );
}

#[test]
fn a_call_as_the_vendor_sends_it_is_read() {
    let headers = [
        ("mgr-event-id", "sandbox-ticket-status"),
        ("X-Sync-Event", "ticket.updated"),
    ];
    let body = br#"{"source":"mgr","event":"ticket.status_changed","ticket_ref":"K-1042","model":"iPhone 13"}"#;
    let notice = Notice::read(header(&headers), body);
    let expected = Notice {
        event: Some(Event::TicketStatusChanged),
        event_id: Some("sandbox-ticket-status".to_owned()),
        ticket_reference: Some("K-1042".to_owned()),
        customer_reference: None,
        well_formed: true,
    };
    assert_eq!(notice, expected);
    let notice = Notice::read(header(&headers), b"");
    assert_eq!(notice.event, Some(Event::TicketUpdated));
    assert!(!notice.well_formed);
    assert_eq!(read(b"").event, None);
}

#[test]
fn broken_bodies_still_name_their_ticket() {
    let utf16 = |big: bool| -> Vec<u8> {
        let text = "\u{feff}{\"event\":\"ticket.created\",\"ticket_ref\":\"K-7\"}";
        text.encode_utf16()
            .flat_map(|unit| {
                if big {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            })
            .collect()
    };
    let bodies: [Vec<u8>; 9] = [
        br#"{"event":"ticket.created","ticket_ref":"K-7","model":"17" Mac"Book"}"#.to_vec(),
        b"{\"event\":\"ticket.created\",\"ticket_ref\":\"K-7\",\"note\":\"two\nlines\"}".to_vec(),
        b"{\"event\" : \"ticket.created\" , \"ticket_ref\" :\r\n \"K-7\", ".to_vec(),
        b"{\"event\":\"ticket.created\",\"ticket_ref\":\"K-7\",\"model\":\"caf\xe9\"}".to_vec(),
        b"{\"event\":\"ticket.created\",\"ticket_ref\":\"K-7\"} <!-- debug -->".to_vec(),
        "\u{feff}{\"event\":\"ticket.created\",\"ticket_ref\":\"K-7\",}"
            .as_bytes()
            .to_vec(),
        b"{\"event\":\"ticket.created\",\"ticket_ref\":K-7}".to_vec(),
        utf16(true),
        utf16(false),
    ];
    for body in bodies {
        let notice = read(&body);
        let shown = String::from_utf8_lossy(&body).into_owned();
        assert_eq!(notice.ticket_reference.as_deref(), Some("K-7"), "{shown}");
        assert_eq!(notice.event, Some(Event::TicketCreated), "{shown}");
        assert!(!notice.well_formed, "{shown}");
    }
}

#[test]
fn what_is_no_reference_is_none() {
    for value in [
        json!("{ticket_ref}"),
        json!(""),
        json!("  "),
        json!(null),
        json!([]),
        json!({"a": 1}),
        json!("x".repeat(65)),
        json!("a\u{0}b"),
        json!("<b>"),
    ] {
        let notice = read(
            json!({"event": "x.y", "ticket_ref": value})
                .to_string()
                .as_bytes(),
        );
        assert_eq!(notice.ticket_reference, None, "{value}");
        assert_eq!(notice.event, Some(Event::Other("x.y".to_owned())));
        assert!(notice.well_formed);
    }
    assert_eq!(
        read(br#"{"ticket_ref":1042}"#).ticket_reference.as_deref(),
        Some("1042")
    );
    assert_eq!(
        read(br#"{"customer_ref":"C-3"}"#)
            .customer_reference
            .as_deref(),
        Some("C-3")
    );
    for other in ["[]", "null", "\"event\"", "404", "event=ticket.created"] {
        assert_eq!(read(other.as_bytes()), Notice::default(), "{other}");
    }
}

#[test]
fn what_is_pasted_comes_back_as_what_it_was() {
    let ours = credentials();
    let setup = setup("https://sync.example.com/", "p4th", &ours);
    assert_eq!(setup.url, "https://sync.example.com/hooks/mgr/p4th");
    assert!(admits(
        &ours,
        "authorization",
        &basic(&setup.user, &setup.password)
    ));
    assert_eq!(setup.notifications.len(), Event::ALL.len());
    for notification in setup.notifications.iter().chain([&setup.any]) {
        let token = notification.headers["X-Sync-Token"].as_str().unwrap();
        assert!(admits(&ours, "x-sync-token", token));
        for (reference, read_as) in [
            ("K-1042", Some("K-1042")),
            ("", None),
            ("{ticket_ref}", None),
        ] {
            let body = notification.payload.replace("{ticket_ref}", reference);
            assert!(serde_json::from_str::<Value>(&body).is_ok(), "{body}");
            let notice = read(body.as_bytes());
            assert!(notice.well_formed);
            assert_eq!(notice.event, notification.event);
            if notification.payload.contains("ticket_ref") {
                assert_eq!(notice.ticket_reference.as_deref(), read_as, "{body}");
            } else {
                assert!(
                    notification
                        .event
                        .as_ref()
                        .is_some_and(Event::is_about_customer)
                );
            }
        }
        let event = notification
            .headers
            .get("X-Sync-Event")
            .and_then(Value::as_str);
        assert_eq!(event, notification.event.as_ref().map(Event::as_str));
    }
}

proptest! {
    #[test]
    fn only_the_very_same_secrets_admit(user in ".{0,8}", password in ".{0,8}", token in ".{0,8}", seen in any::<bool>()) {
        let ours = credentials();
        let password = if seen { PASSWORD.to_owned() } else { password };
        let equal = user == USER && password == PASSWORD;
        prop_assert_eq!(admits(&ours, "authorization", &basic(&user, &password)), equal);
        prop_assert_eq!(admits(&ours, "x-sync-token", &token), token.trim() == TOKEN);
        prop_assert!(!admits(&ours, "authorization", &token));
    }

    #[test]
    fn any_bytes_and_headers_are_read(body in prop::collection::vec(any::<u8>(), 0..300), text in ".{0,80}") {
        let notice = Notice::read(header(&[("x-sync-event", &text), ("mgr-event-id", &text), ("authorization", &text)]), &body);
        for reference in [notice.ticket_reference, notice.customer_reference, notice.event_id].into_iter().flatten() {
            prop_assert!(!reference.is_empty() && reference.chars().count() <= 64);
        }
    }

    /// Whatever a tag brings in after our keys, the ticket is found.
    #[test]
    fn no_tag_value_hides_the_ticket(model in prop::collection::vec(any::<u8>(), 0..60)) {
        let mut body = br#"{"source":"mgr","event":"ticket.updated","ticket_ref":"K-1042","model":""#.to_vec();
        let brings_key = model.windows(5).any(|part| part.eq_ignore_ascii_case(b"\"even") || part.eq_ignore_ascii_case(b"\"tick"));
        prop_assume!(!brings_key);
        body.extend(model);
        body.extend(br#""}"#);
        let notice = read(&body);
        prop_assert_eq!(notice.ticket_reference.as_deref(), Some("K-1042"));
        prop_assert_eq!(notice.event, Some(Event::TicketUpdated));
    }

    #[test]
    fn damaged_bodies_are_read(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let mut body = br#"{"source":"mgr","event":"ticket.updated","ticket_ref":"K-1042"}"#.to_vec();
        let at = at.index(body.len());
        if cut { body.truncate(at); } else { body[at] = byte; }
        let _ = read(&body);
    }
}
