//! `shop`: adding, listing, showing, pausing, resuming, removing.

use crate::cli::Shop;
use crate::output::Output;
use crate::problem::{Exit, Problem};
use crate::secret::read_text;
use app::{App, CounterWebhook, NeededScope, NewShop};
use domain::Side;
use serde_json::{Value, json};
use std::path::Path;

pub(crate) async fn run(app: &App, what: Shop, output: Output) -> Result<Exit, Problem> {
    match what {
        Shop::Add {
            name,
            location,
            timezone,
            country,
        } => {
            let shop = app
                .add_shop(&NewShop {
                    name,
                    location,
                    zone: timezone,
                    country,
                })
                .await?;
            let name = &shop.name;
            let scopes = scopes(&app.needed_scopes(&shop).await?);
            let text = format!(
                "added the shop `{name}`. Make a HighLevel token for it (Settings > Private Integrations) with the scopes {scopes}. Connect both sides:\n  repairbridge connect highlevel {name} --token-file FILE   (or --oauth, with a marketplace app of yours)\n  repairbridge connect mygadgetrepairs {name} --key-file FILE\nthen `repairbridge check {name}` and `repairbridge preview {name}`"
            );
            output.answer(text, &document(app, &shop).await?);
        }
        Shop::List { removed } => list(app, removed, output).await?,
        Shop::Show { name } => show(app, &name, output).await?,
        Shop::Pause { name } => {
            let shop = app.pause_shop(&name, true).await?;
            output.answer(format!("`{name}` is paused"), &document(app, &shop).await?);
        }
        Shop::Resume { name } => {
            let shop = app.pause_shop(&name, false).await?;
            output.answer(format!("`{name}` goes on"), &document(app, &shop).await?);
        }
        Shop::RenewWebhook { name } => {
            app.renew_counter_webhook(&name).await?;
            show(app, &name, output).await?;
        }
        Shop::Adopt => adopt(app, output).await?,
        Shop::Remove {
            name,
            keep_history: true,
        } => {
            let kept = app.remove_shop_keeping_history(&name).await?;
            output.answer(
                format!("`{name}` is removed; both vendors stay as they are. What happened is read with `repairbridge log {kept}` and `repairbridge runs {kept}`"),
                &json!({"removed": name, "history": kept}),
            );
        }
        Shop::Export { name, file } => export(app, &name, file.as_deref(), output).await?,
        Shop::Import {
            name,
            file,
            dry_run,
        } => import(app, &name, &file, dry_run, output).await?,
        Shop::Remove { name, .. } => {
            app.remove_shop(&name).await?;
            output.answer(
                format!("`{name}` is removed; both vendors stay as they are"),
                &json!({"removed": name}),
            );
        }
    }
    Ok(Exit::Done)
}

async fn adopt(app: &App, output: Output) -> Result<(), Problem> {
    let mut documents = Vec::new();
    let mut lines = Vec::new();
    for shop in app.adopt_accounts().await? {
        lines.push(format!(
            "added the shop `{0}` (location {1}); connect its counter with `repairbridge connect mygadgetrepairs {0} --key-file FILE`",
            shop.name, shop.location
        ));
        documents.push(document(app, &shop).await?);
    }
    if lines.is_empty() {
        lines.push("every sub-account in which the app is installed has its shop".to_owned());
    }
    output.answer(lines.join("\n"), &json!({"adopted": documents}));
    Ok(())
}

async fn export(app: &App, name: &str, file: Option<&Path>, output: Output) -> Result<(), Problem> {
    let text = app.export_shop(name).await?;
    let Some(file) = file else {
        output.json(&json!({"shop": name, "document": text}));
        output.line(text.trim_end());
        return Ok(());
    };
    // Never over something that is there.
    let written = std::fs::File::create_new(file)
        .and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()));
    written.map_err(|why| {
        Problem::wrong(
            "FILE",
            format!(
                "the file {} cannot be written: {why}. Name a new file in a folder that is there",
                file.display()
            ),
        )
    })?;
    output.answer(
        format!(
            "the rules and settings of `{name}` are in {}",
            file.display()
        ),
        &json!({"shop": name, "file": file}),
    );
    Ok(())
}

async fn import(
    app: &App,
    name: &str,
    file: &Path,
    dry_run: bool,
    output: Output,
) -> Result<(), Problem> {
    app.shop(name).await?;
    let text = read_text(file)?;
    let changed = app.import_shop(name, &text, dry_run).await?;
    output.json(&json!({"shop": name, "dry_run": dry_run, "changed": changed}));
    for changed in &changed {
        output.line(format!(
            "{}: {} -> {}",
            changed.key, changed.from, changed.to
        ));
    }
    output.line(match (changed.len(), dry_run) {
        (0, _) => format!("`{name}` has these rules and settings already"),
        (count, true) => format!("{count} would change; nothing was changed"),
        (count, false) => {
            format!("{count} changed; the next pass of `{name}` compares everything under them")
        }
    });
    Ok(())
}

