//! `demo`: the whole product on this machine. Everything lies in one folder, with a configuration that other
//! commands can use beside it.

use super::{serve, twin as twins_command};
use crate::cli::Demo;
use crate::output::Output;
use crate::problem::{Exit, Problem};
use crate::progress::Watching;
use crate::{config, interrupt, wiring};
use app::{App, NewShop, SyncOptions, Tally};
use domain::Side;
use secrecy::SecretString;
use serde_json::json;
use server::{AccessPolicy, ServerOptions};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use twin::highlevel::{WebhookPolicy, WebhookPolicyError};
use twin::{RunningTwins, TwinOptions, Vendor};

const SHOP: &str = "main";
/// A person whom the made-up shop does not have.
const NEW_CUSTOMER: &str =
    r#"{"action":"create_customer","fields":{"name":"Ada Example","email":"ada@example.com"}}"#;
const PORT: u16 = 8780;
/// The twin's search lags so much behind writes.
const LAG_MS: u64 = 1_000;

pub(crate) async fn run(what: Demo, output: Output) -> Result<Exit, Problem> {
    let mut options = TwinOptions::new(what.seed, what.customers as usize);
    twins_command::take_limits_off(&mut options);
    options.highlevel.index_lag_ms = LAG_MS;
    let twins = twins_command::start(options).await?;
    let listener = listen(what.listen).await?;
    let address = serve::address_of(&listener)?;
    let folder = make_folder()?;
    let file = write_configuration(&folder, &twins, address)?;
    let config = config::load(Some(&file))?;
    let app = wiring::open(&config).await?;
    let _lock = serve::take_lock(&app).await?;
    connect(&app, &twins).await?;
    webhooks(&app, &twins).await?;

    let page = format!("http://{address}/");
    for line in introduction(&twins, &page, &folder, &file) {
        output.line(line);
    }
    let cancel = interrupt::watch(output);
    let outcome = tokio::select! {
        outcome = live(&app, listener, &what, output, &cancel) => outcome,
        () = cancel.cancelled(), if what.once => Err(Problem::ran("INTERRUPTED", "the demo was stopped")),
    };
    if what.once
        && let Ok(tally) = &outcome
    {
        output.json(&json!({
            "url": page,
            "folder": folder,
            "config": file,
            "twins": twins_command::document(&twins),
            "sync": tally,
        }));
    }
    app.close_copies().await;
    app.store().clone().close().await;
    twins.shutdown().await;
    let tally = outcome?;
    output.line(format!(
        "stopped; everything of this demo is in {}",
        folder.display()
    ));
    let sound = !what.once || tally.is_none_or(|tally| tally.finished && tally.failed == 0);
    Ok(if sound { Exit::Done } else { Exit::Found })
}

/// The first sync, approved, with the page beside it; then the service, until stopped.
async fn live(
    app: &App,
    listener: TcpListener,
    what: &Demo,
    output: Output,
    cancel: &CancellationToken,
) -> Result<Option<Tally>, Problem> {
    let page_only = cancel.child_token();
    let board = app.board(SHOP);
    let _watching = Watching::start(output, &board);
    let first = async {
        let tally = tokio::select! {
            tally = app.sync(SHOP, SyncOptions { approve: true, ..SyncOptions::default() }, &board) => Some(tally?),
            () = cancel.cancelled() => None,
        };
        if let Some(tally) = &tally {
            for line in super::sync::lines(tally) {
                output.line(line);
            }
        }
        if what.once {
            page_only.cancel();
        } else {
            let notices = app.serve_notices(cancel.clone());
            let (served, ()) = tokio::join!(app.serve_shops(cancel.clone()), notices);
            served?;
        }
        Ok(tally)
    };
    let options = ServerOptions {
        access: AccessPolicy::Open,
        page: format!("http://{}/", serve::address_of(&listener)?),
        ..ServerOptions::default()
    };
    let router = server::router(app.clone(), &options);
    let page = server::serve(listener, None, router, page_only.clone());
    let (tally, page) = tokio::join!(
        async {
            let tally = first.await;
            page_only.cancel();
            tally
        },
        page
    );
    page.map_err(|why| Problem::ran("LISTEN", format!("the dashboard ended: {why}")))?;
    tally
}

async fn listen(wanted: Option<SocketAddr>) -> Result<TcpListener, Problem> {
    if let Some(address) = wanted {
        if !address.ip().is_loopback() {
            return Err(Problem::wrong(
                "DEMO-LISTEN",
                format!(
                    "the demo asks nobody to sign in, so it listens on this machine alone, not on {address}. Try 127.0.0.1:{}",
                    address.port()
                ),
            ));
        }
        return serve::listen(address).await;
    }
    match serve::listen(SocketAddr::from((Ipv4Addr::LOCALHOST, PORT))).await {
        Ok(listener) => Ok(listener),
        Err(_) => serve::listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await,
    }
}

fn make_folder() -> Result<PathBuf, Problem> {
    let now = wiring::context().clock.now();
    let stamp = now.strftime("%Y%m%d-%H%M%S").to_string();
    for suffix in ["", "-2", "-3", "-4"] {
        let folder = PathBuf::from(format!("repairbridge-demo-{stamp}{suffix}"));
        match std::fs::create_dir(&folder) {
            Ok(()) => return Ok(std::fs::canonicalize(&folder).unwrap_or(folder)),
            Err(why) if why.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(why) => {
                return Err(Problem::wrong(
                    "DEMO-FOLDER",
                    format!(
                        "the folder {} cannot be made: {why}. Start the demo in a folder that you may write to",
                        folder.display()
                    ),
                ));
            }
        }
    }
    Err(Problem::ran(
        "DEMO-FOLDER",
        "several demos were started in this second; try again",
    ))
}

