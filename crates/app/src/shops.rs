//! Adding, listing, pausing and removing shops.

use crate::{App, AppError};
use domain::{CountryCode, Kind, Side};
use mapping::{CancelledPolicy, CreateRule, Rules};
use store::{IntentOp, IntentState, Shop};

/// What is needed to add a shop.
#[derive(Clone, Debug)]
pub struct NewShop {
    /// Short name, typed in commands.
    pub name: String,
    /// The HighLevel location (sub-account) id.
    pub location: String,
    /// IANA time zone; the location's where left out.
    pub zone: Option<String>,
    /// Two-letter country; the location's where left out.
    pub country: Option<String>,
}

impl App {
    /// Adds a shop with the default rules.
    ///
    /// # Errors
    /// When a word cannot be used, the name is taken, or the store refuses.
    pub async fn add_shop(&self, new: &NewShop) -> Result<Shop, AppError> {
        check_name(&new.name)?;
        self.put_shop(new).await
    }

    /// The same under a name that nobody types in commands.
    pub(crate) async fn put_shop(&self, new: &NewShop) -> Result<Shop, AppError> {
        if new.location.trim().is_empty() {
            return Err(AppError::Refused(
                "the location is empty. It is the sub-account's id: in HighLevel, Settings > Business Profile".into(),
            ));
        }
        if let Some(zone) = &new.zone
            && jiff::tz::TimeZone::get(zone).is_err()
        {
            return Err(AppError::Refused(format!(
                "`{zone}` is not a time zone; write an IANA name such as Europe/London"
            )));
        }
        let country = match &new.country {
            Some(text) => Some(CountryCode::parse(text).ok_or_else(|| {
                AppError::Refused(format!(
                    "`{text}` is not a country; write two letters such as GB"
                ))
            })?),
            None => None,
        };
        let rules = serde_json::to_value(Rules::default()).map_err(|why| {
            AppError::Refused(format!("the default rules cannot be stored: {why}"))
        })?;
        let country = country.as_ref().map(CountryCode::as_str);
        let shop = self
            .store
            .add_shop(
                &new.name,
                new.location.trim(),
                new.zone.as_deref(),
                country,
                &rules,
                self.now(),
            )
            .await?;
        Ok(shop)
    }

    /// All shops.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn shops(&self) -> Result<Vec<Shop>, AppError> {
        Ok(self.store.shops().await?)
    }

    /// Whether the store can be read.
    ///
    /// # Errors
    /// When it cannot.
    pub async fn can_read(&self) -> Result<(), AppError> {
        Ok(self.store.can_be_read().await?)
    }

    /// One shop by name.
    ///
    /// # Errors
    /// When there is none of this name.
    pub async fn shop(&self, name: &str) -> Result<Shop, AppError> {
        self.store
            .shop(name)
            .await?
            .ok_or_else(|| AppError::NoShop(name.to_owned()))
    }

    /// Stops syncing a shop until it is resumed, or lets it go on.
    ///
    /// # Errors
    /// When there is no such shop.
    pub async fn pause_shop(&self, name: &str, paused: bool) -> Result<Shop, AppError> {
        let shop = self.shop(name).await?;
        refuse_removed(&shop)?;
        self.store.pause_shop(shop.id, paused).await?;
        self.shop(name).await
    }

    /// Removes a shop with everything stored for it. Both vendors stay as they are.
    ///
    /// # Errors
    /// When there is no such shop, or a process is working on it.
    pub async fn remove_shop(&self, name: &str) -> Result<(), AppError> {
        let shop = self.shop(name).await?;
        let held = self.lock_shop_now(&shop).await?;
        held.store.remove_shop(shop.id).await?;
        self.kept.forget(shop.id.0);
        self.forget_directory();
        Ok(())
    }

    /// Removes a shop but keeps its journal, and answers the name under which that is read from now on.
    ///
    /// # Errors
    /// When there is no such shop, or a process is working on it.
    pub async fn remove_shop_keeping_history(&self, name: &str) -> Result<String, AppError> {
        let shop = self.shop(name).await?;
        refuse_removed(&shop)?;
        let held = self.lock_shop_now(&shop).await?;
        let kept = held
            .store
            .remove_shop_keeping_history(shop.id, self.now())
            .await?;
        self.kept.forget(shop.id.0);
        self.forget_directory();
        Ok(kept)
    }

    /// Removed shops whose journals are kept.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn removed_shops(&self) -> Result<Vec<Shop>, AppError> {
        Ok(self.store.removed_shops().await?)
    }

    /// The shop's rules.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn rules_of(&self, shop: &Shop) -> Result<Rules, AppError> {
        serde_json::from_value(shop.rules.clone()).map_err(|why| {
            AppError::Refused(format!(
                "the rules of the shop `{}` cannot be read: {why}. Set them again with `repairbridge rules set`",
                shop.name
            ))
        })
    }

    /// Replaces the shop's rules. Everything is compared anew under them.
    ///
    /// # Errors
    /// When there is no such shop or the store refuses.
    pub async fn set_rules(&self, name: &str, rules: &Rules) -> Result<(), AppError> {
        let shop = self.shop(name).await?;
        refuse_removed(&shop)?;
        check_offered(rules)?;
        let document = rules.clone();
        let rules = serde_json::to_value(rules)
            .map_err(|why| AppError::Refused(format!("the rules cannot be stored: {why}")))?;
        let mut changes = self.no_longer_deleted(&shop, &document).await?;
        changes.extend([
            store::Change::Rules(rules),
            store::Change::UnsettleAll(Kind::Contact),
            store::Change::UnsettleAll(Kind::Task),
            store::Change::UnsettleAll(Kind::Appointment),
            store::Change::Note(store::NoteChange::Rules(beginnings(&document))),
        ]);
        Ok(self.store.commit(shop.id, self.now(), changes).await?)
    }

    /// Refuses rules that this version does not carry out.
    pub(crate) fn check_rules(&self, rules: &Rules) -> Result<(), AppError> {
        check_offered(rules)
    }

    /// Records that were to be archived or deleted by a rule that is no longer there are left alone.
    async fn no_longer_deleted(
        &self,
        shop: &Shop,
        rules: &Rules,
    ) -> Result<Vec<store::Change>, AppError> {
        let mut changes = Vec::new();
        for state in [IntentState::Held, IntentState::Ready, IntentState::Failed] {
            let intents = self.store.intents(shop.id, state, None, u32::MAX).await?;
            let deletes = intents
                .iter()
                .filter(|intent| intent.op == IntentOp::Delete)
                .filter(|intent| {
                    let removal = crate::pass::payload::Payload::read(intent).removal;
                    let allowed = rules.delete.on(intent.side, intent.kind);
                    removal.is_some_and(|removal| removal.policy > allowed)
                });
            changes.extend(deletes.map(|intent| store::Change::Cancel(intent.id)));
        }
        Ok(changes)
    }
}

