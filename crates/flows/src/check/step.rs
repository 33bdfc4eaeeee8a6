//! Steps: their ids, and what each kind must say.

use super::{RUN_FLOW, at, too_deep};
use crate::condition::OPERATORS;
use crate::step::{Ask, ForEach, Wait};
use crate::transform::{FormatDate, Transform};
use crate::walk::{Part, walk_place};
use crate::{Condition, Deed, Expr, Flow, Operations, Problem, Step, ceiling, template, words};
use domain::CountryCode;
use jiff::tz::TimeZone;
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check<'a>(flow: &'a Flow, operations: &dyn Operations, problems: &mut Vec<Problem>) {
    let mut ids: BTreeSet<&'a str> = BTreeSet::new();
    let mut count = 0;
    crate::walk::flow(flow, &mut |part, place| match part {
        Part::Step(step, depth) => {
            count += 1;
            if too_deep(depth) {
                problems.push(at(
                    place,
                    format!(
                        "stands in steps {depth} deep; {} are allowed",
                        ceiling::NESTING
                    ),
                ));
            }
            if !step.id.is_empty() && !ids.insert(&step.id) {
                problems.push(at(place, "another step has the same id; give each its own"));
            }
            one(step, place, operations, problems);
        }
        Part::Condition(condition) => conditional(condition, place, problems),
        Part::Template(source) => templated(source, place, problems),
        Part::Transform(transform) => transformed(transform, place, problems),
        _ => {}
    });
    if count > ceiling::WRITTEN_STEPS {
        problems.push(at(
            "step",
            format!(
                "there are {count} steps; a flow has at most {}",
                ceiling::WRITTEN_STEPS
            ),
        ));
    }
}

fn one(step: &Step, place: &str, operations: &dyn Operations, problems: &mut Vec<Problem>) {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    if step.id.len() > 64 || !step.id.chars().all(fits) {
        problems.push(at(
            place,
            "an id is made of letters, digits, hyphens and underscores, at most 64",
        ));
    }
    match &step.deed {
        Deed::Call {
            operation, with, ..
        } => call(operation, with, place, operations, problems),
        Deed::Wait(wait) => waits(wait, place, problems),
        Deed::GoOnIf(list) if list.is_empty() => {
            problems.push(at(&walk_place(place, "go_on_if"), "holds no condition"));
        }
        Deed::Branch(branch) if branch.conditions.is_empty() => {
            problems.push(at(&walk_place(place, "branch.if"), "holds no condition"));
        }
        Deed::Branch(branch) if branch.then.is_empty() && branch.otherwise.is_empty() => {
            problems.push(at(
                &walk_place(place, "branch"),
                "has steps neither under `then` nor under `else`",
            ));
        }
        Deed::ForEach(each) => loops(each, place, problems),
        Deed::Ask(ask) => asks(ask, place, problems),
        Deed::Set(names) if names.is_empty() => {
            problems.push(at(&walk_place(place, "set"), "names nothing"));
        }
        Deed::Once(_) if step.id.is_empty() => {
            problems.push(at(
                place,
                "`once` needs an id, under which it is remembered",
            ));
        }
        Deed::Stop(reason) if reason.trim().is_empty() => {
            problems.push(at(
                &walk_place(place, "stop"),
                "needs a reason, which people will read",
            ));
        }
        _ => {}
    }
}

fn call(
    operation: &str,
    with: &BTreeMap<String, Expr>,
    place: &str,
    operations: &dyn Operations,
    problems: &mut Vec<Problem>,
) {
    if operation == RUN_FLOW {
        if !with.contains_key("flow") {
            problems.push(at(
                &walk_place(place, "with.flow"),
                "is missing; name the flow to start",
            ));
        }
        return;
    }
    if !operations.known(operation) {
        let ids = operations.ids();
        let hint = words::hint(operation, ids.iter().map(String::as_str));
        problems.push(at(
            &walk_place(place, "call"),
            format!("there is no operation `{operation}`{hint}"),
        ));
        return;
    }
    if let Some(inputs) = operations.inputs(operation) {
        for name in with.keys() {
            if !inputs.iter().any(|input| input.name == *name) {
                let hint = words::hint(name, inputs.iter().map(|input| input.name.as_str()));
                let why = format!("`{operation}` takes no `{name}`{hint}");
                problems.push(at(&walk_place(place, &format!("with.{name}")), why));
            }
        }
        for input in inputs
            .iter()
            .filter(|input| input.required && !with.contains_key(&input.name))
        {
            let why = format!("is missing; `{operation}` needs it");
            problems.push(at(&walk_place(place, &format!("with.{}", input.name)), why));
        }
    }
    // Of what is written out the types can be told now; the rest is judged when it is called.
    let literals: Map<String, Json> = with
        .iter()
        .filter_map(|(name, expr)| match expr {
            Expr::Literal(json) => Some((name.clone(), json.clone())),
            _ => None,
        })
        .collect();
    if literals.is_empty() {
        return;
    }
    let names: Vec<String> = literals.keys().cloned().collect();
    for problem in operations.input_problems(operation, &Json::Object(literals)) {
        let about = problem.place.split(['.', '[']).next().unwrap_or_default();
        if names.iter().any(|name| name == about) {
            problems.push(at(
                &walk_place(place, &format!("with.{}", problem.place)),
                problem.why,
            ));
        }
    }
}

