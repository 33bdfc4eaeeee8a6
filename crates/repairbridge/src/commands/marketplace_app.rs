//! `app`: the marketplace app that people install.

use crate::cli::MarketplaceApp;
use crate::output::Output;
use crate::problem::{Exit, Problem};
use crate::secret::read_secret;
use app::App;
use serde_json::json;

pub(crate) async fn run(app: &App, what: MarketplaceApp, output: Output) -> Result<Exit, Problem> {
    match what {
        MarketplaceApp::Set { client_secret_file } => {
            let secret = read_secret(&client_secret_file)?;
            app.set_client_secret(&secret).await?;
            output.answer(
                "the app's client secret is stored in the vault",
                &json!({"client_secret": true}),
            );
        }
        MarketplaceApp::Show => show(app, output).await?,
    }
    Ok(Exit::Done)
}

async fn show(app: &App, output: Output) -> Result<(), Problem> {
    let (client_id, has_secret) = app.app_is_set().await?;
    let callback = app.install_callback()?;
    let webhooks = app.crm_webhook_url();
    output.json(&json!({
        "client_id": client_id,
        "client_secret": has_secret,
        "redirect": callback.as_str(),
        "webhooks": webhooks,
    }));
    let shown = |there: bool| if there { "stored" } else { "not stored" }.to_owned();
    output.pairs(vec![
        [
            "client id".to_owned(),
            client_id.unwrap_or_else(|| "not set (highlevel.client_id)".to_owned()),
        ],
        ["client secret".to_owned(), shown(has_secret)],
        [
            "redirect address, to be registered".to_owned(),
            callback.to_string(),
        ],
        ["webhook address, to be registered".to_owned(), webhooks],
    ]);
    Ok(())
}
