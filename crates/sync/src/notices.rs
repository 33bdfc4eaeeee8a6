//! What is to be told of shops to somebody who does not look, given what was told, what stands, and the time.
//!
//! A need is told once, when it has stood for a grace time, and not again while it stands, except for a reminder. What was
//! told and is gone for as long is well again. What comes and goes faster is not told at all. Questions to people are
//! gathered. A shop that nobody has to care about, a paused one, tells nothing and forgets nothing that was told.

use domain::{ShopId, Timestamp};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What could not be sent for so long is not tried any more: by then it is no news.
const GIVEN_UP: SignedDuration = SignedDuration::from_hours(24);

/// How long is waited before something is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// So long a need has to stand that lets work go on, and to be gone before it is over.
    pub attention: SignedDuration,
    /// The same for one that stops the work.
    pub stopped: SignedDuration,
    /// After so long what still stands is told again; `None` for never.
    pub reminder: Option<SignedDuration>,
    /// Questions of a shop are told no more often than this.
    pub questions: SignedDuration,
    /// What becomes due is held back for so long, to be told together with what becomes due meanwhile.
    pub gathering: SignedDuration,
}

/// How bad a need is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// Nothing is being synced.
    Stopped,
    /// Something waits for a person.
    Attention,
    /// A person is asked something; work goes on beside it.
    Question,
}

/// A need as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingNeed {
    /// What it is known by: the same for as long as it stands.
    pub key: String,
    /// How bad it is.
    pub weight: Weight,
    /// How many there are; 1 where they are not counted. More questions than were told are told again.
    pub count: u64,
}

/// A shop as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingShop {
    /// The shop.
    pub shop: ShopId,
    /// Whether anything of it is told; false while it is paused.
    pub watched: bool,
    /// What it needs.
    pub needs: Vec<StandingNeed>,
}

/// What is remembered of a shop from one look to the next, restarts included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ToldShop {
    needs: BTreeMap<String, KnownNeed>,
    /// A need was told, and that it is over was not.
    unwell: bool,
    /// When it was first seen that this is to be told.
    well_since: Option<Timestamp>,
    /// When questions were last told.
    asked_at: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct KnownNeed {
    weight: Weight,
    since: Timestamp,
    told_at: Option<Timestamp>,
    told_count: u64,
    gone_since: Option<Timestamp>,
}

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tidings {
    /// Needs that are new.
    Needs,
    /// Questions for people, and nothing worse.
    Questions,
    /// Needs that were told and still stand.
    Reminder,
    /// What was told is over.
    Well,
}

/// Something to tell of one shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The shop.
    pub shop: ShopId,
    /// What it is about.
    pub what: Tidings,
    /// The needs by their keys; with good tidings the questions that still stand.
    pub needs: Vec<String>,
}

/// Decides what is to be told now, and remembers it as told. What is answered together goes into one message.
pub fn notices(
    told: &mut BTreeMap<ShopId, ToldShop>,
    shops: &[StandingShop],
    now: Timestamp,
    patience: &Patience,
) -> Vec<Notice> {
    for shop in shops {
        let known = told.entry(shop.shop).or_default();
        if shop.watched {
            known.see(&shop.needs, now, patience);
        } else {
            known.rest();
        }
    }
    let watched = || shops.iter().filter(|shop| shop.watched);
    let first = watched()
        .filter_map(|shop| told.get(&shop.shop)?.first_due(&shop.needs, now, patience))
        .min();
    // Who breaks in the same minute is told of together.
    if first.is_none_or(|first| passed(first, now) < patience.gathering) {
        return Vec::new();
    }
    let mut notices = Vec::new();
    for shop in watched() {
        if let Some(known) = told.get_mut(&shop.shop) {
            notices.extend(known.tell(shop, now, patience));
        }
    }
    notices
}

/// When what could not be sent is tried again, after so many attempts; nothing where it is given up after a day.
#[must_use]
pub fn next_try(made_at: Timestamp, attempts: u32, now: Timestamp) -> Option<Timestamp> {
    let minutes = match attempts {
        0 | 1 => 1,
        2 => 5,
        3 => 15,
        _ => 60,
    };
    let next = after(now, SignedDuration::from_mins(minutes));
    (passed(made_at, next) <= GIVEN_UP).then_some(next)
}

fn passed(since: Timestamp, now: Timestamp) -> SignedDuration {
    now.duration_since(since)
}

fn after(at: Timestamp, wait: SignedDuration) -> Timestamp {
    at.checked_add(wait).unwrap_or(Timestamp::MAX)
}

