//! The same rules for many shops.

use super::{noted, refused};
use crate::describe::{Admin, Answer, Given, Routes};
use crate::view::Views;
use app::{AppError, Rollout, ShopDocument};
use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::Arc;

pub(super) fn routes() -> Routes<Arc<Views>> {
    Routes::new().post(
        "/api/v1/rollout",
        "Puts the rules of a shop, or a document, to work in several shops; or compares them first",
        roll_out,
    )
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RollingOut {
    /// The shop whose rules and flows are rolled out.
    from: Option<String>,
    /// Or the document.
    toml: Option<String>,
    /// The shops that get them.
    to: BTreeSet<String>,
    /// Whether it is only told what would change.
    #[serde(default)]
    dry_run: bool,
}

async fn roll_out(
    signed: Admin,
    State(views): State<Arc<Views>>,
    Given(asked): Given<RollingOut>,
) -> Answer<Rollout> {
    let app = views.app();
    let document = match (&asked.from, &asked.toml) {
        (Some(from), None) => app.shop_document(from).await,
        (None, Some(toml)) => ShopDocument::parse(toml),
        _ => {
            let why = "name either the shop whose rules are rolled out, or the document";
            Err(AppError::Refused(why.to_owned()))
        }
    };
    let document = document.map_err(refused)?;
    let to: Vec<String> = asked.to.into_iter().collect();
    if !asked.dry_run {
        for name in &to {
            noted(&signed, app, "rules set", name).await?;
        }
    }
    let rollout = app.roll_out(&document, &to, asked.dry_run).await;
    Ok(Json(rollout.map_err(refused)?))
}
