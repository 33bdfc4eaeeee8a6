//! `/api/v1/recipes`: presets of flows and rules, and those of a shop.

use super::{noted, refused};
use crate::describe::{Admin, Answer, MaybeGiven, Routes};
use crate::view::Views;
use app::{InstalledRecipe, LastMonth, Question, RecipeLine, RemovedRecipe};
use axum::Json;
use axum::extract::{Path, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::sync::Arc;

pub(super) fn routes() -> Routes<Arc<Views>> {
    Routes::new()
        .get("/api/v1/recipes", "Every recipe", all)
        .get(
            "/api/v1/shops/{shop}/recipes",
            "Every recipe, with whether a shop has it",
            of_shop,
        )
        .get(
            "/api/v1/shops/{shop}/recipes/{recipe}",
            "What a recipe asks a shop, with what there is to choose from",
            questions,
        )
        .post(
            "/api/v1/shops/{shop}/recipes/{recipe}/preview",
            "What a recipe would have done last month; changes nothing",
            preview,
        )
        .post(
            "/api/v1/shops/{shop}/recipes/{recipe}",
            "Installs a recipe",
            install,
        )
        .delete(
            "/api/v1/shops/{shop}/recipes/{recipe}",
            "Removes a recipe without a trace",
            remove,
        )
}

#[derive(Debug, Serialize, JsonSchema)]
struct Recipes {
    recipes: Vec<RecipeLine>,
}

async fn all(State(views): State<Arc<Views>>) -> Answer<Recipes> {
    let recipes = views.app().recipes(None).await.map_err(refused)?;
    Ok(Json(Recipes { recipes }))
}

async fn of_shop(State(views): State<Arc<Views>>, Path(name): Path<String>) -> Answer<Recipes> {
    let recipes = views.app().recipes(Some(&name)).await.map_err(refused)?;
    Ok(Json(Recipes { recipes }))
}

#[derive(Debug, Serialize, JsonSchema)]
struct RecipeQuestions {
    recipe: String,
    questions: Vec<Question>,
}

async fn questions(
    State(views): State<Arc<Views>>,
    Path((name, recipe)): Path<(String, String)>,
) -> Answer<RecipeQuestions> {
    let questions = views.app().recipe_questions(&name, &recipe).await;
    let questions = questions.map_err(refused)?;
    Ok(Json(RecipeQuestions { recipe, questions }))
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Answers {
    /// The answers, by the name of the question.
    answers: Map<String, Value>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct RecipePreviewed {
    recipe: String,
    last_month: LastMonth,
}

async fn preview(
    State(views): State<Arc<Views>>,
    Path((name, recipe)): Path<(String, String)>,
    MaybeGiven(given): MaybeGiven<Answers>,
) -> Answer<RecipePreviewed> {
    let app = views.app();
    let month = app.preview_recipe(&name, &recipe, &given.answers).await;
    let last_month = month.map_err(refused)?;
    Ok(Json(RecipePreviewed { recipe, last_month }))
}

#[derive(Debug, Serialize, JsonSchema)]
struct RecipeInstalled {
    installed: InstalledRecipe,
}

async fn install(
    signed: Admin,
    State(views): State<Arc<Views>>,
    Path((name, recipe)): Path<(String, String)>,
    MaybeGiven(given): MaybeGiven<Answers>,
) -> Answer<RecipeInstalled> {
    let app = views.app();
    noted(&signed, app, "installed a recipe", &name).await?;
    let installed = app.install_recipe(&name, &recipe, &given.answers).await;
    let installed = installed.map_err(refused)?;
    Ok(Json(RecipeInstalled { installed }))
}

#[derive(Debug, Serialize, JsonSchema)]
struct RecipeRemoved {
    removed: RemovedRecipe,
}

async fn remove(
    signed: Admin,
    State(views): State<Arc<Views>>,
    Path((name, recipe)): Path<(String, String)>,
) -> Answer<RecipeRemoved> {
    let app = views.app();
    noted(&signed, app, "removed a recipe", &name).await?;
    let removed = app.remove_recipe(&name, &recipe).await.map_err(refused)?;
    Ok(Json(RecipeRemoved { removed }))
}