fn write_configuration(
    folder: &Path,
    twins: &RunningTwins,
    address: SocketAddr,
) -> Result<PathBuf, Problem> {
    let file = folder.join("repairbridge.toml");
    let text = format!(
        r#"# Made by `repairbridge demo`; useful while it runs, for commands beside it.
[server]
listen = "{address}"
public_url = "http://{address}"

[highlevel]
base_url = "{}"
requests_per_10s = 0
webhook_public_keys = ["{}"]

[mygadgetrepairs]
base_url = "{}"
requests_per_minute = 0

[sync]
poll_seconds = 2
index_lag_seconds = 2
listen_seconds = 2
"#,
        twins.highlevel_url(),
        twins.highlevel().webhooks().public_key.spki,
        twins.mygadgetrepairs_url()
    );
    std::fs::write(&file, text).map_err(|why| {
        Problem::wrong(
            "DEMO-FOLDER",
            format!("the file {} cannot be written: {why}", file.display()),
        )
    })?;
    Ok(file)
}

async fn connect(app: &App, twins: &RunningTwins) -> Result<(), Problem> {
    app.add_shop(&NewShop {
        name: SHOP.to_owned(),
        location: twins.location_id().to_owned(),
        zone: None,
        country: None,
    })
    .await?;
    app.connect(SHOP, Side::HighLevel, &SecretString::from(twins.token()))
        .await?;
    app.connect(
        SHOP,
        Side::MyGadgetRepairs,
        &SecretString::from(twins.key()),
    )
    .await?;
    Ok(())
}

/// Sets both twins up to tell of every change, as people would with what `shop show` prints.
async fn webhooks(app: &App, twins: &RunningTwins) -> Result<(), Problem> {
    let refused = |why: WebhookPolicyError| Problem::ran("DEMO-WEBHOOKS", why.to_string());
    twins
        .deliver_webhooks_to(&app.crm_webhook_url(), WebhookPolicy::default())
        .map_err(refused)?;
    let paste = app.counter_webhook(&app.shop(SHOP).await?).await?;
    let mut headers: BTreeMap<String, String> = paste
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect();
    headers.insert("X-Sync-Event".to_owned(), "{event}".to_owned());
    twins.notify(
        &paste.url,
        &paste.user,
        &paste.password,
        &headers,
        &paste.payload,
    );
    Ok(())
}

const DAY: i64 = 86_400;
/// Ten o'clock, in seconds.
const TEN: i64 = 36_000;

fn introduction(twins: &RunningTwins, page: &str, folder: &Path, file: &Path) -> Vec<String> {
    let left = twins_command::control(twins, Vendor::HighLevel);
    let right = twins_command::control(twins, Vendor::MyGadgetRepairs);
    let contact = twins.contact_ids().first().map_or("", String::as_str);
    let edit =
        json!({"action": "edit_contact", "id": contact, "fields": {"city": "Whitby"}}).to_string();
    let calendars = twins.highlevel().calendars();
    let calendar = calendars.first().map_or("", |(id, _)| id.as_str());
    let tomorrow = wiring::context().clock.now().as_second() / DAY * DAY + DAY + TEN;
    let start = domain::Timestamp::from_second(tomorrow).unwrap_or_default();
    let booking = json!({"action": "create_appointment", "contact": contact,
        "fields": {"calendarId": calendar, "title": "New battery", "startTime": start.to_string()}})
    .to_string();
    vec![
        format!("Repairbridge demo. Dashboard: {page}"),
        format!(
            "  made-up shop        {} customers, {} contacts",
            twins.shop().customers.len(),
            twins.contact_ids().len()
        ),
        format!("  folder              {}", folder.display()),
        format!(
            "  commands beside it  repairbridge --config '{}' status {SHOP}",
            file.display()
        ),
        format!(
            "  HighLevel twin      {}  control {left}",
            twins.highlevel_url()
        ),
        format!(
            "  MyGadgetRepairs     {}  control {right}",
            twins.mygadgetrepairs_url()
        ),
        "Be a person at a desk, or break the network:".to_owned(),
        format!(
            "  look around         curl '{right}/state?kind=customers' ; curl '{left}/state?kind=contacts' ; curl '{right}/state?kind=appointments'"
        ),
        format!(
            "  edit a contact      {}",
            curl("POST", &left, "person", &edit)
        ),
        format!(
            "  add a customer      {}",
            curl("POST", &right, "person", NEW_CUSTOMER)
        ),
        format!(
            "  book an appointment {}",
            curl("POST", &left, "person", &booking)
        ),
        format!(
            "  cut the network     {}",
            curl("POST", &left, "offline", r#"{"on":true}"#)
        ),
        format!(
            "  lose webhooks       {}",
            curl("PUT", &left, "webhooks", r#"{"drop":1.0}"#)
        ),
        format!(
            "  make it rough       {}",
            curl("PUT", &right, "faults", r#""rough""#)
        ),
        "Ctrl-C ends the demo".to_owned(),
    ]
}

fn curl(method: &str, control: &str, path: &str, body: &str) -> String {
    format!("curl -X {method} {control}/{path} -H 'content-type: application/json' -d '{body}'")
}
