//! Mistakes in a document are told with their place, the line and the name that was meant.

use crate::desk;
use crate::desk::{Core, Few};
use flows::{Document, Problem};

/// What is wrong with a document, as people read it.
fn wrong(text: &str) -> Vec<String> {
    match Document::parse(text) {
        Ok(document) => flows::check(&document, &Few)
            .iter()
            .map(Problem::to_string)
            .collect(),
        Err(problems) => problems.0.iter().map(Problem::to_string).collect(),
    }
}

/// What is wrong with a flow that has this trigger and these lines.
fn wrong_with(trigger: &str, rest: &str) -> Vec<String> {
    wrong(&format!(
        "[[flow]]\nid = \"f\"\ntrigger = {trigger}\n{rest}"
    ))
}

const READY: &str = "{ on = \"mygadgetrepairs.ticket.ready\" }";
const STOP: &str = "[[flow.step]]\nid = \"s\"\nstop = \"enough\"\n";

fn wrong_step(step: &str) -> Vec<String> {
    wrong_with(READY, &format!("[[flow.step]]\nid = \"s\"\n{step}\n"))
}

#[test]
fn what_is_in_order_has_no_problems() {
    assert_eq!(wrong_with(READY, STOP), Vec::<String>::new());
}

#[test]
fn unknown_keys_and_wrong_types_are_told_with_line_and_place() {
    for (text, told) in [
        (
            "[[flow]]\nid = \"f\"\ntrigger = { on = \"x\" }\n[[flow.step]]\nid = \"w\"\nwait = { dayz = 3 }\n",
            "line 6: flow `f`: step w, wait.dayz: unknown key `dayz`, expected one of `days`, `hours`, `minutes`, `business`, `until`; did you mean `days`?",
        ),
        (
            "[[flow]]\nid = \"f\"\nenabeld = true\ntrigger = { on = \"x\" }\n",
            "line 3: flow `f`: enabeld: unknown key `enabeld`, expected one of `id`, `title`, `help`, `enabled`, `recipe`, `trigger`, `when`, `step`; did you mean `enabled`?",
        ),
        (
            "[[flow]]\nid = \"f\"\n[flow.trigger]\non = \"x\"\ndays = \"three\"\n",
            "line 5: flow `f`: trigger.days: invalid type: string \"three\", expected u32",
        ),
        ("[[flow]]\nid = \"f\n", "line 2: invalid basic string"),
        (
            "{\"flow\": [{\"id\": 3}]}",
            "flow `1`: id: invalid type: integer `3`, expected a string",
        ),
        (
            "[[flow]]\nid = \"f\"\ntrigger = { on = \"x\" }\n[[flow.step]]\nid = \"b\"\n[flow.step.branch]\nif = []\n[[flow.step.branch.then]]\nid = \"inner\"\nask = { question = \"?\" }\n",
            "line 10: flow `f`: step b/inner, ask: missing field `options`",
        ),
        (
            "[[flow]]\nid = \"f\"\ntrigger = { on = \"x\" }\n[[flow.step]]\nid = \"s\"\nset = { a = { pick = \"now\", then = [\"uper\"] } }\n",
            "line 6: flow `f`: step s, set.a: then: unknown word `uper`, expected one of `upper`",
        ),
        (
            "[[flow]]\nid = \"f\"\ntrigger = { on = \"x\" }\n[[flow.step]]\nid = \"s\"\nset = { a = { pick = \"now\", than = [] } }\n",
            "line 6: flow `f`: step s, set.a: unknown key `than` beside `pick`; known are pick and then",
        ),
        (
            "[[flow]]\nid = \"f\"\ntrigger = { on = \"x\" }\n[[flow.step]]\nid = \"s\"\nstop = \"x\"\nwait = { days = 1 }\n",
            "flow `f`: step s: step `s` does 2 things at once",
        ),
        (
            "[[flow]]\nid = \"f\"\ntrigger = { on = \"x\" }\n[[flow.step]]\nid = \"s\"\n",
            "flow `f`: step s: step `s` does nothing; give it one of call, wait",
        ),
    ] {
        let given = wrong(text);
        assert!(
            given.len() == 1 && given[0].contains(told),
            "{text}\n{given:#?}"
        );
    }
}

