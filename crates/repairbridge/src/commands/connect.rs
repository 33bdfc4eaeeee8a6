//! `connect` and `disconnect`: credentials into the vault and out of it.

use crate::cli::{Connect, Disconnect, OneSide};
use crate::output::Output;
use crate::problem::{Exit, Problem};
use crate::secret::read_secret;
use app::App;
use domain::Side;
use serde_json::json;
use std::path::Path;

pub(crate) async fn run(app: &App, what: Connect, output: Output) -> Result<Exit, Problem> {
    match what {
        Connect::HighLevel {
            name: None,
            read_only,
            ..
        } => link(app, None, !read_only, output).await?,
        Connect::HighLevel {
            name: Some(name),
            token_file: Some(file),
            ..
        } => secret(app, &name, Side::HighLevel, &file, output).await?,
        Connect::HighLevel {
            name: Some(name),
            token_file: None,
            read_only,
            ..
        } => link(app, Some(&name), !read_only, output).await?,
        Connect::MyGadgetRepairs { name, key_file } => {
            secret(app, &name, Side::MyGadgetRepairs, &key_file, output).await?;
        }
    }
    Ok(Exit::Done)
}

async fn secret(
    app: &App,
    name: &str,
    side: Side,
    file: &Path,
    output: Output,
) -> Result<(), Problem> {
    // Asked first, so that nobody types a secret for a shop that is not there.
    app.shop(name).await?;
    let secret = read_secret(file)?;
    app.connect(name, side, &secret).await?;
    output.answer(
        format!(
            "{} is connected for `{name}`; `repairbridge check {name}` tries it",
            side.title()
        ),
        &json!({"shop": name, "side": side, "connected": true}),
    );
    Ok(())
}

/// A one-time link, to be opened in a browser while `serve` runs.
async fn link(app: &App, name: Option<&str>, write: bool, output: Output) -> Result<(), Problem> {
    let link = app.install_link(name, write).await?;
    let callback = app.install_callback()?;
    let whose = match name {
        Some(name) => format!("choose the sub-account of `{name}`"),
        None => "choose the agency's sub-accounts".to_owned(),
    };
    let asks = if write {
        "that the rules need (--read-only asks for reading alone)"
    } else {
        "to read only; writes will be held"
    };
    output.answer(
        format!(
            "Open this link in a browser while `repairbridge serve` runs, and {whose}. It is good for a day and for one connection, and asks for the permissions {asks}:\n  {link}\nThe marketplace app must have this redirect address, letter by letter: {callback}"
        ),
        &json!({"shop": name, "side": Side::HighLevel, "install_link": link.as_str(), "redirect": callback.as_str(), "writes": write}),
    );
    Ok(())
}

pub(crate) async fn disconnect(
    app: &App,
    what: Disconnect,
    output: Output,
) -> Result<Exit, Problem> {
    let side = match what.side {
        OneSide::HighLevel => Side::HighLevel,
        OneSide::MyGadgetRepairs => Side::MyGadgetRepairs,
    };
    let Some(name) = what.name else {
        return agency(app, side, output).await;
    };
    let had = app.disconnect(&name, side).await?;
    let text = if had {
        format!(
            "{0} is disconnected from `{name}` and its credentials are forgotten here. Links and history stay; connecting again goes on from there. In {0} itself, remove the app or key as well if it is not used elsewhere",
            side.title()
        )
    } else {
        format!("{} was not connected for `{name}`", side.title())
    };
    output.answer(
        text,
        &json!({"shop": name, "side": side, "disconnected": had}),
    );
    Ok(Exit::Done)
}

async fn agency(app: &App, side: Side, output: Output) -> Result<Exit, Problem> {
    if side != Side::HighLevel {
        return Err(Problem::wrong(
            "AGENCY",
            "only HighLevel has agencies; name a shop for MyGadgetRepairs",
        ));
    }
    let ended = app.disconnect_agencies().await?;
    let text = match ended {
        0 => "no agency was connected".to_owned(),
        ended => format!(
            "the agency is disconnected, with what works through it ({ended} installations); their tokens are forgotten here. Links and history stay. In HighLevel itself, remove the app as well"
        ),
    };
    output.answer(
        text,
        &json!({"side": side, "agency": true, "disconnected": ended}),
    );
    Ok(Exit::Done)
}
