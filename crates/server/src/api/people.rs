//! People: customer and contact as one.

use super::{refused, rows};
use crate::describe::{Answer, Query, Routes};
use crate::view::{LogLine, Views};
use app::{PeoplePage, PeopleWish, PersonShown, PersonState};
use axum::Json;
use axum::extract::{Path, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::JournalFilter;

/// Lines of the journal with a person.
const LINES: u32 = 20;

pub(super) fn routes() -> Routes<Arc<Views>> {
    Routes::new()
        .get(
            "/api/v1/shops/{shop}/people",
            "People of a shop by name, a screenful",
            list,
        )
        .get(
            "/api/v1/shops/{shop}/people/{record}",
            "One person with everything that hangs on it, both sides beside each other",
            show,
        )
}

/// Who is wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// How words of the name, e-mail address, number or reference begin.
    search: Option<String>,
    /// Only those who stand so.
    state: Option<PersonState>,
    /// What the page before answered as `next`.
    after: Option<String>,
    /// People at most.
    limit: Option<u32>,
}

async fn list(
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Answer<PeoplePage> {
    let wish = PeopleWish {
        search: wanted.search,
        state: wanted.state,
        after: wanted.after,
        limit: rows(wanted.limit),
    };
    let page = views.app().people(&name, &wish).await;
    Ok(Json(page.map_err(refused)?))
}

/// One person, with the newest lines of the journal.
#[derive(Debug, Serialize, JsonSchema)]
struct PersonPage {
    #[serde(flatten)]
    person: PersonShown,
    /// What was done last, newest first.
    lines: Vec<LogLine>,
}

async fn show(
    State(views): State<Arc<Views>>,
    Path((name, record)): Path<(String, String)>,
) -> Answer<PersonPage> {
    let app = views.app();
    let shown = async {
        let person = app.person(&name, &record).await?;
        let both = [&person.line.highlevel, &person.line.mygadgetrepairs];
        let filter = JournalFilter {
            records: both.into_iter().flatten().cloned().collect(),
            limit: LINES,
            ..JournalFilter::default()
        };
        let page = app.journal_page(&name, &filter, None).await?;
        let lines = page.rows.iter().map(LogLine::of).collect();
        Ok(PersonPage { person, lines })
    };
    Ok(Json(shown.await.map_err(refused)?))
}