/// The rules about notes that act from the moment they are set, with their contents.
fn beginnings(rules: &Rules) -> Vec<(String, String)> {
    let back = rules
        .notes
        .back
        .then(|| (crate::pass::notes::BACK.to_owned(), String::new()));
    rules
        .note_rules
        .iter()
        .map(|rule| {
            let content = serde_json::to_string(rule).unwrap_or_default();
            (rule.name.clone(), content)
        })
        .chain(back)
        .collect()
}

/// Rules that a later version will carry out are refused, not silently taken for others.
fn check_offered(rules: &Rules) -> Result<(), AppError> {
    let refuse = |what: &str| Err(AppError::Refused(what.to_owned()));
    if let Err(why) = rules.delete.check() {
        return refuse(&format!("[delete] {why}"));
    }
    let by_appointment = Side::BOTH
        .iter()
        .any(|side| *rules.create.on(*side) == CreateRule::Appointment);
    if by_appointment && !rules.appointments.are_synced() {
        return refuse(
            "appointments are off, so `appointment` would create nobody. Write `to = \"mygadgetrepairs\"` under [appointments], or `all`, `tagged:NAME` or `none` under [create]",
        );
    }
    if rules.appointments.cancelled == CancelledPolicy::Delete {
        return refuse(
            "this version does not delete the counter's appointment when the CRM's is called off yet: its subject says so. Write `cancelled = \"mark\"` under [appointments]",
        );
    }
    Ok(())
}

/// Of a removed shop there is a journal, and nothing to work with.
pub(crate) fn refuse_removed(shop: &Shop) -> Result<(), AppError> {
    match shop.removed_at {
        None => Ok(()),
        Some(_) => Err(AppError::Refused(format!(
            "the shop `{0}` was removed; `repairbridge log {0}` and `repairbridge runs {0}` still tell what happened. Add it anew with `repairbridge shop add`",
            shop.name
        ))),
    }
}

fn check_name(name: &str) -> Result<(), AppError> {
    let sound = !name.is_empty()
        && name.len() <= 40
        && name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter));
    if sound {
        Ok(())
    } else {
        Err(AppError::Refused(
            "a shop's name is 1 to 40 letters, digits, `-` or `_`, since it is typed in commands"
                .into(),
        ))
    }
}
