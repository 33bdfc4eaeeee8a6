//! Linked records that do not agree.

use super::{refused, rows};
use crate::describe::{Answer, Query, Routes};
use crate::view::Views;
use app::Difference;
use axum::Json;
use axum::extract::{Path, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(super) fn routes() -> Routes<Arc<Views>> {
    Routes::new().get(
        "/api/v1/shops/{shop}/differences",
        "Linked records whose fields do not all agree, and why",
        differences,
    )
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct HowMany {
    /// Records at most.
    limit: Option<u32>,
}

/// A record that differs, with each reason in words.
#[derive(Debug, Serialize, JsonSchema)]
struct DifferenceShown {
    #[serde(flatten)]
    difference: Difference,
    /// Field by field, why.
    words: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Differences {
    differences: Vec<DifferenceShown>,
}

async fn differences(
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
    Query(how): Query<HowMany>,
) -> Answer<Differences> {
    let found = views.app().differences(&name, rows(how.limit)).await;
    let shown = found.map_err(refused)?.into_iter().map(|difference| {
        let fields = difference.fields.iter();
        let words = fields.map(|one| format!("{}: {}", one.field, one.why.words()));
        DifferenceShown {
            words: words.collect(),
            difference,
        }
    });
    Ok(Json(Differences {
        differences: shown.collect(),
    }))
}
