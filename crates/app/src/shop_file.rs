//! A shop's rules and settings as one file, for another shop or another installation. No credentials, no records.

use crate::{App, AppError};
use domain::CountryCode;
use mapping::Rules;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use store::Shop;

/// The form that this version writes.
const VERSION: u32 = 1;

/// The file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ShopFile {
    version: u32,
    #[serde(default)]
    settings: Settings,
    #[serde(default)]
    rules: Rules,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    timezone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    country: Option<String>,
}

/// A setting or rule that an import changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Changed {
    /// Where it stands in the file, such as `rules.create.highlevel`.
    pub key: String,
    /// As it is; null where it is not there.
    pub from: Json,
    /// As it will be.
    pub to: Json,
}

impl App {
    /// The shop's rules and settings as TOML.
    ///
    /// # Errors
    /// When there is no such shop, or its rules cannot be written.
    pub async fn export_shop(&self, name: &str) -> Result<String, AppError> {
        let file = self.file_of(&self.shop(name).await?)?;
        toml::to_string_pretty(&file).map_err(|why| {
            AppError::Refused(format!(
                "the rules of `{name}` have no form as a file: {why}"
            ))
        })
    }

    /// Takes rules and settings out of such a file, and answers what they change. With `dry_run` nothing is changed.
    ///
    /// # Errors
    /// When there is no such shop, or the file cannot be used; then nothing was changed.
    pub async fn import_shop(
        &self,
        name: &str,
        text: &str,
        dry_run: bool,
    ) -> Result<Vec<Changed>, AppError> {
        let shop = self.shop(name).await?;
        let new = read(text)?;
        let changed = differences(&self.file_of(&shop)?, &new);
        self.check_rules(&new.rules)?;
        if dry_run || changed.is_empty() {
            return Ok(changed);
        }
        let Settings { timezone, country } = &new.settings;
        self.store
            .set_place_of_shop(shop.id, timezone.as_deref(), country.as_deref())
            .await?;
        self.set_rules(name, &new.rules).await?;
        Ok(changed)
    }

    fn file_of(&self, shop: &Shop) -> Result<ShopFile, AppError> {
        Ok(ShopFile {
            version: VERSION,
            settings: Settings {
                timezone: shop.zone.clone(),
                country: shop.country.clone(),
            },
            rules: self.rules_of(shop)?,
        })
    }
}

fn read(text: &str) -> Result<ShopFile, AppError> {
    let refuse = |why: String| AppError::Refused(format!("the file cannot be used: {why}"));
    // The version first: what a later one holds may have other keys.
    let version: Version = toml::from_str(text).map_err(|why| refuse(why.to_string()))?;
    match version.version {
        Some(VERSION) => {}
        Some(other) => {
            return Err(refuse(format!(
                "it has version {other}, and this Repairbridge knows version {VERSION}. Update Repairbridge"
            )));
        }
        None => {
            return Err(refuse(
                "it names no version. Name a file that `repairbridge shop export` wrote; a document of rules alone goes in with `repairbridge rules set`".to_owned(),
            ));
        }
    }
    let mut file: ShopFile = toml::from_str(text).map_err(|why| refuse(why.to_string()))?;
    // Read as rules are read elsewhere, with the checks that belong to it.
    let rules = file
        .rules
        .to_toml()
        .map_err(|why| refuse(why.to_string()))?;
    file.rules = Rules::from_toml(&rules).map_err(|why| refuse(why.to_string()))?;
    if let Some(zone) = &file.settings.timezone
        && jiff::tz::TimeZone::get(zone).is_err()
    {
        return Err(refuse(format!(
            "`{zone}` is not a time zone; write an IANA name such as Europe/London"
        )));
    }
    if let Some(country) = &file.settings.country {
        let code = CountryCode::parse(country).ok_or_else(|| {
            refuse(format!(
                "`{country}` is not a country; write two letters such as GB"
            ))
        })?;
        file.settings.country = Some(code.as_str().to_owned());
    }
    Ok(file)
}

#[derive(Deserialize)]
struct Version {
    version: Option<u32>,
}

fn differences(from: &ShopFile, to: &ShopFile) -> Vec<Changed> {
    let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
    for (file, leaves) in [(from, &mut before), (to, &mut after)] {
        let settings = serde_json::to_value(&file.settings).unwrap_or_default();
        let rules = serde_json::to_value(&file.rules).unwrap_or_default();
        flatten("settings", settings, leaves);
        flatten("rules", rules, leaves);
    }
    compared(&before, &after)
}

/// Every value that differs, by its whole key.
pub(crate) fn changes_between(before: Json, after: Json) -> Vec<Changed> {
    let (mut left, mut right) = (BTreeMap::new(), BTreeMap::new());
    flatten("", before, &mut left);
    flatten("", after, &mut right);
    compared(&left, &right)
}

fn compared(before: &BTreeMap<String, Json>, after: &BTreeMap<String, Json>) -> Vec<Changed> {
    let keys: std::collections::BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let value = |leaves: &BTreeMap<String, Json>, key: &String| {
        leaves.get(key).cloned().unwrap_or(Json::Null)
    };
    keys.into_iter()
        .map(|key| Changed {
            key: key.clone(),
            from: value(before, key),
            to: value(after, key),
        })
        .filter(|changed| changed.from != changed.to)
        .collect()
}

/// Every value that is no table, by its whole key. A list is one value.
pub(crate) fn flatten(key: &str, value: Json, leaves: &mut BTreeMap<String, Json>) {
    match value {
        Json::Object(parts) => {
            for (part, value) in parts {
                let whole = match key {
                    "" => part,
                    key => format!("{key}.{part}"),
                };
                flatten(&whole, value, leaves);
            }
        }
        value => {
            leaves.insert(key.to_owned(), value);
        }
    }
}
