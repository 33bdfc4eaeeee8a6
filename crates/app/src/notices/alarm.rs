//! The dead-man alarm: an address is visited while all goes on. Who watches it from outside hears nothing when the service
//! is dead, a shop is stuck, or nothing can be written any more, and raises the alarm.

use super::outbox::NoticeWay;
use crate::{App, AppError};
use domain::Side;
use store::{Sending, Shop};

/// Seconds between looks whether a visit is due.
const LOOK_SECONDS: i64 = 15;
/// A shop is late only after so many polls that came to nothing.
const POLLS: u32 = 3;

/// Whether the sides of a shop are read.
pub(super) enum Reading {
    Lately,
    Late { side: Side, minutes: i64 },
}

/// Whether anything of a shop is told: nothing of a paused one, nor of one that a person is still setting up.
pub(super) const fn is_watched(shop: &Shop) -> bool {
    !shop.paused && shop.approved_at.is_some()
}

impl App {
    pub(super) async fn keep_visiting(&self) {
        let mut next = self.now();
        loop {
            if self.now() >= next {
                match self.visit_alarm().await {
                    Ok(Some(minutes)) => next = self.in_seconds(i64::from(minutes) * 60),
                    Ok(None) => {}
                    Err(error) => {
                        tracing::warn!(code = error.code(), %error, "the alarm was not visited");
                    }
                }
            }
            self.pause(LOOK_SECONDS).await;
        }
    }

    /// Visits the alarm's address, where all goes on. Answers the minutes until the next visit; nothing where it was not
    /// visited, or in vain.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn visit_alarm(&self) -> Result<Option<u32>, AppError> {
        let settings = self.notification_settings().await?;
        let (Some(alarm), Some(carrier)) = (settings.alarm, &self.carrier) else {
            return Ok(None);
        };
        if self.alarm_holds(alarm.minutes).await?.is_some() {
            return Ok(None);
        }
        let address = self.alarm_target().await?;
        // Written down before the visit as well: a store that takes no writes must not look alive.
        self.store.prove_writable(self.now()).await?;
        let outcome = match carrier.visit(&address).await {
            Ok(()) => Sending::Sent,
            Err(why) => Sending::Failed {
                why: why.to_string(),
                next_at: None,
            },
        };
        let way = NoticeWay::Alarm.as_str();
        self.store.way_tried(way, &outcome, self.now()).await?;
        Ok((outcome == Sending::Sent).then_some(alarm.minutes))
    }

    /// Why the alarm is not visited just now; nothing where it is.
    pub(super) async fn alarm_holds(&self, minutes: u32) -> Result<Option<String>, AppError> {
        for shop in self.store.shops().await? {
            if !is_watched(&shop) {
                continue;
            }
            if let Reading::Late { side, minutes } = self.reading(&shop, minutes).await? {
                let name = &shop.name;
                let side = side.title();
                return Ok(Some(format!(
                    "{side} was not read for {minutes} minutes in the shop `{name}`"
                )));
            }
        }
        Ok(None)
    }

    /// Whether both sides were read within the minutes, or within a few polls where those are rarer.
    pub(super) async fn reading(&self, shop: &Shop, minutes: u32) -> Result<Reading, AppError> {
        let polls = self.config.poll_seconds.saturating_mul(POLLS);
        let late = i64::from(minutes.saturating_mul(60).max(polls));
        for side in Side::BOTH {
            let read = self.store.last_read(shop.id, side).await?;
            // A shop that was never read counts from its beginning.
            let since = read.or(shop.approved_at).unwrap_or(shop.created_at);
            let seconds = self.now().as_second() - since.as_second();
            if seconds > late {
                return Ok(Reading::Late {
                    side,
                    minutes: seconds / 60,
                });
            }
        }
        Ok(Reading::Lately)
    }
}
