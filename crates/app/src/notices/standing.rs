//! How the shops stand, as far as somebody is told of it.

use super::alarm::{Reading, is_watched};
use super::settings::Settings;
use super::words::impersonal;
use crate::status::AT_A_GLANCE;
use crate::{App, AppError, Health, NeedCode};
use domain::ShopId;
use std::collections::BTreeMap;
use store::Shop;
use sync::notices::{StandingNeed, StandingShop, Weight};

/// A need with its sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SeenNeed {
    /// The same for as long as it stands.
    pub(super) key: String,
    pub(super) code: String,
    pub(super) says: String,
    weight: Weight,
    count: u64,
}

/// A shop as it was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) shop: ShopId,
    pub(super) name: String,
    watched: bool,
    pub(super) needs: Vec<SeenNeed>,
}

impl Seen {
    pub(super) fn standing(&self) -> StandingShop {
        let needs = self.needs.iter().map(|need| StandingNeed {
            key: need.key.clone(),
            weight: need.weight,
            count: need.count,
        });
        StandingShop {
            shop: self.shop,
            watched: self.watched,
            needs: needs.collect(),
        }
    }
}

/// What is told of a shop whose sides are not read any more, though nothing else is wrong.
const SILENT: &str = "silent";

impl App {
    /// Every shop with what it needs.
    pub(super) async fn shops_seen(&self, settings: &Settings) -> Result<Vec<Seen>, AppError> {
        let minutes = settings.alarm.as_ref().map_or(0, |alarm| alarm.minutes);
        let shops = self.store.shops().await?;
        let mut all = Vec::with_capacity(shops.len());
        for some in shops.chunks(AT_A_GLANCE) {
            if let Ok(seen) = self.seen_together(some, minutes).await {
                all.extend(seen);
                continue;
            }
            // One of which something cannot be read is left out, and no other for its sake.
            for shop in some.chunks(1) {
                all.extend(self.seen_together(shop, minutes).await.unwrap_or_default());
            }
        }
        Ok(all)
    }

    async fn seen_together(&self, shops: &[Shop], minutes: u32) -> Result<Vec<Seen>, AppError> {
        let (app, there) = self.at_a_glance(shops).await?;
        let mut all = Vec::with_capacity(there.len());
        for shop in there {
            let watched = is_watched(shop);
            let needs = match watched {
                true => app.needs_seen(shop, minutes).await?,
                false => Vec::new(),
            };
            all.push(Seen {
                shop: shop.id,
                name: shop.name.clone(),
                watched,
                needs,
            });
        }
        Ok(all)
    }

    /// What a shop needs, the worst first.
    async fn needs_seen(&self, shop: &Shop, minutes: u32) -> Result<Vec<SeenNeed>, AppError> {
        let status = self.status_of(shop).await?;
        let mut needs = Vec::new();
        let mut numbers: BTreeMap<String, u32> = BTreeMap::new();
        for need in &status.needs {
            let code = word(need.code);
            let number = numbers.entry(code.clone()).or_default();
            *number += 1;
            needs.push(SeenNeed {
                key: match *number {
                    1 => code.clone(),
                    more => format!("{code}.{more}"),
                },
                code,
                says: impersonal(&need.says),
                weight: weight(need.code),
                count: need.count.unwrap_or(1),
            });
        }
        if status.health == Health::Ok
            && let Reading::Late { side, minutes } = self.reading(shop, minutes).await?
        {
            needs.push(SeenNeed {
                key: SILENT.to_owned(),
                code: SILENT.to_owned(),
                says: format!("{} was not read for {minutes} minutes", side.title()),
                weight: Weight::Stopped,
                count: 1,
            });
        }
        needs.sort_by_key(|need| need.weight);
        Ok(needs)
    }
}

fn word(code: NeedCode) -> String {
    let word = serde_json::to_value(code).ok();
    let word = word.as_ref().and_then(serde_json::Value::as_str);
    word.unwrap_or("need").to_owned()
}

const fn weight(code: NeedCode) -> Weight {
    match code {
        NeedCode::NotConnectedHighlevel | NeedCode::NotConnectedMygadgetrepairs => Weight::Stopped,
        // Work that waits for its person waits for the same answer.
        NeedCode::Review | NeedCode::Conflicts | NeedCode::Waiting => Weight::Question,
        _ => Weight::Attention,
    }
}
