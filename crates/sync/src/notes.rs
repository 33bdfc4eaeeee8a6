//! Notes: where they may go, which are to be told, and which rules they fire.

use domain::{Field, Fingerprint, Record, RecordId, Timestamp, normalize};
use mapping::{NoteRule, NotesRules, NotesTo, Telling, mark};
use std::collections::{BTreeSet, HashMap, HashSet};

const DAY: i64 = 86_400;
/// Share of the daily budget, in per cent, that the refreshing of notes may use.
const REFRESH_PERCENT: u64 = 10;

/// What is known of an account's ticket comments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommentForm {
    /// Whether comments can be added; nothing where only a write tells.
    pub can_add: Option<bool>,
    /// Whether comments can be read.
    pub readable: bool,
    /// Whether the account showed any comment.
    pub seen: bool,
    /// Whether a comment that was shown says if it is internal.
    pub tells_visibility: bool,
    /// Whether a comment of ours, sent as internal, read back as internal; nothing before there was one.
    pub proven: Option<bool>,
}

/// Where the notes of a shop go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotesHome {
    /// Into comments of open tickets.
    Comments {
        /// Whether it is known that they stay internal, or a person does not mind. Until then one is sent
        /// alone and read back.
        proven: bool,
    },
    /// Into a custom field of the customer.
    CustomField(String),
    /// Nowhere, by the rules.
    Off,
    /// Nowhere for now. The text says why, and what would let them go.
    Held(String),
}

/// Where notes may go: never where a customer could read them, unless a person said that this is all right.
#[must_use]
pub fn notes_home(rules: &NotesRules, form: &CommentForm) -> NotesHome {
    const MEND: &str = "If your customers cannot see comments, or may, set notes.even_if_visible = true in the \
                        rules; or choose a custom field of the customer with notes.to = \"custom_field:NAME\"";
    let visible = |why: &str| {
        NotesHome::Held(format!(
            "CRM notes are not shown at the counter: {why}. {MEND}"
        ))
    };
    match &rules.to {
        NotesTo::Off => return NotesHome::Off,
        NotesTo::CustomField(name) => return NotesHome::CustomField(name.clone()),
        NotesTo::Comment => {}
    }
    if form.can_add == Some(false) || (form.can_add.is_none() && !form.readable) {
        return NotesHome::Held(
            "CRM notes are not shown at the counter: this MyGadgetRepairs account takes no ticket comments. \
             Choose a custom field of the customer with notes.to = \"custom_field:NAME\" in the rules, or \
             notes.to = \"off\""
                .to_owned(),
        );
    }
    if rules.even_if_visible || form.proven == Some(true) {
        return NotesHome::Comments { proven: true };
    }
    if form.proven == Some(false) {
        return visible("a comment that was sent as internal did not read back as internal");
    }
    if !form.readable {
        return visible(
            "this account does not show its comments, so nobody can tell whether they stay internal",
        );
    }
    if form.seen && !form.tells_visibility {
        return visible("this account does not say whether a comment is internal");
    }
    NotesHome::Comments { proven: false }
}

/// The fingerprint of a note's text: what counts when it was told before.
#[must_use]
pub fn note_print(note: &Record) -> String {
    let mut text = Record::new(note.side, note.kind, note.id.clone());
    let body = note.text(Field::Body).map(normalize::text::block);
    text.set(Field::Body, body.and_then(domain::Value::text));
    Fingerprint::of(&text).0
}

/// Whether we wrote the note ourselves, for a ticket comment.
#[must_use]
pub fn is_our_note(note: &Record) -> bool {
    note.mark.is_some()
        || note
            .text(Field::Body)
            .is_some_and(|body| mark::read_note(body).1.is_some())
}

/// The notes that a place has not been told, oldest first: written since the instant, or told before with
/// another text. Our own never, empty ones never.
#[must_use]
pub fn untold<'a, 'b>(
    notes: impl IntoIterator<Item = &'a Record>,
    told: impl Fn(&RecordId) -> Option<&'b str>,
    since: Timestamp,
) -> Vec<Telling<'a>> {
    let mut due: Vec<Telling<'a>> = notes
        .into_iter()
        .filter(|note| !is_our_note(note) && note.text(Field::Body).is_some())
        .filter_map(|note| match told(&note.id) {
            Some(print) if print == note_print(note) => None,
            Some(_) => Some(Telling { note, edited: true }),
            None => note
                .created_at
                .is_none_or(|at| at >= since)
                .then_some(Telling {
                    note,
                    edited: false,
                }),
        })
        .collect();
    due.sort_by_key(|telling| (telling.note.created_at, telling.note.id.clone()));
    due
}

