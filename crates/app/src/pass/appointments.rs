//! Appointments: HighLevel's calendars are walked, since no list tells what changed in them; the counter's diary is
//! read only while something hangs on it, since every request there is dear. Where either side does not let its
//! appointments be read, this kind rests alone, and says why.

use super::apply::held;
use super::{Options, Pass};
use crate::AppError;
use crate::connection::{CALENDARS, CalendarList, ShopFacts};
use crate::ports::{Port, PortError};
use domain::{FailureClass, Kind, Lane, Record, RecordId, ShopId, Side, Timestamp};
use mapping::appointment::{deleted, is_ahead, takes_place};
use mapping::{CreateRule, Rules};
use mygadgetrepairs::probe::Outcome as Offer;
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use store::{Change, Intent, Store};

const APPOINTMENT: Kind = Kind::Appointment;
const DIARY: &str = store::source_of(Side::MyGadgetRepairs, APPOINTMENT);
/// The fact that remembers why appointments rest.
const RESTING: &str = "appointments";
/// Records looked through together.
const PAGE: u32 = 250;

/// How appointments stand in a pass.
#[derive(Debug)]
pub(super) struct AppointmentsState {
    /// The ids of the location's calendars.
    calendars: BTreeSet<String>,
    /// Why they rest, for people; nothing while they are kept in step, and where the rules leave them out.
    resting: Option<String>,
    /// Whether they are read.
    read: bool,
    /// Why a side refused to write one, by code and in words: the rest of them is not tried in this pass.
    refused: [Mutex<Option<(String, String)>>; 2],
}

impl AppointmentsState {
    pub(super) fn new(facts: &ShopFacts) -> Self {
        let calendars = facts.calendars.as_ref();
        let resting = resting(facts);
        let known = calendars.is_some_and(|list| list.refused.is_none());
        Self {
            calendars: calendars
                .into_iter()
                .flat_map(|list| &list.calendars)
                .map(|calendar| calendar.id.clone())
                .collect(),
            read: facts.rules.appointments.are_synced() && known && resting.is_none(),
            resting,
            refused: Default::default(),
        }
    }

    fn refused(&self, side: Side) -> MutexGuard<'_, Option<(String, String)>> {
        self.refused[usize::from(side == Side::MyGadgetRepairs)]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why the shop's appointments rest by what is known of both accounts, for people.
pub(crate) fn resting(facts: &ShopFacts) -> Option<String> {
    if !facts.rules.appointments.are_synced() {
        return None;
    }
    let counter = &facts.capabilities.appointments.outcome;
    match counter {
        Offer::NotOffered | Offer::NotReadable => Some(
            "appointments are not synced: this MyGadgetRepairs account does not offer them; ask MyGadgetRepairs \
             whether your plan includes appointments in the API, or write `to = \"off\"` under [appointments] in the rules"
                .to_owned(),
        ),
        Offer::Refused { status } => Some(format!(
            "appointments are not synced: MyGadgetRepairs refuses to show them ({status}); ask its support whether \
             your plan includes them in the API"
        )),
        _ => {
            let refusal = facts.calendars.as_ref()?.refused.as_ref()?;
            Some(format!("appointments are not synced: {refusal}"))
        }
    }
}

/// Why appointments rested when they were last looked at, for people.
pub(crate) async fn rested(store: &Store, shop: ShopId) -> Result<Option<String>, AppError> {
    let fact = store.fact(shop, RESTING).await?;
    Ok(fact.and_then(|fact| fact.value["reason"].as_str().map(str::to_owned)))
}

/// How many calendars of the location are walked, by what is stored; none where appointments are not kept in step.
pub(crate) async fn count_calendars(
    store: &Store,
    shop: ShopId,
    rules: &Rules,
) -> Result<u64, AppError> {
    if !rules.appointments.are_synced() || rested(store, shop).await?.is_some() {
        return Ok(0);
    }
    let fact = store.fact(shop, CALENDARS).await?;
    let list = fact.and_then(|fact| serde_json::from_value::<CalendarList>(fact.value).ok());
    Ok(list.map_or(0, |list| list.calendars.len() as u64))
}

/// Whether what the counter enters into its own diary matters on the other side.
pub(crate) fn heeds_diary(rules: &Rules) -> bool {
    rules.appointments.back().is_some()
        || (rules.appointments.are_synced() && rules.create.highlevel == CreateRule::Appointment)
}

/// Whether a person has an appointment ahead, as far as appointments were read.
pub(crate) async fn is_expected(
    store: &Store,
    shop: ShopId,
    person: &Record,
    now: Timestamp,
) -> Result<bool, AppError> {
    let booked = store
        .children(shop, person.side, APPOINTMENT, [&person.id])
        .await?;
    Ok(booked
        .iter()
        .any(|stored| is_ahead(&stored.record, now) && takes_place(&stored.record)))
}

impl Pass<'_> {
    /// Reads HighLevel's calendars where they are due, and the counter's diary where something hangs on it.
    pub(super) async fn read_appointments(&self, options: Options) -> Result<(), AppError> {
        let state = &self.appointments;
        if !state.read {
            return self.rest(state.resting.clone()).await;
        }
        let outcome = self.read_diaries(options).await;
        match outcome {
            Err(AppError::Vendor(error)) => self.not_read(error).await,
            Err(error) => Err(error),
            Ok(()) => self.rest(None).await,
        }
    }

