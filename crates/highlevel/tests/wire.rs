//! Reading what the vendor sends, and telling its refusals apart.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use domain::{Failure, FailureClass};
use highlevel::{
    Error, Patch,
    api::Lookup,
    model::{
        Channel, Contact, CreateContact, DndStatus, FieldValue, Task, TaskSearch, UpdateContact,
        UpsertContact, WriteCustomValue,
    },
};
use http::Applied;
use serde_json::{Value, json};
use support::Rig;

#[tokio::test]
async fn a_recorded_contact_is_read() {
    let answer = json!({"contact": {
        "id": "MB7tx4NBjFJKvmnYjcly", "locationId": "L", "type": "lead", "firstName": "Ada",
        "lastName": "Byron", "email": "ada@example.com", "phone": "+15550100001", "country": "US",
        "tags": [], "customFields": [], "deleted": false, "bounceEmail": false, "validEmail": null,
        "dateAdded": "2026-07-17T10:26:20.635Z", "dateUpdated": "2026-07-17T10:26:20.635Z",
        "dndSettings": {"Email": {"status": "active", "code": "x"}, "sms": {"status": "inactive"},
                        "RCS": {"status": "permanent"}, "Pigeon": {"status": "active"}, "Call": 7},
        "createdBy": {"source": "INTEGRATION", "channel": "OAUTH", "sourceId": "app", "timestamp": "…"},
        "somethingNew": {"a": [1, 2]}
    }, "succeded": true, "succeeded": true, "traceId": "t"});
    let rig = Rig::start([(200, answer)]).await;
    let contact = rig
        .client
        .contacts()
        .get("MB7tx4NBjFJKvmnYjcly")
        .await
        .unwrap();
    assert_eq!(
        contact.date_added,
        Some("2026-07-17T10:26:20.635Z".parse().unwrap())
    );
    assert_eq!(
        contact.created_by.clone().unwrap().source_id.as_deref(),
        Some("app")
    );
    assert_eq!(contact.dnd_settings.len(), 3);
    assert_eq!(
        contact.dnd_settings[&Channel::Email].status,
        DndStatus::Active
    );
    assert_eq!(
        contact.dnd_settings[&Channel::Sms].status,
        DndStatus::Inactive
    );
    let shown = format!("{contact:?}");
    assert!(
        !shown.contains("ada@") && shown.contains("MB7tx4NBjFJKvmnYjcly"),
        "{shown}"
    );
}

#[tokio::test]
async fn a_row_of_the_search_has_nulls_and_other_names() {
    let row = json!({
        "id": "A", "address": "1 Main St", "firstName": null, "tags": null, "customFields": null,
        "dnd": null, "dateAdded": 1_784_284_180_635_i64, "additionalEmails": [], "phone": null,
        "dndSettings": null, "searchAfter": [1, "A"], "contactName": "ada byron", "followers": null
    });
    let rig = Rig::start([(200, json!({"contacts": [row], "total": 1}))]).await;
    let page = rig
        .client
        .contacts()
        .search(&Default::default())
        .await
        .unwrap();
    assert_eq!(page.rows[0].street(), Some("1 Main St"));
    assert_eq!(page.total, Some(1));
    assert!(page.rows[0].date_added.is_some());
    assert_eq!(page.next, None, "all rows were seen");
}

#[test]
fn only_an_id_must_be_there() {
    let bare: Contact = serde_json::from_value(json!({"id": 7})).unwrap();
    assert_eq!(bare.id, "7");
    let odd =
        json!({"id": "T", "title": 5, "completed": "true", "dueDate": "soon", "assignedTo": {}});
    let task: Task = serde_json::from_value(odd).unwrap();
    assert_eq!(
        (task.title.as_deref(), task.is_completed(), task.due_date),
        (Some("5"), true, None)
    );
}