/// The instant so many days before.
#[must_use]
pub fn days_before(now: Timestamp, days: u32) -> Timestamp {
    later(now, -i64::from(days) * DAY)
}

/// Seconds between two looks at the notes of a contact with an open ticket.
#[must_use]
pub fn note_refresh_interval(contacts: u64, rules: &NotesRules, highlevel_per_day: u64) -> u64 {
    let share = (highlevel_per_day * REFRESH_PERCENT / 100).max(1);
    (u64::from(rules.refresh_minutes) * 60).max((contacts * DAY.unsigned_abs()).div_ceil(share))
}

/// What is known when rules about notes are looked at.
#[derive(Clone, Copy, Debug)]
pub struct NoteHistory<'a> {
    /// Since when each rule stands as it is. A rule that is not named does not act.
    pub activated: &'a HashMap<String, Timestamp>,
    /// When a person approved the shop's first run; before that everything is history.
    pub first_run: Option<Timestamp>,
    /// What has fired: rule and note.
    pub fired: &'a HashSet<(String, RecordId)>,
    /// Now.
    pub now: Timestamp,
}

/// What rules about notes say.
#[derive(Clone, Debug, Default)]
pub struct Firings<'a> {
    /// Rules that fire now, with their notes.
    pub now: Vec<(&'a NoteRule, &'a Record)>,
    /// When the next one may fire, because its note will be old enough.
    pub again_at: Option<Timestamp>,
}

/// Which rules fire for which notes: each once, never for history, never for notes of our own.
#[must_use]
pub fn note_firings<'a>(
    rules: &'a [NoteRule],
    notes: &'a [Record],
    history: NoteHistory<'_>,
) -> Firings<'a> {
    let mut firings = Firings::default();
    let Some(first_run) = history.first_run else {
        return firings;
    };
    for rule in rules {
        let Some(since) = history.activated.get(&rule.name) else {
            continue;
        };
        let since = first_run.max(*since);
        for note in notes.iter().filter(|note| !is_our_note(note)) {
            let Some(written) = note.created_at.filter(|at| *at >= since) else {
                continue;
            };
            let fired = (rule.name.clone(), note.id.clone());
            if history.fired.contains(&fired) || !says(rule, note) {
                continue;
            }
            let ends = rule
                .when
                .newer_than_days
                .map(|days| later(written, i64::from(days) * DAY));
            if ends.is_some_and(|end| end < history.now) {
                continue;
            }
            match rule
                .when
                .older_than_days
                .map(|days| later(written, i64::from(days) * DAY))
            {
                Some(begin) if begin > history.now => {
                    if ends.is_none_or(|end| end >= begin) {
                        firings.again_at = Some(firings.again_at.map_or(begin, |at| at.min(begin)));
                    }
                }
                _ => firings.now.push((rule, note)),
            }
        }
    }
    firings
}

/// Whether words and author of a rule fit a note.
fn says(rule: &NoteRule, note: &Record) -> bool {
    let text = format!(
        " {} ",
        normalize::name::key(note.text(Field::Body).unwrap_or(""))
    );
    let words: BTreeSet<String> = rule
        .when
        .words
        .iter()
        .map(|word| normalize::name::key(word))
        .filter(|word| !word.is_empty())
        .collect();
    let by_words =
        rule.when.words.is_empty() || words.iter().any(|word| text.contains(&format!(" {word} ")));
    let by_author = rule.when.author.as_deref().is_none_or(|wanted| {
        let is = |author: &str| normalize::name::key(author) == normalize::name::key(wanted);
        note.text(Field::Author).is_some_and(is)
    });
    by_words && by_author
}

fn later(at: Timestamp, seconds: i64) -> Timestamp {
    Timestamp::from_second(at.as_second().saturating_add(seconds)).unwrap_or(if seconds < 0 {
        Timestamp::UNIX_EPOCH
    } else {
        Timestamp::MAX
    })
}
