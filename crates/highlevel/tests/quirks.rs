//! One test per quirk of severity A and B; `quirks::QUIRKS` names them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use domain::{Failure, FailureClass, Timestamp};
use futures::TryStreamExt;
use highlevel::{
    Error, Patch, TokenError, TokenSource,
    api::{ListContacts, Lookup},
    model::{
        Appointment, Calendar, Contact, ContactSearch, CreateAppointment, CreateContact,
        CreateTask, CustomField, EventTime, EventWindow, EventsOf, FieldValue, Filter, NotWritable,
        TaskSearch, UpdateAppointment, UpdateContact, UpdateTask, WriteCustomValue,
    },
    quirks::{QUIRKS, Severity},
};
use http::Applied;
use secrecy::SecretString;
use serde_json::{Value, json};
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};
use support::{LOCATION, Rig, keys};

fn contact(value: Value) -> Contact {
    serde_json::from_value(value).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn field(data_type: &str) -> CustomField {
    serde_json::from_value(json!({"id": "cf1", "dataType": data_type})).unwrap()
}

#[test]
fn every_quirk_is_listed_once_with_a_file_and_a_test() {
    let expected = [
        "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "1.9", "1.10", "2.1", "2.3", "2.4", "2.5",
        "2.7", "2.8", "2.9", "2.10", "2.11", "2.13", "2.14", "2.19", "3.1", "3.2", "3.3", "3.4",
        "3.5", "3.6", "3.7", "3.8", "3.11", "3.13", "3.15", "3.16", "3.17", "3.18", "4.5", "4.6",
        "5.1", "5.7",
    ];
    let listed: Vec<&str> = QUIRKS.iter().map(|quirk| quirk.id).collect();
    assert_eq!(listed, expected);
    let tests = include_str!("quirks.rs");
    for quirk in QUIRKS {
        assert!(
            tests.contains(&format!("fn {}()", quirk.test)),
            "{} has no test",
            quirk.id
        );
        let file = format!("{}/{}", env!("CARGO_MANIFEST_DIR"), quirk.handled_in);
        assert!(
            std::path::Path::new(&file).is_file(),
            "{} is handled nowhere",
            quirk.id
        );
        let number = quirk.id.replace('.', "_");
        assert!(
            quirk.test.starts_with(&format!("quirk_{number}_")),
            "{}",
            quirk.test
        );
    }
    assert!(QUIRKS.iter().any(|quirk| quirk.severity == Severity::A));
}

#[tokio::test]
async fn quirk_1_1_keys_are_looked_up_one_by_one() {
    let found = json!({"contact": {"id": "A"}, "matchingField": "contactId"});
    let rig = Rig::start([(200, found), (200, json!({"contact": null}))]).await;
    let email = Lookup {
        email: Some("ada@example.com"),
        number: None,
    };
    let number = Lookup {
        number: Some("+15550100001"),
        email: None,
    };
    let by_email = rig.client.contacts().find_duplicate(email).await.unwrap();
    assert_eq!(by_email.unwrap().id, "A");
    assert_eq!(
        rig.client.contacts().find_duplicate(number).await.unwrap(),
        None
    );
    let asked = rig.asked();
    assert!(asked[0].uri.contains("email=") && !asked[0].uri.contains("number="));
    assert!(asked[1].uri.contains("number=") && !asked[1].uri.contains("email="));
    let nothing = rig
        .client
        .contacts()
        .find_duplicate(Lookup {
            email: Some(" "),
            number: None,
        })
        .await;
    assert!(
        nothing.unwrap_err().is_not_found(),
        "an empty key matches nothing"
    );
    assert_eq!(rig.asked().len(), 2);
}

#[test]
fn quirk_1_2_further_addresses_count_as_present() {
    let contact = contact(json!({
        "id": "A", "email": "ada@example.com",
        "additionalEmails": ["Second@Example.com", {"email": "third@example.com"}],
    }));
    for present in ["ADA@example.com", "second@example.com", "third@example.com"] {
        assert!(contact.has_email(present), "{present}");
    }
    assert!(!contact.has_email("fourth@example.com"));
    assert!(!contact.has_email(""));
}

#[tokio::test]
async fn quirk_1_3_a_duplicate_names_the_contact() {
    let answer = json!({
        "statusCode": 400, "message": "This location does not allow duplicated contacts.",
        "meta": {"contactId": "X1", "contactName": "ada byron", "matchingField": "email"}
    });
    let rig = Rig::start([(400, answer)]).await;
    let error = rig
        .client
        .contacts()
        .create(&CreateContact::default())
        .await
        .unwrap_err();
    let text = error.to_string();
    let Error::Duplicate {
        contact_id,
        matching_field,
    } = &error
    else {
        panic!("{error}")
    };
    assert_eq!(
        (contact_id.as_deref(), matching_field.as_deref()),
        (Some("X1"), Some("email"))
    );
    assert_eq!(error.applied(), Applied::No);
    assert!(!text.contains("byron"), "{text}");
}

#[tokio::test]
async fn quirk_1_4_rules_on_duplicates_are_read() {
    let answer = json!({"location": {
        "id": LOCATION, "timezone": "Europe/Berlin", "country": "DE",
        "settings": {"allowDuplicateContact": false, "contactUniqueIdentifiers": ["email", "phone"]}
    }, "traceId": "t"});
    let rig = Rig::start([(200, answer)]).await;
    let location = rig.client.location().get().await.unwrap();
    let settings = location.settings.unwrap();
    assert_eq!(settings.allow_duplicate_contact, Some(false));
    assert_eq!(settings.contact_unique_identifiers, ["email", "phone"]);
    assert_eq!(location.country.as_deref(), Some("DE"));
}

#[tokio::test]
async fn quirk_1_5_a_422_on_create_may_have_been_carried_out() {
    let refusal = || {
        (
            422,
            json!({"message": ["phone must be a string"], "statusCode": 422}),
        )
    };
    let rig = Rig::start([refusal(), refusal()]).await;
    let create = rig
        .client
        .contacts()
        .create(&CreateContact::default())
        .await
        .unwrap_err();
    assert_eq!(create.applied(), Applied::Unknown);
    let update = rig
        .client
        .contacts()
        .update("A", &UpdateContact::default())
        .await
        .unwrap_err();
    assert_eq!(update.applied(), Applied::No);
}

#[tokio::test]
async fn quirk_1_6_further_addresses_are_never_sent() {
    let rig = Rig::start([(201, json!({"contact": {"id": "A"}}))]).await;
    rig.client.contacts().create(&everything()).await.unwrap();
    let sent = keys(&rig.last().body);
    assert!(
        !sent.iter().any(|key| key.starts_with("additional")),
        "{sent:?}"
    );
}

#[tokio::test]
async fn quirk_1_7_numbers_are_looked_up_as_duplicates() {
    let rig = Rig::start([(200, json!({"contact": {"id": "A"}}))]).await;
    let lookup = Lookup {
        number: Some("+15550100001"),
        email: None,
    };
    rig.client
        .contacts()
        .find_duplicate(lookup)
        .await
        .unwrap()
        .unwrap();
    assert!(rig.last().uri.starts_with("/contacts/search/duplicate?"));
}

#[tokio::test]
async fn quirk_1_9_a_plus_is_encoded() {
    let rig = Rig::start([(200, json!({"contact": null}))]).await;
    let lookup = Lookup {
        number: Some("+15550100001"),
        email: Some("a+b@example.com"),
    };
    rig.client.contacts().find_duplicate(lookup).await.unwrap();
    let uri = rig.last().uri;
    assert!(uri.contains("number=%2B15550100001"), "{uri}");
    assert!(uri.contains("email=a%2Bb%40example.com"), "{uri}");
}

#[test]
fn quirk_1_10_numbers_are_compared_normalised() {
    let contact = contact(
        json!({"id": "A", "phone": "+1 (555) 010-0001", "additionalPhones": ["+15550100002"]}),
    );
    assert!(contact.has_phone("+15550100001"));
    assert!(contact.has_phone("+1 555 010 0002"));
    assert!(!contact.has_phone("+15550100003"));
    assert!(!contact.has_phone(""));
}

#[tokio::test]
async fn quirk_2_1_an_update_never_sends_tags() {
    let added = json!({"tags": ["a", "b"], "tagsAdded": ["b"]});
    let rig = Rig::start([(200, json!({"contact": {"id": "A"}})), (201, added)]).await;
    rig.client
        .contacts()
        .update("A", &every_change())
        .await
        .unwrap();
    assert!(!keys(&rig.last().body).contains(&"tags".to_owned()));
    let tags = rig
        .client
        .contacts()
        .add_tags("A", &["b".to_owned()])
        .await
        .unwrap();
    assert_eq!(tags, ["a", "b"]);
    assert_eq!(rig.last().body, json!({"tags": ["b"]}));
}

fn everything() -> CreateContact {
    let text = || Some("x".to_owned());
    CreateContact {
        first_name: text(),
        last_name: text(),
        name: text(),
        email: text(),
        phone: text(),
        address1: text(),
        city: text(),
        state: text(),
        postal_code: text(),
        country: text(),
        website: text(),
        timezone: text(),
        company_name: text(),
        source: text(),
        date_of_birth: Some("1990-09-25".parse().unwrap()),
        dnd: Some(true),
        dnd_settings: [(
            highlevel::model::Channel::Email,
            highlevel::model::Dnd::new(highlevel::model::DndStatus::Active),
        )]
        .into(),
        custom_fields: vec![WriteCustomValue {
            id: "cf1".to_owned(),
            value: FieldValue::Text("x".to_owned()),
        }],
        assigned_to: text(),
        tags: vec!["x".to_owned()],
    }
}

fn every_change() -> UpdateContact {
    let text = || Patch::Set("x".to_owned());
    let all = everything();
    UpdateContact {
        first_name: text(),
        last_name: text(),
        name: text(),
        email: text(),
        phone: text(),
        address1: text(),
        city: text(),
        state: text(),
        postal_code: text(),
        country: Some("US".to_owned()),
        website: text(),
        timezone: text(),
        company_name: text(),
        source: text(),
        date_of_birth: Patch::Clear,
        dnd: all.dnd,
        dnd_settings: all.dnd_settings,
        custom_fields: all.custom_fields,
        assigned_to: text(),
    }
}

#[tokio::test]
async fn quirk_2_3_only_documented_keys_are_sent() {
    let contact = || (200, json!({"contact": {"id": "A"}}));
    let note = || (200, json!({"note": {"id": "N"}}));
    let rig = Rig::start([contact(), contact(), note()]).await;
    rig.client.contacts().create(&everything()).await.unwrap();
    let documented = [
        "address1",
        "assignedTo",
        "city",
        "companyName",
        "country",
        "customFields",
        "dateOfBirth",
        "dnd",
        "dndSettings",
        "email",
        "firstName",
        "lastName",
        "locationId",
        "name",
        "phone",
        "postalCode",
        "source",
        "state",
        "tags",
        "timezone",
        "website",
    ];
    let mut sent = keys(&rig.last().body);
    sent.sort();
    assert_eq!(sent, documented);
    rig.client
        .contacts()
        .update("A", &every_change())
        .await
        .unwrap();
    let mut sent = keys(&rig.last().body);
    sent.sort();
    let refused_in_update = ["locationId", "tags"];
    let documented: Vec<&str> = documented
        .into_iter()
        .filter(|key| !refused_in_update.contains(key))
        .collect();
    assert_eq!(sent, documented);
    let text = highlevel::model::CreateNote {
        body: "x".to_owned(),
        ..Default::default()
    };
    rig.client.notes().create("A", &text).await.unwrap();
    assert_eq!(rig.last().body, json!({"body": "x"}));
}

#[tokio::test]
async fn quirk_2_4_gender_is_never_sent() {
    let contact = || (200, json!({"contact": {"id": "A", "gender": "x"}}));
    let rig = Rig::start([contact(), contact()]).await;
    rig.client.contacts().create(&everything()).await.unwrap();
    rig.client
        .contacts()
        .update("A", &every_change())
        .await
        .unwrap();
    assert!(
        rig.asked()
            .iter()
            .all(|asked| asked.body.get("gender").is_none())
    );
}

#[tokio::test]
async fn quirk_2_5_due_dates_have_no_milliseconds() {
    let task = || {
        (
            200,
            json!({"task": {"id": "T", "dueDate": "2026-07-20T10:00:00.000Z"}}),
        )
    };
    let rig = Rig::start([task(), task()]).await;
    let due_date = at("2026-07-20T12:00:00.987+02:00");
    let create = CreateTask {
        title: "x".to_owned(),
        body: None,
        due_date,
        completed: false,
        assigned_to: None,
    };
    let made = rig.client.tasks().create("A", &create).await.unwrap();
    let body = json!({"title": "x", "dueDate": "2026-07-20T10:00:00Z", "completed": false});
    assert_eq!(rig.last().body, body);
    let change = UpdateTask {
        due_date: made.due_date,
        ..UpdateTask::default()
    };
    rig.client.tasks().update("A", "T", &change).await.unwrap();
    assert_eq!(rig.last().body, json!({"dueDate": "2026-07-20T10:00:00Z"}));
}

#[tokio::test]
async fn quirk_2_7_money_is_a_bare_number() {
    let rig = Rig::start([(200, json!({"contact": {"id": "A"}}))]).await;
    let value = field("MONETORY").encode("49.90").unwrap();
    assert_eq!(
        field("MONETORY").encode("49,90 EUR"),
        Err(NotWritable::Value("plain number"))
    );
    let custom_fields = vec![WriteCustomValue {
        id: "cf1".to_owned(),
        value,
    }];
    let change = UpdateContact {
        custom_fields,
        ..UpdateContact::default()
    };
    rig.client.contacts().update("A", &change).await.unwrap();
    assert_eq!(
        rig.last().body,
        json!({"customFields": [{"id": "cf1", "field_value": 49.9}]})
    );
}

#[test]
fn quirk_2_8_lists_of_text_boxes_are_not_written() {
    assert!(matches!(
        field("TEXTBOX_LIST").encode("x"),
        Err(NotWritable::Type(_))
    ));
}

#[test]
fn quirk_2_9_files_are_not_written() {
    assert!(matches!(
        field("FILE_UPLOAD").encode("x"),
        Err(NotWritable::Type(_))
    ));
}

#[test]
fn quirk_2_10_signatures_are_not_written() {
    assert!(matches!(
        field("SIGNATURE").encode("x"),
        Err(NotWritable::Type(_))
    ));
}

#[test]
fn quirk_2_11_custom_values_go_by_id() {
    let contact = contact(json!({"id": "A", "customFields": [
        {"id": "cf1", "value": "x"}, {"id": "cf2", "fieldValue": ["a"]}, {"value": "no id"}
    ]}));
    assert_eq!(contact.custom_value("cf1"), Some(&json!("x")));
    assert_eq!(contact.custom_value("no such"), None);
    assert_eq!(contact.custom_fields.len(), 2);
}

#[tokio::test]
async fn quirk_2_13_appointments_are_silent() {
    let flat = || (201, json!({"id": "E", "appoinmentStatus": "confirmed"}));
    let rig = Rig::start([flat(), flat(), flat()]).await;
    let begin = at("2026-08-01T10:00:00Z");
    let mut create = CreateAppointment::new("C", "A", begin);
    rig.client.appointments().create(&create).await.unwrap();
    assert_eq!(
        rig.last().body,
        json!({"calendarId": "C", "locationId": LOCATION, "contactId": "A",
               "startTime": "2026-08-01T10:00:00Z", "toNotify": false})
    );
    let change = UpdateAppointment {
        start_time: Some(begin),
        ..UpdateAppointment::default()
    };
    rig.client
        .appointments()
        .update("E", &change)
        .await
        .unwrap();
    assert_eq!(
        rig.last().body,
        json!({"startTime": "2026-08-01T10:00:00Z", "toNotify": false})
    );
    create.to_notify = true;
    rig.client.appointments().create(&create).await.unwrap();
    assert_eq!(rig.last().body["toNotify"], json!(true));
}

#[tokio::test]
async fn quirk_2_14_deletes_carry_their_body() {
    let rig = Rig::start([(200, json!({"tags": ["a"], "tagsRemoved": ["b"]}))]).await;
    let left = rig
        .client
        .contacts()
        .remove_tags("A", &["b".to_owned()])
        .await
        .unwrap();
    assert_eq!(left, ["a"]);
    assert_eq!(rig.last().method, "DELETE");
    assert_eq!(rig.last().body, json!({"tags": ["b"]}));
    rig.client.appointments().delete("E").await.unwrap();
    assert_eq!(
        (rig.last().method.as_str(), &rig.last().body),
        ("DELETE", &json!({}))
    );
}

#[test]
fn quirk_2_19_a_calendar_offers_its_user() {
    let calendar = |members: Value| -> Calendar {
        serde_json::from_value(json!({"id": "C", "teamMembers": members})).unwrap()
    };
    let two = calendar(json!([{"userId": "U1"}, {"userId": "U2", "isPrimary": true}]));
    assert_eq!(two.default_user(), Some("U2"));
    assert_eq!(
        calendar(json!([{"userId": "U1"}])).default_user(),
        Some("U1")
    );
    assert_eq!(
        calendar(json!([{"userId": "U1"}, {"userId": "U2"}])).default_user(),
        None
    );
    assert_eq!(calendar(Value::Null).default_user(), None);
}

#[tokio::test]
async fn quirk_3_1_one_contact_is_got_by_id() {
    let rig = Rig::start([(200, json!({"contact": {"id": "A", "firstName": "Ada"}}))]).await;
    let contact = rig.client.contacts().get("A").await.unwrap();
    assert_eq!(contact.first_name.as_deref(), Some("Ada"));
    assert_eq!(
        (rig.last().method.as_str(), rig.last().uri.as_str()),
        ("GET", "/contacts/A")
    );
}

#[tokio::test]
async fn quirk_3_2_a_400_can_mean_absent() {
    let say = |status, message: &str| (status, json!({"statusCode": status, "message": message}));
    let rig = Rig::start([
        say(400, "Contact not found for id:A"),
        say(400, "Contact with id A not found"),
        say(404, "Task not found"),
        say(404, "Cannot GET /contacts/A"),
        say(400, "Invalid field foo"),
    ])
    .await;
    for _ in 0..3 {
        let error = rig.client.contacts().get("A").await.unwrap_err();
        assert!(
            matches!(&error, Error::NotFound { what: "contact", id } if id == "A"),
            "{error}"
        );
        assert_eq!(error.class(), FailureClass::Permanent);
    }
    for status in [404, 400] {
        let error = rig.client.contacts().get("A").await.unwrap_err();
        assert!(
            matches!(error, Error::Vendor { status: s, .. } if s == status),
            "{error}"
        );
    }
}

#[tokio::test]
async fn quirk_3_3_an_id_is_one_segment_and_never_empty() {
    let rig = Rig::start([]).await;
    for blank in ["", "  "] {
        assert!(
            rig.client
                .contacts()
                .delete(blank)
                .await
                .unwrap_err()
                .is_not_found()
        );
        assert!(
            rig.client
                .tasks()
                .delete("A", blank)
                .await
                .unwrap_err()
                .is_not_found()
        );
        assert!(
            rig.client
                .notes()
                .list(blank)
                .await
                .unwrap_err()
                .is_not_found()
        );
    }
    assert!(rig.client.contacts().delete("..").await.is_err());
    assert!(rig.asked().is_empty());
    rig.client.contacts().delete("A/tags").await.unwrap();
    assert_eq!(rig.last().uri, "/contacts/A%2Ftags");
}

#[tokio::test]
async fn quirk_3_4_a_wrongly_shaped_business_id_means_absent() {
    let rig = Rig::start([(400, json!({"message": "x is not a valid ObjectId"}))]).await;
    let error = rig
        .client
        .contacts()
        .of_business("x", 25, 0)
        .await
        .unwrap_err();
    assert!(error.is_not_found());
}

#[tokio::test]
async fn quirk_3_5_a_search_always_has_location_and_size() {
    let rig = Rig::start([(200, json!({"contacts": [], "total": 0}))]).await;
    rig.client
        .contacts()
        .search(&ContactSearch::default())
        .await
        .unwrap();
    assert_eq!(
        rig.last().body,
        json!({"locationId": LOCATION, "pageLimit": 500, "page": 1})
    );
}

#[tokio::test]
async fn quirk_3_6_page_sizes_have_their_own_names() {
    let rig = Rig::start([(200, json!({"contacts": []})), (201, json!({"tasks": []}))]).await;
    let contacts = ContactSearch {
        page_size: Some(9000),
        ..ContactSearch::default()
    };
    rig.client.contacts().search(&contacts).await.unwrap();
    assert_eq!(
        (&rig.last().body["pageLimit"], rig.last().body.get("limit")),
        (&json!(500), None)
    );
    let tasks = TaskSearch {
        page_size: Some(9000),
        ..TaskSearch::default()
    };
    rig.client.tasks().search(&tasks).await.unwrap();
    assert_eq!(
        (&rig.last().body["limit"], rig.last().body.get("pageLimit")),
        (&json!(500), None)
    );
}

#[tokio::test]
async fn quirk_3_7_pages_are_followed_by_cursor() {
    let row = |id: &str| json!({"id": id, "searchAfter": [1_700_000_000_000_i64, id]});
    let rig = Rig::start([
        (200, json!({"contacts": [row("A"), row("B")], "total": 3})),
        (200, json!({"contacts": [row("C")], "total": 3})),
    ])
    .await;
    let search = ContactSearch {
        page_size: Some(2),
        ..ContactSearch::default()
    };
    let pages: Vec<_> = rig
        .client
        .contacts()
        .search_pages(search)
        .try_collect()
        .await
        .unwrap();
    let ids: Vec<&str> = pages
        .iter()
        .flat_map(|page| &page.rows)
        .map(|row| row.id.as_str())
        .collect();
    assert_eq!(ids, ["A", "B", "C"]);
    let second = rig.last().body;
    assert_eq!(second["searchAfter"], json!([1_700_000_000_000_i64, "B"]));
    assert_eq!(second.get("page"), None);
    assert_eq!(rig.asked().len(), 2);
}

#[tokio::test]
async fn quirk_3_8_custom_fields_are_filtered_by_id() {
    let rig = Rig::start([(200, json!({"contacts": []}))]).await;
    let filters = vec![Filter::custom_field("cf1", "C-317")];
    let search = ContactSearch {
        filters,
        ..ContactSearch::default()
    };
    rig.client.contacts().search(&search).await.unwrap();
    let sent = json!([{"field": "customFields.cf1", "operator": "eq", "value": "C-317"}]);
    assert_eq!(rig.last().body["filters"], sent);
}

#[tokio::test]
async fn quirk_3_11_the_old_list_keeps_its_location() {
    let rig = Rig::start([(200, json!({"contacts": [], "meta": {}}))]).await;
    let after = Some((1_700_000_000_000, "B".to_owned()));
    rig.client
        .contacts()
        .list(&ListContacts {
            limit: 100,
            after,
            query: None,
        })
        .await
        .unwrap();
    let uri = rig.last().uri;
    for part in [
        "locationId=",
        "startAfter=1700000000000",
        "startAfterId=B",
        "limit=100",
    ] {
        assert!(uri.contains(part), "{uri}");
    }
}

#[tokio::test]
async fn quirk_3_13_all_models_are_asked_for() {
    let answer = json!({"customFields": [
        {"id": "cf1", "model": "contact", "dataType": "RADIO", "picklistOptions": ["a", {"key": "b", "label": "B"}]}
    ]});
    let rig = Rig::start([(200, answer)]).await;
    let fields = rig.client.custom_fields().list().await.unwrap();
    assert_eq!(fields[0].picklist_options, ["a", "B"]);
    assert!(rig.last().uri.ends_with("/customFields?model=all"));
}

#[tokio::test]
async fn quirk_3_15_the_task_search_is_read_to_its_end() {
    let row = |id: usize| {
        json!({
            "_id": format!("T{id}"), "contactId": "A", "statusGroup": "completed",
            "dateUpdated": "2026-07-01T09:00:00.000Z", "searchAfter": [id], "contactDetails": null
        })
    };
    let page = |from: usize, to: usize| {
        (
            201,
            json!({"tasks": (from..to).map(row).collect::<Vec<_>>()}),
        )
    };
    // The first page is shorter than asked for because the vendor capped it, not because it is the last.
    let rig = Rig::start([page(0, 100), page(100, 103)]).await;
    let pages: Vec<_> = rig
        .client
        .tasks()
        .search_pages(TaskSearch::default())
        .try_collect()
        .await
        .unwrap();
    let rows: Vec<_> = pages.into_iter().flat_map(|page| page.rows).collect();
    assert_eq!(rows.len(), 103);
    assert_eq!(rows[0].id, "T0");
    assert!(rows[0].is_completed());
    assert_eq!(rows[0].changed_at(), Some(at("2026-07-01T09:00:00Z")));
    assert_eq!(rig.asked().len(), 2);
    assert_eq!(rig.last().body, json!({"limit": 500, "searchAfter": [99]}));
}

#[tokio::test]
async fn quirk_3_16_events_are_asked_for_by_window() {
    let rig = Rig::start([(200, json!({"events": []}))]).await;
    let window = EventWindow {
        from: at("2026-07-01T00:00:00Z"),
        to: at("2026-07-02T00:00:00Z"),
        of: EventsOf::Calendar("C".to_owned()),
    };
    rig.client.calendars().events(&window).await.unwrap();
    let expected = format!(
        "/calendars/events?locationId={LOCATION}&startTime=1782864000000&endTime=1782950400000&calendarId=C"
    );
    assert_eq!(rig.last().uri, expected);
}

#[tokio::test]
async fn quirk_3_17_a_deleted_appointment_is_told() {
    let inner = json!({"id": "E", "deleted": true, "startTime": "2026-08-01T12:00:00+02:00"});
    let rig = Rig::start([
        (200, json!({"appointment": inner, "traceId": "t"})),
        (200, json!({"event": inner})),
    ])
    .await;
    for _ in 0..2 {
        let found = rig.client.appointments().get("E").await.unwrap();
        assert!(found.is_deleted());
        assert_eq!(
            found.start_time.map(|stamp| stamp.time),
            Some(EventTime::Exact(at("2026-08-01T10:00:00Z")))
        );
    }
}

#[test]
fn quirk_3_18_times_without_zone_are_kept_apart() {
    let appointment: Appointment =
        serde_json::from_value(json!({"id": "E", "startTime": "2026-07-16 11:00:00"})).unwrap();
    let Some(EventTime::Local(_)) = appointment.start_time.as_ref().map(|stamp| stamp.time) else {
        panic!("local")
    };
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(2));
    assert_eq!(
        appointment.start_time.unwrap().at(&zone),
        Some(at("2026-07-16T09:00:00Z"))
    );
}

