//! Opt-outs as the two sides keep them.
//!
//! HighLevel has a block of every channel and one per channel. Of MyGadgetRepairs only those can be read and
//! written that the account's customers show (mygadgetrepairs-api.md 12.3); the others rest.

use crate::Held;
use domain::{Field, Record, Side, Value};

/// What a HighLevel record holds, in place of yes, for a block that the API cannot lift (highlevel-api.md 7.3).
pub const PERMANENT: &str = "permanent";

/// Whether the record opts out. HighLevel's block of everything blocks every channel.
#[must_use]
pub fn blocked(record: &Record, field: Field) -> bool {
    let own = |field| match record.fields.get(&field) {
        Some(Value::Flag(flag)) => *flag,
        Some(Value::Text(text)) => text == PERMANENT,
        _ => false,
    };
    own(field) || (record.side == Side::HighLevel && own(Field::NoContact))
}

/// Whether the record says anything about this opt-out, so that it can be compared and written.
#[must_use]
pub fn shows(record: &Record, field: Field) -> bool {
    record.side == Side::HighLevel || record.fields.contains_key(&field)
}

/// Whether the target can take the change of an opt-out.
pub(crate) fn can_write(
    side: Side,
    target: Option<&Record>,
    field: Field,
    block: bool,
) -> Result<(), Held> {
    let hold = |reason: &str| {
        Err(Held {
            field,
            reason: reason.to_owned(),
        })
    };
    match (side, target) {
        (Side::MyGadgetRepairs, Some(target)) if !shows(target, field) => {
            hold("this MyGadgetRepairs account shows no such opt-out of its customers")
        }
        (Side::HighLevel, Some(target)) if !block => {
            if target.text(field) == Some(PERMANENT) {
                return hold(
                    "HighLevel keeps this block for good; only the person lifts it, by writing to the shop first",
                );
            }
            if field != Field::NoContact && blocked(target, Field::NoContact) {
                return hold("HighLevel blocks every channel of this contact; lift that there");
            }
            Ok(())
        }
        _ => Ok(()),
    }
}