#[test]
fn triggers_and_their_parameters() {
    for (trigger, told) in [
        (
            "{ on = \"mygadgetrepairs.ticket.redy\" }",
            "flow `f`: trigger.on: there is no trigger `mygadgetrepairs.ticket.redy`; did you mean `mygadgetrepairs.ticket.ready`?",
        ),
        (
            "{ on = \"mygadgetrepairs.ticket.ready\", days = 3 }",
            "flow `f`: trigger.days: `mygadgetrepairs.ticket.ready` knows no `days`; it knows by",
        ),
        (
            "{ on = \"mygadgetrepairs.ticket.status_changed\", groups = [\"redy\"] }",
            "flow `f`: trigger.groups: `redy` is none of open, waiting, ready, done, cancelled; did you mean `ready`?",
        ),
        (
            "{ on = \"mygadgetrepairs.ticket.updated\", fields = [\"titel\"] }",
            "did you mean `title`?",
        ),
        (
            "{ on = \"mygadgetrepairs.ticket.stuck\" }",
            "flow `f`: trigger.days: is missing; say after how long",
        ),
        (
            "{ on = \"mygadgetrepairs.ticket.stuck\", business_days = true }",
            "flow `f`: trigger.days: is missing; say how many business days",
        ),
        (
            "{ on = \"mygadgetrepairs.ticket.stuck\", business_days = 3, days = 3 }",
            "flow `f`: trigger.business_days: stands beside `days`; write one number of days",
        ),
        (
            "{ on = \"highlevel.opportunity.closed\", statuses = [\"wonn\"] }",
            "did you mean `won`?",
        ),
        (
            "{ on = \"highlevel.event.InvoicePaid\", days = 1 }",
            "flow `f`: trigger.days: the vendor's own events know no `days`; say it under `when`",
        ),
    ] {
        let given = wrong_with(trigger, STOP);
        assert!(
            given.len() == 1 && given[0].contains(told),
            "{trigger}\n{given:#?}"
        );
    }
    for fine in [
        "{ on = \"highlevel.event.InvoicePaid\" }",
        "{ on = \"highlevel.task.overdue\" }",
        "{ on = \"mygadgetrepairs.ticket.stuck\", business_days = 3, groups = [\"waiting\"] }",
        "{ on = \"mygadgetrepairs.ticket.stuck\", business_days = true, days = 3 }",
        "{ on = \"highlevel.contact.tags_changed\", tags_added = [\"vip\"], by = \"people\" }",
    ] {
        assert_eq!(wrong_with(fine, STOP), Vec::<String>::new(), "{fine}");
    }
}