async fn list(app: &App, removed: bool, output: Output) -> Result<(), Problem> {
    let mut documents = Vec::new();
    let mut rows = Vec::new();
    let shops = match removed {
        true => app.removed_shops().await?,
        false => app.shops().await?,
    };
    for shop in shops {
        let document = document(app, &shop).await?;
        rows.push([
            shop.name,
            shop.location,
            word(&document["connected"]),
            word(&document["paused"]),
        ]);
        documents.push(document);
    }
    if rows.is_empty() && removed {
        output.line("no removed shops whose journals were kept");
    } else if rows.is_empty() {
        output.line("no shops yet; add one with `repairbridge shop add NAME --location ID`");
    } else {
        output.table(["shop", "location", "connected", "paused"], rows);
    }
    output.json(&json!({"shops": documents}));
    Ok(())
}

async fn show(app: &App, name: &str, output: Output) -> Result<(), Problem> {
    let shop = app.shop(name).await?;
    let mut document = document(app, &shop).await?;
    let counter = app.counter_webhook(&shop).await?;
    let needed = app.needed_scopes(&shop).await?;
    let granted = app.granted_scopes(&shop).await?;
    document["scopes"] = json!({"highlevel": needed, "granted": granted});
    document["webhooks"] = json!({
        "highlevel": {"url": app.crm_webhook_url()},
        "mygadgetrepairs": counter,
    });
    output.json(&document);
    let rows = [
        "location",
        "timezone",
        "country",
        "connected",
        "paused",
        "approved",
    ]
    .map(|key| [key.to_owned(), word(&document[key])]);
    let scopes = ["HighLevel scopes".to_owned(), scopes(&needed)];
    output.table(["shop", name], rows.into_iter().chain([scopes]).collect());
    for line in webhook_lines(app, &counter) {
        output.line(line);
    }
    Ok(())
}

/// The permissions to tick where the token is made.
fn scopes(needed: &[NeededScope]) -> String {
    let names: Vec<&str> = needed.iter().map(|needed| &*needed.scope).collect();
    names.join(", ")
}

/// What to paste where, so that changes arrive at once instead of with the next poll.
fn webhook_lines(app: &App, counter: &CounterWebhook) -> Vec<String> {
    let headers = |headers| Value::Object(headers).to_string();
    let mut lines = vec![
        String::new(),
        "Webhooks make changes arrive at once; without them they are found by polling.".to_owned(),
        format!("HighLevel, in your app's settings > Webhooks: {}", app.crm_webhook_url()),
        "MyGadgetRepairs, in Shop settings > Notifications > edit a notification, for each that you use:".to_owned(),
        format!("  Webhook URL  {}", counter.url),
        format!("  Username     {}", counter.user),
        format!("  Password     {}", counter.password),
        format!("  Add Headers  {}", headers(counter.headers.clone())),
        format!("  Payload      {}", counter.payload),
        "Better for the notifications below, since they name the event and save requests:".to_owned(),
    ];
    for text in &counter.notifications {
        lines.push(format!("  when {}:", text.when));
        lines.push(format!(
            "    Add Headers  {}",
            headers(text.headers.clone())
        ));
        lines.push(format!("    Payload      {}", text.payload));
    }
    lines
}

async fn document(app: &App, shop: &store::Shop) -> Result<Value, Problem> {
    Ok(json!({
        "name": shop.name,
        "location": shop.location,
        "timezone": shop.zone,
        "country": shop.country,
        "paused": shop.paused,
        "approved": shop.approved_at,
        "created": shop.created_at,
        "removed": shop.removed_at,
        "connected": {
            "highlevel": app.is_connected(shop, Side::HighLevel).await?,
            "mygadgetrepairs": app.is_connected(shop, Side::MyGadgetRepairs).await?,
        },
    }))
}

/// A value for people.
fn word(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => text.clone(),
        Value::Object(parts) => {
            let on: Vec<&str> = parts
                .iter()
                .filter(|(_, value)| value.as_bool() == Some(true))
                .map(|(key, _)| key.as_str())
                .collect();
            if on.is_empty() {
                "nothing".to_owned()
            } else {
                on.join(", ")
            }
        }
        other => other.to_string(),
    }
}
