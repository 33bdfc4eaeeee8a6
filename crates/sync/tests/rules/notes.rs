//! Notes: none is told twice, none leaves for a place where a customer could read it, rules fire once.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at what cannot be built"
)]

use domain::{Field, Kind, Record, RecordId, Side, Timestamp, Value};
use mapping::{NoteRule, NotesRules, NotesTo, Rules, digest, mark, note_text};
use proptest::prelude::*;
use std::collections::{HashMap, HashSet};
use sync::{
    CommentForm, NoteHistory, NotesHome, days_before, note_firings, note_print,
    note_refresh_interval, notes_home, untold,
};

const DAY: i64 = 86_400;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn note(id: &str, second: i64, text: &str) -> Record {
    let mut note = Record::new(Side::HighLevel, Kind::Note, RecordId::new(id));
    note.created_at = Some(at(second));
    note.set(Field::Body, Value::text(text));
    note
}

fn notes() -> impl Strategy<Value = Vec<Record>> {
    let one = (0_i64..100, "[a-z <&>é]{0,40}");
    prop::collection::vec(one, 0..12).prop_map(|rows| {
        let rows = rows.into_iter().enumerate();
        rows.map(|(number, (day, text))| note(&format!("n{number}"), day * DAY, &text))
            .collect()
    })
}

proptest! {
    /// What was told is not told again until its text changes; then only that note is, as edited.
    #[test]
    fn invariant_4_no_echo_notes(notes in notes(), since in 0_i64..100, edited in 0_usize..12) {
        let since = at(since * DAY);
        let first = untold(&notes, |_| None, since);
        prop_assert!(first.iter().all(|telling| telling.note.created_at.unwrap() >= since && !telling.edited));
        prop_assert!(first.is_sorted_by_key(|telling| telling.note.created_at));
        let told: HashMap<RecordId, String> = first
            .iter()
            .map(|telling| (telling.note.id.clone(), note_print(telling.note)))
            .collect();
        let by_id = |id: &RecordId| told.get(id).map(String::as_str);
        prop_assert!(untold(&notes, by_id, since).is_empty());
        // Nor when the window is another one: what is old and untold stays so only by its age.
        let mut changed = notes.clone();
        if let Some(note) = changed.get_mut(edited) {
            note.set(Field::Body, Value::text("something else entirely"));
            let news = untold(&changed, by_id, since);
            let expected = usize::from(told.contains_key(&note_id(edited)) || recent(&notes[edited], since));
            prop_assert_eq!(news.len(), expected);
            if told.contains_key(&note_id(edited)) {
                prop_assert!(news[0].edited);
            }
        }
    }

    /// A digest holds every note that fits, is bounded, and its mark is found again whatever people wrote.
    #[test]
    fn a_digest_is_bounded_and_its_mark_comes_back(texts in prop::collection::vec("\\PC{0,900}", 1..12)) {
        let notes: Vec<Record> = texts
            .iter()
            .enumerate()
            .map(|(number, text)| note(&format!("n{number}"), number as i64 * DAY, text))
            .collect();
        let due = untold(&notes, |_| None, at(0));
        let text = digest(&due, &jiff::tz::TimeZone::UTC, "7f3a09c2b1d4");
        prop_assert!(text.chars().count() < 4_800, "{}", text.chars().count());
        let (_, found) = mark::read_comment(&text);
        prop_assert_eq!(found.as_deref(), Some("7f3a09c2b1d4"));
    }

    /// Only an account that showed it, or a person who does not mind, lets notes go without a trial.
    #[test]
    fn notes_never_go_where_a_customer_may_read_them(
        can_add in prop::option::of(any::<bool>()), readable: bool, seen: bool, tells_visibility: bool,
        proven in prop::option::of(any::<bool>()), even_if_visible: bool,
    ) {
        let form = CommentForm { can_add, readable, seen, tells_visibility, proven };
        let rules = NotesRules { even_if_visible, ..NotesRules::default() };
        match notes_home(&rules, &form) {
            NotesHome::Comments { proven: sure } => {
                prop_assert!(can_add != Some(false));
                prop_assert_eq!(sure, even_if_visible || proven == Some(true));
                if !sure {
                    prop_assert!(readable && proven.is_none() && (!seen || tells_visibility));
                }
            }
            NotesHome::Held(reason) => {
                prop_assert!(reason.contains("in the rules"), "{}", reason);
                prop_assert!(proven != Some(true) || can_add != Some(true));
            }
            other => prop_assert!(false, "{other:?}"),
        }
    }

    /// A rule fires at most once for a note, and never for what is older than the rule or the first run.
    #[test]
    fn invariant_8_quiet_history_note_rules(
        notes in notes(), activated in 0_i64..100, first_run in prop::option::of(0_i64..100), now in 0_i64..200,
        newer in prop::option::of(0_u32..50), older in prop::option::of(0_u32..50),
    ) {
        let mut rule = rule(&[]);
        rule.when.newer_than_days = newer;
        rule.when.older_than_days = older;
        let rules = [rule];
        let since = HashMap::from([("r".to_owned(), at(activated * DAY))]);
        let mut fired = HashSet::new();
        let mut times = HashMap::<RecordId, u32>::new();
        for day in [now, now + 1, now + 60, now + 61] {
            let history = NoteHistory {
                activated: &since,
                first_run: first_run.map(|day| at(day * DAY)),
                fired: &fired,
                now: at(day * DAY),
            };
            let firings = note_firings(&rules, &notes, history);
            prop_assert!(firings.again_at.is_none_or(|again| again > at(day * DAY)));
            let news: Vec<RecordId> = firings.now.iter().map(|(_, note)| note.id.clone()).collect();
            for (_, note) in firings.now {
                let written = note.created_at.unwrap();
                prop_assert!(written >= at(activated * DAY));
                prop_assert!(first_run.is_some_and(|day| written >= at(day * DAY)));
                let age = (day * DAY - written.as_second()) / DAY;
                prop_assert!(newer.is_none_or(|days| age <= i64::from(days)));
                prop_assert!(older.is_none_or(|days| age >= i64::from(days)));
            }
            for id in news {
                *times.entry(id.clone()).or_default() += 1;
                fired.insert(("r".to_owned(), id));
            }
        }
        prop_assert!(times.values().all(|count| *count == 1));
    }
}

