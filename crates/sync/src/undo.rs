//! Whether what we wrote to a field may be taken back: only where our value still stands.

use domain::{Field, Value};

/// What one write did to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wrote<'a> {
    /// The value before it.
    pub before: Option<&'a Value>,
    /// What it read back as.
    pub shown: Option<&'a Value>,
    /// Whether it belongs to what a person wants taken back.
    pub wanted: bool,
}

/// What becomes of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakeBack<'a> {
    /// The value from before our writes is put back; nothing empties the field.
    Restore(Option<&'a Value>),
    /// Our value stands and equals the one from before: there is nothing to put back.
    Same,
    /// Somebody changed the field since: it is left alone.
    Edited,
    /// A write that is not to be taken back came after: it is left alone.
    Overwritten,
    /// It would lift an opt-out: it is left alone, since only a person lifts one, for the very contact.
    OptOut,
}

/// Decides about a field that reads `now`, by our writes to it that were not taken back yet, the newest first.
/// They are taken back one after the other for as long as the value is the one that the next older write left;
/// an edit of a person's in between stands again.
#[must_use]
pub fn take_back<'a>(field: Field, now: Option<&'a Value>, writes: &[Wrote<'a>]) -> TakeBack<'a> {
    let mut value = now;
    let mut taken = false;
    for write in writes {
        let ours = field.same(write.shown, value);
        match (ours, write.wanted) {
            (true, true) => {
                value = write.before;
                taken = true;
            }
            _ if taken => break,
            (true, false) => return TakeBack::Overwritten,
            (false, _) => return TakeBack::Edited,
        }
    }
    let loosens = field.is_consent() && now.is_some() && value.is_none();
    if !taken {
        TakeBack::Edited
    } else if loosens {
        TakeBack::OptOut
    } else if field.same(now, value) {
        TakeBack::Same
    } else {
        TakeBack::Restore(value)
    }
}
