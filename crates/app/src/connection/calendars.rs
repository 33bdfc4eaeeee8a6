//! The location's calendars, as far as the shop's appointments need them.

use super::Clients;
use super::ShopFacts;
use crate::sides::highlevel_appointments::{CalendarFact, Diary};
use crate::{App, AppError};
use domain::{Clock, FailureClass, Timestamp};
use jiff::SignedDuration;
use mapping::Rules;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::sync::Arc;
use store::{Change, Shop};

/// Forgotten when an appointment names a calendar that is not among them.
pub(crate) const CALENDARS: &str = "calendars";
/// Calendars that may not be read are asked for again after this long: somebody may have allowed it.
const REFUSAL_LASTS: SignedDuration = SignedDuration::from_hours(1);

/// The location's calendars, or why they cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CalendarList {
    pub(crate) calendars: Vec<CalendarFact>,
    pub(crate) refused: Option<String>,
    pub(crate) asked_at: Timestamp,
}

impl CalendarList {
    /// The calendar that a person means, by name or id.
    pub(crate) fn named(&self, text: &str) -> Option<&CalendarFact> {
        let by_id = self.calendars.iter().find(|calendar| calendar.id == text);
        by_id.or_else(|| {
            let wanted = domain::normalize::name::key(text);
            self.calendars
                .iter()
                .find(|calendar| domain::normalize::name::key(&calendar.name) == wanted)
        })
    }
}

impl ShopFacts {
    /// What the HighLevel side needs to know to read and book appointments; nothing where calendars are not read.
    pub(super) fn diary(&self, clock: &Arc<dyn Clock>) -> Option<Diary> {
        let list = self
            .calendars
            .as_ref()
            .filter(|list| list.refused.is_none())?;
        let rules = &self.rules.appointments;
        Some(Diary {
            calendars: list.calendars.clone(),
            back: rules.back().and_then(|name| list.named(name)).cloned(),
            days_ahead: rules.days(),
            zone: self.location_zone(),
            day_zone: self.setting.zone.clone(),
            clock: Arc::clone(clock),
        })
    }
}

impl App {
    /// The location's calendars, where appointments are synced. A refusal is remembered for a while; what fails in
    /// passing is not.
    pub(super) async fn calendars(
        &self,
        shop: &Shop,
        clients: &Clients,
        rules: &Rules,
        anew: bool,
    ) -> Result<Option<CalendarList>, AppError> {
        use domain::Failure as _;
        if !rules.appointments.are_synced() {
            return Ok(None);
        }
        let known: Option<CalendarList> = self.known(shop, CALENDARS, anew).await?;
        let now = self.now();
        let fresh = known.filter(|list| {
            list.refused.is_none() || now.duration_since(list.asked_at) < REFUSAL_LASTS
        });
        if fresh.is_some() {
            return Ok(fresh);
        }
        let mut list = CalendarList {
            calendars: Vec::new(),
            refused: None,
            asked_at: now,
        };
        match clients.highlevel.calendars().list().await {
            Ok(calendars) => {
                list.calendars = calendars
                    .into_iter()
                    .map(|calendar| CalendarFact {
                        user: calendar.default_user().map(str::to_owned),
                        name: calendar.name.unwrap_or_else(|| calendar.id.clone()),
                        id: calendar.id,
                    })
                    .collect();
            }
            Err(error)
                if matches!(
                    error.class(),
                    FailureClass::NeedsHuman | FailureClass::Permanent
                ) =>
            {
                list.refused = Some(error.to_string());
            }
            Err(_) => return Ok(None),
        }
        self.learn(shop, CALENDARS, &list).await?;
        Ok(Some(list))
    }

    /// What was refused to the old credentials may be open to the new ones.
    pub(crate) async fn forget_refused_calendars(&self, shop: &Shop) -> Result<(), AppError> {
        let known: Option<CalendarList> = self.known(shop, CALENDARS, false).await?;
        if known.is_some_and(|list| list.refused.is_some()) {
            let forget = vec![Change::Fact(CALENDARS, Json::Null)];
            self.store.commit(shop.id, self.now(), forget).await?;
        }
        Ok(())
    }
}
