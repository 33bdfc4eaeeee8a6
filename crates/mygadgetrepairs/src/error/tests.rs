use super::answer::words;
use super::*;
use http::{Answer, HeaderMap, StatusCode};

fn answer(status: u16, body: &str) -> Answer {
    Answer {
        status: StatusCode::from_u16(status).unwrap(),
        headers: HeaderMap::new(),
        body: body.as_bytes().to_vec(),
    }
}

fn judged(status: u16, body: &str, target: &Target) -> Error {
    of_answer(&answer(status, body), target, Timestamp::UNIX_EPOCH).unwrap()
}

#[test]
fn a_status_means_what_was_asked_for() {
    let (list, member) = (
        Target::list("comment"),
        Target::member("customer", "7", false),
    );
    assert!(matches!(judged(404, "", &list), Error::NotOffered { .. }));
    assert!(matches!(judged(405, "", &list), Error::NotOffered { .. }));
    assert!(matches!(judged(404, "", &member), Error::NotFound { .. }));
    assert!(matches!(
        judged(400, r#"{"error":"Customer not found. Check id."}"#, &member),
        Error::NotFound { .. }
    ));
    assert!(matches!(
        judged(400, r#"{"error":"Name missing."}"#, &member),
        Error::Invalid { .. }
    ));
    assert!(matches!(judged(401, "", &member), Error::KeyRefused));
    assert!(matches!(
        judged(429, "", &member).class(),
        FailureClass::Deferred { .. }
    ));
    assert_eq!(judged(502, "", &member).class(), FailureClass::Transient);
    assert_eq!(judged(403, "", &member).class(), FailureClass::NeedsHuman);
}

#[test]
fn after_a_500_a_write_may_have_happened_and_a_read_has_not() {
    let create = Target::create("ticket");
    assert_eq!(judged(500, "", &create).applied(), Applied::Unknown);
    assert_eq!(
        judged(500, "", &Target::list("ticket")).applied(),
        Applied::No
    );
    assert_eq!(judged(400, "", &create).applied(), Applied::No);
    assert_eq!(judged(401, "", &create).applied(), Applied::No);
    assert_eq!(judged(302, "", &create).applied(), Applied::No);
    assert_eq!(create.decode("$.id", "missing").applied(), Applied::Unknown);
}

#[test]
fn an_error_with_status_200_is_an_error() {
    let target = Target::create("customer");
    let error = judged(200, r#"{"error":"Plan has ended."}"#, &target);
    assert!(error.to_string().contains("Plan has ended."), "{error}");
    assert_eq!(error.applied(), Applied::Unknown);
    for fine in [
        r#"{"id":"1"}"#,
        r#"{"id":"1","error":""}"#,
        "[]",
        "",
        r#"{"id":1,"error":"x"}"#,
    ] {
        assert!(
            of_answer(&answer(200, fine), &target, Timestamp::UNIX_EPOCH).is_none(),
            "{fine}"
        );
    }
}

#[test]
fn the_vendors_words_are_found_in_any_body_and_masked() {
    for (body, expected) in [
        (
            r#"{"error":"Name missing. Add it."}"#,
            "Name missing. Add it.",
        ),
        (r#"{"message":"No"}"#, "No"),
        (r#"{"error":{"message":"Deep"}}"#, "Deep"),
        (r#"{"stacktrace":[]}"#, "no explanation was given"),
        (
            "<html><body>Oops</body></html>",
            "an HTML page came instead of an explanation",
        ),
        ("  ", "no explanation was given"),
        ("Plain text", "Plain text"),
        (
            r#"{"error":"maria@example.test or 07700900123 exists"}"#,
            "… or … exists",
        ),
    ] {
        assert_eq!(words(body.as_bytes()), expected);
    }
    assert_eq!(words("x".repeat(900).as_bytes()).chars().count(), 200);
    assert!(!words(&[0xff, 0xfe, 0x80]).is_empty());
}

#[test]
fn a_doubtful_401_is_a_pause_and_not_a_wrong_key() {
    let until: Timestamp = "2026-07-01T10:00:00Z".parse().unwrap();
    let deferred = |reason, applied| {
        Error::from(SendError::Deferred {
            deferred: http::Deferred { until, reason },
            applied,
        })
    };
    let doubt = deferred(http::Reason::PerhapsThrottled, Applied::No);
    assert_eq!(doubt.class(), FailureClass::Deferred { until });
    assert_eq!(doubt.code(), "MGR-LIMIT-01");
    assert!(matches!(
        deferred(http::Reason::KeyRefused, Applied::No),
        Error::KeyRefused
    ));
    // An unknown outcome must not be forgotten.
    assert_eq!(
        deferred(http::Reason::KeyRefused, Applied::Unknown).applied(),
        Applied::Unknown
    );
    assert_eq!(
        deferred(http::Reason::PerhapsThrottled, Applied::Unknown).applied(),
        Applied::Unknown
    );
}
