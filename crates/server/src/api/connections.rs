//! Connecting both sides of a shop.

use super::{noted, refused};
use crate::access::Signed;
use crate::describe::{Admin, Answer, Given, MaybeGiven, Routes};
use crate::view::Views;
use app::{Connected, ConnectionLine};
use axum::Json;
use axum::extract::{Path, State};
use domain::Side;
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(super) fn routes() -> Routes<Arc<Views>> {
    Routes::new()
        .get(
            "/api/v1/shops/{shop}/connections",
            "How both sides of a shop are connected",
            connections,
        )
        .post(
            "/api/v1/shops/{shop}/connect/highlevel",
            "Connects HighLevel by a private integration token, which is tried first",
            highlevel,
        )
        .post(
            "/api/v1/shops/{shop}/connect/highlevel/oauth",
            "A one-time link that leads through HighLevel's page back here",
            oauth,
        )
        .post(
            "/api/v1/shops/{shop}/connect/mygadgetrepairs",
            "Connects MyGadgetRepairs by its API key, which is tried first",
            mygadgetrepairs,
        )
        .delete(
            "/api/v1/shops/{shop}/connect/highlevel",
            "Forgets HighLevel's credentials; links and history stay",
            disconnect_highlevel,
        )
        .delete(
            "/api/v1/shops/{shop}/connect/mygadgetrepairs",
            "Forgets MyGadgetRepairs' key; links and history stay",
            disconnect_mygadgetrepairs,
        )
}

#[derive(Debug, Serialize, JsonSchema)]
struct Connections {
    /// HighLevel's, then MyGadgetRepairs'.
    connections: Vec<ConnectionLine>,
}

async fn connections(
    _signed: Signed,
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
) -> Answer<Connections> {
    let connections = views.app().connections(&name).await.map_err(refused)?;
    Ok(Json(Connections { connections }))
}

/// Not shown anywhere.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewToken {
    /// The private integration token.
    #[schemars(with = "String")]
    token: SecretString,
}

/// Not shown anywhere.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewKey {
    /// The API key.
    #[schemars(with = "String")]
    key: SecretString,
}

async fn highlevel(
    signed: Admin,
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
    Given(new): Given<NewToken>,
) -> Answer<Connected> {
    connect(&signed, &views, &name, Side::HighLevel, &new.token).await
}

async fn mygadgetrepairs(
    signed: Admin,
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
    Given(new): Given<NewKey>,
) -> Answer<Connected> {
    connect(&signed, &views, &name, Side::MyGadgetRepairs, &new.key).await
}

async fn connect(
    signed: &Signed,
    views: &Views,
    name: &str,
    side: Side,
    secret: &SecretString,
) -> Answer<Connected> {
    let app = views.app();
    noted(signed, app, &format!("connect {side}"), name).await?;
    let connected = app.connect_proven(name, side, secret).await;
    Ok(Json(connected.map_err(refused)?))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Installing {
    /// Whether the permissions to write are asked for as well.
    writes: bool,
}

impl Default for Installing {
    fn default() -> Self {
        Self { writes: true }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
struct InstallLink {
    /// To be opened in a browser; good for a day, and once.
    install_link: String,
    /// The redirect address that the marketplace app must have, letter by letter.
    redirect: String,
    /// Whether the permissions to write are asked for.
    writes: bool,
}

async fn oauth(
    signed: Admin,
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
    MaybeGiven(asked): MaybeGiven<Installing>,
) -> Answer<InstallLink> {
    let app = views.app();
    noted(&signed, app, "connect highlevel (OAuth)", &name).await?;
    let made = async {
        Ok(InstallLink {
            install_link: app.install_link(Some(&name), asked.writes).await?.into(),
            redirect: app.install_callback()?.into(),
            writes: asked.writes,
        })
    };
    Ok(Json(made.await.map_err(refused)?))
}

#[derive(Debug, Serialize, JsonSchema)]
struct Disconnected {
    side: Side,
    /// Whether there were any credentials.
    disconnected: bool,
}

async fn disconnect_highlevel(
    signed: Admin,
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
) -> Answer<Disconnected> {
    disconnect(&signed, &views, &name, Side::HighLevel).await
}

async fn disconnect_mygadgetrepairs(
    signed: Admin,
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
) -> Answer<Disconnected> {
    disconnect(&signed, &views, &name, Side::MyGadgetRepairs).await
}

async fn disconnect(
    signed: &Signed,
    views: &Views,
    name: &str,
    side: Side,
) -> Answer<Disconnected> {
    let app = views.app();
    noted(signed, app, &format!("disconnect {side}"), name).await?;
    let disconnected = app.disconnect(name, side).await.map_err(refused)?;
    Ok(Json(Disconnected { side, disconnected }))
}
