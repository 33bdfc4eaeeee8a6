//! Lists, page by page, on a service whose paging is in doubt.
//!
//! `page` is documented; in 2026 it was seen to end every list after the first page while `limit` and
//! `offset` worked (mygadgetrepairs-api.md section 6). The first page asks with all three, which means the
//! same everywhere. Later pages use one form alone, because a server that adds `offset` to `page`, or lets
//! `page` empty the answer, would lose records silently when both are sent. Which form works is learnt per
//! list: a server that ignores `offset` repeats its first page, and that is noticed. The form that is known
//! to work costs no extra request.
//!
//! A page of fewer rows than the documented 50 ends a list. Where it could be an account's own, shorter page, one
//! more request tells: [`length_of`].
//!
//! Lists are meant to come newest first, but the order is not reliable: nobody may stop at the first old
//! record. Stop after a whole page of known, unchanged records, and sweep everything from time to time.
//! Records that are deleted during a walk may push another record over a page border unseen; the sweep
//! finds it.

mod anchors;
mod walk;

use crate::{Error, model::Remote};
use anchors::Anchors;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    collections::HashSet,
    future::Future,
    sync::Mutex,
    sync::atomic::{AtomicU64, Ordering},
};

pub(crate) use anchors::key as row_key;
pub use walk::Walk;

/// Rows of a full page (mygadgetrepairs-api.md section 6).
pub const PAGE_ROWS: u64 = 50;

/// Where a walk stands. Serialisable, so that a walk goes on after a crash.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Cursor {
    offset: u64,
    #[serde(skip_serializing_if = "Anchors::is_empty")]
    first: Anchors,
    #[serde(skip_serializing_if = "Anchors::is_empty")]
    previous: Anchors,
    /// Rows of a full page of this list, where they are fewer than usual.
    #[serde(skip_serializing_if = "Option::is_none")]
    length: Option<u64>,
}

impl Cursor {
    /// The beginning of a list.
    #[must_use]
    pub fn start() -> Self {
        Self::default()
    }

    /// After this many rows. Costs one more request than a cursor that a page handed out, because
    /// repetition can only be noticed by comparing with the first page.
    #[must_use]
    pub fn at_offset(offset: u64) -> Self {
        Self {
            offset,
            ..Self::default()
        }
    }

    /// Rows that lie behind.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// Rows of a full page.
    fn length(&self) -> u64 {
        self.length.filter(|rows| *rows > 0).unwrap_or(PAGE_ROWS)
    }
}

/// One page.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The records, each once.
    pub items: Vec<T>,
    /// Where to go on; `None` after the last page.
    pub next: Option<Cursor>,
    /// Rows that could not be read as a record, as a rule because they have no id. They are skipped, so
    /// that one bad row does not hold up a shop; tell somebody.
    pub unreadable: usize,
}

/// A form of asking for a later page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PagingForm {
    /// `limit` and `offset`.
    Offset,
    /// `page`, counted from 1.
    Page,
}

impl PagingForm {
    const fn other(self) -> Self {
        match self {
            Self::Offset => Self::Page,
            Self::Page => Self::Offset,
        }
    }
}

/// The part of a list to ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Window {
    First,
    /// From an offset on, in pages of so many rows.
    At(PagingForm, u64, u64),
}

impl Window {
    /// Its query arguments.
    pub fn arguments(self) -> Vec<(String, String)> {
        let pairs: Vec<(&str, u64)> = match self {
            Self::First => vec![("limit", PAGE_ROWS), ("offset", 0), ("page", 1)],
            Self::At(PagingForm::Offset, offset, _) => {
                vec![("limit", PAGE_ROWS), ("offset", offset)]
            }
            Self::At(PagingForm::Page, offset, length) => vec![("page", offset / length + 1)],
        };
        pairs
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_string()))
            .collect()
    }
}

/// Where rows come from.
pub(crate) trait Source {
    /// The rows of a window. An error is never the end of a list.
    fn rows(&self, window: Window) -> impl Future<Output = Result<Vec<Value>, Error>> + Send;
    /// The list's name, for learning and messages.
    fn name(&self) -> &str;
    /// Whether this is a short vocabulary that may not be paged at all, so that repetition ends it.
    fn may_be_unpaged(&self) -> bool {
        false
    }
}

/// What is known of the paging: the form of each list, and the longest page that the account sent.
#[derive(Debug, Default)]
pub(crate) struct Learnt {
    forms: Mutex<BTreeMap<String, PagingForm>>,
    longest: AtomicU64,
}

impl Learnt {
    pub fn from_known(known: BTreeMap<String, PagingForm>) -> Self {
        Self {
            forms: Mutex::new(known),
            longest: AtomicU64::default(),
        }
    }

    pub fn all(&self) -> BTreeMap<String, PagingForm> {
        self.locked().clone()
    }

    pub fn get(&self, list: &str) -> Option<PagingForm> {
        self.locked().get(list).copied()
    }

    pub fn set(&self, list: &str, form: PagingForm) {
        self.locked().insert(list.to_owned(), form);
    }

    fn saw_page_of(&self, rows: u64) {
        self.longest.fetch_max(rows, Ordering::Relaxed);
    }

