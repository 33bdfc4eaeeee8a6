//! The rules document, whatever somebody writes into it: refused with the place, or kept exactly as shown.

use mapping::{Rules, RulesError};
use proptest::prelude::*;

/// A document with a word of every sort in it, from which the others are made.
const FULL: &str = r#"
[create]
highlevel = "all"
mygadgetrepairs = "tagged:VIP"
[delete]
contact = "unlink"
task = { highlevel = "archive", mygadgetrepairs = "unlink" }
[guard]
deletes = 20
deletes_percent = 2
first_run = true
messages = 5
[tasks]
due_time = "16:30"
done_status = "Picked up"
issue_type = "7"
[tasks.due_days]
waiting = 10
[tasks.statuses]
"Wartet auf Teile" = "waiting"
12 = "done"
[notes]
to = "custom_field:CRM notes"
days = 30
back = false
refresh_minutes = 15
[fields.contact.email]
direction = "to_highlevel"
conflict = "newest"
[fields.task.title]
direction = "both"
[[note_rules]]
name = "welcome"
when = { words = ["signed up"], author = "Ada", newer_than_days = 3, older_than_days = 1 }
then = { tag = "new", workflow = "Welcome", set_field = { field = "Level", value = "gold" }, task = { title = "Call", due_days = 2 } }
"#;

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        any::<f64>().prop_map(|number| format!("{number:?}")),
        any::<bool>().prop_map(|flag| flag.to_string()),
        ".{0,12}".prop_map(|text| format!("{text:?}")),
        ".{0,12}".prop_map(|text| toml::Value::String(text).to_string()),
        prop::sample::select(vec![
            "\"both\"",
            "\"off\"",
            "\"to_mygadgetrepairs\"",
            "\"stricter\"",
            "\"ask\"",
            "\"none\"",
            "\"tagged: x \"",
            "\"custom_field: y\"",
            "\"17:00\"",
            "\"24:00\"",
            "\"23:59:59.5\"",
            "17:00:00",
            "2026-01-01",
            "[]",
            "{}",
            "[1, 2]",
            "{ a = 1 }",
            "0",
            "1",
            "65535",
            "65536",
            "4294967295",
            "-1",
        ])
        .prop_map(str::to_owned),
    ]
}

/// What is done to a line of the full document.
#[derive(Clone, Debug)]
enum Edit {
    Value(String),
    Key(String),
    Drop,
    Twice,
    Instead(String),
    Cut(usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        6 => value().prop_map(Edit::Value),
        1 => "[a-z_]{1,9}".prop_map(Edit::Key),
        2 => Just(Edit::Drop),
        1 => Just(Edit::Twice),
        1 => ".{0,20}".prop_map(Edit::Instead),
        1 => (0_usize..20).prop_map(Edit::Cut),
    ]
}

/// The full document with some of its lines edited.
fn document() -> impl Strategy<Value = String> {
    let lines = FULL.lines().count();
    prop::collection::vec((0..lines, edit()), 0..4).prop_map(|edits| {
        let mut lines: Vec<String> = FULL.lines().map(str::to_owned).collect();
        for (at, edit) in edits {
            let line = &mut lines[at];
            match edit {
                Edit::Value(value) => {
                    if let Some((key, _)) = line.split_once(" = ") {
                        *line = format!("{key} = {value}");
                    }
                }
                Edit::Key(key) => {
                    if let Some((_, value)) = line.split_once(" = ") {
                        *line = format!("{key} = {value}");
                    }
                }
                Edit::Drop => line.clear(),
                Edit::Twice => *line = format!("{line}\n{line}"),
                Edit::Instead(text) => *line = text,
                Edit::Cut(letters) => *line = line.chars().take(letters).collect(),
            }
        }
        lines.join("\n")
    })
}

/// Refused with a place, or kept: what is shown reads back as the same rules and is shown the same again.
fn refused_or_kept(text: &str) -> Result<(), TestCaseError> {
    let rules = match Rules::from_toml(text) {
        Ok(rules) => rules,
        Err(RulesError::Read(why)) => {
            let says = why.to_string();
            // A missing key belongs to no line.
            let placed = says.contains("line ") || says.contains('`');
            prop_assert!(placed && !why.message().is_empty(), "{}", says);
            return Ok(());
        }
        Err(why) => {
            prop_assert!(why.to_string().contains("note_rules"), "{}", why);
            return Ok(());
        }
    };
    let shown = rules.to_toml();
    prop_assert!(shown.is_ok(), "it cannot be shown: {:?}", shown);
    let shown = shown.unwrap_or_default();
    let again = Rules::from_toml(&shown);
    prop_assert!(
        again.is_ok(),
        "what is shown is refused: {:?}\n{}",
        again,
        shown
    );
    let again = again.unwrap_or_default();
    prop_assert_eq!(&again, &rules, "{}", shown);
    prop_assert_eq!(again.to_toml().unwrap_or_default(), shown);
    // As the store keeps it.
    let stored = serde_json::to_value(&rules).and_then(serde_json::from_value::<Rules>);
    prop_assert!(
        matches!(&stored, Ok(stored) if *stored == rules),
        "{:?}",
        stored
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_edited_document_is_refused_with_its_place_or_comes_back_as_it_is(text in document()) {
        refused_or_kept(&text)?;
    }

    #[test]
    fn any_text_is_refused_with_its_place_or_comes_back_as_it_is(text in "(\\PC|[\\n\\t\\[\\]={}\"'#.]){0,60}") {
        refused_or_kept(&text)?;
    }

    /// The names of a shop's statuses are the shop's own words.
    #[test]
    fn any_status_and_name_may_stand_in_the_document(
        statuses in prop::collection::btree_map("\\PC{0,12}", prop::sample::select(vec!["open", "waiting", "ready", "done", "cancelled"]), 0..6),
        words in prop::collection::vec("\\PC{0,12}", 0..4),
        name in "\\PC{1,12}",
    ) {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let mut text = String::from("[tasks.statuses]\n");
        for (status, group) in &statuses {
            text.push_str(&format!("{} = \"{group}\"\n", quoted(status)));
        }
        let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
        text.push_str(&format!(
            "[[note_rules]]\nname = {}\nwhen = {{ words = [{}] }}\nthen = {{ tag = {} }}\n",
            quoted(&name), words.join(", "), quoted(&name),
        ));
        if !name.trim().is_empty() {
            let rules = Rules::from_toml(&text);
            prop_assert!(rules.is_ok(), "{:?}\n{}", rules, text);
            let rules = rules.unwrap_or_default();
            for (status, group) in &statuses {
                let kept = rules.tasks.statuses.get(status).map(|group| format!("{group:?}").to_lowercase());
                prop_assert_eq!(kept.as_deref(), Some(*group));
            }
        }
        refused_or_kept(&text)?;
    }
}

#[test]
fn the_document_from_which_the_others_are_made_is_sound() {
    Rules::from_toml(FULL).unwrap();
}
