//! `session`: who is signed in, and ending that.

use crate::cli::{EndSession, Session};
use crate::output::Output;
use crate::problem::{Exit, Problem};
use app::App;
use serde_json::json;

pub(crate) async fn run(app: &App, what: Session, output: Output) -> Result<Exit, Problem> {
    match what {
        Session::List { user } => list(app, user.as_deref(), output).await?,
        Session::End(EndSession { id: Some(id), .. }) => {
            app.end_session(id).await?;
            output.answer(format!("session {id} has ended"), &json!({"ended": 1}));
        }
        Session::End(EndSession { user, .. }) => {
            let ended = app.end_sessions(user.as_deref()).await?;
            let whose = user.map_or_else(String::new, |name| format!(" of `{name}`"));
            output.answer(
                format!("{ended} sessions{whose} have ended"),
                &json!({"ended": ended}),
            );
        }
    }
    Ok(Exit::Done)
}

async fn list(app: &App, user: Option<&str>, output: Output) -> Result<(), Problem> {
    let sessions = app.sessions(user).await?;
    output.json(&json!({"sessions": sessions}));
    if sessions.is_empty() {
        output.line("nobody is signed in");
        return Ok(());
    }
    let rows = sessions.into_iter().map(|one| {
        [
            one.id.to_string(),
            one.user,
            super::minute(one.seen_at),
            super::minute(one.ends_at),
            one.network,
            one.browser,
        ]
    });
    let head = [
        "session",
        "user",
        "last used",
        "ends unused",
        "from",
        "browser",
    ];
    output.table(head, rows.collect());
    Ok(())
}