#[tokio::test]
async fn an_unreadable_answer_names_the_place_and_not_the_value() {
    let rows = json!({"tasks": [{"id": "T1"}, {"title": "secret words"}]});
    let rig = Rig::start([
        (200, rows),
        (200, json!({"tasks": [{"id": ""}]})),
        (200, json!({"rows": []})),
        (200, json!("secret words")),
    ])
    .await;
    for path in ["tasks[1]", "tasks[0].id", "tasks", "tasks"] {
        let error = rig.client.tasks().list("A").await.unwrap_err();
        let Error::Decode { path: found, .. } = &error else {
            panic!("{error}")
        };
        assert_eq!(found, path);
        assert!(!error.to_string().contains("secret"), "{error}");
        assert_eq!(error.class(), FailureClass::Bug);
        assert_eq!(error.applied(), Applied::No, "it was a read");
    }
}

#[tokio::test]
async fn an_unreadable_answer_to_a_write_may_have_been_carried_out() {
    let rig = Rig::start([(201, json!({"odd": 1}))]).await;
    let error = rig
        .client
        .contacts()
        .create(&CreateContact::default())
        .await
        .unwrap_err();
    assert_eq!(error.applied(), Applied::Unknown);
}

#[tokio::test]
async fn a_fault_of_the_vendor_is_unknown_for_writes_and_tried_once_for_posts() {
    let rig = Rig::start([
        (500, json!({})),
        (502, json!({})),
        (502, json!({})),
        (503, json!({})),
    ])
    .await;
    let create = rig
        .client
        .contacts()
        .create(&CreateContact::default())
        .await
        .unwrap_err();
    assert_eq!(
        (create.applied(), create.class()),
        (Applied::Unknown, FailureClass::Transient)
    );
    assert_eq!(rig.asked().len(), 1);
    let read = rig.client.contacts().get("A").await.unwrap_err();
    assert_eq!((read.applied(), read.code()), (Applied::No, "HL-VENDOR-01"));
    assert_eq!(rig.asked().len(), 4, "a read is tried three times");
}

#[tokio::test]
async fn success_that_denies_itself_is_a_fault() {
    let rig = Rig::start([
        (200, json!({"succeded": false})),
        (200, json!({"succeded": true, "succeeded": true})),
    ])
    .await;
    assert!(rig.client.contacts().delete("A").await.is_err());
    rig.client.contacts().delete("A").await.unwrap();
}

#[tokio::test]
async fn refused_keys_and_messages_are_read_in_both_forms() {
    let rig = Rig::start([
        (
            422,
            json!({"message": ["property companyName should not exist", "x must be a string"]}),
        ),
        (422, json!({"message": "property source should not exist"})),
    ])
    .await;
    let change = UpdateContact {
        company_name: "x".to_owned().into(),
        ..UpdateContact::default()
    };
    let first = rig
        .client
        .contacts()
        .update("A", &change)
        .await
        .unwrap_err();
    assert_eq!(first.refused_keys(), ["companyName"]);
    let second = rig
        .client
        .contacts()
        .update("A", &change)
        .await
        .unwrap_err();
    assert_eq!(second.refused_keys(), ["source"]);
    assert_eq!(second.code(), "HL-INVALID-01");
}

#[tokio::test]
async fn refusals_have_their_own_names_and_codes() {
    let cases = [
        (401, "Invalid Private Integration token", "HL-AUTH-01"),
        (
            401,
            "The token is not authorized for this scope.",
            "HL-AUTH-02",
        ),
        (
            403,
            "The token does not have access to this location.",
            "HL-AUTH-03",
        ),
        (
            403,
            "This location is not accessible from this token!",
            "HL-AUTH-03",
        ),
        (401, "Token's user type mismatch!", "HL-AUTH-04"),
        (401, "version header was not found.", "HL-VERSION-01"),
        (400, "Location is not active", "HL-VENDOR-02"),
    ];
    for (status, message, code) in cases {
        let rig = Rig::start([(status, json!({"message": message}))]).await;
        let error = rig.client.contacts().get("A").await.unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert_eq!(error.applied(), Applied::No);
    }
}

#[tokio::test]
async fn the_vendors_words_lose_what_is_a_persons() {
    let message =
        "Invalid Custom Field Value \"Ada Byron\" for \"cf1\": ada@example.com +15550100001";
    let rig = Rig::start([(400, json!({"message": message}))]).await;
    let text = rig
        .client
        .contacts()
        .get("A")
        .await
        .unwrap_err()
        .to_string();
    for hidden in ["Ada", "ada@", "5550100001"] {
        assert!(!text.contains(hidden), "{text}");
    }
    assert!(text.contains("cf1"), "{text}");
}