#[tokio::test]
async fn quirk_4_5_an_agency_token_is_told_apart() {
    let rig = Rig::start([
        (401, json!({"message": "Token's user type mismatch!"})),
        (
            403,
            json!({"message": "This authClass type is not allowed to access this scope."}),
        ),
    ])
    .await;
    for _ in 0..2 {
        let error = rig.client.contacts().get("A").await.unwrap_err();
        assert!(matches!(error, Error::WrongTokenKind), "{error}");
        assert_eq!(error.class(), FailureClass::NeedsHuman);
    }
}

#[tokio::test]
async fn quirk_4_6_a_missing_scope_is_told_apart() {
    let answer = json!({"message": "The token is not authorized for this scope."});
    let rig = Rig::start([(401, answer)]).await;
    let error = rig.client.notes().list("A").await.unwrap_err();
    assert!(matches!(error, Error::MissingScope { .. }), "{error}");
    assert!(error.to_string().contains("connect again"));
}

#[derive(Debug, Default)]
struct Renewing {
    rejected: AtomicU32,
}

#[async_trait::async_trait]
impl TokenSource for Renewing {
    async fn token(&self) -> Result<SecretString, TokenError> {
        Ok(format!("token-{}", self.rejected.load(Ordering::SeqCst)).into())
    }

