//! A shop tried on a copy. While it is there, it is looked at as if it were a shop, under its own name
//! (`crate::copies`).

use super::{noted, refused};
use crate::describe::{Answer, Given, Operator, Routes};
use crate::view::Views;
use app::{Job, JobKind, OpenCopy, PersonEdit};
use axum::Json;
use axum::extract::{Path, State};
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

const PATH: &str = "/api/v1/shops/{shop}/copy";

pub(super) fn routes() -> Routes<Arc<Views>> {
    Routes::new()
        .get(PATH, "The copy on which a shop is tried", show)
        .post(
            PATH,
            "Begins to make a copy: both vendors emulated, filled with the shop's own records, and synced once. Reads both accounts; writes nothing there",
            make,
        )
        .delete(PATH, "Closes the copy", close)
        .post(
            "/api/v1/shops/{shop}/copy/edit",
            "Lets somebody in HighLevel or at the counter of the copy edit a person",
            edit,
        )
}

#[derive(Debug, Serialize, JsonSchema)]
struct CopyShown {
    /// Nothing where none was made, or where it was closed.
    copy: Option<OpenCopy>,
}

async fn show(State(views): State<Arc<Views>>, Path(name): Path<String>) -> Answer<CopyShown> {
    let copy = views.app().copy_of(&name).await.map_err(refused)?;
    Ok(Json(CopyShown { copy }))
}

async fn make(
    signed: Operator,
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
) -> Answer<Job> {
    let app = views.app();
    noted(&signed, app, "began a copy to try the sync on", &name).await?;
    let job = app.begin_job(&name, JobKind::Copy, signed.who.name()).await;
    Ok(Json(job.map_err(refused)?))
}

#[derive(Debug, Serialize, JsonSchema)]
struct Closed {
    /// Whether there was one.
    closed: bool,
}

async fn close(
    signed: Operator,
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
) -> Answer<Closed> {
    let app = views.app();
    noted(&signed, app, "closed the copy", &name).await?;
    let closed = app.close_copy(&name).await;
    Ok(Json(Closed { closed }))
}

async fn edit(
    signed: Operator,
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
    Given(edit): Given<PersonEdit>,
) -> Answer<CopyShown> {
    let app = views.app();
    noted(&signed, app, "edited a person of the copy", &name).await?;
    app.edit_on_copy(&name, &edit).await.map_err(refused)?;
    let copy = app.copy_of(&name).await.map_err(refused)?;
    Ok(Json(CopyShown { copy }))
}
