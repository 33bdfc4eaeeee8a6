//! `/api/v1`: everything that the dashboard shows and does, for any program with a token. Whoever comes this far may read;
//! a handler that takes more says so by what it takes ([`Operator`], [`Admin`]).

mod about;
mod access;
mod connections;
mod copies;
mod differences;
mod events;
mod explain;
mod failures;
mod flows;
mod jobs;
mod log;
mod notifications;
mod operations;
mod people;
mod recipes;
mod refusal;
mod review;
mod rollout;
mod rules;
mod shops;
mod status;
mod undo;
mod vault;
mod webhooks;

pub(crate) use refusal::Refusal;

use crate::access::Signed;
use crate::describe::Routes;
use crate::view::Views;
use app::{App, AppError};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Rows in one answer at most.
const MOST_ROWS: u32 = 500;
/// Rows in one answer where nobody says how many.
const ROWS: u32 = 50;

/// Every route with its part of the document.
pub(crate) fn routes() -> Routes<Arc<Views>> {
    Routes::new()
        .merge(about::routes())
        .merge(status::routes())
        .merge(events::routes())
        .merge(jobs::routes())
        .merge(copies::routes())
        .merge(shops::routes())
        .merge(connections::routes())
        .merge(rules::routes())
        .merge(rollout::routes())
        .merge(people::routes())
        .merge(log::routes())
        .merge(explain::routes())
        .merge(undo::routes())
        .merge(review::routes())
        .merge(failures::routes())
        .merge(differences::routes())
        .merge(webhooks::routes())
        .merge(flows::routes())
        .merge(recipes::routes())
        .merge(operations::routes())
        .merge(access::routes())
        .merge(vault::routes())
        .merge(notifications::routes())
}

fn rows(wanted: Option<u32>) -> u32 {
    wanted.unwrap_or(ROWS).clamp(1, MOST_ROWS)
}

fn refused(error: AppError) -> Response {
    Refusal::from(error).into_response()
}

/// Written down before it is done. The shop is looked up first, so that the log holds no words of strangers.
async fn noted(signed: &Signed, app: &App, what: &str, shop: &str) -> Result<(), Response> {
    let noted = async {
        let shop = app.shop(shop).await?;
        app.note_audit(signed.doer(), what, Some(&shop.name)).await
    };
    noted.await.map_err(refused)
}
