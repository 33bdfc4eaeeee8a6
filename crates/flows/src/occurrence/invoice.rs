//! MyGadgetRepairs invoices: MT16, MT17, and their refund.

use super::{Occurrence, Seen, Turn};
use serde_json::Value as Json;

pub(super) fn of(seen: &Seen<'_>) -> Vec<Occurrence> {
    let is = |view: &Json| *view == Json::Bool(true);
    let (was_paid, is_paid) = (is(seen.before("is_paid")), is(seen.after("is_paid")));
    let created = (seen.turn() == Turn::Created).then(|| seen.tells("created"));
    if seen.after.is_none() {
        return Vec::new();
    }
    // What is paid at the till is paid when it is first seen.
    let paid = (is_paid && !was_paid)
        .then(|| seen.tells_move("paid", seen.before("status"), seen.after("status")));
    let back = seen.before.is_some() && was_paid && !is_paid;
    let told_refunded =
        is(seen.after("is_refunded")) && !is(seen.before("is_refunded")) && seen.before.is_some();
    // Less than came is given back in part.
    let less = was_paid && is_paid && {
        let (before, after) = (seen.before("paid").as_f64(), seen.after("paid").as_f64());
        before
            .zip(after)
            .is_some_and(|(before, after)| after < before)
    };
    let refunded = (back || told_refunded || less)
        .then(|| seen.tells_move("refunded", seen.before("status"), seen.after("status")));
    created.into_iter().chain(paid).chain(refunded).collect()
}
