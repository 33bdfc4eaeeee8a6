//! Going through everything that a flow says, with the place of each.

use crate::transform::Transform;
use crate::{Condition, Deed, Expr, Flow, Step};

/// What is found on the way.
#[derive(Clone, Copy)]
pub(crate) enum Part<'a> {
    /// A step, with how many lists of steps it stands in.
    Step(&'a Step, usize),
    /// A condition.
    Condition(&'a Condition),
    /// A path that is picked.
    Path(&'a str),
    /// A template.
    Template(&'a str),
    /// A change of a value.
    Transform(&'a Transform),
    /// A loop begins: its item has this name until it ends.
    Begin(&'a str),
    /// A loop ends.
    End,
    /// A step is over: from here on what it gave can be picked.
    Over(&'a Step),
}

/// Who goes along: gets each part with its place.
pub(crate) type Visit<'v, 'a> = &'v mut dyn FnMut(Part<'a>, &str);

/// A key of a step as a place.
pub(crate) fn walk_place(step: &str, key: &str) -> String {
    format!("{step}, {key}")
}

/// Goes through a flow in the order in which it runs.
pub(crate) fn flow<'a>(flow: &'a Flow, visit: Visit<'_, 'a>) {
    conditions(&flow.when, "when", visit);
    steps(&flow.steps, "", 1, visit);
}

fn steps<'a>(list: &'a [Step], around: &str, depth: usize, visit: Visit<'_, 'a>) {
    for (at, step) in list.iter().enumerate() {
        let id = if step.id.is_empty() {
            (at + 1).to_string()
        } else {
            step.id.clone()
        };
        let place = if around.is_empty() {
            format!("step {id}")
        } else {
            format!("{around}/{id}")
        };
        visit(Part::Step(step, depth), &place);
        deed(&step.deed, &place, depth, visit);
        visit(Part::Over(step), &place);
    }
}

fn deed<'a>(deed: &'a Deed, place: &str, depth: usize, visit: Visit<'_, 'a>) {
    let key = |key: &str| walk_place(place, key);
    match deed {
        Deed::Call { with, .. } => {
            for (name, expr) in with {
                value(expr, &key(&format!("with.{name}")), visit);
            }
        }
        Deed::Wait(wait) => {
            if let Some(crate::Until::Value(expr)) = &wait.until {
                value(expr, &key("wait.until"), visit);
            }
        }
        Deed::GoOnIf(list) => conditions(list, &key("go_on_if"), visit),
        Deed::Branch(branch) => {
            conditions(&branch.conditions, &key("branch.if"), visit);
            steps(&branch.then, &format!("{place}/then"), depth + 1, visit);
            steps(
                &branch.otherwise,
                &format!("{place}/else"),
                depth + 1,
                visit,
            );
        }
        Deed::ForEach(each) => {
            value(&each.list, &key("for_each.in"), visit);
            visit(Part::Begin(&each.name), &key("for_each.as"));
            steps(&each.steps, &format!("{place}/do"), depth + 1, visit);
            visit(Part::End, place);
        }
        Deed::Ask(ask) => value(&ask.question, &key("ask.question"), visit),
        Deed::Set(names) => {
            for (name, expr) in names {
                value(expr, &key(&format!("set.{name}")), visit);
            }
        }
        Deed::Once(once) => visit(Part::Path(&once.per), &key("once.per")),
        Deed::Stop(_) => {}
    }
}

fn conditions<'a>(list: &'a [Condition], place: &str, visit: Visit<'_, 'a>) {
    for (at, one) in list.iter().enumerate() {
        condition(one, &format!("{place}[{at}]"), visit);
    }
}

fn condition<'a>(one: &'a Condition, place: &str, visit: Visit<'_, 'a>) {
    visit(Part::Condition(one), place);
    let paths = [
        (&one.pick, "pick"),
        (&one.before, "before"),
        (&one.after, "after"),
        (&one.same_as, "same_as"),
    ];
    for (path, key) in paths {
        if let Some(path) = path {
            visit(Part::Path(path), &format!("{place}.{key}"));
        }
    }
    transforms(&one.then, place, visit);
    if let Some(count) = &one.count {
        visit(Part::Path(&count.list), &format!("{place}.count.in"));
        visit(Part::Begin("item"), place);
        conditions(&count.conditions, &format!("{place}.count.where"), visit);
        visit(Part::End, place);
    }
    for (key, list) in [("any", &one.any), ("all", &one.all)] {
        if let Some(list) = list {
            conditions(list, &format!("{place}.{key}"), visit);
        }
    }
    if let Some(not) = &one.not {
        condition(not, &format!("{place}.not"), visit);
    }
}

/// Goes through a value.
pub(crate) fn value<'a>(expr: &'a Expr, place: &str, visit: Visit<'_, 'a>) {
    match expr {
        Expr::Literal(_) => {}
        Expr::Pick { path, then } => {
            visit(Part::Path(path), place);
            transforms(then, place, visit);
        }
        Expr::Template { source, then } => {
            visit(Part::Template(source), place);
            transforms(then, place, visit);
        }
        Expr::FirstFilled(items) | Expr::List(items) => {
            for (at, item) in items.iter().enumerate() {
                value(item, &format!("{place}[{at}]"), visit);
            }
        }
        Expr::Table(fields) => {
            for (name, expr) in fields {
                value(expr, &format!("{place}.{name}"), visit);
            }
        }
    }
}

fn transforms<'a>(list: &'a [Transform], place: &str, visit: Visit<'_, 'a>) {
    for (at, one) in list.iter().enumerate() {
        visit(Part::Transform(one), &format!("{place}.then[{at}]"));
    }
}
