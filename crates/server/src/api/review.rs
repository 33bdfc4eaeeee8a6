//! Questions to people, and their answers.

use super::{noted, refused, rows};
use crate::describe::{Answer, Given, Operator, Query, Routes};
use crate::view::Views;
use app::{Answer as Decision, AppError, ReviewPage, TakenBack};
use axum::Json;
use axum::extract::{Path, State};
use domain::Side;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(super) fn routes() -> Routes<Arc<Views>> {
    Routes::new()
        .get(
            "/api/v1/shops/{shop}/review",
            "Open questions of a shop, oldest first",
            open,
        )
        .get(
            "/api/v1/shops/{shop}/review/answered",
            "Questions that were answered, the latest answer first",
            answered,
        )
        .post(
            "/api/v1/shops/{shop}/review/{id}",
            "Answers a question",
            answer,
        )
        .post(
            "/api/v1/shops/{shop}/review/{id}/undo",
            "Takes an answer back",
            undo,
        )
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Which {
    /// Only questions after this number.
    after: Option<i64>,
    /// Questions at most.
    limit: Option<u32>,
}

async fn open(
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
    Query(which): Query<Which>,
) -> Answer<ReviewPage> {
    let after = which.after.unwrap_or(0);
    let page = views
        .app()
        .review_page(&name, after, rows(which.limit))
        .await;
    Ok(Json(page.map_err(refused)?))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct HowMany {
    /// Questions at most.
    limit: Option<u32>,
}

async fn answered(
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
    Query(how): Query<HowMany>,
) -> Answer<ReviewPage> {
    let page = views.app().answered_page(&name, rows(how.limit)).await;
    Ok(Json(page.map_err(refused)?))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Word {
    /// The same person; or, of a value, the one of the named side is right.
    Accept,
    /// Different people.
    Apart,
    /// All candidates are this one person.
    Merge,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Answering {
    /// The answer.
    answer: Word,
    /// Whose value is right; of a question about a value.
    side: Option<Side>,
    /// Which candidate; the best one where it is left out.
    candidate: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct AnswerDone {
    /// The question's number.
    id: i64,
    /// What was done, for people.
    done: String,
}

async fn answer(
    signed: Operator,
    State(views): State<Arc<Views>>,
    Path((name, id)): Path<(String, i64)>,
    Given(given): Given<Answering>,
) -> Answer<AnswerDone> {
    let app = views.app();
    let decision = match given.answer {
        Word::Accept => Decision::Accept {
            candidate: given.candidate,
            side: given.side,
        },
        Word::Apart => Decision::Apart,
        Word::Merge => Decision::Merge {
            candidate: given.candidate,
        },
    };
    noted(&signed, app, "answered a question", &name).await?;
    let done = app.answer(&name, id, decision).await.map_err(refused)?;
    Ok(Json(AnswerDone { id, done }))
}

async fn undo(
    signed: Operator,
    State(views): State<Arc<Views>>,
    Path((name, id)): Path<(String, i64)>,
) -> Answer<TakenBack> {
    let app = views.app();
    noted(&signed, app, "took an answer back", &name).await?;
    let taken: Result<TakenBack, AppError> = app.take_back_answer(&name, id).await;
    Ok(Json(taken.map_err(refused)?))
}
