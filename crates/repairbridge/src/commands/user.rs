//! `user`: who may come in. Passwords come from files, from standard input, or from the people themselves by a link.

use crate::cli::User;
use crate::config::Config;
use crate::output::Output;
use crate::problem::{Exit, Problem};
use crate::secret::read_password;
use app::App;
use app::access::Token;
use serde_json::json;

pub(crate) async fn run(
    app: &App,
    config: &Config,
    what: User,
    output: Output,
) -> Result<Exit, Problem> {
    match what {
        User::Add {
            name,
            role,
            password_file,
        } => {
            let password = password_file.as_deref().map(read_password).transpose()?;
            app.add_user(&name, role, password.as_ref()).await?;
            if password.is_some() {
                output.answer(
                    format!("added the user `{name}`, {role}"),
                    &json!({"user": name, "role": role}),
                );
            } else {
                let link = config.setup_link(&app.setup_link_for(&name).await?);
                output.answer(
                    format!(
                        "added the user `{name}`, {role}. Give {name} this link, by which a password is chosen. It works once, within 24 hours:\n  {link}"
                    ),
                    &json!({"user": name, "role": role, "setup_link": link}),
                );
            }
        }
        User::List => list(app, output).await?,
        User::Role { name, role } => {
            app.set_role(&name, role).await?;
            output.answer(
                format!("`{name}` is {role} now"),
                &json!({"user": name, "role": role}),
            );
        }
        User::Disable { name } => {
            app.disable_user(&name, true).await?;
            output.answer(
                format!("`{name}` may not come in any more, and is signed out everywhere. API tokens are apart: `repairbridge token list`"),
                &json!({"user": name, "disabled": true}),
            );
        }
        User::Enable { name } => {
            app.disable_user(&name, false).await?;
            output.answer(
                format!("`{name}` may come in again"),
                &json!({"user": name, "disabled": false}),
            );
        }
        User::Password {
            name,
            password_file,
        } => {
            let password = read_password(&password_file)?;
            app.set_password(&name, &password).await?;
            output.answer(
                format!("the password of `{name}` is set, and every session of `{name}` has ended"),
                &json!({"user": name, "password": "set"}),
            );
        }
        User::SetupLink { name } => {
            let link = config.setup_link(&link(app, name.as_deref()).await?);
            output.answer(
                format!(
                    "this link works once, within 24 hours, and replaces the one before:\n  {link}"
                ),
                &json!({"user": name, "setup_link": link}),
            );
        }
    }
    Ok(Exit::Done)
}

async fn link(app: &App, name: Option<&str>) -> Result<Token, Problem> {
    match name {
        Some(name) => Ok(app.setup_link_for(name).await?),
        None => app.first_setup_link().await?.ok_or_else(|| {
            Problem::wrong(
                "REFUSED",
                "somebody is set up already. Name the user who is to choose a new password: `repairbridge user setup-link NAME`; `repairbridge user list` shows them",
            )
        }),
    }
}

async fn list(app: &App, output: Output) -> Result<(), Problem> {
    let users = app.dashboard_users().await?;
    output.json(&json!({"users": users}));
    if users.is_empty() {
        output.line("nobody is set up yet; `repairbridge user setup-link` prints a link for the first owner");
        return Ok(());
    }
    let rows = users.into_iter().map(|user| {
        let state = match (user.disabled_at, user.has_password) {
            (Some(since), _) => format!("kept out since {}", super::day(since)),
            (None, true) => "may come in".to_owned(),
            (None, false) => "has not chosen a password yet".to_owned(),
        };
        [user.name, user.role.to_string(), state]
    });
    output.table(["user", "role", ""], rows.collect());
    Ok(())
}