#[tokio::test]
async fn keep_clear_and_set_are_three_things() {
    let rig = Rig::start([(200, json!({"contact": {"id": "A"}}))]).await;
    let change = UpdateContact {
        last_name: Patch::Clear,
        city: Patch::Set("Bonn".to_owned()),
        postal_code: Patch::Clear,
        ..UpdateContact::default()
    };
    rig.client.contacts().update("A", &change).await.unwrap();
    assert_eq!(
        rig.last().body,
        json!({"lastName": null, "city": "Bonn", "postalCode": ""})
    );
    assert!(UpdateContact::default().is_empty() && !change.is_empty());
}

#[tokio::test]
async fn a_new_contact_has_no_empty_keys_and_no_nulls() {
    let rig = Rig::start([(201, json!({"contact": {"id": "A"}}))]).await;
    let contact = CreateContact {
        name: Some("Ada".to_owned()),
        email: Some(" ".to_owned()),
        ..CreateContact::default()
    };
    rig.client.contacts().create(&contact).await.unwrap();
    assert_eq!(
        rig.last().body,
        json!({"locationId": support::LOCATION, "name": "Ada"})
    );
    assert_eq!(rig.last().uri, "/contacts/");
    assert_eq!(rig.last().headers["authorization"], "Bearer pit-1");
}

#[tokio::test]
async fn both_generations_are_written_in_their_own_spelling() {
    let change = UpdateContact {
        dnd_settings: [(Channel::Sms, highlevel::model::Dnd::new(DndStatus::Active))].into(),
        custom_fields: vec![WriteCustomValue {
            id: "cf1".to_owned(),
            value: FieldValue::Options(vec!["a".to_owned()]),
        }],
        ..UpdateContact::default()
    };
    let answer = || [(200, json!({"contact": {"id": "A"}}))];
    let dated = Rig::start(answer()).await;
    dated.client.contacts().update("A", &change).await.unwrap();
    assert_eq!(
        dated.last().body,
        json!({"dndSettings": {"SMS": {"status": "active"}}, "customFields": [{"id": "cf1", "field_value": ["a"]}]})
    );
    let v3 = Rig::v3(answer()).await;
    v3.client.contacts().update("A", &change).await.unwrap();
    assert_eq!(
        v3.last().body,
        json!({"dndSettings": {"sms": {"status": "active"}}, "customFields": [{"id": "cf1", "fieldValue": ["a"]}]})
    );
    assert_eq!(v3.last().headers["version"], "v3");
}

#[tokio::test]
async fn an_upsert_says_whether_the_contact_is_new() {
    let rig = Rig::start([(200, json!({"new": true, "contact": {"id": "A"}}))]).await;
    let upsert = UpsertContact {
        contact: CreateContact {
            name: Some("Ada".to_owned()),
            ..CreateContact::default()
        },
        create_new_if_duplicate_allowed: Some(false),
    };
    let done = rig.client.contacts().upsert(&upsert).await.unwrap();
    assert!(done.new && done.contact.id == "A");
    assert_eq!(rig.last().body["createNewIfDuplicateAllowed"], json!(false));
}

#[tokio::test]
async fn tasks_without_cursors_are_followed_by_counting() {
    let page = |from: usize, to: usize| {
        let rows: Vec<Value> = (from..to)
            .map(|id| json!({"_id": format!("T{id}")}))
            .collect();
        (201, json!({"tasks": rows}))
    };
    let rig = Rig::start([page(0, 3), page(3, 4)]).await;
    let search = TaskSearch {
        page_size: Some(3),
        ..TaskSearch::default()
    };
    use futures::TryStreamExt;
    let pages: Vec<_> = rig
        .client
        .tasks()
        .search_pages(search)
        .try_collect()
        .await
        .unwrap();
    assert_eq!(pages.iter().map(|page| page.rows.len()).sum::<usize>(), 4);
    assert_eq!(rig.last().body, json!({"limit": 3, "skip": 3}));
}

