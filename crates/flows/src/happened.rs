//! When something happened that was seen later.

use crate::Sighting;
use crate::transform::date;
use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};
use mapping::Setting;
use serde_json::Value as Json;

/// Where vendors, and our own records, keep when a record was changed last.
pub(crate) const CHANGED: [&str; 8] = [
    "changed_at",
    "last_updated",
    "updated_date",
    "modified_date",
    "last_modified",
    "updated_at",
    "updatedAt",
    "dateUpdated",
];
/// Where they keep when it was made.
pub(crate) const CREATED: [&str; 4] = ["created_at", "dateAdded", "createdAt", "created_date"];
/// Most vendors keep whole seconds: so much later at most it may have been.
const WITHIN: SignedDuration = SignedDuration::from_millis(999);

/// When it happened: when the vendor says that the record was changed, where it says that anew and with a time of day;
/// else when it was seen. What is seen long after it happened is history to whoever began to look in between.
pub(crate) fn at(sighting: &Sighting, setting: &Setting) -> Timestamp {
    let named = |record: &Option<Json>, names: &[&str]| {
        let record = record.as_ref()?;
        let value = names.iter().find_map(|name| {
            let value = record.get(*name)?;
            (!value.is_null()).then_some(value)
        })?;
        date::instant(date::read(value, &setting.zone).ok()?, &setting.zone).ok()
    };
    let told = |record: &Option<Json>| named(record, &CHANGED);
    // What is first seen long after it was made is no news, where nothing else is told.
    let made = || match &sighting.before {
        None => named(&sighting.after, &CREATED),
        Some(_) => None,
    };
    let Some(changed) = told(&sighting.after).or_else(made) else {
        return sighting.at;
    };
    let is_day = setting.zone.to_datetime(changed).time() == Time::midnight();
    let is_old = told(&sighting.before).is_some_and(|before| before >= changed);
    if is_day || is_old {
        return sighting.at;
    }
    let latest = changed.checked_add(WITHIN).unwrap_or(changed);
    latest.min(sighting.at)
}
