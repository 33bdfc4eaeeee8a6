//! `token`: API tokens for programs.

use crate::cli::Token;
use crate::output::Output;
use crate::problem::{Exit, Problem};
use crate::system_user;
use app::App;
use app::access::Scopes;
use serde_json::json;

pub(crate) async fn run(app: &App, what: Token, output: Output) -> Result<Exit, Problem> {
    match what {
        Token::Create { name, scope, days } => {
            let scopes = Scopes::new(scope);
            let by = system_user::name();
            let token = app.create_api_token(&name, &scopes, days, &by).await?;
            let token = token.expose();
            output.answer(
                format!(
                    "the API token `{name}` ({scopes}) works for {days} days. It is shown this once; send it as `Authorization: Bearer TOKEN`:\n  {token}"
                ),
                &json!({"name": name, "scopes": scopes, "days": days, "token": token}),
            );
        }
        Token::List => list(app, output).await?,
        Token::Revoke { name } => {
            app.revoke_api_token(&name).await?;
            output.answer(
                format!("the API token `{name}` is revoked"),
                &json!({"name": name, "revoked": true}),
            );
        }
    }
    Ok(Exit::Done)
}

async fn list(app: &App, output: Output) -> Result<(), Problem> {
    let tokens = app.api_tokens().await?;
    output.json(&json!({"tokens": tokens}));
    if tokens.is_empty() {
        output.line("no API tokens; `repairbridge token create NAME --scope read` makes one");
        return Ok(());
    }
    let rows = tokens.into_iter().map(|one| {
        let state = match (one.works, one.revoked_at) {
            (true, _) => format!("until {}", super::day(one.expires_at)),
            (false, Some(at)) => format!("revoked {}", super::day(at)),
            (false, None) => format!("ended {}", super::day(one.expires_at)),
        };
        let used = one
            .used_at
            .map_or_else(|| "never".to_owned(), super::minute);
        [
            one.name,
            one.scopes.to_string(),
            state,
            used,
            one.created_by,
        ]
    });
    output.table(
        ["token", "scopes", "works", "last used", "made by"],
        rows.collect(),
    );
    Ok(())
}
