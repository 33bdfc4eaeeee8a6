//! Invoices and estimates of MyGadgetRepairs (mygadgetrepairs-api.md 12.6 and 12.10).

use super::lenient::{amount, first, flag, json, text};
use super::shown;
use domain::normalize::name;
use serde_json::{Map, Value as Json};

/// An invoice of a ticket or of the point of sale.
pub(super) fn invoice(record: &Json) -> Map<String, Json> {
    let status = text(record, &["status.label", "status"]);
    let total = amount(record, &["amount_total", "total", "amount"]);
    let paid =
        amount(record, &["amount_paid", "paid_amount", "total_paid"]).or_else(|| payments(record));
    let told_owed = amount(
        record,
        &["balance", "balance_due", "amount_due", "due_amount"],
    );
    let owed = told_owed.or_else(|| Some(total? - paid?));
    let word = word(&status);
    let is_refunded =
        matches!(word, Some(Money::Refunded)) || flag(record, &["refunded"]) == Some(true);
    let is_paid = !is_refunded
        && match (word, flag(record, &["paid", "is_paid"])) {
            // What was given back in part was paid, unless the vendor says that something is owed.
            (Some(Money::PartlyBack), _) => told_owed.is_none_or(|owed| owed < 0.005),
            (Some(Money::Open), _) | (None, Some(false)) => false,
            (Some(_), _) | (None, Some(true)) => true,
            // Without a word of the vendor's the balance tells; an invoice over nothing was never paid.
            (None, None) => {
                total.is_some_and(|total| total > 0.0) && owed.is_some_and(|owed| owed < 0.005)
            }
        };
    let owed = if is_paid { owed.or(Some(0.0)) } else { owed };
    // Lists may tell no more than that it is paid (section 12.6).
    let paid = paid.or_else(|| total.filter(|_| is_paid));
    shown([
        ("id", text(record, &["id"])),
        (
            "number",
            text(record, &["number", "invoice_no", "ref", "invoice_ref"]),
        ),
        ("ticket_id", text(record, &["ticket.id", "ticket_id"])),
        (
            "ticket_reference",
            text(record, &["ticket.ticket_ref", "ticket_ref"]),
        ),
        ("customer_id", text(record, &["customer.id", "customer_id"])),
        ("total", json(total)),
        ("paid", json(paid)),
        ("balance", json(owed)),
        ("status", status),
        ("is_paid", Json::Bool(is_paid)),
        ("is_refunded", Json::Bool(is_refunded)),
        ("due_date", text(record, &["due_date", "payment_due_date"])),
        ("created", text(record, &["created_date", "date"])),
    ])
}

/// An estimate.
pub(super) fn estimate(record: &Json) -> Map<String, Json> {
    let status = text(record, &["status.label", "status"]);
    let words = name::key(status.as_str().unwrap_or_default());
    let says = |list: &[&str]| words.split(' ').any(|word| list.contains(&word));
    let no = says(&[
        "declined",
        "rejected",
        "refused",
        "abgelehnt",
        "refuse",
        "refusee",
        "rechazado",
    ]);
    let yes = says(&[
        "approved",
        "accepted",
        "angenommen",
        "genehmigt",
        "accepte",
        "acceptee",
        "aceptado",
        "aprobado",
    ]);
    let negated = says(&[
        "not",
        "nicht",
        "non",
        "no",
        "unapproved",
        "awaiting",
        "pending",
        "waiting",
    ]);
    let draft = says(&["draft", "entwurf", "brouillon", "borrador"]);
    let answer = match (yes, no, negated) {
        (true, false, false) => Json::from("approved"),
        (_, true, false) => Json::from("declined"),
        _ => Json::Null,
    };
    shown([
        ("id", text(record, &["id"])),
        (
            "number",
            text(record, &["number", "estimate_no", "ref", "estimate_ref"]),
        ),
        ("ticket_id", text(record, &["ticket.id", "ticket_id"])),
        (
            "ticket_reference",
            text(record, &["ticket.ticket_ref", "ticket_ref"]),
        ),
        ("customer_id", text(record, &["customer.id", "customer_id"])),
        (
            "total",
            json(amount(record, &["amount_total", "total", "amount"])),
        ),
        ("status", status),
        ("is_draft", Json::Bool(draft)),
        ("answer", answer),
        ("sent", text(record, &["sent_date", "date_sent"])),
        ("created", text(record, &["created_date", "date"])),
    ])
}

/// What a status says about the money.
#[derive(Clone, Copy)]
enum Money {
    Open,
    Paid,
    Refunded,
    /// A part of it was given back.
    PartlyBack,
}

const PART: [&str; 5] = ["part", "partly", "partially", "partial", "teilweise"];

fn word(status: &Json) -> Option<Money> {
    let key = name::key(status.as_str()?);
    let says = |list: &[&str]| key.split(' ').any(|word| list.contains(&word));
    if says(&[
        "refunded",
        "refund",
        "erstattet",
        "rembourse",
        "remboursee",
        "reembolsado",
        "reembolsada",
    ]) {
        return Some(if says(&PART) {
            Money::PartlyBack
        } else {
            Money::Refunded
        });
    }
    if says(&["unpaid", "not", "nicht", "non", "no"])
        || says(&PART)
        || says(&[
            "open",
            "due",
            "overdue",
            "offen",
            "draft",
            "void",
            "voided",
            "cancelled",
            "canceled",
        ])
    {
        return Some(Money::Open);
    }
    says(&["paid", "bezahlt", "paye", "payee", "pagado", "pagada"]).then_some(Money::Paid)
}

/// What was paid, by the payments that an invoice lists.
fn payments(record: &Json) -> Option<f64> {
    let payments = first(record, &["payments"])?.as_array()?;
    Some(
        payments
            .iter()
            .filter_map(|payment| amount(payment, &["amount"]))
            .sum(),
    )
}
