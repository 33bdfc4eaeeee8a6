//! Finds the rows that answer a search, without sorting all of them for each page.

use std::ops::Bound::{Excluded, Included, Unbounded};
use std::sync::Arc;

use super::field::Field;
use super::filter::{Filter, Range};
use super::index::{DateField, Index, Stretch};
use super::order::{Order, Part, Place};
use crate::highlevel::contacts::model::Contact;
use crate::highlevel::id::Id;

/// One answered search.
pub(super) struct Found<'a> {
    pub rows: Vec<&'a Arc<Contact>>,
    pub total: usize,
}

/// A search as it is understood.
pub(super) struct Question<'a> {
    pub filter: Filter,
    pub words: String,
    pub order: &'a Order,
    pub cursor: Option<Place>,
    pub skip: usize,
    pub limit: usize,
}

impl Question<'_> {
    fn holds(&self, contact: &Contact) -> bool {
        self.filter.holds(contact) && (self.words.is_empty() || has_words(contact, &self.words))
    }
}

/// Free text is looked for in the name, the e-mail, the phone and the firm.
pub(crate) fn has_words(contact: &Contact, words: &str) -> bool {
    contact.contact_name().contains(words)
        || contact.email.to_lowercase().contains(words)
        || contact.phone.contains(words)
        || contact.company_name.to_lowercase().contains(words)
}

pub(super) fn find<'a>(index: &'a Index, question: &Question<'_>) -> Found<'a> {
    if let Some(candidates) = keyed(index, &question.filter) {
        return sorted(candidates.into_iter(), question);
    }
    match question.order.single_date() {
        Some((field, descending)) => by_date(index, question, field, descending),
        None => sorted(
            index.by_date(DateField::Added, (Unbounded, Unbounded)),
            question,
        ),
    }
}

/// The few rows that can answer a filter with an exact key in it.
fn keyed<'a>(index: &'a Index, filter: &Filter) -> Option<Vec<&'a Arc<Contact>>> {
    let Filter::All(filters) = filter else {
        return None;
    };
    filters.iter().find_map(|filter| {
        let Filter::Eq(Field::Own(name), values) = filter else {
            return None;
        };
        let mut ids: Vec<Id> = Vec::new();
        for value in values {
            match *name {
                "email" => ids.extend(index.keys.with_email(value)),
                "phone" => ids.extend(index.keys.with_phone(value)),
                "source" => ids.extend(index.keys.with_source(value)),
                "id" => ids.extend(Id::parse(value)),
                _ => return None,
            }
        }
        ids.sort_unstable();
        ids.dedup();
        Some(ids.iter().filter_map(|id| index.get(*id)).collect())
    })
}

/// Along a date order that is kept at hand: only the page itself is touched, unless other filters have to be counted.
fn by_date<'a>(
    index: &'a Index,
    question: &Question<'_>,
    field: DateField,
    descending: bool,
) -> Found<'a> {
    let (stretch, nothing_else) = stretch(&question.filter, field);
    let total = if nothing_else && question.words.is_empty() {
        match stretch {
            (Unbounded, Unbounded) => index.len(),
            bounds => index.count(field, bounds),
        }
    } else {
        index
            .by_date(field, stretch)
            .filter(|contact| question.holds(contact))
            .count()
    };
    let after = |contact: &&Arc<Contact>| match &question.cursor {
        None => true,
        Some(cursor) => question
            .order
            .compare(&question.order.place(contact), cursor)
            .is_gt(),
    };
    let page = narrowed(stretch, question.cursor.as_ref(), descending);
    let rows = match page {
        None => Vec::new(),
        Some(page) => {
            let rows = index.by_date(field, page);
            let wanted = |contact: &&Arc<Contact>| after(contact) && question.holds(contact);
            if descending {
                take(rows.rev().filter(wanted), question)
            } else {
                take(rows.filter(wanted), question)
            }
        }
    };
    Found { rows, total }
}

fn take<'a>(
    rows: impl Iterator<Item = &'a Arc<Contact>>,
    question: &Question<'_>,
) -> Vec<&'a Arc<Contact>> {
    rows.skip(question.skip).take(question.limit).collect()
}

/// The stretch that the filters on this date leave, and whether there are no other filters.
fn stretch(filter: &Filter, field: DateField) -> (Stretch, bool) {
    let mut low = i64::MIN;
    let mut high = i64::MAX;
    let mut nothing_else = true;
    if let Filter::All(filters) = filter {
        for filter in filters {
            match filter {
                Filter::Range(Field::Own(name), range) if *name == name_of(field) => {
                    low = low.max(lowest(range));
                    high = high.min(highest(range));
                }
                _ => nothing_else = false,
            }
        }
    }
    if low == i64::MIN && high == i64::MAX {
        return ((Unbounded, Unbounded), nothing_else);
    }
    // An impossible range is an empty stretch, not an upside-down one.
    let high = high.max(low.saturating_sub(1));
    if high < low {
        return (
            (Included((low, Id::MIN)), Excluded((low, Id::MIN))),
            nothing_else,
        );
    }
    (
        (Included((low, Id::MIN)), Included((high, Id::MAX))),
        nothing_else,
    )
}

fn name_of(field: DateField) -> &'static str {
    match field {
        DateField::Added => "dateAdded",
        DateField::Updated => "dateUpdated",
    }
}

fn lowest(range: &Range) -> i64 {
    let above = range.gt.map_or(i64::MIN, |bound| bound.saturating_add(1));
    range.gte.unwrap_or(i64::MIN).max(above)
}

fn highest(range: &Range) -> i64 {
    let below = range.lt.map_or(i64::MAX, |bound| bound.saturating_sub(1));
    range.lte.unwrap_or(i64::MAX).min(below)
}

/// The stretch from the cursor on; `None` when the cursor stands behind its end.
fn narrowed(stretch: Stretch, cursor: Option<&Place>, descending: bool) -> Option<Stretch> {
    let Some(Place { parts, id }) = cursor else {
        return Some(stretch);
    };
    let Some(Part::Number(millis)) = parts.first() else {
        return None;
    };
    let here = (*millis, *id);
    let (low, high) = stretch;
    if descending {
        let behind_the_end = matches!(low, Included(bound) if here <= bound);
        let end = match high {
            Included(bound) if bound < here => high,
            _ => Excluded(here),
        };
        (!behind_the_end).then_some((low, end))
    } else {
        let behind_the_end = matches!(high, Included(bound) | Excluded(bound) if here >= bound);
        let start = match low {
            Included(bound) if bound > here => low,
            _ => Excluded(here),
        };
        (!behind_the_end).then_some((start, high))
    }
}

/// Any other order: the page is selected out of all that match, without sorting the rest.
fn sorted<'a>(rows: impl Iterator<Item = &'a Arc<Contact>>, question: &Question<'_>) -> Found<'a> {
    let order = question.order;
    let mut total = 0;
    let mut places: Vec<(Place, &Arc<Contact>)> = Vec::new();
    for contact in rows.filter(|contact| question.holds(contact)) {
        total += 1;
        let place = order.place(contact);
        let behind = question
            .cursor
            .as_ref()
            .is_some_and(|cursor| order.compare(&place, cursor).is_le());
        if !behind {
            places.push((place, contact));
        }
    }
    let needed = question.skip + question.limit;
    if places.len() > needed {
        places.select_nth_unstable_by(needed, |left, right| order.compare(&left.0, &right.0));
        places.truncate(needed);
    }
    places.sort_unstable_by(|left, right| order.compare(&left.0, &right.0));
    Found {
        rows: take(places.into_iter().map(|(_, contact)| contact), question),
        total,
    }
}
