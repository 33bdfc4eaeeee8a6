//! What is known of a shop beside its records: read from the vendors, kept for a day.

use super::Clients;
use super::calendars::CalendarList;
use crate::judge::Judge;
use crate::ports::PortError;
use crate::scopes::NO_SCOPE;
use crate::{App, AppError, Requests};
use domain::{CountryCode, FailureClass};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use mapping::{Rules, Setting, Status};
use mygadgetrepairs::probe::{Capabilities, Probe};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use store::{Change, Shop};

/// Facts are read again after this long.
const FACTS_LAST: SignedDuration = SignedDuration::from_hours(24);
const LOCATION: &str = "location";
const STATUSES: &str = "statuses";
const CAPABILITIES: &str = "capabilities";
const USERS: &str = "users";
const CUSTOMERS: &str = "/customers";
/// Requests that the facts take: location and users; statuses and the probe. The list of calendars is one more.
pub(crate) const FACTS_COST: Requests = Requests {
    highlevel: 2,
    mygadgetrepairs: 10,
};

/// What reading and writing need to know of a shop.
#[derive(Clone, Debug)]
pub(crate) struct ShopFacts {
    pub(crate) rules: Rules,
    pub(crate) setting: Setting,
    pub(crate) location: LocationFacts,
    pub(crate) capabilities: Capabilities,
    /// Names of the location's users by id, where they can be read.
    pub(crate) users: BTreeMap<String, String>,
    /// The location's calendars; nothing where the rules do not need them, or where they are not known just now.
    pub(crate) calendars: Option<CalendarList>,
}

impl ShopFacts {
    /// Whether the counter shows what changed since an instant.
    pub(crate) fn has_feed(&self) -> bool {
        self.capabilities.has_feed(CUSTOMERS)
    }

    /// The location's zone, else the shop's.
    pub(crate) fn location_zone(&self) -> TimeZone {
        self.location.zone_or(&self.setting.zone)
    }
}

impl LocationFacts {
    /// A location that may not be looked at: it is not counted upon to refuse doubles.
    fn unseen() -> Self {
        Self {
            allows_duplicates: true,
            ..Self::default()
        }
    }

    fn zone_or(&self, other: &TimeZone) -> TimeZone {
        let zone = self.zone.as_deref();
        zone.and_then(|name| TimeZone::get(name).ok())
            .unwrap_or_else(|| other.clone())
    }
}

/// What the location says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LocationFacts {
    pub(crate) name: Option<String>,
    pub(crate) zone: Option<String>,
    pub(crate) country: Option<String>,
    pub(crate) allows_duplicates: bool,
    pub(crate) unique_identifiers: Vec<String>,
}

impl App {
    /// What is known of a shop; read from the vendors where it is missing or a day old, or when told to.
    pub(crate) async fn facts(
        &self,
        shop: &Shop,
        clients: &Clients,
        anew: bool,
    ) -> Result<ShopFacts, AppError> {
        let location = async {
            let ask = || async { clients.highlevel.location().get().await };
            let location = patiently(self, ask, PortError::from).await?;
            let settings = location.settings.unwrap_or_default();
            Ok(LocationFacts {
                name: location.name,
                zone: location.timezone,
                country: location.country,
                allows_duplicates: settings.allow_duplicate_contact.unwrap_or(true),
                unique_identifiers: settings.contact_unique_identifiers,
            })
        };
        let location = match self.known_or(shop, LOCATION, anew, location).await {
            // Without the permission to look, what a person told of the shop has to do. Asked again by the next pass.
            Err(AppError::Vendor(error)) if error.code == NO_SCOPE && shop.country.is_some() => {
                LocationFacts::unseen()
            }
            found => found?,
        };
        let statuses = async {
            let ask = || async { clients.mygadgetrepairs.statuses().all().await };
            let all = patiently(self, ask, PortError::from).await?;
            let statuses = all.into_iter().map(|status| Status {
                id: status.id.as_str().to_owned(),
                label: status.label.unwrap_or_default(),
            });
            Ok(statuses.collect::<Vec<_>>())
        };
        let statuses = self.known_or(shop, STATUSES, anew, statuses).await?;
        let capabilities = async {
            let probe = Probe::new(&clients.mygadgetrepairs);
            loop {
                let asked = patiently(self, || probe.ask_next(), PortError::from).await?;
                if let Some(found) = asked {
                    return Ok(found);
                }
            }
        };
        let capabilities = self
            .known_or(shop, CAPABILITIES, anew, capabilities)
            .await?;
        let setting = self.setting(shop, &location, statuses)?;
        let rules = self.rules_of(shop)?;
        let users = self.users(shop, clients, &rules, anew).await?;
        let calendars = self.calendars(shop, clients, &rules, anew).await?;
        Ok(ShopFacts {
            rules,
            users,
            calendars,
            setting,
            location,
            capabilities,
        })
    }

    /// Rules and setting by what is stored, however old. For answers that ask no vendor.
    pub(crate) async fn stored_judge(&self, shop: &Shop) -> Result<Judge, AppError> {
        let location = self.store.fact(shop.id, LOCATION).await?;
        let statuses = self.store.fact(shop.id, STATUSES).await?;
        let (Some(location), Some(statuses)) = (location, statuses) else {
            return Err(AppError::Refused(format!(
                "the shop `{0}` has not been read yet; run `repairbridge sync {0}` first",
                shop.name
            )));
        };
        let location = serde_json::from_value(location.value).unwrap_or_default();
        let statuses = serde_json::from_value(statuses.value).unwrap_or_default();
        Ok(Judge {
            rules: self.rules_of(shop)?,
            setting: self.setting(shop, &location, statuses)?,
        })
    }