impl Patience {
    const fn of(&self, weight: Weight) -> SignedDuration {
        match weight {
            Weight::Stopped => self.stopped,
            Weight::Attention | Weight::Question => self.attention,
        }
    }
}

impl ToldShop {
    /// Whether there is anything to remember.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Takes in what stands.
    fn see(&mut self, needs: &[StandingNeed], now: Timestamp, patience: &Patience) {
        for need in needs {
            let known = self.needs.entry(need.key.clone()).or_insert(KnownNeed {
                weight: need.weight,
                since: now,
                told_at: None,
                told_count: 0,
                gone_since: None,
            });
            known.gone_since = None;
            known.weight = need.weight;
            // A clock that was put back.
            known.since = known.since.min(now);
            known.told_count = known.told_count.min(need.count);
        }
        self.needs.retain(|key, known| {
            if needs.iter().any(|need| need.key == *key) {
                return true;
            }
            let gone = *known.gone_since.get_or_insert(now);
            known.told_at.is_some() && passed(gone, now) < patience.of(known.weight)
        });
        let is_well = self
            .needs
            .values()
            .all(|known| known.weight == Weight::Question);
        self.well_since = (self.unwell && is_well).then(|| self.well_since.unwrap_or(now));
    }

    /// Nobody has to care: what was not told is forgotten, what was told stays so.
    fn rest(&mut self) {
        self.needs.retain(|_, known| known.told_at.is_some());
        for known in self.needs.values_mut() {
            known.gone_since = None;
        }
        self.well_since = None;
    }

    /// Since when something is due; nothing where nothing is.
    fn first_due(
        &self,
        needs: &[StandingNeed],
        now: Timestamp,
        patience: &Patience,
    ) -> Option<Timestamp> {
        let due = needs.iter().flat_map(|need| {
            let reminder = self.reminder_at(need, patience);
            [self.new_at(need, patience), reminder]
        });
        due.chain([self.well_since])
            .flatten()
            .filter(|at| *at <= now)
            .min()
    }

    /// When a need is told for the first time, or with more questions; nothing where it was.
    fn new_at(&self, need: &StandingNeed, patience: &Patience) -> Option<Timestamp> {
        let known = self.needs.get(&need.key)?;
        let at = after(known.since, patience.of(need.weight));
        if need.weight != Weight::Question {
            return known.told_at.is_none().then_some(at);
        }
        let again = self.asked_at.map(|asked| after(asked, patience.questions));
        (need.count > known.told_count).then(|| again.map_or(at, |again| at.max(again)))
    }

    /// When a need is told again.
    fn reminder_at(&self, need: &StandingNeed, patience: &Patience) -> Option<Timestamp> {
        let told = self.needs.get(&need.key)?.told_at?;
        patience.reminder.map(|wait| after(told, wait))
    }

    fn tell(&mut self, shop: &StandingShop, now: Timestamp, patience: &Patience) -> Option<Notice> {
        let due = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
        let new = |need: &&StandingNeed| due(self.new_at(need, patience));
        let standing = shop.needs.iter();
        let news: Vec<&StandingNeed> = standing.clone().filter(new).collect();
        let reminds = standing
            .clone()
            .any(|need| due(self.reminder_at(need, patience)));
        let (what, needs): (Tidings, Vec<&StandingNeed>) = if reminds {
            // Once a day everything that stands, not each by itself.
            let known = |need: &&StandingNeed| {
                let known = self.needs.get(&need.key);
                known.is_some_and(|known| known.told_at.is_some()) || new(need)
            };
            let what = match news.iter().any(|need| need.weight != Weight::Question) {
                true => Tidings::Needs,
                false => Tidings::Reminder,
            };
            (what, standing.filter(known).collect())
        } else if news.iter().any(|need| need.weight != Weight::Question) {
            (Tidings::Needs, news)
        } else if self.well_since.is_some() {
            let questions = standing.filter(|need| need.weight == Weight::Question);
            (Tidings::Well, questions.collect())
        } else if news.is_empty() {
            return None;
        } else {
            (Tidings::Questions, news)
        };
        for need in &needs {
            if need.weight == Weight::Question {
                self.asked_at = Some(now);
            } else {
                self.unwell = true;
            }
            if let Some(known) = self.needs.get_mut(&need.key) {
                known.told_at = Some(now);
                known.told_count = need.count;
            }
        }
        if what == Tidings::Well {
            self.unwell = false;
            self.well_since = None;
        }
        Some(Notice {
            shop: shop.shop,
            what,
            needs: needs.into_iter().map(|need| need.key.clone()).collect(),
        })
    }
}

#[cfg(test)]
mod tests;
