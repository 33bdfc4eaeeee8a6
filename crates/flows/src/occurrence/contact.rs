//! HighLevel contacts: HT01 to HT05, HT26.

use super::{Occurrence, Seen, Turn};
use domain::Field;
use serde_json::Value as Json;

pub(super) fn of(seen: &Seen<'_>) -> Vec<Occurrence> {
    match seen.turn() {
        Turn::Created => vec![seen.tells("created")],
        Turn::Updated => updated(seen),
        Turn::Deleted => {
            // Gone without a word of the vendor's: deleted while nobody listened, or merged into another.
            let said = seen.sighting.event.as_deref() == Some("ContactDelete");
            let vanished = (!said).then(|| seen.tells("vanished"));
            std::iter::once(seen.tells("deleted"))
                .chain(vanished)
                .collect()
        }
        Turn::Same => Vec::new(),
    }
}

fn updated(seen: &Seen<'_>) -> Vec<Occurrence> {
    let mut told = vec![seen.tells("updated")];
    let (added, removed) = (
        missing(seen.after("tags"), seen.before("tags")),
        missing(seen.before("tags"), seen.after("tags")),
    );
    if seen.before.is_some() && (!added.is_empty() || !removed.is_empty()) {
        told.push(seen.tells_more(
            "tags_changed",
            [("added", added.into()), ("removed", removed.into())],
        ));
    }
    let channels: Vec<&str> = Field::CONSENT
        .iter()
        .map(|field| field.as_str())
        .filter(|field| seen.has_changed(field))
        .collect();
    if !channels.is_empty() {
        let blocked = |now: bool| -> Vec<&str> {
            channels
                .iter()
                .copied()
                .filter(|field| (*seen.after(field) == Json::Bool(true)) == now)
                .collect()
        };
        let facts = [
            ("blocked", blocked(true).into()),
            ("allowed", blocked(false).into()),
        ];
        told.push(seen.tells_more("do_not_disturb_changed", facts));
    }
    told
}

/// The items of a list that another lacks.
pub(super) fn missing(of: &Json, there: &Json) -> Vec<String> {
    let texts = |list: &Json| -> Vec<String> {
        list.as_array()
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .map(str::to_owned)
            .collect()
    };
    let there: Vec<String> = texts(there).iter().map(|tag| tag.to_lowercase()).collect();
    texts(of)
        .into_iter()
        .filter(|tag| !there.contains(&tag.to_lowercase()))
        .collect()
}
