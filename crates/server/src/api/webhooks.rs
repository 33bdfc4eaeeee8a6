//! Webhooks of a shop: what to paste where, and what came.

use super::{noted, refused};
use crate::access::Signed;
use crate::describe::{Admin, Answer, Operator, Routes};
use crate::view::Views;
use app::access::Permission;
use app::{CheckLine, CounterWebhook, Webhooks};
use axum::Json;
use axum::extract::{Path, State};
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

pub(super) fn routes() -> Routes<Arc<Views>> {
    Routes::new()
        .get(
            "/api/v1/shops/{shop}/webhooks",
            "What to paste where so that changes arrive at once, and what came so far",
            show,
        )
        .post(
            "/api/v1/shops/{shop}/webhooks/test",
            "Goes round to the address that vendors are given, and tells whether it leads here",
            test,
        )
        .post(
            "/api/v1/shops/{shop}/webhooks/renew",
            "Makes new secrets for the address of MyGadgetRepairs' notifications",
            renew,
        )
}

#[derive(Serialize, JsonSchema)]
struct WebhooksShown {
    /// What came so far.
    #[serde(flatten)]
    health: Webhooks,
    /// The address for the webhooks of the HighLevel app; the same for every shop.
    highlevel_url: String,
    /// What is pasted into each notification of MyGadgetRepairs, with its secrets; for owners only.
    mygadgetrepairs: Option<CounterWebhook>,
}

async fn show(
    signed: Signed,
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
) -> Answer<WebhooksShown> {
    shown(&signed, &views, &name).await
}

async fn shown(signed: &Signed, views: &Views, name: &str) -> Answer<WebhooksShown> {
    let app = views.app();
    let shown = async {
        let shop = app.shop(name).await?;
        Ok(WebhooksShown {
            health: app.webhooks(&shop).await?,
            highlevel_url: app.crm_webhook_url(),
            mygadgetrepairs: match signed.who.may(Permission::Admin) {
                true => Some(app.counter_webhook(&shop).await?),
                false => None,
            },
        })
    };
    Ok(Json(shown.await.map_err(refused)?))
}

async fn renew(
    signed: Admin,
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
) -> Answer<WebhooksShown> {
    let app = views.app();
    noted(&signed, app, "renewed the webhook secrets", &name).await?;
    app.renew_counter_webhook(&name).await.map_err(refused)?;
    shown(&signed, &views, &name).await
}

#[derive(Debug, Serialize, JsonSchema)]
struct Tested {
    /// Line by line, with the mend for what does not work.
    lines: Vec<CheckLine>,
}

async fn test(
    signed: Operator,
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
) -> Answer<Tested> {
    let app = views.app();
    noted(&signed, app, "tried the webhook address", &name).await?;
    let report = app.check_webhooks(&name).await.map_err(refused)?;
    Ok(Json(Tested {
        lines: report.lines,
    }))
}
