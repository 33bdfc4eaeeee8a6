//! Shops: listed, added, shown, paused, resumed, removed.

use super::{noted, refused};
use crate::access::Signed;
use crate::describe::{Admin, Answer, Given, Operator, Query, Routes};
use crate::view::Views;
use app::access::Permission;
use app::{App, AppError, CounterWebhook, NewShop};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::{Side, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::Shop;

pub(super) fn routes() -> Routes<Arc<Views>> {
    Routes::new()
        .get("/api/v1/shops", "The shops", list)
        .post("/api/v1/shops", "Adds a shop", add)
        .get("/api/v1/shops/{shop}", "One shop", show)
        .delete(
            "/api/v1/shops/{shop}",
            "Removes a shop; both vendors stay as they are",
            remove,
        )
        .post("/api/v1/shops/{shop}/pause", "Pauses a shop", pause)
        .post("/api/v1/shops/{shop}/resume", "Lets a shop go on", resume)
}

/// A shop.
#[derive(Debug, Serialize, JsonSchema)]
struct ShopLine {
    /// Its name.
    name: String,
    /// The HighLevel location.
    location: String,
    /// The IANA zone that a person chose; else the location's is used.
    timezone: Option<String>,
    /// The country that a person chose; else the location's is used.
    country: Option<String>,
    /// Whether syncing is paused.
    paused: bool,
    /// When a person approved the first run.
    #[schemars(with = "Option<String>")]
    approved_at: Option<Timestamp>,
    /// When it was added.
    #[schemars(with = "String")]
    created_at: Timestamp,
    /// Whether HighLevel is connected.
    highlevel: bool,
    /// Whether MyGadgetRepairs is connected.
    mygadgetrepairs: bool,
}

impl ShopLine {
    async fn of(app: &App, shop: Shop) -> Result<Self, AppError> {
        Ok(Self {
            highlevel: app.is_connected(&shop, Side::HighLevel).await?,
            mygadgetrepairs: app.is_connected(&shop, Side::MyGadgetRepairs).await?,
            name: shop.name,
            location: shop.location,
            timezone: shop.zone,
            country: shop.country,
            paused: shop.paused,
            approved_at: shop.approved_at,
            created_at: shop.created_at,
        })
    }
}

#[derive(Debug, Serialize, JsonSchema)]
struct Shops {
    shops: Vec<ShopLine>,
}

async fn list(State(views): State<Arc<Views>>) -> Answer<Shops> {
    let app = views.app();
    let mut shops = Vec::new();
    for shop in app.shops().await.map_err(refused)? {
        shops.push(ShopLine::of(app, shop).await.map_err(refused)?);
    }
    Ok(Json(Shops { shops }))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Added {
    /// A short name, of letters, digits, `-` and `_`.
    name: String,
    /// The id of the HighLevel sub-account.
    location: String,
    /// An IANA zone, where the location's is not right.
    timezone: Option<String>,
    /// A country of two letters, where the location's is not right.
    country: Option<String>,
}

async fn add(
    signed: Admin,
    State(views): State<Arc<Views>>,
    Given(given): Given<Added>,
) -> Answer<ShopLine> {
    let app = views.app();
    let added = async {
        let shop = app
            .add_shop(&NewShop {
                name: given.name,
                location: given.location,
                zone: given.timezone,
                country: given.country,
            })
            .await?;
        // Logged once the name is known to be one.
        app.note_audit(signed.doer(), "added a shop", Some(&shop.name))
            .await?;
        ShopLine::of(app, shop).await
    };
    Ok(Json(added.await.map_err(refused)?))
}

/// A shop with what only owners see.
#[derive(Serialize, JsonSchema)]
struct ShopShown {
    #[serde(flatten)]
    shop: ShopLine,
    /// What is pasted into MyGadgetRepairs, with its secrets; for owners only.
    webhook: Option<CounterWebhook>,
}

async fn show(
    signed: Signed,
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
) -> Answer<ShopShown> {
    let app = views.app();
    let shown = async {
        let shop = app.shop(&name).await?;
        let webhook = match signed.who.may(Permission::Admin) {
            true => Some(app.counter_webhook(&shop).await?),
            false => None,
        };
        let shop = ShopLine::of(app, shop).await?;
        Ok(ShopShown { shop, webhook })
    };
    Ok(Json(shown.await.map_err(refused)?))
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Removing {
    /// Whether its journal stays readable.
    #[serde(default)]
    keep_history: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
struct RemovedShop {
    /// The shop's name.
    removed: String,
    /// Under which name its journal is kept.
    history: Option<String>,
}

async fn remove(
    signed: Admin,
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
    Query(how): Query<Removing>,
) -> Answer<RemovedShop> {
    let app = views.app();
    noted(&signed, app, "removed a shop", &name).await?;
    let removed = async {
        if how.keep_history {
            return app.remove_shop_keeping_history(&name).await.map(Some);
        }
        app.remove_shop(&name).await.map(|()| None)
    };
    let history = removed.await.map_err(refused)?;
    Ok(Json(RemovedShop {
        removed: name,
        history,
    }))
}

#[derive(Debug, Serialize, JsonSchema)]
struct ShopPaused {
    /// The shop's name.
    shop: String,
    /// Whether it is paused now.
    paused: bool,
}

async fn pause(
    signed: Operator,
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
) -> Answer<ShopPaused> {
    set_paused(&signed, &views, &name, true).await
}

async fn resume(
    signed: Operator,
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
) -> Answer<ShopPaused> {
    set_paused(&signed, &views, &name, false).await
}

async fn set_paused(
    signed: &Signed,
    views: &Views,
    name: &str,
    paused: bool,
) -> Result<Json<ShopPaused>, Response> {
    let app = views.app();
    let what = if paused {
        "paused a shop"
    } else {
        "resumed a shop"
    };
    noted(signed, app, what, name).await?;
    let shop = app.pause_shop(name, paused).await.map_err(refused)?;
    Ok(Json(ShopPaused {
        shop: shop.name,
        paused: shop.paused,
    }))
}
