//! The breaker: messages that go out to contacts just after we wrote to them. Once they are many, an automation of
//! the shop answers to our writes, and writing on would text everybody.

use domain::{RecordId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// A message that comes this many seconds after our write, or later, is not blamed on it; and messages that lie
/// further apart than this are not one outbreak.
pub const WINDOW_SECONDS: i64 = 600;

/// A message that followed a write of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followed {
    /// To whom.
    pub contact: RecordId,
    /// When we wrote.
    pub wrote_at: Timestamp,
    /// When the message went out.
    pub message_at: Timestamp,
}

/// How many contacts were sent messages after our writes within one window, where that is reason to stop. `limit`
/// contacts are; 0 never stops. Writes up to `accepted` were approved by a person, with all that they cause.
#[must_use]
pub fn outbreak(followed: &[Followed], limit: u64, accepted: Option<Timestamp>) -> Option<u64> {
    if limit == 0 {
        return None;
    }
    let mut messages: BTreeSet<(Timestamp, &RecordId)> = BTreeSet::new();
    for one in followed {
        let after = one.message_at.as_second() - one.wrote_at.as_second();
        let blamed = (0..WINDOW_SECONDS).contains(&after);
        if blamed && accepted.is_none_or(|accepted| one.wrote_at > accepted) {
            messages.insert((one.message_at, &one.contact));
        }
    }
    let most = largest_window(&messages);
    (most >= limit).then_some(most)
}

/// The most different contacts in any stretch of one window's length.
fn largest_window(messages: &BTreeSet<(Timestamp, &RecordId)>) -> u64 {
    let messages: Vec<_> = messages.iter().collect();
    let mut inside: BTreeMap<&RecordId, u32> = BTreeMap::new();
    let (mut from, mut most) = (0, 0);
    for (at, contact) in &messages {
        *inside.entry(contact).or_default() += 1;
        while at.as_second() - messages[from].0.as_second() >= WINDOW_SECONDS {
            let gone = messages[from].1;
            if let Some(count) = inside.get_mut(gone) {
                *count -= 1;
                if *count == 0 {
                    inside.remove(gone);
                }
            }
            from += 1;
        }
        most = most.max(inside.len());
    }
    most as u64
}

/// How many contacts a run makes before it stops to listen whether messages go out: few at first, twice as many
/// after every quiet pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    batch: u32,
    left: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            batch: Self::FIRST,
            left: Self::FIRST,
        }
    }
}

impl Pace {
    /// Contacts made before the first pause.
    pub const FIRST: u32 = 10;

    /// How many more may be made now; 0 when it is time to listen.
    #[must_use]
    pub const fn left(self) -> u32 {
        self.left
    }

    /// So many were made.
    pub const fn made(&mut self, contacts: u32) {
        self.left = self.left.saturating_sub(contacts);
    }

    /// The pause was quiet.
    pub const fn quiet(&mut self) {
        self.batch = self.batch.saturating_mul(2);
        self.left = self.batch;
    }

    /// Nobody tells of messages, so that listening is of no use.
    pub const fn deaf(&mut self) {
        self.batch = u32::MAX;
        self.left = u32::MAX;
    }
}