    async fn rejected(&self, _token: &SecretString) -> Result<bool, TokenError> {
        self.rejected.fetch_add(1, Ordering::SeqCst);
        Ok(true)
    }
}

#[tokio::test]
async fn quirk_5_1_a_refused_version_does_not_cost_the_token() {
    let tokens = Arc::new(Renewing::default());
    let answers = [
        (401, json!({"message": "version header is invalid"})),
        (
            400,
            json!({"message": "Invalid API version segment 'x' at position 0"}),
        ),
        (401, json!({"message": "Invalid JWT"})),
        (200, json!({"contact": {"id": "A"}})),
    ];
    let rig = Rig::with(answers, "2021-07-28", tokens.clone()).await;
    for _ in 0..2 {
        let error = rig.client.contacts().get("A").await.unwrap_err();
        assert!(matches!(error, Error::VersionRefused { .. }), "{error}");
    }
    assert_eq!(tokens.rejected.load(Ordering::SeqCst), 0);
    assert_eq!(rig.last().headers["version"], "2021-07-28");
    rig.client.contacts().get("A").await.unwrap();
    assert_eq!(tokens.rejected.load(Ordering::SeqCst), 1);
    assert_eq!(rig.last().headers["authorization"], "Bearer token-1");
}

#[tokio::test]
async fn quirk_5_7_a_429_waits_for_the_interval() {
    let limited = || {
        (
            429,
            json!({"message": "Too Many Requests", "statusCode": 429}),
        )
    };
    let rig = Rig::start([limited(), (200, json!({"contact": {"id": "A"}}))]).await;
    rig.client.contacts().get("A").await.unwrap();
    assert_eq!(
        rig.asked().len(),
        2,
        "it waited without Retry-After and asked again"
    );

    let rig = Rig::start([limited(), limited(), limited()]).await;
    let error = rig.client.contacts().get("A").await.unwrap_err();
    assert!(
        matches!(error.class(), FailureClass::Deferred { .. }),
        "{error}"
    );
}

#[test]
fn an_all_day_date_is_a_day_of_the_location_and_the_text_is_kept() {
    let appointment: Appointment = serde_json::from_value(
        json!({"id": "E", "startTime": "2026-07-16", "endTime": "2026-07-16T11:30:00+02:00"}),
    )
    .unwrap();
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(2));
    let start = appointment.start_time.unwrap();
    assert_eq!(start.at(&zone), Some(at("2026-07-15T22:00:00Z")));
    assert_eq!(start.text, "2026-07-16");
    let end = appointment.end_time.unwrap();
    assert_eq!(end.at(&zone), Some(at("2026-07-16T09:30:00Z")));
    assert_eq!(end.text, "2026-07-16T11:30:00+02:00");
}
