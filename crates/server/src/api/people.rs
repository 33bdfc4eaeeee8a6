//! People: customer and contact as one.

use super::{noted, refused, rows};
use crate::describe::{Answer, MaybeGiven, Operator, Query, Routes};
use crate::view::{LogLine, Views};
use app::{
    PeoplePage, PeopleWish, PersonDeed, PersonShown, PersonState, UndoOf, UndoReport, UndoScope,
};
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
        .post(
            "/api/v1/shops/{shop}/people/{record}/resync",
            "Fetches and compares both records now",
            resync,
        )
        .post(
            "/api/v1/shops/{shop}/people/{record}/unlink",
            "Says that customer and contact are not the same; both stay as they are",
            unlink,
        )
        .post(
            "/api/v1/shops/{shop}/people/{record}/join-again",
            "Joins again whom somebody unlinked, as they were",
            join_again,
        )
        .post(
            "/api/v1/shops/{shop}/people/{record}/make-again",
            "Lets somebody get a counterpart again that was deleted or taken back",
            make_again,
        )
        .post(
            "/api/v1/shops/{shop}/people/{record}/leave-alone",
            "Says that both sides are left as they are, until this one is taken up again",
            leave_alone,
        )
        .post(
            "/api/v1/shops/{shop}/people/{record}/take-up",
            "Takes somebody up again who was left alone",
            take_up,
        )
        .post(
            "/api/v1/shops/{shop}/people/{record}/undo",
            "Takes back what was written to both records",
            undo,
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
        let lines = super::log::lines(&views, &name, &page).await?;
        Ok(PersonPage { person, lines })
    };
    Ok(Json(shown.await.map_err(refused)?))
}

async fn resync(
    signed: Operator,
    State(views): State<Arc<Views>>,
    Path((name, record)): Path<(String, String)>,
) -> Answer<PersonDeed> {
    let app = views.app();
    noted(&signed, app, "had a person looked at", &name).await?;
    let done = app.look_at_person(&name, &record).await;
    Ok(Json(done.map_err(refused)?))
}

async fn unlink(
    signed: Operator,
    State(views): State<Arc<Views>>,
    Path((name, record)): Path<(String, String)>,
) -> Answer<PersonDeed> {
    let app = views.app();
    noted(&signed, app, "unlinked a person", &name).await?;
    let done = app.unlink_person(&name, &record).await;
    Ok(Json(done.map_err(refused)?))
}

async fn join_again(
    signed: Operator,
    State(views): State<Arc<Views>>,
    Path((name, record)): Path<(String, String)>,
) -> Answer<PersonDeed> {
    let app = views.app();
    noted(&signed, app, "joined a person again", &name).await?;
    let done = app.join_person_again(&name, &record).await;
    Ok(Json(done.map_err(refused)?))
}

async fn make_again(
    signed: Operator,
    State(views): State<Arc<Views>>,
    Path((name, record)): Path<(String, String)>,
) -> Answer<PersonDeed> {
    let app = views.app();
    noted(
        &signed,
        app,
        "let a person's counterpart be made again",
        &name,
    )
    .await?;
    let done = app.make_person_again(&name, &record).await;
    Ok(Json(done.map_err(refused)?))
}

async fn leave_alone(
    signed: Operator,
    State(views): State<Arc<Views>>,
    Path((name, record)): Path<(String, String)>,
) -> Answer<PersonDeed> {
    let app = views.app();
    noted(&signed, app, "left a person alone", &name).await?;
    let done = app.leave_person_alone(&name, &record).await;
    Ok(Json(done.map_err(refused)?))
}

async fn take_up(
    signed: Operator,
    State(views): State<Arc<Views>>,
    Path((name, record)): Path<(String, String)>,
) -> Answer<PersonDeed> {
    let app = views.app();
    noted(&signed, app, "took a person up again", &name).await?;
    let done = app.take_person_up(&name, &record).await;
    Ok(Json(done.map_err(refused)?))
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Undoing {
    /// Whether it is only told what would be done.
    dry_run: bool,
}

async fn undo(
    signed: Operator,
    State(views): State<Arc<Views>>,
    Path((name, record)): Path<(String, String)>,
    MaybeGiven(asked): MaybeGiven<Undoing>,
) -> Answer<UndoReport> {
    let app = views.app();
    let what = match asked.dry_run {
        true => "looked at what could be taken back",
        false => "took back what was written",
    };
    noted(&signed, app, what, &name).await?;
    let scope = UndoScope {
        of: UndoOf::Record(record),
        field: None,
        delete_created: false,
    };
    let report = app.undo(&name, &scope, asked.dry_run).await;
    Ok(Json(report.map_err(refused)?))
}