#[test]
fn names_operations_and_steps() {
    for (step, told) in [
        (
            "set = { a = { pick = \"costumer.name\" } }",
            "flow `f`: step s, set.a: nothing here is called `costumer`; did you mean `customer`?",
        ),
        (
            "set = { a = { pick = \"customer.nam\" } }",
            "flow `f`: step s, set.a: `customer` has no `nam`; did you mean `name`?",
        ),
        (
            "set = { a = { pick = \"steps.later.id\" } }",
            "flow `f`: step s, set.a: no step before this one is called `later`",
        ),
        (
            "set = { a = { template = \"{{ ticket.refrence }}\" } }",
            "flow `f`: step s, set.a, template: `ticket` has no `refrence`; did you mean `reference`?",
        ),
        (
            "set = { a = { template = \"a\\n{{ ticket.\" } }",
            "flow `f`: step s, set.a: template: line 2: ",
        ),
        (
            "set = { ticket = 1 }",
            "flow `f`: step s, set.ticket: is the name of something else; choose another",
        ),
        (
            "set = { a = { pick = \"now\", then = [{ phone_in = \"Britain-ish\" }] } }",
            "flow `f`: step s, set.a.then[0]: `Britain-ish` is not a country; write an ISO code such as GB",
        ),
        (
            "set = { a = { pick = \"now\", then = [{ format_date = { pattern = \"%d\", zone = \"Mars/Olympus\" } }] } }",
            "`Mars/Olympus` is not a time zone",
        ),
        (
            "call = \"highlevel.task.creat\"",
            "flow `f`: step s, call: there is no operation `highlevel.task.creat`; did you mean `highlevel.task.create`?",
        ),
        (
            "call = \"highlevel.contact.add_tags\"\nwith = { contactId = \"C\", tagz = [], tags = [] }",
            "flow `f`: step s, with.tagz: `highlevel.contact.add_tags` takes no `tagz`; did you mean `tags`?",
        ),
        (
            "call = \"highlevel.contact.add_tags\"\nwith = { contactId = \"C\" }",
            "flow `f`: step s, with.tags: is missing; `highlevel.contact.add_tags` needs it",
        ),
        (
            "call = \"highlevel.task.create\"\nwith = { contactId = \"C\", title = 3, dueDate = { pick = \"now\" } }",
            "flow `f`: step s, with.title: must be a text",
        ),
        (
            "wait = {}",
            "flow `f`: step s, wait: says neither how long (days, hours, minutes) nor until when",
        ),
        (
            "wait = { days = 1, until = \"next_business_time\" }",
            "flow `f`: step s, wait: has both a length and `until`; write one",
        ),
        (
            "go_on_if = []",
            "flow `f`: step s, go_on_if: holds no condition",
        ),
        (
            "go_on_if = [ { pick = \"ticket.status\" } ]",
            "flow `f`: step s, go_on_if[0]: compares with nothing; add is, is_not",
        ),
        (
            "go_on_if = [ { is = 1 } ]",
            "flow `f`: step s, go_on_if[0]: compares, but does not say what; add `pick`",
        ),
        (
            "go_on_if = [ { not = { any = [ { pick = \"tiket.id\", filled = true } ] } } ]",
            "flow `f`: step s, go_on_if[0].not.any[0].pick: nothing here is called `tiket`; did you mean `ticket`?",
        ),
        (
            "ask = { question = \"?\", options = [\"yes\"], within = { days = 1 }, otherwise = \"yes\" }",
            "flow `f`: step s, ask.options: must be at least two different answers",
        ),
        (
            "ask = { question = \"?\", options = [\"yes\", \"no\"], within = { days = 1 }, otherwise = \"maybe\" }",
            "flow `f`: step s, ask.otherwise: must be one of the options: yes, no",
        ),
        (
            "ask = { question = \"?\", options = [\"yes\", \"no\"], within = {}, otherwise = \"no\" }",
            "flow `f`: step s, ask.within: must be more than nothing and at most a year",
        ),
        (
            "for_each = { in = { pick = \"tickets\" }, do = [] }",
            "flow `f`: step s, for_each.do: holds no steps",
        ),
        (
            "for_each = { in = { pick = \"tickets\" }, as = \"ticket\", do = [ { stop = \"x\" } ] }",
            "flow `f`: step s, for_each.as: `ticket` is the name of something else; choose another",
        ),
        (
            "stop = \" \"",
            "flow `f`: step s, stop: needs a reason, which people will read",
        ),
    ] {
        let given = wrong_step(step);
        assert!(
            given.len() == 1 && given[0].contains(told),
            "{step}\n{given:#?}"
        );
    }
}

#[test]
fn flows_twice_steps_twice_no_steps_and_too_deep() {
    let twice = wrong(&format!(
        "[[flow]]\nid = \"f\"\ntrigger = {READY}\n{STOP}{STOP}[[flow]]\nid = \"f\"\ntrigger = {READY}\n"
    ));
    assert_eq!(
        twice,
        [
            "flow `f`: step s: another step has the same id; give each its own",
            "flow `f`: step: is missing; a flow without steps does nothing",
            "flow `f`: id: stands there twice; give each flow its own",
        ]
    );
    let deep = (0..25).fold("{ stop = \"x\" }".to_owned(), |inner, _| {
        format!(
            "{{ branch = {{ if = [ {{ pick = \"now\", filled = true }} ], then = [ {inner} ] }} }}"
        )
    });
    let deep = wrong_with(READY, &format!("step = [ {deep} ]\n"));
    assert!(
        deep.len() == 1 && deep[0].ends_with("stands in steps 21 deep; 20 are allowed"),
        "{deep:#?}"
    );
}