fn note_id(number: usize) -> RecordId {
    RecordId::new(format!("n{number}"))
}

fn recent(note: &Record, since: Timestamp) -> bool {
    note.created_at.unwrap() >= since
}

fn rule(words: &[&str]) -> NoteRule {
    let mut rule = NoteRule {
        name: "r".into(),
        ..NoteRule::default()
    };
    rule.when.words = words.iter().map(|word| (*word).to_owned()).collect();
    rule
}

#[test]
fn words_are_whole_and_folded_and_authors_count() {
    let mut rules = [rule(&["Signed up", "VIP"])];
    let since = HashMap::from([("r".to_owned(), at(0))]);
    let fires = |rules: &[NoteRule], note: Record| {
        let history = NoteHistory {
            activated: &since,
            first_run: Some(at(0)),
            fired: &HashSet::new(),
            now: at(10),
        };
        !note_firings(rules, &[note], history).now.is_empty()
    };
    assert!(fires(&rules, note("n", 1, "She signed  up, today")));
    assert!(fires(&rules, note("n", 1, "a víp!")));
    assert!(!fires(&rules, note("n", 1, "viper; unsigned upset")));
    let echo = mark::append(Some("VIP"), &mark::comment_line(&RecordId::new("c1")));
    assert!(
        !fires(&rules, note("n", 1, &echo)),
        "we wrote this ourselves"
    );
    rules[0].when.author = Some("Ann Lee".into());
    let mut by = note("n", 1, "vip");
    assert!(!fires(&rules, by.clone()));
    by.set(Field::Author, Value::text("ann  lee"));
    assert!(fires(&rules, by));
}

#[test]
fn the_refresh_keeps_to_its_share_of_the_day() {
    let rules = NotesRules::default();
    assert_eq!(note_refresh_interval(3, &rules, 180_000), 15 * 60);
    for contacts in [1_000_u64, 50_000] {
        let interval = note_refresh_interval(contacts, &rules, 180_000);
        assert!(contacts * 86_400 / interval <= 18_000);
    }
    assert_eq!(days_before(at(40 * DAY), 30), at(10 * DAY));
}

#[test]
fn documents_of_note_rules_come_back_and_nonsense_is_named() {
    let document = r#"
        [notes]
        to = "custom_field:CRM notes"
        days = 10
        [[note_rules]]
        name = "onboarding"
        when = { words = ["signed up"], newer_than_days = 3 }
        then = { tag = "new", set_field = { field = "Stage", value = "1" }, task = { title = "Call" } }
    "#;
    let rules = Rules::from_toml(document).unwrap();
    assert_eq!(rules.notes.to, NotesTo::CustomField("CRM notes".into()));
    assert_eq!(Rules::from_toml(&rules.to_toml().unwrap()).unwrap(), rules);
    for (wrong, says) in [
        ("[notes]\nto = \"somewhere\"", "custom_field:NAME"),
        (
            "[[note_rules]]\nname = \"a\"\nthen = {}",
            "`a` does nothing",
        ),
        (
            "[[note_rules]]\nname = \"a\"\nthen = { tag = \"x\" }\n[[note_rules]]\nname = \"a\"\nthen = { tag = \"y\" }",
            "twice",
        ),
        (
            "[[note_rules]]\nname = \" \"\nthen = { tag = \"x\" }",
            "no name",
        ),
        (
            "[[note_rules]]\nname = \"a\"\nthen = { sms = \"x\" }",
            "sms",
        ),
    ] {
        let error = Rules::from_toml(wrong).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
}

#[test]
fn html_becomes_text_and_plain_text_stays() {
    assert_eq!(note_text("<p>Call <b>after</b> six</p>"), "Call after six");
    assert_eq!(note_text("5 < 6 & a -> b"), "5 < 6 & a -> b");
    // An account may show comments as HTML.
    let told = mark::append(Some("Call after six"), &mark::notes_line("7f3a"));
    let shown = note_text(&told.replace('\n', "<br>"));
    assert_eq!(mark::read_comment(&shown).1.as_deref(), Some("7f3a"));
}
