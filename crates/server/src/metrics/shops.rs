//! How each shop is, from the overview that the dashboard shows: counted at most once a second for all who look.

use crate::view::{Overview, ShopView};
use app::{Health, Status};
use domain::Side;
use prometheus_client::encoding::{EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};
use std::sync::atomic::AtomicU64;

/// Shops with lines of their own.
const MOST_SHOPS: usize = 1_000;
/// The rest of them; no shop can have this name.
const OTHERS: &str = "(others)";
const REST: &str = ". Shops beyond the first 1,000 by name stand together as `(others)`";

const HIGHLEVEL: &str = Side::HighLevel.as_str();
const MYGADGETREPAIRS: &str = Side::MyGadgetRepairs.as_str();

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfShop {
    shop: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfSide {
    shop: String,
    side: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfHealth {
    health: &'static str,
}

type Number = Gauge<f64, AtomicU64>;

/// How the values of several shops become one.
#[derive(Clone, Copy)]
enum Together {
    Sum,
    Largest,
    Smallest,
}

impl Together {
    fn put(self, gauge: &Number, is_new: bool, value: f64) {
        let before = gauge.get();
        gauge.set(match self {
            _ if is_new => value,
            Self::Sum => before + value,
            Self::Largest => before.max(value),
            Self::Smallest => before.min(value),
        });
    }

    const fn says(self) -> &'static str {
        match self {
            Self::Sum => ", added up",
            Self::Largest => ", with the largest of their values",
            Self::Smallest => ", with the smallest of their values",
        }
    }
}

/// Puts one number of each shop into a family.
fn of_shops(
    registry: &mut Registry,
    shops: &[Labelled<'_>],
    (name, help, unit): (&str, &str, Option<Unit>),
    together: Together,
    value: impl Fn(&Status) -> Option<f64>,
) {
    let family = Family::<OfShop, Number>::default();
    for (shop, label) in shops {
        if let Some(value) = value(&shop.status) {
            let labels = OfShop {
                shop: label.clone(),
            };
            let is_new = family.get(&labels).is_none();
            together.put(&family.get_or_create(&labels), is_new, value);
        }
    }
    register(registry, name, help, unit, together, family);
}

/// The same with a number for each side.
fn of_sides(
    registry: &mut Registry,
    shops: &[Labelled<'_>],
    (name, help, unit): (&str, &str, Option<Unit>),
    together: Together,
    values: impl Fn(&Status) -> [(&'static str, Option<f64>); 2],
) {
    let family = Family::<OfSide, Number>::default();
    for (shop, label) in shops {
        for (side, value) in values(&shop.status) {
            if let Some(value) = value {
                let labels = OfSide {
                    shop: label.clone(),
                    side,
                };
                let is_new = family.get(&labels).is_none();
                together.put(&family.get_or_create(&labels), is_new, value);
            }
        }
    }
    register(registry, name, help, unit, together, family);
}

fn register(
    registry: &mut Registry,
    name: &str,
    help: &str,
    unit: Option<Unit>,
    together: Together,
    family: impl EncodeMetric + std::fmt::Debug + Send + Sync + 'static,
) {
    let help = format!("{help}{REST}{}", together.says());
    match unit {
        Some(unit) => registry.register_with_unit(name, help, unit, family),
        None => registry.register(name, help, family),
    }
}

/// A shop with the name that it has here.
type Labelled<'a> = (&'a ShopView, String);

/// What is to be told of an overview; without one, that there is none.
pub(super) fn registry(overview: Option<&Overview>) -> Registry {
    with_own_lines(overview, MOST_SHOPS)
}

/// The same with lines of their own for so many shops.
pub(crate) fn with_own_lines(overview: Option<&Overview>, most: usize) -> Registry {
    let mut registry = Registry::with_prefix("repairbridge");
    let readable = Gauge::<i64>::default();
    readable.set(i64::from(overview.is_some()));
    registry.register(
        "store_readable",
        "Whether the shops could be counted just now: 1, or 0 where the store cannot be read",
        readable,
    );
    // A copy is no shop: its vendors are emulated.
    let shops = overview.map_or(&[][..], |overview| overview.shops.as_slice());
    let mut shops: Vec<&ShopView> = shops.iter().filter(|shop| shop.copy_of.is_none()).collect();
    shops.sort_by(|one, other| one.name.cmp(&other.name));
    let label = |(place, shop): (usize, &'_ &ShopView)| match place < most {
        true => shop.name.clone(),
        false => OTHERS.to_owned(),
    };
    let labels: Vec<String> = shops.iter().enumerate().map(label).collect();
    let shops: Vec<Labelled<'_>> = shops.into_iter().zip(labels).collect();
    if overview.is_some() {
        all_together(&mut registry, &shops);
    }
    how_they_are(&mut registry, &shops);
    what_waits(&mut registry, &shops);
    webhooks(&mut registry, &shops);
    budgets(&mut registry, &shops);
    registry
}

fn all_together(registry: &mut Registry, shops: &[Labelled<'_>]) {
    let family = Family::<OfHealth, Gauge<i64>>::default();
    for (health, word) in [
        (Health::Ok, "ok"),
        (Health::Attention, "attention"),
        (Health::Stopped, "stopped"),
    ] {
        let count = shops
            .iter()
            .filter(|(shop, _)| shop.status.health == health);
        let count = i64::try_from(count.count()).unwrap_or(i64::MAX);
        family.get_or_create(&OfHealth { health: word }).set(count);
    }
    registry.register("shops", "All shops, by how they are", family);
}

fn how_they_are(registry: &mut Registry, shops: &[Labelled<'_>]) {
    let health = |status: &Status| match status.health {
        Health::Ok => Some(0.0),
        Health::Attention => Some(1.0),
        Health::Stopped => Some(2.0),
    };
    of_shops(
        registry,
        shops,
        (
            "shop_health",
            "How a shop is: 0 ok, 1 something waits for a person, 2 nothing is being synced",
            None,
        ),
        Together::Largest,
        health,
    );
    let paused = Family::<OfShop, Gauge<i64>>::default();
    for (shop, label) in shops {
        let label = label.clone();
        let labels = OfShop { shop: label };
        paused.get_or_create(&labels).inc_by(i64::from(shop.paused));
    }
    registry.register(
        "shop_paused",
        format!("Whether a person paused a shop: 1 or 0{REST}, added up"),
        paused,
    );
    of_sides(
        registry,
        shops,
        (
            "shop_lag",
            "Time since a side of a shop was last read",
            Some(Unit::Seconds),
        ),
        Together::Largest,
        |status| {
            [
                (HIGHLEVEL, Some(status.lag_seconds.highlevel as f64)),
                (
                    MYGADGETREPAIRS,
                    Some(status.lag_seconds.mygadgetrepairs as f64),
                ),
            ]
        },
    );
    of_shops(
        registry,
        shops,
        (
            "shop_fields",
            "Fields of linked records that are compared",
            None,
        ),
        Together::Sum,
        |status| Some(status.agreement.fields as f64),
    );
    of_shops(
        registry,
        shops,
        (
            "shop_fields_agreeing",
            "Fields of linked records that agree on both sides",
            None,
        ),
        Together::Sum,
        |status| Some(status.agreement.agree as f64),
    );
}

fn what_waits(registry: &mut Registry, shops: &[Labelled<'_>]) {
    type Count = fn(&Status) -> u64;
    let counts: [(&str, &str, Count); 5] = [
        (
            "shop_backlog",
            "Writes and decisions that are still to be done",
            |status| status.backlog,
        ),
        (
            "shop_reviews",
            "Questions about people that wait for a person",
            |status| status.review,
        ),
        (
            "shop_conflicts",
            "Questions about values that were changed on both sides",
            |status| status.conflicts,
        ),
        (
            "shop_writes_held",
            "Writes and fields that are held back with a reason",
            |status| status.held,
        ),
        (
            "shop_writes_failed",
            "Writes that were refused for good and wait for a person",
            |status| status.failed,
        ),
    ];
    for (name, help, count) in counts {
        of_shops(
            registry,
            shops,
            (name, help, None),
            Together::Sum,
            |status| Some(count(status) as f64),
        );
    }
}

fn webhooks(registry: &mut Registry, shops: &[Labelled<'_>]) {
    let received = Family::<OfShop, Counter>::default();
    for (shop, label) in shops {
        received
            .get_or_create(&OfShop {
                shop: label.clone(),
            })
            .inc_by(shop.status.webhooks.received);
    }
    registry.register(
        "shop_webhooks_received",
        format!("Webhooks that were received and looked at{REST}, added up"),
        received,
    );
    of_shops(
        registry,
        shops,
        (
            "shop_webhooks_lost",
            "Share of the changes that no webhook told of, so that polls had to find them",
            Some(Unit::Other("ratio".to_owned())),
        ),
        Together::Largest,
        |status| Some(status.webhooks.lost_rate),
    );
}

fn budgets(registry: &mut Registry, shops: &[Labelled<'_>]) {
    let number = |count: Option<u32>| count.map(f64::from);
    of_sides(
        registry,
        shops,
        (
            "shop_budget_window_left",
            "Requests that may still be sent in the short window (HighLevel: 10 seconds, MyGadgetRepairs: a minute)",
            None,
        ),
        Together::Smallest,
        |status| {
            [
                (HIGHLEVEL, number(status.budget.highlevel.window_left)),
                (
                    MYGADGETREPAIRS,
                    number(status.budget.mygadgetrepairs.window_left),
                ),
            ]
        },
    );
    of_sides(
        registry,
        shops,
        (
            "shop_budget_day_left",
            "Requests that may still be sent today, where the vendor counts days",
            None,
        ),
        Together::Smallest,
        |status| {
            [
                (HIGHLEVEL, number(status.budget.highlevel.day_left)),
                (MYGADGETREPAIRS, None),
            ]
        },
    );
    of_sides(
        registry,
        shops,
        (
            "shop_budget_day",
            "Requests that a day holds, where the vendor counts days",
            None,
        ),
        Together::Smallest,
        |status| {
            [
                (HIGHLEVEL, number(status.budget.highlevel.day)),
                (MYGADGETREPAIRS, None),
            ]
        },
    );
    of_sides(
        registry,
        shops,
        (
            "shop_blocked",
            "Whether a vendor is left alone for a while, since it said that it was asked too much or refused the key: 1 or 0",
            None,
        ),
        Together::Sum,
        |status| {
            let flag = |is_blocked: bool| Some(f64::from(u8::from(is_blocked)));
            [
                (
                    HIGHLEVEL,
                    flag(status.budget.highlevel.blocked_until.is_some()),
                ),
                (
                    MYGADGETREPAIRS,
                    flag(status.budget.mygadgetrepairs.blocked_until.is_some()),
                ),
            ]
        },
    );
}