#[tokio::test]
async fn an_error_ends_the_pages_and_is_told() {
    use futures::{StreamExt, pin_mut};
    let row = |id: &str| json!({"id": id, "searchAfter": [id]});
    let rig = Rig::start([
        (200, json!({"contacts": [row("A")], "total": 2})),
        (400, json!({"message": "Invalid field foo"})),
    ])
    .await;
    let pages = rig.client.contacts().search_pages(Default::default());
    pin_mut!(pages);
    assert!(pages.next().await.unwrap().is_ok());
    assert!(
        pages.next().await.unwrap().is_err(),
        "an error is never the end of a list"
    );
    assert!(pages.next().await.is_none());
}

#[tokio::test]
async fn other_resources_are_read() {
    let rig = Rig::start([
        (200, json!({"users": [{"id": "U", "name": "Ada"}]})),
        (200, json!({"id": "U", "firstName": "Ada"})),
        (200, json!({"tags": [{"id": "t1", "name": "vip"}]})),
        (
            200,
            json!({"calendars": [{"id": "C", "slotDuration": "30", "appoinmentPerSlot": 1}]}),
        ),
        (
            200,
            json!({"notes": [{"id": "N", "body": "<p>x</p>", "bodyText": "x", "userId": null}]}),
        ),
        (
            201,
            json!({"customField": {"id": "cf9", "fieldKey": "contact.x"}}),
        ),
    ])
    .await;
    let client = rig.client.with_lane(http::Lane::Background);
    assert_eq!(client.users().list().await.unwrap()[0].id, "U");
    assert_eq!(
        client.users().get("U").await.unwrap().first_name.as_deref(),
        Some("Ada")
    );
    assert_eq!(
        client.tags().list().await.unwrap()[0].name.as_deref(),
        Some("vip")
    );
    assert_eq!(
        client.calendars().list().await.unwrap()[0].slot_duration,
        Some(30)
    );
    assert_eq!(client.notes().list("A").await.unwrap()[0].text(), Some("x"));
    let field = highlevel::model::CreateCustomField::text("X");
    assert_eq!(
        client.custom_fields().create(&field).await.unwrap().id,
        "cf9"
    );
    assert_eq!(
        rig.last().body,
        json!({"name": "X", "dataType": "TEXT", "model": "contact"})
    );
}

#[tokio::test]
async fn a_lookup_that_finds_nothing_is_nothing() {
    let rig = Rig::start([
        (200, json!({"contact": null, "traceId": "t"})),
        (200, json!({})),
        (404, json!({"message": "Contact not found"})),
        (401, json!({"message": "Invalid JWT"})),
    ])
    .await;
    let lookup = Lookup {
        email: Some("ada@example.com"),
        number: None,
    };
    for _ in 0..3 {
        assert_eq!(
            rig.client.contacts().find_duplicate(lookup).await.unwrap(),
            None
        );
    }
    assert!(
        rig.client.contacts().find_duplicate(lookup).await.is_err(),
        "a refusal is no absence"
    );
}

#[tokio::test]
async fn workflows_are_listed_and_a_contact_is_put_into_one() {
    let rig = Rig::start([
        (
            200,
            json!({"workflows": [{"id": "w-1", "name": "Welcome", "status": "published", "version": 1}]}),
        ),
        (201, json!({"succeded": true, "succeeded": true})),
        (400, json!({"message": "Workflow with id w-2 not found", "statusCode": 400})),
    ])
    .await;
    let workflows = rig.client.workflows().list().await.unwrap();
    assert_eq!(
        (workflows[0].id.as_str(), workflows[0].name.as_deref()),
        ("w-1", Some("Welcome"))
    );
    assert!(rig.last().uri.contains("locationId="), "{}", rig.last().uri);
    rig.client
        .contacts()
        .add_to_workflow("A", "w-1")
        .await
        .unwrap();
    let asked = rig.last();
    assert!(
        asked.uri.ends_with("/contacts/A/workflow/w-1"),
        "{}",
        asked.uri
    );
    assert_eq!(asked.body, json!({}));
    let refused = rig.client.contacts().add_to_workflow("A", "w-2").await;
    assert!(refused.is_err_and(|error| error.is_not_found()));
}
