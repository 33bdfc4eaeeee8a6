//! Appointments in shared terms and back: what was called off, long subjects, and local times across the change of clocks.
#![expect(
    clippy::expect_used,
    reason = "helpers of tests stop at what cannot be built"
)]

use domain::{CountryCode, Field, Fields, Kind, Record, RecordId, Side, Timestamp, Value};
use jiff::tz::TimeZone;
use mapping::appointment::{CALLED_OFF, is_ahead, local_times, takes_place};
use mapping::{Direction, Rules, Setting, Writing, mark, missing, project, to_native};
use proptest::prelude::*;

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).expect("a zone")
}

fn setting() -> Setting {
    Setting {
        country: CountryCode::parse("GB").expect("a country"),
        zone: zone("Europe/London"),
        statuses: Vec::new(),
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn crm(title: &str, booking: &str, start: &str) -> Record {
    let id = RecordId::new("0TkCdp9PfvLeWKYRRvIz");
    let mut record = Record::new(Side::HighLevel, Kind::Appointment, id);
    record.set(Field::Title, Value::text(title));
    record.set(Field::Booking, Value::text(booking));
    record.set(Field::Start, Some(Value::Moment { at: at(start) }));
    record
}

fn shared(record: &Record) -> Fields {
    project(record, &Rules::default(), &setting()).fields
}

/// Writes the given fields of the source to the target, or to a new record, and answers how it stands then.
fn written(target: Option<&Record>, source: &Record, only: &[Field]) -> Record {
    let rules = Rules::default();
    let setting = setting();
    let changes = shared(source)
        .into_iter()
        .filter(|(field, _)| only.is_empty() || only.contains(field))
        .map(|(field, value)| (field, Some(value)))
        .collect();
    let writing = Writing {
        side: Side::MyGadgetRepairs,
        kind: Kind::Appointment,
        target,
        source: Some(source),
        rules: &rules,
        setting: &setting,
    };
    let new = Record::new(
        Side::MyGadgetRepairs,
        Kind::Appointment,
        RecordId::new("9B2E"),
    );
    let mut record = target.cloned().unwrap_or(new);
    for (field, value) in to_native(writing, &changes).fields {
        record.set(field, value);
    }
    record
}

proptest! {
    #[test]
    fn an_appointment_reads_back_as_it_was_meant(
        title in "\\PC{0,160}", prefixed in any::<bool>(),
        booking in prop::sample::select(vec!["new", "confirmed", "cancelled", "showed", "noshow", "invalid", "deleted"]),
    ) {
        let title = if prefixed { format!("{CALLED_OFF}{title}") } else { title };
        let source = crm(&title, booking, "2026-08-04T10:00:00Z");
        let made = written(None, &source, &[]);
        prop_assert_eq!(shared(&made), shared(&source));
        prop_assert!(made.text(Field::Title).unwrap_or("").chars().count() <= 100, "the vendor's limit");
    }

    #[test]
    fn calling_off_and_on_again_leaves_the_title(title in "\\PC{0,160}", other in "[a-z ]{1,20}") {
        let standing = crm(&title, "confirmed", "2026-08-04T10:00:00Z");
        let made = written(None, &standing, &[]);
        let off = crm(&title, "cancelled", "2026-08-04T10:00:00Z");
        let called_off = written(Some(&made), &off, &[Field::Cancelled]);
        prop_assert_eq!(shared(&called_off), shared(&off));
        prop_assert!(called_off.text(Field::Title).unwrap_or("").starts_with(CALLED_OFF));
        // Renamed while called off: the word stays.
        let renamed = crm(&other, "cancelled", "2026-08-04T10:00:00Z");
        let after = written(Some(&called_off), &renamed, &[Field::Title]);
        prop_assert_eq!(shared(&after), shared(&renamed));
        let on_again = written(Some(&called_off), &standing, &[Field::Cancelled]);
        prop_assert_eq!(on_again, made);
    }
}

#[test]
fn a_new_one_names_the_crm_appointment_in_its_last_line() {
    let source = crm("Battery", "confirmed", "2026-08-04T10:00:00Z");
    let made = written(None, &source, &[]);
    let (text, named) = mark::read_appointment_description(made.text(Field::Body).unwrap_or(""));
    assert_eq!((text, named.as_deref()), (None, Some(source.id.as_str())));
}

#[test]
fn without_a_begin_nothing_is_made() {
    let mut source = crm("Battery", "confirmed", "2026-08-04T10:00:00Z");
    source.set(Field::Start, None);
    let (rules, setting) = (Rules::default(), setting());
    let writing = Writing {
        side: Side::MyGadgetRepairs,
        kind: Kind::Appointment,
        target: None,
        source: Some(&source),
        rules: &rules,
        setting: &setting,
    };
    let changes = shared(&source)
        .into_iter()
        .map(|(field, value)| (field, Some(value)))
        .collect();
    let lacking = missing(writing, &to_native(writing, &changes));
    assert_eq!(lacking.first().map(|held| held.field), Some(Field::Start));
}

#[test]
fn kept_or_missed_ones_stay_and_cancelled_or_deleted_ones_are_off() {
    for (booking, stands) in [
        ("new", true),
        ("confirmed", true),
        ("showed", true),
        ("noshow", true),
        ("a word of tomorrow", true),
        ("Cancelled", false),
        ("invalid", false),
        ("deleted", false),
    ] {
        assert_eq!(
            takes_place(&crm("x", booking, "2026-08-04T10:00:00Z")),
            stands,
            "{booking}"
        );
    }
}

#[test]
fn only_what_lies_ahead_counts() {
    let record = crm("x", "confirmed", "2026-08-04T10:00:00Z");
    assert!(is_ahead(&record, at("2026-08-04T09:59:59Z")));
    assert!(!is_ahead(&record, at("2026-08-04T10:00:00Z")));
}

#[test]
fn both_local_times_are_shown_over_the_changes_of_the_clocks() {
    let crm_zone = zone("America/New_York");
    for (start, expected) in [
        // America has changed, Britain has not.
        (
            "2026-03-09T15:00:00Z",
            "2026-03-09 15:00 Europe/London (2026-03-09 11:00 America/New_York)",
        ),
        (
            "2026-03-30T15:00:00Z",
            "2026-03-30 16:00 Europe/London (2026-03-30 11:00 America/New_York)",
        ),
        // The same hour of the clock twice: two instants.
        (
            "2026-10-25T00:30:00Z",
            "2026-10-25 01:30 Europe/London (2026-10-24 20:30 America/New_York)",
        ),
        (
            "2026-10-25T01:30:00Z",
            "2026-10-25 01:30 Europe/London (2026-10-24 21:30 America/New_York)",
        ),
    ] {
        let record = crm("x", "confirmed", start);
        assert_eq!(
            local_times(&record, &setting(), &crm_zone).as_deref(),
            Some(expected)
        );
    }
    let record = crm("x", "confirmed", "2026-07-01T09:00:00Z");
    let same = local_times(&record, &setting(), &zone("Europe/London"));
    assert_eq!(same.as_deref(), Some("2026-07-01 10:00 Europe/London"));
}

#[test]
fn the_document_shows_how_appointments_are_kept_and_takes_it_back() {
    let shown = Rules::default().to_toml().expect("a document");
    assert!(
        shown.contains("[appointments]") && shown.contains("[fields.appointment.start]"),
        "{shown}"
    );
    assert_eq!(Rules::from_toml(&shown).expect("rules"), Rules::default());
    let rules = Rules::from_toml(
        "[appointments]\ndays_ahead = 30\n[fields.appointment]\ntitle = { direction = \"off\" }\n",
    )
    .expect("rules");
    assert_eq!(rules.appointments.days(), 30);
    let fields = rules.fields_of(Kind::Appointment).expect("mapped");
    let title = fields.get(Field::Title).expect("a rule");
    assert_eq!(title.direction, Direction::Off);
    for (document, word) in [
        ("[appointments]\nfrom = 1\n", "from"),
        ("[appointments]\nto = \"everywhere\"\n", "everywhere"),
        (
            "[fields.appointment.email]\ndirection = \"both\"\n",
            "email",
        ),
    ] {
        let error = Rules::from_toml(document).expect_err(document).to_string();
        assert!(error.contains(word), "{document}: {error}");
    }
}

#[test]
fn high_levels_calendars_are_written_only_once_a_calendar_is_chosen() {
    let direction = |document: &str, field: Field| {
        let rules = Rules::from_toml(document).expect("rules");
        let fields = rules.fields_of(Kind::Appointment)?;
        fields.get(field).map(|rule| rule.direction)
    };
    let way = |document: &str| direction(document, Field::Start);
    assert_eq!(way(""), Some(Direction::ToMygadgetrepairs));
    assert_eq!(
        way("[appointments]\nback = \" \"\n"),
        Some(Direction::ToMygadgetrepairs)
    );
    assert_eq!(
        way("[appointments]\nback = \"Workshop\"\n"),
        Some(Direction::Both)
    );
    assert_eq!(
        way("[appointments]\nto = \"off\"\nback = \"Workshop\"\n"),
        None
    );
    let own = "[fields.appointment.start]\ndirection = \"to_highlevel\"\n";
    assert_eq!(way(own), Some(Direction::Off));
}

#[test]
fn an_appointment_never_ends_before_it_begins() {
    let rules = Rules::from_toml("[appointments]\nback = \"Workshop\"\n").expect("rules");
    let setting = setting();
    let with_end = |side, start: &str, end: &str| {
        let mut record = Record::new(side, Kind::Appointment, RecordId::new("A"));
        record.set(Field::Start, Some(Value::Moment { at: at(start) }));
        record.set(Field::End, Some(Value::Moment { at: at(end) }));
        record
    };
    let source = with_end(
        Side::HighLevel,
        "2026-08-04T12:00:00Z",
        "2026-08-04T13:00:00Z",
    );
    // Shortened at the counter, then moved in the CRM past the end that stands there.
    let target = with_end(
        Side::MyGadgetRepairs,
        "2026-08-04T10:00:00Z",
        "2026-08-04T10:20:00Z",
    );
    let start = source.fields.get(&Field::Start).cloned();
    let writing = |side, target, source| Writing {
        side,
        kind: Kind::Appointment,
        target: Some(target),
        source: Some(source),
        rules: &rules,
        setting: &setting,
    };
    let changes = [(Field::Start, start.clone())].into();
    let write = to_native(writing(Side::MyGadgetRepairs, &target, &source), &changes);
    assert_eq!(write.fields.get(&Field::Start), Some(&start));
    assert_eq!(
        write.fields.get(&Field::End),
        Some(&source.fields.get(&Field::End).cloned())
    );
    // In order as it is: the counter's own end stays.
    let late = with_end(
        Side::MyGadgetRepairs,
        "2026-08-04T10:00:00Z",
        "2026-08-04T15:00:00Z",
    );
    let write = to_native(writing(Side::MyGadgetRepairs, &late, &source), &changes);
    assert_eq!(write.fields.keys().collect::<Vec<_>>(), [&Field::Start]);
    // HighLevel is told both.
    let there = with_end(
        Side::HighLevel,
        "2026-08-04T10:00:00Z",
        "2026-08-04T13:00:00Z",
    );
    let write = to_native(writing(Side::HighLevel, &there, &source), &changes);
    assert_eq!(
        write.fields.keys().collect::<Vec<_>>(),
        [&Field::Start, &Field::End]
    );
}
