//! `connect`: credentials into the vault.

use crate::cli::Connect;
use crate::output::Output;
use crate::problem::{Exit, Problem};
use crate::secret::read_secret;
use app::App;
use domain::Side;
use serde_json::json;

pub(crate) async fn run(app: &App, what: Connect, output: Output) -> Result<Exit, Problem> {
    let (name, side, file) = match what {
        Connect::HighLevel { name, token_file } => (name, Side::HighLevel, token_file),
        Connect::MyGadgetRepairs { name, key_file } => (name, Side::MyGadgetRepairs, key_file),
    };
    // Asked first, so that nobody types a secret for a shop that is not there.
    app.shop(&name).await?;
    let secret = read_secret(&file)?;
    app.connect(&name, side, &secret).await?;
    output.answer(
        format!(
            "{} is connected for `{name}`; `repairbridge check {name}` tries it",
            side.title()
        ),
        &json!({"shop": name, "side": side, "connected": true}),
    );
    Ok(Exit::Done)
}
