//! `/api/v1/recipes`: presets of flows and rules, and those of a shop.

use super::{Answer, permitted, refused, told};
use crate::access::Signed;
use crate::view::Views;
use app::access::Permission;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Views>> {
    Router::new()
        .route("/api/v1/recipes", get(all))
        .route("/api/v1/shops/{name}/recipes", get(of_shop))
        .route(
            "/api/v1/shops/{name}/recipes/{recipe}",
            get(questions).post(install).delete(remove),
        )
        .route(
            "/api/v1/shops/{name}/recipes/{recipe}/preview",
            post(preview),
        )
}

async fn all(State(views): State<Arc<Views>>) -> Answer {
    let recipes = views.app().recipes(None).await.map_err(refused)?;
    Ok(told(&json!({"recipes": recipes})))
}

async fn of_shop(State(views): State<Arc<Views>>, Path(name): Path<String>) -> Answer {
    let recipes = views.app().recipes(Some(&name)).await.map_err(refused)?;
    Ok(told(&json!({"shop": name, "recipes": recipes})))
}

/// What a recipe asks the shop, with what there is to choose from.
async fn questions(
    State(views): State<Arc<Views>>,
    Path((name, recipe)): Path<(String, String)>,
) -> Answer {
    let questions = views.app().recipe_questions(&name, &recipe).await;
    Ok(told(
        &json!({"shop": name, "recipe": recipe, "questions": questions.map_err(refused)?}),
    ))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Answers {
    answers: Map<String, Value>,
}

/// What it would have done last month. Changes nothing.
async fn preview(
    State(views): State<Arc<Views>>,
    Path((name, recipe)): Path<(String, String)>,
    body: Option<Json<Answers>>,
) -> Answer {
    let Json(given) = body.unwrap_or_default();
    let month = views
        .app()
        .preview_recipe(&name, &recipe, &given.answers)
        .await;
    Ok(told(
        &json!({"shop": name, "recipe": recipe, "last_month": month.map_err(refused)?}),
    ))
}

async fn install(
    signed: Signed,
    State(views): State<Arc<Views>>,
    Path((name, recipe)): Path<(String, String)>,
    body: Option<Json<Answers>>,
) -> Answer {
    let app = views.app();
    let what = "installed a recipe";
    permitted(&signed, app, Permission::Admin, what, &name).await?;
    let Json(given) = body.unwrap_or_default();
    let installed = app.install_recipe(&name, &recipe, &given.answers).await;
    Ok(told(
        &json!({"shop": name, "installed": installed.map_err(refused)?}),
    ))
}

async fn remove(
    signed: Signed,
    State(views): State<Arc<Views>>,
    Path((name, recipe)): Path<(String, String)>,
) -> Answer {
    let app = views.app();
    let what = "removed a recipe";
    permitted(&signed, app, Permission::Admin, what, &name).await?;
    let removed = app.remove_recipe(&name, &recipe).await.map_err(refused)?;
    Ok(told(&json!({"shop": name, "removed": removed})))
}