    /// Appointments could not be read: the rest of the shop is kept in step all the same.
    async fn not_read(&self, error: PortError) -> Result<(), AppError> {
        if is_refusal(&error) {
            let reason = format!("appointments are not synced: {}", error.message);
            return self.rest(Some(reason)).await;
        }
        if matches!(error.class, FailureClass::Deferred { .. }) {
            return Err(AppError::Vendor(error));
        }
        self.tally(|tally| tally.stop(error.to_string()));
        Ok(())
    }

    async fn read_diaries(&self, options: Options) -> Result<(), AppError> {
        let crm = &*self.connection.highlevel;
        let known = self.is_read(Side::HighLevel, APPOINTMENT).await?;
        if options.sweep || !known {
            self.walk_all(crm, APPOINTMENT).await?;
        } else if !options.live || self.calendars_are_due().await? {
            self.walk_for_news(crm, APPOINTMENT).await?;
        }
        let counter = &*self.connection.mygadgetrepairs;
        if options.sweep && self.is_read(Side::MyGadgetRepairs, APPOINTMENT).await? {
            self.walk_all(counter, APPOINTMENT).await?;
            // Time has passed: what waited for its person or for an answer may be over.
            let anew = vec![Change::UnsettleAll(APPOINTMENT)];
            return self.commit(anew).await;
        }
        if self.heeds_diary() || self.is_to_be_matched().await? {
            return self.read_diary(counter).await;
        }
        Ok(())
    }

    /// Whether appointments are kept in step, as far as both accounts let them be read.
    pub(super) const fn keeps_appointments(&self) -> bool {
        self.appointments.read
    }

    /// Whether what the counter enters into its own diary matters on the other side, or to a flow.
    pub(super) fn heeds_diary(&self) -> bool {
        self.appointments.read && (heeds_diary(&self.judge.rules) || self.flows_wait_for(DIARY))
    }

    /// What changed in the counter's diary; all of it the first time.
    pub(super) async fn read_diary(&self, counter: &dyn Port) -> Result<(), AppError> {
        if self.is_read(Side::MyGadgetRepairs, APPOINTMENT).await? {
            self.poll_changed(counter, APPOINTMENT).await
        } else {
            self.walk_all(counter, APPOINTMENT).await
        }
    }

    /// Whether an appointment is to come.
    pub(super) fn is_booking(&self, record: &Record) -> bool {
        is_ahead(record, self.now()) && takes_place(record)
    }

    /// Webhooks told of bookings: somebody may have entered one at the counter a moment ago. Then it is linked, not
    /// made a second time.
    pub(super) async fn read_diary_for(&self, booked: &[RecordId]) -> Result<(), AppError> {
        let linked = self
            .store
            .links_of(self.shop.id, Side::HighLevel, APPOINTMENT, booked)
            .await?;
        if linked.len() < booked.len() {
            let counter = self.connection.on(Side::MyGadgetRepairs, Lane::Live);
            return match self.read_diary(counter).await {
                Err(AppError::Vendor(error)) => self.not_read(error).await,
                other => other,
            };
        }
        Ok(())
    }

