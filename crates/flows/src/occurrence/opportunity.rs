//! HighLevel opportunities: HT20 to HT22.

use super::{Occurrence, Seen, Turn};
use serde_json::Value as Json;

pub(super) fn of(seen: &Seen<'_>) -> Vec<Occurrence> {
    match seen.turn() {
        Turn::Created => vec![seen.tells("created")],
        Turn::Updated => updated(seen),
        Turn::Deleted | Turn::Same => Vec::new(),
    }
}

fn updated(seen: &Seen<'_>) -> Vec<Occurrence> {
    // Where it was not known before, the vendor's own event says what changed.
    let says = |event: &str| seen.before.is_none() && seen.sighting.event.as_deref() == Some(event);
    let moved = seen.any_changed(&["stage_id", "pipeline_id"]) || says("OpportunityStageUpdate");
    let (from, to) = (seen.before("status"), seen.after("status"));
    let turned = seen.has_changed("status") || says("OpportunityStatusUpdate");
    let stage = moved.then(|| {
        seen.tells_move(
            "stage_changed",
            seen.before("stage_id"),
            seen.after("stage_id"),
        )
    });
    let closed = (turned && is_closed(to)).then(|| seen.tells_move("closed", from, to));
    stage.into_iter().chain(closed).collect()
}

/// Won, lost or abandoned.
fn is_closed(status: &Json) -> bool {
    status
        .as_str()
        .is_some_and(|status| !status.eq_ignore_ascii_case("open"))
}
