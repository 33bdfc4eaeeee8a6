//! Where triggers hear of things: sources of sightings, by the names that flows use.

use flows::Flow;
use serde_json::Value as Json;
use std::collections::BTreeSet;
use store::StoredFlow;

/// The sources for which flows that are switched on wait.
pub(crate) fn awaited(flows: &[StoredFlow]) -> BTreeSet<String> {
    flows.iter().filter_map(of).collect()
}

fn of(flow: &StoredFlow) -> Option<String> {
    let trigger = flow.document.pointer("/trigger/on")?.as_str()?;
    (flow.enabled && flow.paused_why.is_none()).then(|| of_trigger(trigger))
}

/// The source of a trigger: `highlevel.contact` of `highlevel.contact.created`. The vendor's further events are sources
/// of their own.
pub(crate) fn of_trigger(trigger: &str) -> String {
    if trigger.starts_with("highlevel.event.") {
        return trigger.to_owned();
    }
    let source = trigger
        .rsplit_once('.')
        .map_or(trigger, |(source, _)| source);
    source.to_owned()
}

/// The sources that a flow needs: its trigger's, and those of the names that it reads.
pub(super) fn needed_by(flow: &Flow) -> BTreeSet<String> {
    let mut needed = BTreeSet::from([of_trigger(&flow.trigger.on)]);
    for name in flow.reads() {
        needed.extend(
            flows::scope::sources_of(&name)
                .iter()
                .map(ToString::to_string),
        );
    }
    needed
}

/// The source that a webhook of HighLevel belongs to; nothing for those of which snapshots tell.
pub(crate) fn of_event(event: &str) -> Option<String> {
    const SNAPSHOTS: [&str; 3] = ["Contact", "Task", "Appointment"];
    if event.is_empty() || SNAPSHOTS.iter().any(|kind| event.starts_with(kind)) {
        return None;
    }
    Some(match event {
        "InboundMessage" | "OutboundMessage" => "highlevel.message".to_owned(),
        _ if event.starts_with("Opportunity") => "highlevel.opportunity".to_owned(),
        _ if event.starts_with("Note") => "highlevel.note".to_owned(),
        other => format!("highlevel.event.{other}"),
    })
}

/// The record that an event is about.
pub(crate) fn record_of(event: &Json) -> Option<String> {
    [
        "id",
        "messageId",
        "emailMessageId",
        "conversationId",
        "webhookId",
    ]
    .iter()
    .find_map(|name| event.get(*name)?.as_str())
    .filter(|id| !id.is_empty())
    .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalogue::{Operation, OperationKind};
    use std::collections::{BTreeMap, BTreeSet};

    #[test]
    fn what_a_trigger_is_said_to_tell_of_a_record_is_what_flows_see_of_it() {
        let triggers = catalogue::core().filter(|one| one.kind == OperationKind::Trigger);
        for Operation { id, output, .. } in triggers {
            let Some(told) = output.pointer("/properties/after/properties") else {
                continue;
            };
            let told: BTreeSet<String> = told.as_object().unwrap().keys().cloned().collect();
            let seen: BTreeSet<String> =
                flows::scope::fields(&of_trigger(&id)).into_iter().collect();
            assert_eq!(told, seen, "{id}");
        }
    }

    #[test]
    fn what_a_recipe_looks_at_on_the_way_is_read_for_it() {
        for (recipe, source) in [
            ("review-request", "mygadgetrepairs.invoice"),
            ("device-on-contact", "mygadgetrepairs.device"),
            ("warranty-and-service", "mygadgetrepairs.device"),
        ] {
            let found = flows::recipe::find(recipe).unwrap();
            let answers = found.asks.iter().filter(|asked| asked.default.is_none());
            let answers = answers.map(|asked| (asked.name.clone(), Json::from("f1")));
            let answers = answers
                .filter(|(name, _)| name.ends_with("_field"))
                .collect();
            let document = flows::recipe::instantiate(&found, &answers).unwrap();
            let mut needed = document.flows.iter().flat_map(needed_by);
            assert!(needed.any(|one| one == source), "{recipe}: {source}");
        }
    }

    #[test]
    fn every_trigger_has_the_source_that_its_events_come_from() {
        assert_eq!(
            of_trigger("highlevel.contact.tags_changed"),
            "highlevel.contact"
        );
        assert_eq!(
            of_trigger("mygadgetrepairs.invoice.paid"),
            "mygadgetrepairs.invoice"
        );
        assert_eq!(
            of_trigger("highlevel.event.OrderCreate"),
            of_event("OrderCreate").unwrap()
        );
        assert_eq!(
            of_trigger("highlevel.message.received"),
            of_event("InboundMessage").unwrap()
        );
        assert_eq!(
            of_trigger("highlevel.opportunity.created"),
            of_event("OpportunityCreate").unwrap()
        );
        assert_eq!(
            of_trigger("highlevel.note.created"),
            of_event("NoteCreate").unwrap()
        );
        assert_eq!(of_event("ContactTagUpdate"), None);
        assert_eq!(of_event("TaskComplete"), None);
    }

    #[test]
    fn every_trigger_of_the_catalogue_starts_flows_with_the_same_parameters() {
        let known: BTreeMap<&str, BTreeSet<String>> = flows::triggers()
            .iter()
            .map(|kind| {
                let parameters = kind.parameters.iter().map(|name| (*name).to_owned());
                (kind.id, parameters.collect())
            })
            .collect();
        let offered: Vec<Operation> = catalogue::core()
            .chain(catalogue::beyond_core())
            .filter(|one| one.kind == OperationKind::Trigger && !one.id.contains(".event."))
            .collect();
        assert_eq!(offered.len(), known.len());
        for trigger in offered {
            let parameters: BTreeSet<String> = trigger
                .fields
                .iter()
                .map(|field| field.name.clone())
                .collect();
            assert_eq!(
                known.get(trigger.id.as_str()),
                Some(&parameters),
                "{}",
                trigger.id
            );
        }
    }
}
