//! How long sessions, API tokens and set-up links live.

use domain::Timestamp;
use jiff::SignedDuration;

/// A session that nobody used for so long has ended.
const IDLE: SignedDuration = SignedDuration::from_hours(12);
/// No session lives longer, however busy.
const LONGEST: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Use is noted down again after so long, not with every request of a page that refreshes itself.
const NOTED: SignedDuration = SignedDuration::from_mins(1);
/// A set-up link that nobody used for so long is dead.
const SETUP_LINK: SignedDuration = SignedDuration::from_hours(24);

/// Days that an API token lives where nobody says otherwise.
pub const API_TOKEN_DAYS: u32 = 90;
/// Days that an API token may live at most.
pub const LONGEST_API_TOKEN_DAYS: u32 = 366;

/// The instants of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionTimes {
    /// When somebody signed in.
    pub created_at: Timestamp,
    /// When it was last noted to be used.
    pub seen_at: Timestamp,
    /// When it was ended, if it was.
    pub ended_at: Option<Timestamp>,
}

impl SessionTimes {
    /// Of a session that begins.
    #[must_use]
    pub const fn begun(now: Timestamp) -> Self {
        Self {
            created_at: now,
            seen_at: now,
            ended_at: None,
        }
    }

    /// When it ends if nobody uses it any more.
    #[must_use]
    pub fn ends_at(&self) -> Timestamp {
        let idle = after(self.seen_at, IDLE);
        let own = after(self.created_at, LONGEST);
        let end = idle.min(own);
        self.ended_at.map_or(end, |ended| ended.min(end))
    }

    /// Whether it still counts. A clock that was set back ends nothing and prolongs nothing.
    #[must_use]
    pub fn is_running(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && now < self.ends_at()
    }

    /// Whether its use should be noted down.
    #[must_use]
    pub fn is_to_be_noted(&self, now: Timestamp) -> bool {
        now >= after(self.seen_at, NOTED)
    }
}

/// When an API token ends that is made now and lives for some days; nothing where that is no life or too long a one.
#[must_use]
pub fn api_token_end(now: Timestamp, days: u32) -> Option<Timestamp> {
    (1..=LONGEST_API_TOKEN_DAYS)
        .contains(&days)
        .then(|| after(now, SignedDuration::from_hours(i64::from(days) * 24)))
}

/// When a set-up link ends that is made now.
#[must_use]
pub fn setup_link_end(now: Timestamp) -> Timestamp {
    after(now, SETUP_LINK)
}

/// Whether something with an end, which may have been revoked, still counts.
#[must_use]
pub fn is_running(expires_at: Timestamp, revoked_at: Option<Timestamp>, now: Timestamp) -> bool {
    revoked_at.is_none() && now < expires_at
}

fn after(from: Timestamp, long: SignedDuration) -> Timestamp {
    from.checked_add(long).unwrap_or(Timestamp::MAX)
}