fn waits(wait: &Wait, place: &str, problems: &mut Vec<Problem>) {
    let place = walk_place(place, "wait");
    let lengths = [wait.days, wait.hours, wait.minutes];
    let says = lengths.iter().any(Option::is_some);
    match (&wait.until, says) {
        (Some(_), true) => problems.push(at(&place, "has both a length and `until`; write one")),
        (Some(_), false) if wait.business => problems.push(at(
            &place,
            "`business` goes with a length, not with `until`",
        )),
        (None, false) => problems.push(at(
            &place,
            "says neither how long (days, hours, minutes) nor until when",
        )),
        _ => {}
    }
    if wait.days.is_some_and(|days| days > 3_650) || wait.hours.is_some_and(|hours| hours > 87_600)
    {
        problems.push(at(&place, "is more than ten years"));
    }
}

fn loops(each: &ForEach, place: &str, problems: &mut Vec<Problem>) {
    if each.steps.is_empty() {
        problems.push(at(&walk_place(place, "for_each.do"), "holds no steps"));
    }
    if each.at_most == 0 || each.at_most > ceiling::STEPS {
        let why = format!("must be between 1 and {}", ceiling::STEPS);
        problems.push(at(&walk_place(place, "for_each.at_most"), why));
    }
}

fn asks(ask: &Ask, place: &str, problems: &mut Vec<Problem>) {
    let distinct: BTreeSet<String> = ask
        .options
        .iter()
        .map(|option| option.trim().to_lowercase())
        .collect();
    if ask.options.len() < 2 || distinct.len() < ask.options.len() || distinct.contains("") {
        problems.push(at(
            &walk_place(place, "ask.options"),
            "must be at least two different answers",
        ));
    }
    if !ask.options.contains(&ask.otherwise) {
        let why = format!("must be one of the options: {}", ask.options.join(", "));
        problems.push(at(&walk_place(place, "ask.otherwise"), why));
    }
    let within = ask.within.duration();
    if within.is_zero() || within.as_hours() > 24 * 366 {
        problems.push(at(
            &walk_place(place, "ask.within"),
            "must be more than nothing and at most a year",
        ));
    }
}

fn conditional(condition: &Condition, place: &str, problems: &mut Vec<Problem>) {
    let of = usize::from(condition.pick.is_some()) + usize::from(condition.count.is_some());
    let nested = condition.any.is_some() || condition.all.is_some() || condition.not.is_some();
    if of == 2 {
        problems.push(at(place, "has both `pick` and `count`; write one"));
    } else if of == 1 && !condition.compares() {
        problems.push(at(place, format!("compares with nothing; add {OPERATORS}")));
    } else if of == 0 && (condition.compares() || !condition.then.is_empty()) {
        problems.push(at(place, "compares, but does not say what; add `pick`"));
    } else if of == 0 && !nested {
        problems.push(at(
            place,
            "says nothing; add `pick` with a comparison, or `any`, `all`, `not`",
        ));
    }
    if condition.any.as_ref().is_some_and(Vec::is_empty) {
        problems.push(at(place, "`any` holds no condition, so it can never hold"));
    }
}

fn templated(source: &str, place: &str, problems: &mut Vec<Problem>) {
    if let Err(why) = template::names_in(source) {
        problems.push(at(place, format!("template: {why}")));
    }
}

fn transformed(transform: &Transform, place: &str, problems: &mut Vec<Problem>) {
    match transform {
        Transform::FormatDate(FormatDate::In { zone, .. }) if TimeZone::get(zone).is_err() => {
            let why =
                format!("`{zone}` is not a time zone; write an IANA name such as Europe/London");
            problems.push(at(place, why));
        }
        Transform::PhoneIn(country) if CountryCode::parse(country).is_none() => {
            let why = format!("`{country}` is not a country; write an ISO code such as GB");
            problems.push(at(place, why));
        }
        Transform::Replace(replace) if replace.from.is_empty() => {
            problems.push(at(
                place,
                "`replace.from` is empty; say what is to be replaced",
            ));
        }
        Transform::Split(separator) if separator.is_empty() => {
            problems.push(at(place, "`split` needs a separator, such as \",\""));
        }
        Transform::Template(source) => templated(source, place, problems),
        _ => {}
    }
}