    /// The location's zone by what is stored, else the shop's.
    pub(crate) async fn stored_location_zone(
        &self,
        shop: &Shop,
        judge: &Judge,
    ) -> Result<TimeZone, AppError> {
        let fact = self.store.fact(shop.id, LOCATION).await?;
        let location: LocationFacts = fact
            .and_then(|fact| serde_json::from_value(fact.value).ok())
            .unwrap_or_default();
        Ok(location.zone_or(&judge.setting.zone))
    }

    /// Whether the counter shows what changed since an instant, by what is stored.
    pub(crate) async fn has_feed(&self, shop: &Shop) -> Result<bool, AppError> {
        let stored = self.store.fact(shop.id, CAPABILITIES).await?;
        let found = stored.and_then(|fact| serde_json::from_value::<Capabilities>(fact.value).ok());
        Ok(found.is_some_and(|found| found.has_feed(CUSTOMERS)))
    }

    /// Names of the location's users, for notes. Without the scope for them notes name nobody.
    async fn users(
        &self,
        shop: &Shop,
        clients: &Clients,
        rules: &Rules,
        anew: bool,
    ) -> Result<BTreeMap<String, String>, AppError> {
        if rules.notes.to == mapping::NotesTo::Off && rules.note_rules.is_empty() {
            return Ok(BTreeMap::new());
        }
        if let Some(known) = self.known(shop, USERS, anew).await? {
            return Ok(known);
        }
        let users = match clients.highlevel.users().list().await {
            Ok(users) => users,
            Err(error) => {
                use domain::Failure as _;
                if matches!(error.class(), FailureClass::Transient) {
                    return Ok(BTreeMap::new());
                }
                Vec::new()
            }
        };
        let names = users.into_iter().filter_map(|user| {
            let (given, family) = (user.first_name.as_deref(), user.last_name.as_deref());
            let name = user
                .name
                .clone()
                .or_else(|| domain::normalize::name::join(given, family))?;
            Some((user.id, name))
        });
        let names: BTreeMap<String, String> = names.collect();
        self.learn(shop, USERS, &names).await?;
        Ok(names)
    }

    fn setting(
        &self,
        shop: &Shop,
        location: &LocationFacts,
        statuses: Vec<Status>,
    ) -> Result<Setting, AppError> {
        let country = shop
            .country
            .as_deref()
            .or(location.country.as_deref())
            .and_then(CountryCode::parse)
            .ok_or_else(|| {
                AppError::Refused(format!(
                    "the country of the shop `{}` is not known; add it again with --country, for example --country GB",
                    shop.name
                ))
            })?;
        let zone = shop
            .zone
            .as_deref()
            .or(location.zone.as_deref())
            .unwrap_or("UTC");
        Setting::new(country, zone, statuses).map_err(|why| AppError::Refused(why.to_string()))
    }

    /// What is known, else what is asked for now, and learnt.
    async fn known_or<T: serde::de::DeserializeOwned + Serialize>(
        &self,
        shop: &Shop,
        topic: &'static str,
        anew: bool,
        ask: impl Future<Output = Result<T, AppError>>,
    ) -> Result<T, AppError> {
        if let Some(known) = self.known(shop, topic, anew).await? {
            return Ok(known);
        }
        let learnt = ask.await?;
        self.learn(shop, topic, &learnt).await?;
        Ok(learnt)
    }

    pub(super) async fn known<T: serde::de::DeserializeOwned>(
        &self,
        shop: &Shop,
        topic: &'static str,
        anew: bool,
    ) -> Result<Option<T>, AppError> {
        if anew {
            return Ok(None);
        }
        let Some(fact) = self.store.fact(shop.id, topic).await? else {
            return Ok(None);
        };
        let old = self.now().duration_since(fact.at) > FACTS_LAST;
        Ok(if old {
            None
        } else {
            serde_json::from_value(fact.value).ok()
        })
    }

    pub(super) async fn learn(
        &self,
        shop: &Shop,
        topic: &'static str,
        value: &impl Serialize,
    ) -> Result<(), AppError> {
        let value = serde_json::to_value(value).unwrap_or(Json::Null);
        Ok(self
            .store
            .commit(shop.id, self.now(), vec![Change::Fact(topic, value)])
            .await?)
    }
}

/// Reads facts with a few tries, since they stand at the beginning of everything.
pub(crate) async fn patiently<T, E, F>(
    app: &App,
    read: impl Fn() -> F,
    wrap: impl Fn(E) -> PortError,
) -> Result<T, AppError>
where
    F: Future<Output = Result<T, E>>,
{
    let mut tries = 0_u32;
    loop {
        let error = match read().await {
            Ok(value) => return Ok(value),
            Err(error) => wrap(error),
        };
        let after = |pause| {
            let until = app.now().checked_add(pause);
            until.unwrap_or(domain::Timestamp::MAX)
        };
        let patience = SignedDuration::from_secs(app.config.patience_seconds);
        let until = match error.class {
            FailureClass::Transient if tries < 4 => {
                let pause = SignedDuration::from_millis(250 << tries);
                tries += 1;
                after(pause)
            }
            FailureClass::Deferred { until } if until <= after(patience) => until,
            _ => return Err(AppError::Vendor(error)),
        };
        app.context.clock.sleep_until(until).await;
    }
}