#[test]
fn mistakes_are_told_with_their_lines() {
    let text = r#"[[flow]]
id = "first"
trigger = { on = "mygadgetrepairs.ticket.ready" }
[[flow.step]]
id = "end"
stop = "enough"

[[flow]]
id = "second"
[flow.trigger]
on = "mygadgetrepairs.ticket.stuck"
days = 3
groups = ["redy"]
[[flow.when]]
pick = "tiket.id"
filled = true
[[flow.step]]
id = "tag"
call = "highlevel.contact.add_tags"
[flow.step.with]
tags = ["a"]
contactId = { pick = "contact.idd" }
[[flow.step]]
id = "which"
[flow.step.branch]
if = [ { pick = "ticket.id", filled = true } ]
[[flow.step.branch.then]]
id = "inner"
set = { a = { pick = "nothing.here" } }
[[flow.step]]
wait = {}
"#;
    let wrong = Document::parse_checked(text, &Few).unwrap_err();
    let lines: Vec<(Option<usize>, &str)> = wrong
        .0
        .iter()
        .map(|one| (one.line, one.place.as_str()))
        .collect();
    assert_eq!(
        lines,
        [
            (Some(13), "trigger.groups"),
            (Some(31), "step 3, wait"),
            (Some(15), "when[0].pick"),
            (Some(22), "step tag, with.contactId"),
            (Some(29), "step which/then/inner, set.a"),
        ]
    );
    assert!(
        wrong
            .to_string()
            .starts_with("line 13: flow `second`: trigger.groups: "),
        "{wrong}"
    );
}

#[test]
fn flows_that_start_each_other_in_a_circle() {
    let flow = |id: &str, starts: &str| {
        format!(
            "[[flow]]\nid = \"{id}\"\ntrigger = {READY}\n[[flow.step]]\nid = \"s\"\ncall = \"repairbridge.flow.run\"\nwith = {{ flow = \"{starts}\" }}\n"
        )
    };
    let straight = format!("{}{}{}", flow("a", "b"), flow("b", "c"), flow("c", "d"));
    assert_eq!(wrong(&straight), Vec::<String>::new());
    let circle = format!("{}{}{}", flow("a", "b"), flow("b", "c"), flow("c", "b"));
    let told = wrong(&circle);
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(
        told[0].starts_with("flow `b`: step: starts itself"),
        "{told:#?}"
    );
}

#[test]
fn rules_and_examples_are_judged_too() {
    let told = wrong("[rules.create]\nhighlevel = \"some\"\n");
    assert!(
        told.len() == 1 && told[0].starts_with("rules: ") && told[0].contains("`some`"),
        "{told:#?}"
    );
    let told = wrong(&format!(
        "[[flow]]\nid = \"f\"\ntrigger = {READY}\n{STOP}[[example]]\ntitle = \"x\"\nflow = \"g\"\n[example.expect]\nend = \"done\"\n"
    ));
    assert_eq!(
        told,
        ["example `x`, flow: there is no flow `g`; did you mean `f`?"]
    );
}

#[test]
fn an_example_that_does_not_hold_says_why() {
    let document = Document::parse(&format!(
        "[[flow]]\nid = \"f\"\ntrigger = {READY}\n[[flow.step]]\nid = \"s\"\ncall = \"highlevel.contact.add_tags\"\nwith = {{ tags = [\"a\"] }}\n\
         [[example]]\ntitle = \"x\"\nflow = \"f\"\n[example.expect]\nend = \"not_needed\"\n[[example.expect.calls]]\ncall = \"highlevel.contact.add_tags\"\nwith = {{ tags = [\"b\"] }}\nat = \"2026-07-06T10:00:01Z\"\n"
    ))
    .unwrap();
    let tried = document.try_examples(&desk::calendar());
    assert_eq!(
        tried[0].wrong,
        [
            "it ended as Done: done",
            "call 1: tags is [\"a\"], not [\"b\"]",
            "call 1 comes at 2026-07-06T10:00:00Z"
        ]
    );
}

#[test]
fn a_flow_tells_what_it_reads_and_what_it_calls() {
    let recipe = flows::recipe::find("review-request").unwrap();
    let document = flows::recipe::instantiate(&recipe, &serde_json::Map::new()).unwrap();
    let flow = &document.flows[0];
    let reads: Vec<String> = flow.reads().into_iter().collect();
    assert_eq!(
        reads,
        [
            "contact", "customer", "invoice", "invoices", "ticket", "tickets"
        ]
    );
    let calls: Vec<String> = flow.calls().into_iter().collect();
    assert_eq!(calls, ["highlevel.contact.add_tags"]);
    assert!(flows::check(&document, &Core).is_empty());
}
