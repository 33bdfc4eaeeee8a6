//! What an expression gives, and whether a condition holds.

use crate::condition::Count;
use crate::names::Names;
use crate::transform::{self, Transform, date, filled, number};
use crate::{Condition, Expr, ceiling, words};
use serde_json::{Map, Value as Json};

/// What an expression gives.
///
/// # Errors
/// When a name is not known or a change does not fit; the text begins with the place within the expression.
pub(crate) fn value(expr: &Expr, names: &Names<'_>) -> Result<Json, String> {
    match expr {
        Expr::Literal(json) => Ok(json.clone()),
        Expr::Pick { path, then } => picked(path, then, names),
        Expr::Template { source, then } => {
            let text =
                crate::template::render(source, names).map_err(|why| format!("template: {why}"))?;
            changed(Json::String(text), then, names)
        }
        Expr::FirstFilled(items) => {
            for item in items {
                let found = value(item, names)?;
                if filled(&found) {
                    return Ok(found);
                }
            }
            Ok(Json::Null)
        }
        Expr::List(items) => {
            let values = items
                .iter()
                .enumerate()
                .map(|(place, item)| value(item, names).map_err(|why| format!("[{place}] {why}")));
            values.collect::<Result<Vec<_>, _>>().map(Json::Array)
        }
        Expr::Table(fields) => fields
            .iter()
            .map(|(key, expr)| {
                let given = value(expr, names).map_err(|why| format!("{key}: {why}"))?;
                Ok((key.clone(), given))
            })
            .collect::<Result<Map<_, _>, String>>()
            .map(Json::Object),
    }
}

fn picked(path: &str, then: &[Transform], names: &Names<'_>) -> Result<Json, String> {
    let found = names.find(path).map_err(|why| format!("pick: {why}"))?;
    changed(found.unwrap_or_default(), then, names).map_err(|why| format!("`{path}` {why}"))
}

fn changed(value: Json, then: &[Transform], names: &Names<'_>) -> Result<Json, String> {
    then.iter()
        .enumerate()
        .try_fold(value, |value, (place, change)| {
            change
                .apply(value, names)
                .map_err(|why| format!("then[{place}]: {why}"))
        })
}

/// Whether all of the conditions hold; if not, the place of the first that does not, and what it found.
///
/// # Errors
/// When one cannot be judged; the text begins with its place.
pub(crate) fn all(conditions: &[Condition], names: &Names<'_>) -> Result<Option<String>, String> {
    for (place, condition) in conditions.iter().enumerate() {
        if !holds(condition, names).map_err(|why| format!("[{place}] {why}"))? {
            return Ok(Some(told(place, condition)));
        }
    }
    Ok(None)
}

/// Which condition did not hold, without the value: that may be personal.
fn told(place: usize, condition: &Condition) -> String {
    condition.pick.as_ref().map_or_else(
        || format!("condition {} does not hold", place + 1),
        |path| format!("condition {} does not hold: `{path}`", place + 1),
    )
}

fn holds(condition: &Condition, names: &Names<'_>) -> Result<bool, String> {
    if let Some(any) = &condition.any {
        let mut one = false;
        for (place, other) in any.iter().enumerate() {
            one |= holds(other, names).map_err(|why| format!("any[{place}] {why}"))?;
        }
        if !one {
            return Ok(false);
        }
    }
    for (place, other) in condition.all.iter().flatten().enumerate() {
        if !holds(other, names).map_err(|why| format!("all[{place}] {why}"))? {
            return Ok(false);
        }
    }
    if let Some(other) = &condition.not
        && holds(other, names).map_err(|why| format!("not: {why}"))?
    {
        return Ok(false);
    }
    if let Some(count) = &condition.count {
        let found = counted(count, names).map_err(|why| format!("count: {why}"))?;
        return compared(condition, &Json::from(found), names)
            .map_err(|why| format!("count {why}"));
    }
    let Some(path) = &condition.pick else {
        return Ok(true);
    };
    let found = picked(path, &condition.then, names)?;
    compared(condition, &found, names).map_err(|why| format!("`{path}` {why}"))
}

