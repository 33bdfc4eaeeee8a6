//! Journal lines in plain words. Records are named by their references, people never.

use domain::{Kind, Side};
use store::JournalRow;

/// A line of the journal as a sentence without its time.
#[must_use]
pub fn sentence(row: &JournalRow) -> String {
    let side = row.side.unwrap_or(Side::HighLevel);
    let kind = row.kind.unwrap_or(Kind::Contact);
    let here = |side: Side, record: &Option<domain::RecordId>| {
        let id = record
            .as_ref()
            .map_or("(unknown)", domain::RecordId::as_str);
        format!("{} {} {id}", side.title(), kind.name_on(side))
    };
    let record = here(side, &row.record);
    let counterpart = || here(side.other(), &row.counterpart);
    match row.event.as_str() {
        "created" => format!("Made {record} from {}", counterpart()),
        "updated" => format!("Brought {record} up to date from {}", counterpart()),
        "deleted" => format!("Deleted {record}, as {} was deleted", counterpart()),
        "linked" => format!("{record} and {} are the same", counterpart()),
        "unlinked" => format!("{record} and {} are no longer joined", counterpart()),
        "vanished" => format!("{record} is gone"),
        "failed" => match row.detail["code"].as_str() {
            Some(code) => format!("{record} could not be written ({code})"),
            None => format!("{record} could not be written"),
        },
        "overruled" => format!("{record} was changed on both sides; the rules chose one value"),
        "chosen" => format!("A person chose a value for {record}"),
        "apart" => format!(
            "A person said that {record} and {} are not the same",
            counterpart()
        ),
        other => format!("{other}: {record}"),
    }
}
