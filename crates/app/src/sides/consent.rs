//! HighLevel's do-not-disturb settings as opt-outs, and back (highlevel-api.md 7.3).

use super::flag;
use crate::ports::Writes;
use domain::{Field, Record, Value};
use highlevel::model::{Channel, Contact, Dnd, DndStatus};
use std::collections::BTreeMap;

const CHANNELS: [(Field, Channel); 3] = [
    (Field::NoCalls, Channel::Call),
    (Field::NoEmail, Channel::Email),
    (Field::NoSms, Channel::Sms),
];

/// Puts what is blocked into the record; what is not blocked is absent.
pub(super) fn read(contact: &Contact, record: &mut Record) {
    let all = contact.dnd == Some(true);
    record.set(Field::NoContact, all.then_some(Value::Flag(true)));
    for (field, channel) in CHANNELS {
        let block = match contact.dnd_settings.get(&channel).map(|dnd| dnd.status) {
            Some(DndStatus::Active) => Some(Value::Flag(true)),
            Some(DndStatus::Permanent) => Value::text(mapping::PERMANENT),
            Some(DndStatus::Inactive) | None => None,
        };
        record.set(field, block);
    }
}

/// Whether a write changes any opt-out.
pub(super) fn touches(writes: &Writes) -> bool {
    Field::CONSENT
        .iter()
        .any(|field| writes.contains_key(field))
}

/// The block of every channel, where it is written.
pub(super) fn everything(writes: &Writes) -> Option<bool> {
    flag(writes, Field::NoContact)
}

/// The channels to send: what is written, over those that the contact has. It is not documented whether a part
/// of them replaces the rest, so the rest is sent along; and a block for good is never touched.
pub(super) fn channels(writes: &Writes, has: &BTreeMap<Channel, Dnd>) -> BTreeMap<Channel, Dnd> {
    let mut changed = false;
    let mut settings = has.clone();
    for (field, channel) in CHANNELS {
        let permanent = has
            .get(&channel)
            .is_some_and(|dnd| dnd.status == DndStatus::Permanent);
        let Some(block) = flag(writes, field).filter(|_| !permanent) else {
            continue;
        };
        let status = if block {
            DndStatus::Active
        } else {
            DndStatus::Inactive
        };
        let mut dnd = Dnd::new(status);
        dnd.message = Some("Set in MyGadgetRepairs".to_owned());
        settings.insert(channel, dnd);
        changed = true;
    }
    if changed { settings } else { BTreeMap::new() }
}
