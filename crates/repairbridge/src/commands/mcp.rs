//! `mcp`: tools for an assistant, over standard input and output. Nothing but the protocol is printed.

use crate::cli::{Allow, Mcp};
use crate::interrupt;
use crate::output::Output;
use crate::problem::{Exit, Problem};
use crate::system_user;
use app::App;
use app::operations::Allowed;
use server::mcp::{Party, speak};

pub(crate) async fn run(app: &App, what: Mcp, output: Output) -> Result<Exit, Problem> {
    let allowed = allowed(&what.allow)?;
    if let Some(name) = &what.shop {
        app.shop(name).await?;
    }
    let party = Party {
        name: system_user::name(),
        network: None,
        allowed,
        beyond_core: true,
        shop: what.shop,
    };
    let cancel = interrupt::watch(output);
    let (input, out) = (tokio::io::stdin(), tokio::io::stdout());
    let spoken = speak(app.clone(), party, input, out, cancel).await;
    spoken.map_err(|why| {
        Problem::ran(
            "MCP",
            format!("the assistant's program was not understood: {why}"),
        )
    })?;
    Ok(Exit::Done)
}

/// How far the assistant may go.
fn allowed(words: &[Allow]) -> Result<Allowed, Problem> {
    let allowed = Allowed {
        writes: words.contains(&Allow::Writes),
        messages: words.contains(&Allow::Messages),
        deletes: words.contains(&Allow::Deletes),
    };
    if (allowed.messages || allowed.deletes) && !allowed.writes {
        return Err(Problem::wrong(
            "CLI",
            "what may message customers or delete something also changes something: give `--allow writes` as well",
        ));
    }
    Ok(allowed)
}
