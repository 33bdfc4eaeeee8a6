//! When an occurrence starts a flow.

use flows::{Cause, Occurrence, Trigger};
use serde_json::{Value as Json, json};

fn occurrence(trigger: &str, facts: Json, cause: Cause) -> Occurrence {
    Occurrence {
        trigger: trigger.to_owned(),
        key: "k".to_owned(),
        at: "2026-07-09T10:00:00Z".parse().unwrap_or_default(),
        source: trigger
            .rsplit_once('.')
            .map(|(source, _)| source.to_owned())
            .unwrap_or_default(),
        record: "R1".to_owned(),
        facts,
        cause,
    }
}

fn fits(mut trigger: Json, on: &str, facts: Json) -> bool {
    trigger["on"] = json!(on);
    let trigger: Trigger = serde_json::from_value(trigger).unwrap_or_default();
    assert_eq!(trigger.on, on, "the trigger cannot be read");
    trigger.fits(&occurrence(on, facts, Cause::Outside))
}

#[test]
fn only_people_unless_anyone_counts() {
    let on = "mygadgetrepairs.ticket.ready";
    let by = |by: Json| serde_json::from_value::<Trigger>(json!({"on": on, "by": by})).unwrap();
    let flow = Cause::Outside.then("another");
    for (trigger, cause, starts) in [
        (by(Json::Null), Cause::Outside, true),
        (by(Json::Null), Cause::Sync, false),
        (by(Json::Null), flow.clone(), false),
        (by(json!("people")), Cause::Sync, false),
        (by(json!("anyone")), Cause::Sync, true),
        (by(json!("anyone")), flow, true),
    ] {
        let given = occurrence(on, json!({}), cause.clone());
        assert_eq!(trigger.fits(&given), starts, "{:?} {cause:?}", trigger.by);
    }
    // Money and messages have no such parameter: whoever it was.
    let paid = "mygadgetrepairs.invoice.paid";
    let trigger = Trigger {
        on: paid.to_owned(),
        ..Trigger::default()
    };
    assert!(trigger.fits(&occurrence(paid, json!({}), Cause::Sync)));
    assert!(!trigger.fits(&occurrence(on, json!({}), Cause::Outside)));
}

#[test]
fn each_parameter_narrows() {
    let status = "mygadgetrepairs.ticket.status_changed";
    let ready = json!({"from": "Open", "to": "Ready", "to_id": "3", "to_group": "ready"});
    let booking = "highlevel.appointment.updated";
    let showed = json!({"from": "confirmed", "to": "showed", "after": {"calendar_id": "K1"}, "changed": ["status"]});
    let moved = json!({"from": "showed", "to": "showed", "after": {"calendar_id": "K1"}, "changed": ["start"]});
    let tags = "highlevel.contact.tags_changed";
    let tagged = json!({"added": ["VIP"], "removed": ["new"]});
    let note = "highlevel.note.created";
    let comment = "mygadgetrepairs.comment.added";
    let deal = "highlevel.opportunity.stage_changed";
    let stage = json!({"to": "S2", "after": {"pipeline_id": "P1"}});
    let estimate = "mygadgetrepairs.estimate.answered";
    for (trigger, on, facts, starts) in [
        (json!({"groups": ["ready", "done"]}), status, &ready, true),
        (json!({"groups": ["done"]}), status, &ready, false),
        (json!({"statuses": ["ready"]}), status, &ready, true),
        (json!({"statuses": ["3"]}), status, &ready, true),
        (json!({"statuses": ["Open"]}), status, &ready, false),
        (json!({"statuses": ["showed"]}), booking, &showed, true),
        (json!({"statuses": ["noshow"]}), booking, &showed, false),
        // Showed before already: another change.
        (json!({"statuses": ["showed"]}), booking, &moved, false),
        (json!({"calendars": ["K1"]}), booking, &moved, true),
        (json!({"calendars": ["K2"]}), booking, &moved, false),
        (json!({"fields": ["start", "end"]}), booking, &moved, true),
        (json!({"fields": ["title"]}), booking, &moved, false),
        (json!({"tags": ["new"]}), tags, &tagged, true),
        (json!({"tags": ["other"]}), tags, &tagged, false),
        (json!({"tags_added": ["vip"]}), tags, &tagged, true),
        (json!({"tags_added": ["new"]}), tags, &tagged, false),
        (json!({"tags_removed": ["new"]}), tags, &tagged, true),
        (json!({"tags_removed": ["vip"]}), tags, &tagged, false),
        (
            json!({"contains": "Call "}),
            note,
            &json!({"after": {"body": "please call"}}),
            true,
        ),
        (
            json!({"contains": "mail"}),
            note,
            &json!({"after": {"body": "please call"}}),
            false,
        ),
        (
            json!({"internal": true}),
            comment,
            &json!({"after": {"internal": true}}),
            true,
        ),
        (
            json!({"internal": true}),
            comment,
            &json!({"after": {"internal": null}}),
            false,
        ),
        (
            json!({"pipelines": ["P1"], "stages": ["S2"]}),
            deal,
            &stage,
            true,
        ),
        (json!({"pipelines": ["P2"]}), deal, &stage, false),
        (json!({"stages": ["S1"]}), deal, &stage, false),
        (
            json!({"answers": ["approved"]}),
            estimate,
            &json!({"to": "approved"}),
            true,
        ),
        (
            json!({"answers": ["declined"]}),
            estimate,
            &json!({"to": "approved"}),
            false,
        ),
        (
            json!({"channels": ["sms"]}),
            "highlevel.message.received",
            &json!({"after": {"channel": "SMS"}}),
            true,
        ),
        (
            json!({"channels": ["email"]}),
            "highlevel.message.received",
            &json!({"after": {"channel": "SMS"}}),
            false,
        ),
    ] {
        assert_eq!(
            fits(trigger.clone(), on, facts.clone()),
            starts,
            "{on} {trigger} {facts}"
        );
    }
}
