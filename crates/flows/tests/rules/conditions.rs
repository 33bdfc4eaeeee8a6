//! When a condition holds.

use crate::desk::{begin, with_steps};
use flows::{Next, Outcome};

/// Whether a condition holds on a Thursday at eleven; or why it cannot be judged.
fn holds(condition: &str) -> Result<bool, String> {
    let flow = with_steps(&format!(
        "[[flow.step]]\nid = \"s\"\ngo_on_if = [ {condition} ]\n"
    ));
    match begin(&flow).next {
        Next::End {
            outcome: Outcome::Done,
        } => Ok(true),
        Next::End {
            outcome: Outcome::NotNeeded { .. },
        } => Ok(false),
        Next::End {
            outcome: Outcome::Failed { place, why },
        } => Err(format!("{place}: {why}")),
        _ => Err("it waits".to_owned()),
    }
}

#[test]
fn each_comparison() {
    for (condition, expected) in [
        ("{ pick = \"ticket.status_group\", is = \"READY\" }", true),
        ("{ pick = \"ticket.status_group\", is = \"done\" }", false),
        (
            "{ pick = \"ticket.status_group\", is_not = \"done\" }",
            true,
        ),
        (
            "{ pick = \"ticket.status_group\", in = [\"open\", \"ready\"] }",
            true,
        ),
        (
            "{ pick = \"ticket.status_group\", not_in = [\"open\", \"ready\"] }",
            false,
        ),
        ("{ pick = \"customer.tags\", has = \"VIP\" }", true),
        ("{ pick = \"customer.tags\", lacks = \"vip\" }", false),
        ("{ pick = \"ticket.title\", has = \"SCREEN\" }", true),
        ("{ pick = \"customer.email\", filled = false }", true),
        ("{ pick = \"customer.name\", filled = true }", true),
        // What is empty lacks everything, and is neither more nor less, neither before nor after.
        ("{ pick = \"customer.email\", lacks = \"@\" }", true),
        ("{ pick = \"customer.email\", is_not = \"x\" }", true),
        ("{ pick = \"customer.email\", less_than = 5 }", false),
        ("{ pick = \"customer.email\", before = \"now\" }", false),
        (
            "{ pick = \"customer.email\", newer_than = { days = 1 } }",
            false,
        ),
        (
            "{ pick = \"totals.paid\", more_than = 1234, less_than = 1235 }",
            true,
        ),
        ("{ pick = \"totals.paid\", more_than = 1234.5 }", false),
        ("{ pick = \"tickets.0.opened\", before = \"now\" }", true),
        ("{ pick = \"now\", after = \"tickets[0].opened\" }", true),
        ("{ pick = \"now\", after = \"now\" }", false),
        (
            "{ pick = \"tickets.0.opened\", newer_than = { days = 9 } }",
            true,
        ),
        (
            "{ pick = \"tickets.0.opened\", newer_than = { days = 8 } }",
            false,
        ),
        (
            "{ pick = \"tickets.0.opened\", older_than = { days = 8 } }",
            true,
        ),
        (
            "{ pick = \"tickets.0.opened\", older_than = { days = 9 } }",
            false,
        ),
        // What is still to come is neither newer nor older.
        (
            "{ pick = \"now\", then = [{ add_days = 1 }], newer_than = { days = 9 } }",
            false,
        ),
        (
            "{ pick = \"now\", then = [{ add_days = 1 }], older_than = { days = 0 } }",
            false,
        ),
        ("{ pick = \"ticket.id\", same_as = \"tickets.0.id\" }", true),
        (
            "{ pick = \"ticket.id\", same_as = \"tickets.1.id\" }",
            false,
        ),
        (
            "{ any = [ { pick = \"ticket.id\", is = \"T2\" }, { pick = \"ticket.id\", is = \"T1\" } ] }",
            true,
        ),
        (
            "{ all = [ { pick = \"ticket.id\", is = \"T2\" }, { pick = \"ticket.id\", is = \"T1\" } ] }",
            false,
        ),
        ("{ not = { pick = \"ticket.id\", is = \"T2\" } }", true),
        (
            "{ count = { in = \"tickets\", where = [ { pick = \"item.opened\", newer_than = { days = 60 } } ] }, is = 1 }",
            true,
        ),
        ("{ count = { in = \"tickets\" }, more_than = 2 }", false),
        ("{ count = { in = \"customer.email\" }, is = 0 }", true),
        // Everything that one condition says must hold.
        (
            "{ pick = \"ticket.status_group\", is = \"ready\", is_not = \"ready\" }",
            false,
        ),
    ] {
        assert_eq!(holds(condition), Ok(expected), "{condition}");
    }
}

#[test]
fn what_cannot_be_judged_says_why() {
    for (condition, told) in [
        (
            "{ pick = \"customer.name\", more_than = 3 }",
            "s: go_on_if[0] `customer.name` is not a number",
        ),
        (
            "{ any = [ { pick = \"ticket.id\", filled = true }, { pick = \"customer.name\", before = \"now\" } ] }",
            "s: go_on_if[0] any[1] `customer.name` is not a date",
        ),
        (
            "{ pick = \"tiket.id\", filled = true }",
            "s: go_on_if[0] pick: nothing here is called `tiket`; did you mean `ticket`?",
        ),
        (
            "{ count = { in = \"customer.name\" }, is = 0 }",
            "s: go_on_if[0] count: must be a list, and is a text",
        ),
    ] {
        let why = holds(condition).unwrap_err();
        assert!(why.starts_with(told), "{condition}\n{why}");
    }
}
