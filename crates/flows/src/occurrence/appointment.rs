//! Appointments: HT15 to HT18 of HighLevel, MT18 and MT19 of MyGadgetRepairs.

use super::{Occurrence, Seen, Turn};
use serde_json::Value as Json;

/// A HighLevel appointment.
pub(super) fn booked(seen: &Seen<'_>) -> Vec<Occurrence> {
    let deleted = |view: &Option<Json>| {
        view.as_ref()
            .is_some_and(|view| view["deleted"] == Json::Bool(true))
    };
    let gone = seen.after.is_none() || deleted(&seen.after);
    if seen.before.is_some() && gone && !deleted(&seen.before) {
        return vec![seen.tells_more("cancelled", [("deleted", Json::Bool(true))])];
    }
    let (from, to) = (seen.before("status"), seen.after("status"));
    match seen.turn() {
        Turn::Created | Turn::Updated if gone => Vec::new(),
        Turn::Created => vec![seen.tells("created")],
        Turn::Updated if is_no_show(to) && !is_no_show(from) => {
            vec![seen.tells_move("no_show", from, to)]
        }
        Turn::Updated
            if *seen.after("cancelled") == Json::Bool(true)
                && *seen.before("cancelled") != Json::Bool(true) =>
        {
            let facts = [
                ("from", from.clone()),
                ("to", to.clone()),
                ("deleted", Json::Bool(false)),
            ];
            vec![seen.tells_more("cancelled", facts)]
        }
        Turn::Updated => vec![seen.tells_more(
            "updated",
            [
                ("from", from.clone()),
                ("to", to.clone()),
                (
                    "rescheduled",
                    Json::Bool(seen.any_changed(&["start", "end"])),
                ),
            ],
        )],
        Turn::Deleted | Turn::Same => Vec::new(),
    }
}

/// HighLevel's word, which is written with and without a hyphen.
fn is_no_show(status: &Json) -> bool {
    status.as_str().is_some_and(|status| {
        status
            .replace(['-', '_', ' '], "")
            .eq_ignore_ascii_case("noshow")
    })
}

/// A MyGadgetRepairs appointment.
pub(super) fn at_counter(seen: &Seen<'_>) -> Vec<Occurrence> {
    let cancelled = seen.after.is_none() || *seen.after("cancelled") == Json::Bool(true);
    let facts = [
        (
            "rescheduled",
            Json::Bool(seen.any_changed(&["start", "end"])),
        ),
        ("cancelled", Json::Bool(cancelled)),
        ("deleted", Json::Bool(seen.after.is_none())),
    ];
    match seen.turn() {
        Turn::Created => vec![seen.tells("created")],
        Turn::Updated | Turn::Deleted => vec![seen.tells_more("changed", facts)],
        Turn::Same => Vec::new(),
    }
}
