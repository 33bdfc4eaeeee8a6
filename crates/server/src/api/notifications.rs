//! How somebody is told who does not look at the dashboard.

use super::refused;
use crate::describe::{Admin, Answer, Given, Routes};
use crate::view::Views;
use app::{NoticeTest, NoticeWay, NotificationsKept, NotificationsShown, NotificationsWish};
use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

pub(super) fn routes() -> Routes<Arc<Views>> {
    Routes::new()
        .get(
            "/api/v1/notifications",
            "How somebody is told what needs a person, and what came of it",
            shown,
        )
        .put(
            "/api/v1/notifications",
            "Writes how somebody is told; what is left out is off, and secrets that are left out are kept",
            set,
        )
        .post(
            "/api/v1/notifications/test",
            "Tries a way by which somebody is told",
            test,
        )
}

async fn shown(_owner: Admin, State(views): State<Arc<Views>>) -> Answer<NotificationsShown> {
    Ok(Json(views.app().notifications().await.map_err(refused)?))
}

async fn set(
    signed: Admin,
    State(views): State<Arc<Views>>,
    Given(wish): Given<NotificationsWish>,
) -> Answer<NotificationsKept> {
    let app = views.app();
    let done = async {
        let what = match (&wish.email, &wish.webhook, &wish.alarm) {
            (None, None, None) => "turned the notifications off",
            _ => "set the notifications",
        };
        app.note_audit(signed.doer(), what, Some("the notifications"))
            .await?;
        app.set_notifications(wish).await
    };
    Ok(Json(done.await.map_err(refused)?))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Test {
    /// What is tried.
    way: NoticeWay,
}

async fn test(
    signed: Admin,
    State(views): State<Arc<Views>>,
    Given(Test { way }): Given<Test>,
) -> Answer<NoticeTest> {
    let app = views.app();
    let done = async {
        app.note_audit(
            signed.doer(),
            "tested the notifications",
            Some(way.as_str()),
        )
        .await?;
        app.test_notification(way).await
    };
    Ok(Json(done.await.map_err(refused)?))
}
