//! Answers come from outside: whatever their bytes are, reading them ends in a value or a typed error.

use crate::{
    Error,
    client::Subject,
    decode,
    model::{Appointment, Calendar, Contact, CustomField, Location, Note, Tag, Task, User},
    vendor_error,
};
use domain::{Failure, Timestamp};
use http::{Answer, HeaderMap, StatusCode};
use proptest::prelude::*;
use serde::de::DeserializeOwned;

/// One answer of each sort, as the documents have them.
const ANSWERS: [&str; 6] = [
    r#"{"contact":{"id":"c1","firstName":"Mia","email":"m@example.com","phone":"+15550100002","tags":["a"],"dnd":false,"dndSettings":{"SMS":{"status":"active"}},"customFields":[{"id":"f1","value":["x",2]}],"additionalEmails":[{"email":"n@example.com"}],"dateAdded":"2026-09-01T10:00:00.000Z","dateUpdated":1788256800000}}"#,
    r#"{"contacts":[{"_id":"c1","contactName":"mia","searchAfter":[1,"c1"],"customFields":[]}],"total":1}"#,
    r#"{"tasks":[{"_id":"t1","title":"Call","dueDate":"2026-09-03T09:00:00.000Z","completed":"false","searchAfter":[1,2]}]}"#,
    r#"{"notes":[{"id":"n1","body":"text","contactId":"c1","dateAdded":"2026-09-01"}]}"#,
    r#"{"appointment":{"id":"a1","startTime":"2026-09-05T09:00:00-04:00","endTime":"2026-09-05 09:30:00","appoinmentStatus":"confirmed","deleted":true}}"#,
    r#"{"statusCode":400,"message":["property x should not exist","Value \"m@example.com\" "],"error":{"message":"no"},"meta":{"contactId":"c1","matchingField":"email"},"traceId":"q"}"#,
];

fn reads_as<T: DeserializeOwned>(body: &[u8], name: &str) -> Vec<Error> {
    let subject = Subject::read("contact", &["c1"]);
    let document = || decode::parse(body, &subject);
    let results = [
        document().and_then(|document| document.one::<T>(&[name, "event"]).map(drop)),
        document().and_then(|document| document.one::<T>(&[]).map(drop)),
        document().and_then(|document| document.list::<T>(name).map(drop)),
        document().and_then(|document| document.maybe::<T>(name).map(drop)),
        document().and_then(decode::Document::done),
    ];
    results.into_iter().filter_map(Result::err).collect()
}

/// Everything that is made of an answer; gives the errors.
fn read_everything(body: &[u8]) -> Vec<Error> {
    let mut errors = Vec::new();
    for name in ["contact", "contacts"] {
        errors.extend(reads_as::<Contact>(body, name));
    }
    errors.extend(reads_as::<Task>(body, "tasks"));
    errors.extend(reads_as::<Note>(body, "notes"));
    errors.extend(reads_as::<Appointment>(body, "appointment"));
    errors.extend(reads_as::<Calendar>(body, "calendars"));
    errors.extend(reads_as::<CustomField>(body, "customFields"));
    errors.extend(reads_as::<Location>(body, "location"));
    errors.extend(reads_as::<Tag>(body, "tags"));
    errors.extend(reads_as::<User>(body, "users"));
    errors
}

fn refusals(body: &[u8]) -> Vec<Error> {
    [400, 401, 403, 404, 422, 429, 500, 503]
        .into_iter()
        .filter_map(|status| StatusCode::from_u16(status).ok())
        .map(|status| {
            let answer = Answer {
                status,
                headers: HeaderMap::new(),
                body: body.to_vec(),
            };
            let _ = vendor_error::trace_id(&answer);
            vendor_error::judge(&answer, &Subject::create_contact(), Timestamp::UNIX_EPOCH)
        })
        .collect()
}

/// Each error has a code and a text that ends somewhere.
fn are_presentable(errors: &[Error]) -> bool {
    errors
        .iter()
        .all(|error| error.code().starts_with("HL-") && error.to_string().len() < 100_000)
}

fn are_of_reading(errors: &[Error]) -> bool {
    errors
        .iter()
        .all(|error| matches!(error, Error::Decode { .. } | Error::Vendor { .. }))
}

proptest! {
    #[test]
    fn any_bytes_are_a_value_or_a_typed_error(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let errors = read_everything(&body);
        prop_assert!(are_presentable(&errors));
        prop_assert!(are_of_reading(&errors));
        prop_assert!(are_presentable(&refusals(&body)));
    }

    #[test]
    fn damaged_answers_are_a_value_or_a_typed_error(
        which in 0..ANSWERS.len(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..5),
    ) {
        let mut body = ANSWERS[which].as_bytes().to_vec();
        for (at, byte, how) in damage {
            let at = at.index(body.len());
            match how {
                0 => body[at] = byte,
                1 => body.insert(at, byte),
                // Never to nothing: the next damage needs a place.
                _ => body.truncate(at.max(1)),
            }
        }
        let errors = read_everything(&body);
        prop_assert!(are_presentable(&errors));
        prop_assert!(are_of_reading(&errors));
        prop_assert!(are_presentable(&refusals(&body)));
    }

    /// Valid JSON with a member of an unexpected type.
    #[test]
    fn members_of_any_type_are_a_value_or_a_typed_error(
        which in 0..ANSWERS.len(),
        swaps in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..8), 1..4),
    ) {
        const VALUES: [&str; 8] = ["null", "[]", "{}", "\"\"", "-1", "1e300", "true", "[{\"id\":[{}]}]"];
        let mut body = ANSWERS[which].to_owned();
        for (at, value) in swaps {
            let colons: Vec<usize> = body.match_indices("\":").map(|(at, _)| at + 2).collect();
            if colons.is_empty() { break; }
            let start = colons[at.index(colons.len())];
            let mut rest = serde_json::Deserializer::from_str(&body[start..]).into_iter::<serde_json::Value>();
            let Some(Ok(_)) = rest.next() else { continue };
            let end = start + rest.byte_offset();
            body.replace_range(start..end, VALUES[value]);
        }
        prop_assert!(serde_json::from_str::<serde_json::Value>(&body).is_ok());
        prop_assert!(are_presentable(&read_everything(body.as_bytes())));
        prop_assert!(are_presentable(&refusals(body.as_bytes())));
    }
}

#[test]
fn absurd_nesting_is_a_typed_error() {
    let body = format!("{{\"contact\":{}", "[".repeat(100_000));
    let errors = read_everything(body.as_bytes());
    assert!(
        !errors.is_empty()
            && errors
                .iter()
                .all(|error| matches!(error, Error::Decode { .. }))
    );
    assert!(are_presentable(&refusals(body.as_bytes())));
}
