//! Records in shared terms and back: what is written reads back as the value that was meant.
#![expect(
    clippy::expect_used,
    reason = "helpers of tests stop at what cannot be built"
)]

use domain::{CountryCode, Field, Kind, Record, RecordId, Side, Value};
use mapping::{
    NativeWrite, Rules, Setting, Status, Writing, mark, project, project_linked, to_native,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn setting() -> Setting {
    let status = |id: &str, label: &str| Status {
        id: id.into(),
        label: label.into(),
    };
    Setting {
        country: CountryCode::parse("GB").expect("a country"),
        zone: jiff::tz::TimeZone::UTC,
        statuses: vec![
            status("11", "In progress"),
            status("12", "Collected"),
            status("13", "Escalated"),
            status("14", "Waiting for parts"),
        ],
    }
}

fn record(side: Side, kind: Kind, fields: &[(Field, &str)]) -> Record {
    let mut record = Record::new(side, kind, RecordId::new("x1"));
    for (field, value) in fields {
        record.set(*field, Value::text(value));
    }
    record
}

fn ticket(fields: &[(Field, &str)]) -> Record {
    let mut ticket = record(Side::MyGadgetRepairs, Kind::Task, fields);
    ticket.reference = Some("K-1042".into());
    ticket.set(
        Field::Opened,
        Some(Value::Moment {
            at: "2026-07-06T09:00:00Z".parse().expect("a time"),
        }),
    );
    ticket
}

fn shared(record: &Record) -> BTreeMap<Field, Value> {
    project(record, &Rules::default(), &setting()).fields
}

fn write(
    target: Option<&Record>,
    source: &Record,
    rules: &Rules,
    changes: &[(Field, Option<Value>)],
) -> NativeWrite {
    let setting = setting();
    let side = source.side.other();
    let writing = Writing {
        side,
        kind: source.kind,
        target,
        source: Some(source),
        rules,
        setting: &setting,
    };
    to_native(writing, &changes.iter().cloned().collect())
}

/// The record after a faithful vendor took the write.
fn written(mut target: Record, write: &NativeWrite) -> Record {
    for (field, value) in &write.fields {
        target.set(*field, value.clone());
    }
    target
}

fn text(text: &str) -> Option<Value> {
    Value::text(text)
}

#[test]
fn a_customer_and_a_contact_say_the_same() {
    let customer = record(
        Side::MyGadgetRepairs,
        Kind::Contact,
        &[
            (Field::Name, "Maria Soto Diaz"),
            (Field::FirstName, "Maria"),
            (Field::LastName, "Diaz"),
            (Field::Mobile, "07400 123456"),
            (Field::Landline, "0113 496 0000"),
            (Field::Country, "United Kingdom"),
        ],
    );
    let contact = record(
        Side::HighLevel,
        Kind::Contact,
        &[
            (Field::FirstName, "Maria Soto"),
            (Field::LastName, "Diaz"),
            (Field::Phone, "+447400123456"),
            (Field::Country, "GB"),
        ],
    );
    assert_eq!(shared(&customer), shared(&contact));
    // The vendor's default country alone says nothing; abroad, or with an address, it does.
    assert!(!shared(&contact).contains_key(&Field::Country));
    for (field, value) in [(Field::Country, "DE"), (Field::City, "Leeds")] {
        let mut abroad = contact.clone();
        abroad.set(field, text(value));
        assert!(shared(&abroad).contains_key(&Field::Country), "{field}");
    }
    let mut landline = customer.clone();
    landline.set(Field::Mobile, None);
    assert_eq!(
        shared(&landline)[&Field::Phone],
        Value::Text("+441134960000".into())
    );
    // A number that is none is kept as it is, and not sent to HighLevel.
    landline.set(Field::Landline, text("ask for Bob"));
    assert_eq!(
        shared(&landline)[&Field::Phone],
        Value::Text("ask for Bob".into())
    );
    let changes = [(Field::Phone, text("ask for Bob"))];
    let held = write(Some(&contact), &landline, &Rules::default(), &changes);
    assert!(held.is_empty());
    assert_eq!(held.held[0].field, Field::Phone);
    // An unknown country pauses the country only.
    let mut lost = customer;
    lost.set(Field::Country, text("Atlantis"));
    let projection = project(&lost, &Rules::default(), &setting());
    assert_eq!(projection.unknown.len(), 1);
    assert!(!projection.fields.contains_key(&Field::Country));
    assert!(projection.fields.contains_key(&Field::Name));
}

#[test]
fn names_numbers_and_countries_are_written_where_the_vendor_keeps_them() {
    let rules = Rules::default();
    let customer = record(
        Side::MyGadgetRepairs,
        Kind::Contact,
        &[
            (Field::FirstName, "Anna"),
            (Field::LastName, "van der Berg"),
            (Field::Landline, "1"),
        ],
    );
    let to_contact = write(
        None,
        &customer,
        &rules,
        &[(Field::Name, text("Anna van der Berg"))],
    );
    // The source's own parts, not a split at the last word.
    assert_eq!(to_contact.fields[&Field::FirstName], text("Anna"));
    assert_eq!(to_contact.fields[&Field::LastName], text("van der Berg"));

    let contact = record(
        Side::HighLevel,
        Kind::Contact,
        &[(Field::Email, "a@x.test")],
    );
    let changes = [
        (Field::Phone, text("+447400123456")),
        (Field::Country, text("GB")),
        (Field::Name, None),
    ];
    let to_customer = write(Some(&customer), &contact, &rules, &changes);
    assert_eq!(to_customer.fields[&Field::Landline], text("+447400123456"));
    assert!(!to_customer.fields.contains_key(&Field::Mobile));
    assert_eq!(to_customer.fields[&Field::Country], text("United Kingdom"));
    assert_eq!(
        to_customer.held[0].field,
        Field::Name,
        "a person keeps a name"
    );

    // A new customer needs a name; the address stands in.
    let new = write(None, &contact, &rules, &[(Field::Email, text("a@x.test"))]);
    assert_eq!(new.fields[&Field::Name], text("a@x.test"));
    let mut marked = customer;
    marked.reference = Some("C-317".into());
    let new = write(None, &marked, &rules, &[(Field::Name, text("Anna"))]);
    assert_eq!(new.source.as_deref(), Some("MyGadgetRepairs C-317"));
}

#[test]
fn a_ticket_becomes_a_task_and_reads_back_as_itself() {
    let ticket = ticket(&[
        (Field::Title, "iPhone screen"),
        (Field::Body, "Cracked"),
        (Field::Status, "11"),
    ]);
    let fields = shared(&ticket);
    let changes: Vec<_> = fields
        .iter()
        .map(|(field, value)| (*field, Some(value.clone())))
        .collect();
    let new = write(None, &ticket, &Rules::default(), &changes);
    assert!(new.held.is_empty(), "{:?}", new.held);
    assert_eq!(new.fields[&Field::Title], text("K-1042 iPhone screen"));
    assert_eq!(
        new.fields[&Field::Body],
        text("Cracked\n\nMyGadgetRepairs ticket K-1042")
    );
    let at = "2026-07-09T17:00:00Z".parse().unwrap();
    assert_eq!(new.fields[&Field::DueDate], Some(Value::Moment { at }));

    let task = written(record(Side::HighLevel, Kind::Task, &[]), &new);
    assert_eq!(shared(&task), fields);
    // Somebody removes our mark: the title's reference still does not count as a new title.
    let mut bare = task;
    bare.set(Field::Body, text("Cracked"));
    let linked = project_linked(&bare, Some(&ticket), &Rules::default(), &setting());
    assert_eq!(linked.fields, fields);
}

#[test]
fn completing_a_task_sets_only_a_status_that_was_chosen() {
    let ticket = ticket(&[(Field::Title, "Screen"), (Field::Status, "11")]);
    let task = record(Side::HighLevel, Kind::Task, &[(Field::Title, "Screen")]);
    let done = [(Field::Completed, Some(Value::Flag(true)))];
    let mut rules = Rules::default();
    let unset = write(Some(&ticket), &task, &rules, &done);
    assert!(unset.is_empty());
    assert!(
        unset.held[0].reason.contains("done_status"),
        "{}",
        unset.held[0].reason
    );

    rules.tasks.done_status = Some("collected".into());
    let set = write(Some(&ticket), &task, &rules, &done);
    assert_eq!(set.fields, BTreeMap::from([(Field::Status, text("12"))]));
    assert!(rules.check(&setting()).is_empty());

    // A status that means the opposite, or nothing known, would undo itself.
    for wrong in ["11", "13", "99"] {
        rules.tasks.done_status = Some(wrong.into());
        let refused = write(Some(&ticket), &task, &rules, &done);
        assert!(refused.is_empty() && refused.held.len() == 1, "{wrong}");
        assert_eq!(rules.check(&setting()).len(), 1, "{wrong}");
    }
}

#[test]
fn an_unknown_status_pauses_only_completed() {
    let unknown = ticket(&[(Field::Title, "Screen"), (Field::Status, "13")]);
    let projection = project(&unknown, &Rules::default(), &setting());
    let paused: Vec<Field> = projection
        .unknown
        .iter()
        .map(|problem| problem.field)
        .collect();
    assert_eq!(paused, [Field::Completed]);
    assert!(projection.unknown[0].reason.contains("Escalated"));
    assert!(projection.fields.contains_key(&Field::DueDate));
    let mut rules = Rules::default();
    rules
        .tasks
        .statuses
        .insert("escalated".into(), mapping::StatusGroup::Waiting);
    assert!(project(&unknown, &rules, &setting()).unknown.is_empty());
}

#[test]
fn a_ticket_that_began_at_the_counter_gets_no_mark_and_ours_keeps_it() {
    let rules = Rules::default();
    let task = record(Side::HighLevel, Kind::Task, &[(Field::Title, "Screen")]);
    let change = [(Field::Body, text("New text"))];
    let counter = ticket(&[(Field::Body, "Old text")]);
    assert_eq!(
        write(Some(&counter), &task, &rules, &change).fields[&Field::Body],
        text("New text")
    );
    let ours = ticket(&[(Field::Body, "Old text\n\nHighLevel task x1")]);
    let kept = text("New text\n\nHighLevel task x1");
    assert_eq!(
        write(Some(&ours), &task, &rules, &change).fields[&Field::Body],
        kept
    );
    let cleared = [(Field::Body, None)];
    let only_mark = text("HighLevel task x1");
    assert_eq!(
        write(Some(&ours), &task, &rules, &cleared).fields[&Field::Body],
        only_mark
    );
}

#[test]
fn a_task_is_given_its_new_tickets_reference_once() {
    let ticket = ticket(&[(Field::Title, "Screen")]);
    let task = record(
        Side::HighLevel,
        Kind::Task,
        &[(Field::Title, "Screen"), (Field::Body, "Hi")],
    );
    let adorned = written(task.clone(), &mapping::adorn(&task, &ticket).unwrap());
    assert_eq!(adorned.text(Field::Title), Some("K-1042 Screen"));
    assert_eq!(
        mark::read_task_body(adorned.text(Field::Body).unwrap())
            .1
            .as_deref(),
        Some("K-1042")
    );
    assert_eq!(mapping::adorn(&adorned, &ticket), None);
    // The ticket was deleted and another one made: the former reference gives way.
    let mut second = ticket.clone();
    second.reference = Some("K-1043".into());
    let write = mapping::adorn(&adorned, &second).unwrap();
    let again = written(adorned, &write);
    assert_eq!(again.text(Field::Title), Some("K-1043 Screen"));
    // A contact has no title: it is left alone when a customer was made for it.
    let contact = Record::new(Side::HighLevel, Kind::Contact, RecordId::new("c1"));
    assert_eq!(mapping::adorn(&contact, &ticket), None);
}

fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Za-zÀ-ÿ' -]{1,24}",
        "[一-龥]{1,4}( [一-龥]{1,4})?",
        "\\PC{1,30}",
        Just("K-1042 K-1042 x".to_owned()),
        Just("MyGadgetRepairs ticket K-1042".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// The ground that `invariant_4_no_echo` stands on: our own write reads back as what was meant.
    #[test]
    fn what_is_written_reads_back_as_meant(name in words(), title in words(), body in "(\\PC|\\n){0,60}") {
        let rules = Rules::default();
        let customer = record(Side::MyGadgetRepairs, Kind::Contact, &[(Field::Name, &name)]);
        let contact = record(Side::HighLevel, Kind::Contact, &[]);
        let wanted = text(&name);
        if let Some(value) = shared(&customer).get(&Field::Name) {
            let write = write(Some(&contact), &customer, &rules, &[(Field::Name, Some(value.clone()))]);
            let back = shared(&written(contact, &write));
            prop_assert!(Field::Name.same(back.get(&Field::Name), wanted.as_ref()));
        }

        let ticket = ticket(&[(Field::Title, &title), (Field::Body, &body), (Field::Status, "11")]);
        let fields = shared(&ticket);
        let changes: Vec<_> = fields.iter().map(|(field, value)| (*field, Some(value.clone()))).collect();
        let new = write(None, &ticket, &rules, &changes);
        let task = written(record(Side::HighLevel, Kind::Task, &[]), &new);
        let back = project_linked(&task, Some(&ticket), &rules, &setting()).fields;
        let mine = project_linked(&ticket, Some(&task), &rules, &setting()).fields;
        for field in [Field::Title, Field::Body, Field::Completed, Field::DueDate] {
            prop_assert!(field.same(back.get(&field), mine.get(&field)), "{}: {:?} {:?}", field, back.get(&field), mine.get(&field));
        }
    }
}

#[test]
fn the_shops_own_country_comes_and_goes_with_the_rest_of_an_address() {
    let own = record(
        Side::HighLevel,
        Kind::Contact,
        &[(Field::Name, "Ada"), (Field::Country, "GB")],
    );
    let implied = |record: &Record, written: &[Field]| {
        mapping::implied(|field| written.contains(&field), record, &setting())
    };
    assert_eq!(implied(&own, &[Field::City]), Some(Field::Country));
    assert_eq!(implied(&own, &[Field::Name, Field::Email]), None);
    // What is written is no by-product, and another country was entered by somebody.
    assert_eq!(implied(&own, &[Field::City, Field::Country]), None);
    let mut abroad = own;
    abroad.set(Field::Country, text("DE"));
    assert_eq!(implied(&abroad, &[Field::City]), None);
}

#[test]
fn the_shops_own_country_is_no_difference_from_a_customer_without_one() {
    let contact = |country: &str| {
        let fields = [(Field::City, "Leeds"), (Field::Country, country)];
        record(Side::HighLevel, Kind::Contact, &fields)
    };
    let customer = |fields: &[(Field, &str)]| record(Side::MyGadgetRepairs, Kind::Contact, fields);
    let country = |contact: &Record, customer: &Record| {
        let shown = project_linked(contact, Some(customer), &Rules::default(), &setting());
        shown.fields.get(&Field::Country).cloned()
    };
    let bare = customer(&[(Field::City, "Leeds")]);
    assert_eq!(country(&contact("GB"), &bare), None);
    assert_eq!(country(&contact("DE"), &bare), text("DE"));
    let abroad = customer(&[(Field::City, "Leeds"), (Field::Country, "Ireland")]);
    assert_eq!(country(&contact("GB"), &abroad), text("GB"));
    // What a person entered at the counter counts whatever HighLevel shows.
    let shown = project_linked(
        &customer(&[(Field::City, "Leeds"), (Field::Country, "United Kingdom")]),
        Some(&contact("")),
        &Rules::default(),
        &setting(),
    );
    assert_eq!(shown.fields.get(&Field::Country).cloned(), text("GB"));
}