    fn longest(&self) -> u64 {
        self.longest.load(Ordering::Relaxed)
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, PagingForm>> {
        self.forms
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Fetches the page at the cursor.
pub(crate) async fn page<T: Remote, S: Source>(
    source: &S,
    learnt: &Learnt,
    cursor: &Cursor,
) -> Result<Page<T>, Error> {
    let (rows, next) = turn(source, learnt, cursor).await?;
    let mut seen = HashSet::new();
    let mut page = Page {
        items: Vec::with_capacity(rows.len()),
        next,
        unreadable: 0,
    };
    for row in rows {
        match T::from_raw(row) {
            Ok(item) => {
                if seen.insert(normal_id(item.id().as_str())) {
                    page.items.push(item);
                }
            }
            Err(error) => {
                tracing::warn!(list = source.name(), %error, "a row was skipped");
                page.unreadable += 1;
            }
        }
    }
    Ok(page)
}

/// The form in which ids are compared: ColdFusion ids differ in case between answers
/// (mygadgetrepairs-api.md section 8). Stored and sent as they came.
#[must_use]
pub fn normal_id(id: &str) -> String {
    id.trim().to_ascii_lowercase()
}

type Rows = (Vec<Value>, Option<Cursor>);

async fn turn<S: Source>(source: &S, learnt: &Learnt, cursor: &Cursor) -> Result<Rows, Error> {
    if cursor.offset == 0 {
        let rows = source.rows(Window::First).await?;
        let next = length_of(source, learnt, &rows).map(|length| Cursor {
            offset: count(&rows),
            first: Anchors::of(&rows),
            previous: Anchors::of(&rows),
            length: Some(length).filter(|length| *length < PAGE_ROWS),
        });
        return Ok((rows, next));
    }
    let mut cursor = cursor.clone();
    if cursor.first.is_empty() {
        let rows = source.rows(Window::First).await?;
        cursor.first = Anchors::of(&rows);
        match length_of(source, learnt, &rows) {
            Some(length) => cursor.length = Some(length),
            None => return Ok((Vec::new(), None)),
        }
    }
    later(source, learnt, &cursor).await
}

/// A page after the first. Asks in the form that worked before, and in the other one where the answer
/// leaves a doubt.
async fn later<S: Source>(source: &S, learnt: &Learnt, cursor: &Cursor) -> Result<Rows, Error> {
    let form = learnt.get(source.name()).unwrap_or(PagingForm::Offset);
    let at = |form| Window::At(form, cursor.offset, cursor.length());
    let rows = source.rows(at(form)).await?;
    let first_verdict = judge(&rows, cursor);
    match (first_verdict, form) {
        (Verdict::Fresh, _) => return Ok(fresh(source, learnt, cursor, form, rows)),
        // A server that does not know `offset` would have repeated its first page, so this is the end.
        (Verdict::Empty, PagingForm::Offset) => return Ok((rows, None)),
        // An empty `page` may mean the end, or that `page` stopped working (seen in 2026).
        (Verdict::Empty, PagingForm::Page) | (Verdict::Repeats, _) => {}
    }
    let whole_again = cursor.offset > PAGE_ROWS
        && cursor.first == cursor.previous
        && rows.len() as u64 == cursor.offset;
    let form = form.other();
    let rows = source.rows(at(form)).await?;
    match (judge(&rows, cursor), first_verdict) {
        (Verdict::Fresh, _) => Ok(fresh(source, learnt, cursor, form, rows)),
        (Verdict::Empty, _) | (Verdict::Repeats, Verdict::Empty) => Ok((Vec::new(), None)),
        // The first answer was longer than a page and comes back whole: this list is not paged.
        (Verdict::Repeats, _) if whole_again || source.may_be_unpaged() => Ok((Vec::new(), None)),
        // It was shorter than a page, so most likely it was all there is.
        (Verdict::Repeats, _) if cursor.length() < PAGE_ROWS => Ok((Vec::new(), None)),
        (Verdict::Repeats, _) => Err(Error::PagingRepeats {
            list: source.name().to_owned(),
            offset: cursor.offset,
        }),
    }
}

fn fresh<S: Source>(
    source: &S,
    learnt: &Learnt,
    cursor: &Cursor,
    form: PagingForm,
    rows: Vec<Value>,
) -> Rows {
    // Even a short page proves the form: a first page that is repeated would be full.
    learnt.set(source.name(), form);
    learnt.saw_page_of(count(&rows));
    let next = (count(&rows) >= cursor.length()).then(|| Cursor {
        offset: cursor.offset + count(&rows),
        previous: Anchors::of(&rows),
        ..cursor.clone()
    });
    (rows, next)
}

/// Rows of a full page of a list whose first page these are; nothing where it is the only one.
///
/// 50 are documented (mygadgetrepairs-api.md section 6), the most that an account sends is not
/// (section 14, number 10). A shorter page is taken for a full one as long as the account sent none
/// that is longer, and where so many can be a setting: nobody sets pages of 7 or 23. Then the next page is
/// asked for, and an empty one ends the list. An account with a list of 50 pays nothing for that.
fn length_of<S: Source>(source: &S, learnt: &Learnt, first: &[Value]) -> Option<u64> {
    let rows = count(first);
    if source.may_be_unpaged() {
        return (rows >= PAGE_ROWS).then_some(PAGE_ROWS);
    }
    let longest = learnt.longest();
    learnt.saw_page_of(rows);
    let settable = rows > 0 && (rows.is_multiple_of(5) || rows.is_multiple_of(8));
    if rows >= PAGE_ROWS {
        Some(PAGE_ROWS)
    } else {
        (settable && rows >= longest).then_some(rows)
    }
}

fn count(rows: &[Value]) -> u64 {
    rows.len() as u64
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Fresh,
    Empty,
    Repeats,
}

fn judge(rows: &[Value], cursor: &Cursor) -> Verdict {
    if rows.is_empty() {
        Verdict::Empty
    } else if count(rows) >= cursor.length()
        && (cursor.first.repeat_in(rows) || cursor.previous.repeat_in(rows))
    {
        Verdict::Repeats
    } else {
        Verdict::Fresh
    }
}

#[cfg(test)]
mod tests;