/// How many items fulfil what is asked of them.
fn counted(count: &Count, names: &Names<'_>) -> Result<usize, String> {
    let items = list(names.find(&count.list)?.unwrap_or_default())?;
    let mut found = 0;
    for item in items.iter().take(ceiling::ITEMS) {
        let named = names.with_item("item", item);
        if all(&count.conditions, &named)?.is_none() {
            found += 1;
        }
    }
    Ok(found)
}

fn compared(condition: &Condition, found: &Json, names: &Names<'_>) -> Result<bool, String> {
    let listed = |list: &[Json]| list.iter().any(|one| same(found, one));
    let plain = [
        condition.is.as_ref().map(|other| same(found, other)),
        condition.is_not.as_ref().map(|other| !same(found, other)),
        condition.one_of.as_deref().map(listed),
        condition.not_in.as_deref().map(|list| !listed(list)),
        condition.has.as_ref().map(|part| has(found, part)),
        condition.lacks.as_ref().map(|part| !has(found, part)),
        condition.filled.map(|wanted| filled(found) == wanted),
    ];
    if plain.into_iter().flatten().any(|holds| !holds) {
        return Ok(false);
    }
    if let Some(path) = &condition.same_as {
        let other = names.find(path)?.unwrap_or_default();
        if !same(found, &other) {
            return Ok(false);
        }
    }
    // What is empty is neither more nor less, neither before nor after.
    let orders = [condition.more_than.is_some(), condition.less_than.is_some()];
    if orders.contains(&true) {
        if !filled(found) {
            return Ok(false);
        }
        let number = number::read(found)?;
        let above = condition.more_than.is_none_or(|limit| number > limit);
        let below = condition.less_than.is_none_or(|limit| number < limit);
        if !above || !below {
            return Ok(false);
        }
    }
    for (length, wants_newer) in [(condition.newer_than, true), (condition.older_than, false)] {
        let Some(length) = length else { continue };
        if !filled(found) {
            return Ok(false);
        }
        let zone = &names.calendar.zone;
        let at = date::instant(date::read(found, zone)?, zone)?;
        let ago = names.now.duration_since(at);
        if ago.is_negative() || (ago <= length.duration()) != wants_newer {
            return Ok(false);
        }
    }
    for (path, wants_less) in [(&condition.before, true), (&condition.after, false)] {
        let Some(path) = path else { continue };
        let other = names.find(path)?.unwrap_or_default();
        if !filled(found) || !filled(&other) {
            return Ok(false);
        }
        let zone = &names.calendar.zone;
        let at = date::instant(date::read(found, zone)?, zone)?;
        let other = date::read(&other, zone).map_err(|why| format!("and `{path}` {why}"))?;
        let other = date::instant(other, zone)?;
        if (at < other) != wants_less || at == other {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether two values mean the same: texts without regard to case and white space, and a number also as a text.
pub(crate) fn same(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => left.as_f64() == right.as_f64(),
        (Json::String(_) | Json::Number(_), Json::String(_) | Json::Number(_)) => {
            let folded =
                |value: &Json| transform::plain(value).map(|text| text.trim().to_lowercase());
            folded(left) == folded(right)
        }
        (left, right) => left == right,
    }
}

/// Whether a list has an item, or a text a part.
fn has(whole: &Json, part: &Json) -> bool {
    match whole {
        Json::Array(items) => items.iter().any(|item| same(item, part)),
        Json::String(text) => part
            .as_str()
            .is_some_and(|part| text.to_lowercase().contains(&part.trim().to_lowercase())),
        _ => false,
    }
}

/// A list out of a value: nothing is no item.
pub(crate) fn list(value: Json) -> Result<Vec<Json>, String> {
    match value {
        Json::Null => Ok(Vec::new()),
        Json::Array(items) => Ok(items),
        other => Err(format!("must be a list, and is {}", words::kind(&other))),
    }
}
