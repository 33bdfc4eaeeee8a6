//! What values give: picked, changed, put into texts; and that a text cannot run away.

use crate::desk::value_of;
use serde_json::json;

#[test]
fn each_change_does_what_its_name_says() {
    for (expr, expected) in [
        (
            r#"{ pick = "customer.name", then = ["upper"] }"#,
            json!("ADA BYRON"),
        ),
        (
            r#"{ pick = "ticket.title", then = [{ truncate = 9 }] }"#,
            json!("iPhone 1…"),
        ),
        (
            r#"{ pick = "ticket.title", then = [{ replace = { from = "iPhone", to = "Phone" } }] }"#,
            json!("Phone 13 screen"),
        ),
        (
            r#"{ pick = "ticket.reference", then = ["digits", "number"] }"#,
            json!(1042),
        ),
        (
            r#"{ pick = "customer.phone", then = ["phone"] }"#,
            json!("+447400123456"),
        ),
        (
            r#"{ pick = "customer.phone", then = [{ phone_in = "GB" }] }"#,
            json!("+447400123456"),
        ),
        (
            r#"{ pick = "now", then = [{ format_date = "%d.%m.%Y %H:%M" }] }"#,
            json!("09.07.2026 11:00"),
        ),
        (
            r#"{ pick = "now", then = [{ format_date = { pattern = "%H:%M", zone = "America/New_York" } }] }"#,
            json!("06:00"),
        ),
        (
            r#"{ pick = "now", then = [{ add_days = 1 }, "date"] }"#,
            json!("2026-07-10"),
        ),
        (
            r#"{ pick = "now", then = [{ add_business_days = 2 }] }"#,
            json!("2026-07-13T10:00:00Z"),
        ),
        (
            r#"{ pick = "now", then = ["start_of_day"] }"#,
            json!("2026-07-08T23:00:00Z"),
        ),
        (
            r#"{ pick = "totals.paid", then = ["number", { round = 0 }] }"#,
            json!(1235),
        ),
        (
            r#"{ pick = "totals.paid", then = [{ add = 1.5 }, { multiply = 2.0 }] }"#,
            json!(2472),
        ),
        (
            r#"{ pick = "totals.paid", then = [{ format_number = { thousands = ",", decimals = 2 } }] }"#,
            json!("1,234.50"),
        ),
        (
            r#"{ pick = "ticket.status_group", then = [{ lookup = { map = { READY = "come", open = "wait" } } }] }"#,
            json!("come"),
        ),
        (
            r#"{ pick = "ticket.title", then = [{ split = " " }, "last"] }"#,
            json!("screen"),
        ),
        (
            r#"{ pick = "contact.tags", then = [{ join = "+" }] }"#,
            json!("a+b"),
        ),
        (
            r#"{ pick = "tickets", then = [{ each = "id" }, { join = " " }] }"#,
            json!("T1 T0"),
        ),
        (r#"{ pick = "tickets", then = ["count"] }"#, json!(2)),
        (
            r#"{ pick = "customer.email", then = [{ default = "none" }] }"#,
            json!("none"),
        ),
        (
            r#"{ pick = "customer.name", then = [{ template = "Dear {{ value | title }}" }] }"#,
            json!("Dear Ada Byron"),
        ),
        (
            r#"{ first_filled = [{ pick = "customer.email" }, { pick = "customer.phone" }] }"#,
            json!("07400 123456"),
        ),
        (r#"{ literal = { pick = "x" } }"#, json!({"pick": "x"})),
        (r#"[{ pick = "contact.id" }, "x"]"#, json!(["C1", "x"])),
        (
            r#"{ template = "{{ customer.email }}{{ ticket.reference }}" }"#,
            json!("K-1042"),
        ),
        (
            r#"{ template = "{{ customer.phone | phone }} {{ totals.paid | number(2) }} {{ now | date('%d %b') }}" }"#,
            json!("+447400123456 1234.50 09 Jul"),
        ),
        (
            r#"{ template = "{% if customer.email is filled %}mail{% else %}call{% endif %}" }"#,
            json!("call"),
        ),
    ] {
        assert_eq!(value_of(expr).unwrap(), expected, "{expr}");
    }
}

#[test]
fn what_does_not_fit_is_told_with_its_place() {
    for (expr, told) in [
        (
            r#"{ pick = "costumer.name" }"#,
            "s: set.it: pick: nothing here is called `costumer`; did you mean `customer`?",
        ),
        (
            r#"{ pick = "customer.name", then = ["upper", { add_days = 1 }] }"#,
            "s: set.it: `customer.name` then[1]: is not a date; it must be written like 2026-07-16 or 2026-07-16T14:00:00Z",
        ),
        (
            r#"{ pick = "customer.name", then = ["number"] }"#,
            "s: set.it: `customer.name` then[0]: is not a number; it must be written like 12.50",
        ),
        (
            r#"{ pick = "customer.name", then = [{ lookup = { map = { a = 1 } } }] }"#,
            "s: set.it: `customer.name` then[0]: the look-up table does not hold the value; add it, or say what holds `otherwise`",
        ),
        (
            r#"{ template = "a\nb {{ nothing.here }}" }"#,
            "s: set.it: template: line 2: it uses a name that is not there, or a field of what is empty",
        ),
        (
            r#"{ template = "{{ customer.shoe_size }}" }"#,
            "s: set.it: template: line 1: it uses a name that is not there, or a field of what is empty",
        ),
        (
            r#"{ template = "{% for x %}" }"#,
            "s: set.it: template: line 1: ",
        ),
        (
            r#"{ template = "{{ customer.name | shout }}" }"#,
            "s: set.it: template: line 1: filter shout is unknown; there are upper",
        ),
    ] {
        let why = value_of(expr).unwrap_err();
        assert!(why.starts_with(told), "{expr}\n{why}");
    }
}

#[test]
fn templates_cannot_run_away() {
    let long = "x".repeat(20_000);
    for (expr, told) in [
        // Loops within loops end with the fuel.
        ("{ template = '{% for a in tickets %}{% for b in tickets %}{% for c in tickets %}{% for d in tickets %}{% for e in tickets %}{% for f in tickets %}{% for g in tickets %}{% for h in tickets %}{% for i in tickets %}{% for j in tickets %}{% for k in tickets %}{% for l in tickets %}{% for m in tickets %}{% for n in tickets %}{% for o in tickets %}{% for p in tickets %}x{% endfor %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}' }".to_owned(), "runs too long"),
        // A text cannot be doubled again and again.
        ("{ template = '{% set x = ticket.title %}{% for a in tickets %}{% for b in tickets %}{% for c in tickets %}{% for d in tickets %}{% for e in tickets %}{% set x = x ~ x %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}{{ x }}' }".to_owned(), "iPhone 13 screen"),
        ("{ template = '{{ ticket.title * 100000000 }}' }".to_owned(), "line 1"),
        (format!("{{ template = '{long}' }}"), "is longer than"),
        ("{ template = \"{{ ticket.title | replace('e', ticket.title ~ ticket.title ~ ticket.title) | replace('e', ticket.title ~ ticket.title ~ ticket.title) | replace('e', ticket.title) | replace('e', ticket.title) | replace('e', ticket.title) | replace('e', ticket.title) }}\" }".to_owned(), "longer than"),
        ("{ template = \"{% include 'x' %}\" }".to_owned(), "line 1"),
        ("{ template = '{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}' }".to_owned(), "`macro` is not allowed"),
        ("{ template = '{{ range(100000) | join(ticket.title) }}' }".to_owned(), "line 1"),
    ] {
        let given = value_of(&expr).map_or_else(|why| why, |text| text.to_string());
        assert!(given.contains(told), "{expr}\n{}", &given[..given.len().min(300)]);
    }
}
