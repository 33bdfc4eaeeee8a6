//! Why a value is what it is.

use super::refused;
use crate::describe::{Answer, Query, Routes};
use crate::view::Views;
use app::Explanation;
use axum::Json;
use axum::extract::{Path, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(super) fn routes() -> Routes<Arc<Views>> {
    Routes::new().get(
        "/api/v1/shops/{shop}/explain/{record}",
        "Why a record's values are what they are",
        explain,
    )
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Which {
    /// Only this field.
    field: Option<String>,
}

/// An explanation, as data and as text.
#[derive(Debug, Serialize, JsonSchema)]
struct Explained {
    #[serde(flatten)]
    explanation: Explanation,
    /// The same for people, line by line.
    words: Vec<String>,
}

async fn explain(
    State(views): State<Arc<Views>>,
    Path((name, record)): Path<(String, String)>,
    Query(which): Query<Which>,
) -> Answer<Explained> {
    let app = views.app();
    let explanation = app.explain(&name, &record, which.field.as_deref()).await;
    let explanation = explanation.map_err(refused)?;
    Ok(Json(Explained {
        words: explanation.lines(),
        explanation,
    }))
}
