//! How all shops are.

use super::refused;
use crate::describe::{Answer, Routes};
use crate::view::{Overview, Views};
use axum::Json;
use axum::extract::State;
use std::sync::Arc;

pub(super) fn routes() -> Routes<Arc<Views>> {
    Routes::new().get("/api/v1/status", "How all shops are", status)
}

async fn status(State(views): State<Arc<Views>>) -> Answer<Arc<Overview>> {
    Ok(Json(views.overview().await.map_err(refused)?))
}
