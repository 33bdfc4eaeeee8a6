//! What is wrong with a document before it runs: names that do not exist, values of the wrong sort, operations that
//! nobody offers, circles, too much of anything. Each with its place and the mend.

mod names;
mod step;
mod trigger;

use crate::{Deed, Document, Expr, Flow, Operations, Problem, ceiling};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// The operation by which a flow starts another one. It takes `flow`, the other's id, and `record`, on which it works.
pub const RUN_FLOW: &str = "repairbridge.flow.run";

/// What is wrong with a document: unknown names, wrong types, operations that do not exist, circles.
#[must_use]
pub fn check(document: &Document, operations: &dyn Operations) -> Vec<Problem> {
    let mut problems = Vec::new();
    rules(document, &mut problems);
    let mut ids = BTreeSet::new();
    for flow in &document.flows {
        let mut found = check_flow(flow, operations);
        if !ids.insert(flow.id.as_str()) {
            found.push(at("id", "stands there twice; give each flow its own"));
        }
        problems.extend(found.into_iter().map(|problem| of(flow, problem)));
    }
    problems.extend(circles(&document.flows));
    problems.extend(crate::example::check(document));
    problems.extend(crate::recipe::check(document));
    problems
}

/// What is wrong with one flow, other flows aside.
#[must_use]
fn check_flow(flow: &Flow, operations: &dyn Operations) -> Vec<Problem> {
    let mut problems = Vec::new();
    let fits =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    if flow.id.is_empty() || flow.id.len() > 64 || !flow.id.chars().all(fits) {
        problems.push(at(
            "id",
            "must be made of lower-case letters, digits and hyphens, at most 64",
        ));
    }
    trigger::check(&flow.trigger, &mut problems);
    if flow.steps.is_empty() {
        problems.push(at("step", "is missing; a flow without steps does nothing"));
    }
    step::check(flow, operations, &mut problems);
    names::check(flow, &mut problems);
    problems
}

fn at(place: &str, why: impl Into<String>) -> Problem {
    Problem {
        flow: None,
        place: place.to_owned(),
        line: None,
        why: why.into(),
    }
}

fn of(flow: &Flow, mut problem: Problem) -> Problem {
    problem.flow = Some(flow.id.clone());
    problem
}

fn rules(document: &Document, problems: &mut Vec<Problem>) {
    if let Err(why) = document.sync_rules() {
        problems.push(at("rules", why));
    }
}

/// Flows that start each other in a circle.
fn circles(flows: &[Flow]) -> Vec<Problem> {
    let starts: BTreeMap<&str, Vec<&str>> = flows
        .iter()
        .map(|flow| (flow.id.as_str(), started_by(flow)))
        .collect();
    let mut problems = Vec::new();
    for flow in flows {
        let mut seen = BTreeSet::new();
        let mut next: Vec<&str> = starts.get(flow.id.as_str()).cloned().unwrap_or_default();
        while let Some(other) = next.pop() {
            if other == flow.id {
                let why = "starts itself, straight or by way of others; take one of the starts out";
                problems.push(of(flow, at("step", why)));
                break;
            }
            if seen.insert(other) {
                next.extend(starts.get(other).into_iter().flatten());
            }
        }
    }
    problems
}

/// The flows that a flow starts, as far as they are written out.
fn started_by(flow: &Flow) -> Vec<&str> {
    let mut found = Vec::new();
    crate::walk::flow(flow, &mut |part, _| {
        if let crate::walk::Part::Step(step, _) = part
            && let Deed::Call {
                operation, with, ..
            } = &step.deed
            && operation == RUN_FLOW
            && let Some(Expr::Literal(Json::String(other))) = with.get("flow")
        {
            found.push(other.as_str());
        }
    });
    found
}

/// Whether lists of steps stand too deep from here on; what stands deeper still is not told once more.
const fn too_deep(depth: usize) -> bool {
    depth == ceiling::NESTING + 1
}
