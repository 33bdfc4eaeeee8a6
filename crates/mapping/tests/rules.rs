//! The rules document: defaults, partial documents, and what it refuses.

use domain::{Field, Kind, Side};
use mapping::{CreateRule, DeletePolicy, Direction, Policy, Rules, StatusGroup};

#[test]
fn the_empty_document_has_the_contracts_defaults_and_every_document_comes_back() {
    let rules = Rules::from_toml("").unwrap();
    assert_eq!(rules, Rules::default());
    let contact = rules.fields_of(Kind::Contact).unwrap();
    for (field, conflict) in [
        (Field::Name, Policy::Mygadgetrepairs),
        (Field::Company, Policy::Mygadgetrepairs),
        (Field::Address, Policy::Mygadgetrepairs),
        (Field::Email, Policy::Ask),
        (Field::Phone, Policy::Ask),
    ] {
        let rule = contact.get(field).unwrap();
        assert_eq!(
            (rule.direction, rule.conflict),
            (Direction::Both, conflict),
            "{field}"
        );
    }
    let due = rules
        .fields_of(Kind::Task)
        .unwrap()
        .get(Field::DueDate)
        .unwrap();
    assert_eq!(due.direction, Direction::ToHighlevel);
    assert_eq!(Rules::from_toml(&rules.to_toml().unwrap()).unwrap(), rules);

    let document = r#"
        [create]
        mygadgetrepairs = "tagged:VIP"
        [delete]
        task = { highlevel = "archive" }
        [fields.contact.email]
        direction = "to_highlevel"
        [fields.contact.phone]
        conflict = "newest"
        [tasks]
        due_time = "16:30"
        done_status = "Picked up"
        [tasks.due_days]
        waiting = 10
        [tasks.statuses]
        "Wartet" = "waiting"
        12 = "done"
    "#;
    let rules = Rules::from_toml(document).unwrap();
    assert_eq!(
        rules.create.on(Side::MyGadgetRepairs),
        &CreateRule::Tagged("VIP".into())
    );
    let task = |side| rules.delete.on(side, Kind::Task);
    assert_eq!(task(Side::HighLevel), DeletePolicy::Archive);
    assert_eq!(task(Side::MyGadgetRepairs), DeletePolicy::Unlink);
    let contact = rules.fields_of(Kind::Contact).unwrap();
    // What the document leaves out stays as that field's default.
    assert_eq!(contact.get(Field::Email).unwrap().conflict, Policy::Ask);
    assert_eq!(
        contact.get(Field::Phone).unwrap().direction,
        Direction::Both
    );
    assert_eq!(contact.get(Field::Phone).unwrap().conflict, Policy::Newest);
    assert_eq!(rules.tasks.due_days.waiting, 10);
    assert_eq!(rules.tasks.due_days.open, 3);
    assert_eq!(rules.tasks.statuses["12"], StatusGroup::Done);
    assert_eq!(Rules::from_toml(&rules.to_toml().unwrap()).unwrap(), rules);
    // The store keeps it as JSON.
    let json = serde_json::to_string(&rules).unwrap();
    assert_eq!(serde_json::from_str::<Rules>(&json).unwrap(), rules);
}

#[test]
fn what_does_not_exist_is_named() {
    for (document, word) in [
        ("colour = 1", "colour"),
        ("[create]\nhighlevel = \"some\"", "some"),
        ("[create]\nhighlevel = \"tagged:\"", "tagged:"),
        (
            "[fields.contact.shoe_size]\ndirection = \"both\"",
            "shoe_size",
        ),
        ("[fields.contact.title]\ndirection = \"both\"", "title"),
        ("[fields.contact.email]\nway = \"both\"", "way"),
        ("[fields.task.due_date]\ndirection = \"both\"", "due_date"),
        ("[fields.contact.email]\ndirection = \"left\"", "left"),
        ("[guard]\nlimit = 1", "limit"),
        ("[delete]\ncontact = \"burn\"", "burn"),
    ] {
        let error = Rules::from_toml(document).unwrap_err().to_string();
        assert!(error.contains(word), "{document}: {error}");
    }
}

#[test]
fn a_delete_rule_that_a_vendor_cannot_carry_out_is_refused_in_plain_words() {
    for (rule, words) in [
        (
            "contact = \"archive\"",
            "HighLevel has no archive for contacts",
        ),
        (
            "contact = { mygadgetrepairs = \"archive\" }",
            "MyGadgetRepairs has no archive for customers",
        ),
        ("task = \"archive\"", "no archive for tickets"),
        ("note = \"delete\"", "told, not paired"),
        ("appointment = \"delete\"", "write `unlink`"),
        ("contact = { left = \"delete\" }", "left"),
        ("contact = 1", "`unlink`, `archive` or `delete`"),
    ] {
        let error = Rules::from_toml(&format!("[delete]\n{rule}\n")).unwrap_err();
        assert!(error.to_string().contains(words), "{rule}: {error}");
    }
    for rule in [
        "contact = \"delete\"",
        "task = \"delete\"",
        "contact = { highlevel = \"delete\" }",
        "task = { highlevel = \"archive\", mygadgetrepairs = \"delete\" }",
    ] {
        let rules = Rules::from_toml(&format!("[delete]\n{rule}\n")).unwrap();
        assert_eq!(Rules::from_toml(&rules.to_toml().unwrap()).unwrap(), rules);
    }
}
