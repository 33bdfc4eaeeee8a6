//! `serve`: status page and sync workers, until stopped.

use crate::cli::Serve;
use crate::config::Config;
use crate::interrupt;
use crate::output::Output;
use crate::problem::{Exit, Problem};
use app::App;
use serde_json::json;
use server::ServerOptions;
use std::net::SocketAddr;
use std::time::Duration;
use store::Lock;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub(crate) async fn run(
    app: App,
    config: &Config,
    what: Serve,
    output: Output,
) -> Result<Exit, Problem> {
    let _lock = take_lock(&app)?;
    let listener = listen(what.listen.unwrap_or(config.listen)).await?;
    let address = address_of(&listener)?;
    let page = format!("http://{address}/");
    output.answer(
        format!("Repairbridge is running. Status page: {page}  (Ctrl-C stops it)"),
        &json!({"listening": address.to_string(), "url": page}),
    );
    if !address.ip().is_loopback() {
        output.note("note: the status page has no login yet and can be read by everyone who reaches this address");
    }
    let hosts = config
        .public_url
        .host_str()
        .map(str::to_owned)
        .into_iter()
        .collect();
    let cancel = interrupt::watch(output);
    serve_until(&app, listener, ServerOptions { hosts }, cancel).await?;
    output.line("stopped");
    Ok(Exit::Done)
}

/// One service at a time owns a database.
pub(crate) fn take_lock(app: &App) -> Result<Lock, Problem> {
    // A check looks for a moment whether it is free.
    for _ in 0..5 {
        if let Some(lock) = app.store().lock("serve")? {
            return Ok(lock);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    app.store().lock("serve")?.ok_or_else(|| {
        Problem::wrong(
            "SERVE-TWICE",
            format!(
                "another `repairbridge serve` is already running on the database {}. Stop that one first, or set store.url to another database; other commands may run beside it",
                app.store().path().display()
            ),
        )
    })
}

pub(crate) async fn listen(address: SocketAddr) -> Result<TcpListener, Problem> {
    TcpListener::bind(address).await.map_err(|why| {
        Problem::wrong(
            "LISTEN",
            format!("the status page cannot listen on {address}: {why}. Choose another with --listen or server.listen; port 0 takes any free one"),
        )
    })
}

pub(crate) fn address_of(listener: &TcpListener) -> Result<SocketAddr, Problem> {
    listener.local_addr().map_err(|why| {
        Problem::ran(
            "LISTEN",
            format!("the system does not tell the address of the status page: {why}"),
        )
    })
}

/// Page and workers side by side; both end when cancelled, and the end of one ends the other.
pub(crate) async fn serve_until(
    app: &App,
    listener: TcpListener,
    options: ServerOptions,
    cancel: CancellationToken,
) -> Result<(), Problem> {
    let router = server::router(app.clone(), &options);
    let page = async {
        let ended = server::serve(listener, router, cancel.clone()).await;
        cancel.cancel();
        ended.map_err(|why| Problem::ran("LISTEN", format!("the status page ended: {why}")))
    };
    let workers = async {
        let ended = app.serve_shops(cancel.clone()).await;
        cancel.cancel();
        ended.map_err(Problem::from)
    };
    let (page, workers) = tokio::join!(page, workers);
    workers.and(page)
}
