//! Answers come from outside: whatever their bytes are, reading them ends in records or a typed error.

use crate::{
    Error, Stamp, client,
    error::{Target, of_answer},
    lenient,
    model::{
        Appointment, Comment, CustomField, Customer, Info, Invoice, IssueType, Remote, Status,
        Ticket, User,
    },
};
use domain::{Failure, Timestamp};
use http::{Answer, HeaderMap, StatusCode};
use proptest::prelude::*;
use serde_json::Value;

/// Answers as the documents have them, with the oddities that were seen.
const ANSWERS: [&str; 5] = [
    r#"[{"id":7,"name":"Ana","name_parts":{"first":"Ana"},"email":"","mobile":7700900123,"fulladdress":{"city":"x"},"cf_34977":"y","custom_fields":[{"id":3,"value":"z"}],"status":[{"label":"Open"}]}]"#,
    r#"//{"data":[{"ID":"4C1D9E52-8F0A-4B7C-91E3D6A85B2F7034","ticket_ref":"K-1042","status":{"label":"Offen"},"customer":{"id":7},"last_updated":"2026-09-01 10:00:00","created_date":1788256800}]}<!-- 12 ms -->"#,
    r#"{"id":"a","subject":"Drop-off","start":"09/05/2026 09:00","end":"","customer":"7","type":{}}"#,
    r#"[{"id":1.0,"comment":"text","user":null,"private":"YES","date":"September, 01 2026 10:00:00"}]"#,
    r#"{"error":"Customer not found. Check id.","code":404}"#,
];

/// Everything that is made of an answer; whether all errors are typed ones with a text that ends somewhere.
fn reads(body: &[u8]) -> bool {
    let target = Target::list("customer");
    let rows = match client::rows(body, &target) {
        Ok(rows) => rows,
        Err(Error::Decode { .. }) => lenient::parse(body).into_iter().collect(),
        Err(_) => return false,
    };
    for row in rows {
        let _ = lenient::text(&row);
        let _ = crate::page::row_key(&row);
        read_as_every_record(&row);
    }
    [200, 201, 400, 401, 403, 404, 409, 422, 429, 500, 503]
        .into_iter()
        .filter_map(|status| StatusCode::from_u16(status).ok())
        .filter_map(|status| {
            let answer = Answer {
                status,
                headers: HeaderMap::new(),
                body: body.to_vec(),
            };
            of_answer(&answer, &target, Timestamp::UNIX_EPOCH)
        })
        .all(|error| !error.code().is_empty() && error.to_string().len() < 10_000)
}

fn read_as_every_record(row: &Value) {
    fn reads_as<T: Remote>(row: &Value) {
        if let Ok(record) = T::from_raw(row.clone()) {
            assert!(!record.id().as_str().is_empty());
            let _ = record.carries("name");
        }
    }
    reads_as::<Customer>(row);
    reads_as::<Ticket>(row);
    reads_as::<Comment>(row);
    reads_as::<Appointment>(row);
    reads_as::<Invoice>(row);
    reads_as::<CustomField>(row);
    reads_as::<User>(row);
    reads_as::<Status>(row);
    reads_as::<IssueType>(row);
    let _ = Info::from_raw(row.clone());
}

proptest! {
    #[test]
    fn any_bytes_are_records_or_a_typed_error(body in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(reads(&body));
    }

    #[test]
    fn damaged_answers_are_records_or_a_typed_error(
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
        prop_assert!(reads(&body));
    }

    /// Rows with members of any type under the names that are read.
    #[test]
    fn members_of_any_type_are_records_or_a_typed_error(
        members in prop::collection::vec((0_usize..24, 0_usize..12), 0..24)
    ) {
        const NAMES: [&str; 24] = [
            "id", "ID", "name", "name_parts", "email", "mobile", "phone", "fulladdress", "status", "customer", "ticket_ref",
            "start", "end", "date", "last_updated", "created_date", "custom_fields", "cf_1", "user", "private", "amount",
            "payments", "type", "data",
        ];
        const VALUES: [&str; 12] = [
            "null", "\"\"", "\" \"", "[]", "{}", "[{}]", "{\"id\":[],\"label\":{}}", "-0.0", "1e300", "99999999999999999999",
            "\"2026-13-45 99:99:99\"", "[[{\"id\":1}]]",
        ];
        let text: Vec<String> = members.iter().map(|(name, value)| format!("\"{}\":{}", NAMES[*name], VALUES[*value])).collect();
        let row = format!("{{{}}}", text.join(","));
        prop_assert!(reads(row.as_bytes()));
        let list = format!("[{row},{row}]");
        prop_assert!(reads(list.as_bytes()));
    }

    #[test]
    fn any_text_as_a_time_is_an_answer(text in ".{0,40}", digits in "[0-9/:. TZ+-]{0,30}") {
        let _ = text.parse::<Stamp>();
        let _ = digits.parse::<Stamp>();
    }
}

#[test]
fn absurd_nesting_is_a_typed_error() {
    let body = "[".repeat(100_000);
    let error = client::rows(body.as_bytes(), &Target::list("customer")).unwrap_err();
    assert!(matches!(error, Error::Decode { .. }));
    assert!(reads(body.as_bytes()));
}
