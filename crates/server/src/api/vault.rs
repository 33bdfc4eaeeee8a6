//! The marketplace app's secret, the keys, and backups.

use super::refused;
use crate::describe::{Admin, Answer, Answered, Description, Given, Routes};
use crate::view::Views;
use app::{AppError, KeysReport, Rotation, SealedCopy};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use tokio::fs::File;
use tokio_util::io::ReaderStream;

pub(super) fn routes() -> Routes<Arc<Views>> {
    Routes::new()
        .get(
            "/api/v1/app",
            "Whether a marketplace app of HighLevel is set up",
            marketplace_app,
        )
        .put(
            "/api/v1/app/secret",
            "Keeps the client secret of the marketplace app",
            set_secret,
        )
        .get(
            "/api/v1/keys",
            "The keys that secrets are sealed with",
            keys,
        )
        .post(
            "/api/v1/keys/rotate",
            "Makes a new data key and seals every secret anew",
            rotate,
        )
        .post(
            "/api/v1/backup",
            "A sealed copy of the whole database, without the key in it",
            backup,
        )
}

#[derive(Debug, Serialize, JsonSchema)]
struct MarketplaceApp {
    /// The client id, which the configuration names.
    client_id: Option<String>,
    /// Whether its secret is known.
    secret_set: bool,
    /// The redirect address that the app must have, letter by letter.
    redirect: String,
}

async fn marketplace_app(_owner: Admin, State(views): State<Arc<Views>>) -> Answer<MarketplaceApp> {
    shown(&views).await
}

async fn shown(views: &Views) -> Answer<MarketplaceApp> {
    let app = views.app();
    let shown = async {
        let (client_id, secret_set) = app.app_is_set().await?;
        Ok(MarketplaceApp {
            client_id,
            secret_set,
            redirect: app.install_callback()?.into(),
        })
    };
    Ok(Json(shown.await.map_err(refused)?))
}

/// Not shown anywhere.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewSecret {
    /// The client secret.
    #[schemars(with = "String")]
    secret: SecretString,
}

async fn set_secret(
    signed: Admin,
    State(views): State<Arc<Views>>,
    Given(new): Given<NewSecret>,
) -> Answer<MarketplaceApp> {
    let app = views.app();
    let done = async {
        app.note_audit(signed.doer(), "app set", Some("the marketplace app"))
            .await?;
        app.set_client_secret(&new.secret).await
    };
    done.await.map_err(refused)?;
    shown(&views).await
}

async fn keys(_owner: Admin, State(views): State<Arc<Views>>) -> Answer<KeysReport> {
    Ok(Json(views.app().keys_report().await.map_err(refused)?))
}

async fn rotate(signed: Admin, State(views): State<Arc<Views>>) -> Answer<Rotation> {
    let app = views.app();
    let done = async {
        app.note_audit(signed.doer(), "keys rotate", Some("the vault"))
            .await?;
        app.rotate_keys().await
    };
    Ok(Json(done.await.map_err(refused)?))
}

/// A file to be kept.
struct Download {
    file: File,
    copy: SealedCopy,
}

impl IntoResponse for Download {
    fn into_response(self) -> Response {
        let name = HeaderValue::from_static("attachment; filename=\"repairbridge-backup.age\"");
        let kind = HeaderValue::from_static("application/octet-stream");
        let Self { file, copy } = self;
        // The copy goes away when the last of it is sent, or nobody takes it any more.
        let chunks = ReaderStream::new(file).map(move |chunk| {
            let _kept = &copy;
            chunk
        });
        let headers = [
            (header::CONTENT_TYPE, kind),
            (header::CONTENT_DISPOSITION, name),
        ];
        (headers, Body::from_stream(chunks)).into_response()
    }
}

impl Answered for Result<Download, Response> {
    fn describe(of: &mut Description<'_>) {
        let schema = json!({ "type": "string", "format": "binary" });
        of.answers("application/octet-stream", &schema);
    }
}

async fn backup(signed: Admin, State(views): State<Arc<Views>>) -> Result<Download, Response> {
    let app = views.app();
    let done = async {
        app.note_audit(signed.doer(), "backup", Some("the database"))
            .await?;
        app.sealed_copy().await
    };
    let copy = done.await.map_err(refused)?;
    match File::open(copy.path()).await {
        Ok(file) => Ok(Download { file, copy }),
        Err(why) => {
            let why = format!("the backup cannot be read: {why}. Try again");
            Err(refused(AppError::Refused(why)))
        }
    }
}