    /// Whether a booking of HighLevel's has to be compared with the counter's diary before it may be entered there.
    async fn is_to_be_matched(&self) -> Result<bool, AppError> {
        let shop = self.shop.id;
        let mut after: Option<RecordId> = None;
        loop {
            let page = self
                .store
                .unsettled(shop, Side::HighLevel, APPOINTMENT, after.as_ref(), PAGE)
                .await?;
            let Some(last) = page.last() else {
                return Ok(false);
            };
            after = Some(last.record.id.clone());
            let ahead: Vec<RecordId> = page
                .into_iter()
                .map(|stored| stored.record)
                .filter(|record| self.is_booking(record))
                .map(|record| record.id)
                .collect();
            let linked = self
                .store
                .links_of(shop, Side::HighLevel, APPOINTMENT, &ahead)
                .await?;
            if linked.len() < ahead.len() {
                return Ok(true);
            }
        }
    }

    /// As often as polls, but never for more than a share of the day's requests.
    async fn calendars_are_due(&self) -> Result<bool, AppError> {
        let budgets = sync::Budgets {
            highlevel_per_day: u64::from(self.config.highlevel_per_day),
            ..sync::Budgets::default()
        };
        let interval = sync::calendar_walk_interval(
            self.appointments.calendars.len() as u64,
            u64::from(self.config.poll_seconds),
            &budgets,
        );
        self.is_walk_older(Side::HighLevel, APPOINTMENT, interval)
            .await
    }

    /// Remembers why appointments rest, or that they do not.
    async fn rest(&self, reason: Option<String>) -> Result<(), AppError> {
        if rested(self.store, self.shop.id).await? == reason {
            return Ok(());
        }
        let value = reason.map_or(Json::Null, |reason| json!({"reason": reason}));
        self.commit(vec![Change::Fact(RESTING, value)]).await
    }

    /// A record that a walk should have shown and did not: which of HighLevel's appointments these can be. What lies
    /// outside the window is not shown, and what was deleted never is.
    pub(super) async fn unseen_appointments(
        &self,
        walk: i64,
        after: Option<&RecordId>,
        limit: u32,
    ) -> Result<Vec<RecordId>, AppError> {
        let began = Timestamp::from_second(walk).unwrap_or_else(|_| self.now());
        let window = sync::calendar_window(began, self.judge.rules.appointments.days());
        Ok(self
            .store
            .unseen_appointments(self.shop.id, Side::HighLevel, walk, window, after, limit)
            .await?)
    }

    /// A record as it is now. A HighLevel appointment that the vendor does not know any more is one that was deleted,
    /// as long as it is remembered what it was.
    pub(super) async fn fetch_now(
        &self,
        port: &dyn Port,
        kind: Kind,
        id: &RecordId,
        parent: Option<&RecordId>,
    ) -> Result<Option<Record>, PortError> {
        let found = port.fetch(kind, id, parent).await?;
        if found.is_some() || (port.side(), kind) != (Side::HighLevel, APPOINTMENT) {
            return Ok(found);
        }
        let stored = self.store.record(self.shop.id, port.side(), kind, id).await;
        let stored = stored.ok().flatten();
        Ok(stored.map(|stored| deleted(stored.record)))
    }

    /// A calendar that was made since the list of calendars was read: it is read anew by the next pass.
    pub(super) fn learn_calendars(&self, record: &Record) -> Option<Change> {
        let calendar = record.text(domain::Field::Calendar)?;
        let unknown = (record.side, record.kind) == (Side::HighLevel, APPOINTMENT)
            && !self.appointments.calendars.contains(calendar)
            && !mapping::appointment::is_deleted(record);
        unknown.then_some(Change::Fact(CALENDARS, Json::Null))
    }

    /// Whether this pass has met a refusal for writes of this sort: then it is not tried again and again.
    pub(super) fn is_refused(&self, intent: &Intent) -> Option<Change> {
        if intent.kind != APPOINTMENT {
            return None;
        }
        let failure = self.appointments.refused(intent.side).clone()?;
        Some(held(intent, failure))
    }

    /// What a person has to mend for appointments does not hold back the rest of the side.
    pub(super) fn rests_alone(&self, intent: &Intent, error: &PortError) -> bool {
        let alone = intent.kind == APPOINTMENT && is_refusal(error);
        if alone {
            let words = (error.code.to_owned(), error.message.clone());
            *self.appointments.refused(intent.side) = Some(words);
        }
        alone
    }
}

/// Whether a vendor does not let appointments be read or written, while it may take everything else.
fn is_refusal(error: &PortError) -> bool {
    match error.class {
        FailureClass::NeedsHuman => !error.code.contains("KEY"),
        FailureClass::Permanent => true,
        FailureClass::Transient | FailureClass::Deferred { .. } | FailureClass::Bug => false,
    }
}
