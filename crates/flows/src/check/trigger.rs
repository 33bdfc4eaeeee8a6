//! Triggers and their parameters.

use super::at;
use crate::trigger::{EVENT, trigger, triggers};
use crate::{BusinessDays, Problem, Trigger, scope, words};
use mapping::StatusGroup;

/// How an opportunity is closed (highlevel-api.md section 12).
const CLOSED: [&str; 3] = ["won", "lost", "abandoned"];
const ANSWERS: [&str; 2] = ["approved", "declined"];

pub(super) fn check(given: &Trigger, problems: &mut Vec<Problem>) {
    if given.on.starts_with(EVENT) && given.on.len() > EVENT.len() {
        if let Some(parameter) = given.given().first() {
            let why = format!("the vendor's own events know no `{parameter}`; say it under `when`");
            problems.push(at(&format!("trigger.{parameter}"), why));
        }
        return;
    }
    let Some(kind) = trigger(&given.on) else {
        let hint = words::hint(&given.on, triggers().iter().map(|kind| kind.id));
        problems.push(at(
            "trigger.on",
            format!("there is no trigger `{}`{hint}", given.on),
        ));
        return;
    };
    for parameter in given.given() {
        if !kind.parameters.contains(&parameter) {
            let known = match kind.parameters {
                [] => "it knows none".to_owned(),
                known => format!("it knows {}", known.join(", ")),
            };
            problems.push(at(
                &format!("trigger.{parameter}"),
                format!("`{}` knows no `{parameter}`; {known}", kind.id),
            ));
        }
    }
    let mut listed = |parameter: &str, values: &[String], known: &[&str]| {
        for value in values {
            if !known
                .iter()
                .any(|name| name.eq_ignore_ascii_case(value.trim()))
            {
                let hint = words::hint(value, known.iter().copied());
                let why = format!("`{value}` is none of {}{hint}", known.join(", "));
                problems.push(at(&format!("trigger.{parameter}"), why));
            }
        }
    };
    listed(
        "groups",
        &given.groups,
        &StatusGroup::ALL.map(StatusGroup::as_str),
    );
    listed("answers", &given.answers, &ANSWERS);
    if kind.id == "highlevel.opportunity.closed" {
        listed("statuses", &given.statuses, &CLOSED);
    }
    let fields = scope::fields(kind.source);
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    listed("fields", &given.fields, &fields);
    if kind.clock {
        length(given, kind.id, problems);
    }
}

/// A trigger of the clock must say how long.
fn length(given: &Trigger, id: &str, problems: &mut Vec<Problem>) {
    let business = given.business_days;
    if business == Some(BusinessDays::Only(true)) && given.days.is_none() {
        problems.push(at("trigger.days", "is missing; say how many business days"));
    }
    if matches!(business, Some(BusinessDays::Days(_))) && given.days.is_some() {
        problems.push(at(
            "trigger.business_days",
            "stands beside `days`; write one number of days",
        ));
    }
    let counts = matches!(business, Some(BusinessDays::Days(_)));
    let says = given.days.is_some() || given.hours.is_some() || given.minutes.is_some() || counts;
    // An overdue task is overdue at once, and a missed appointment has an hour of grace, unless something is said.
    let needs = !matches!(
        id,
        "highlevel.task.overdue" | "mygadgetrepairs.appointment.missed"
    );
    if needs && !says && business.is_none() {
        problems.push(at("trigger.days", "is missing; say after how long"));
    }
    let days = [
        given.days,
        match business {
            Some(BusinessDays::Days(days)) => Some(days),
            _ => None,
        },
    ];
    if days.into_iter().flatten().any(|days| days > 3_650)
        || given.hours.is_some_and(|hours| hours > 87_600)
    {
        problems.push(at("trigger.days", "is more than ten years"));
    }
}
