//! `serve`: dashboard and sync workers, until stopped.

use crate::cli::Serve;
use crate::config::Config;
use crate::interrupt;
use crate::output::Output;
use crate::problem::{Exit, Problem};
use app::App;
use app::access::Token;
use serde_json::json;
use server::{Certificate, ServerOptions};
use std::net::SocketAddr;
use std::time::Duration;
use store::{Lock, Node, Seat};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub(crate) async fn run(
    app: App,
    config: &Config,
    what: Serve,
    output: Output,
) -> Result<Exit, Problem> {
    let shares = app.store().shares();
    // Of those that share a database each has a place instead.
    let _lock = match shares {
        true => None,
        false => Some(take_lock(&app).await?),
    };
    app.clear_left_copies();
    let certificate = certificate(config)?;
    let listener = listen(what.listen.unwrap_or(config.listen)).await?;
    let address = address_of(&listener)?;
    let mut app = app.reached_at(&config.page(address))?;
    if shares {
        app = app
            .clone()
            .with_seat(take_seat(&app, config, address).await?);
    }
    let options = config.server_options(address);
    let link = first_link(&app).await?;
    let cancel = interrupt::watch(output);
    tell(config, address, &options.warnings, &link, output);
    let outcome = serve_until(&app, listener, certificate, options, cancel).await;
    app.close_copies().await;
    outcome?;
    output.line("stopped");
    Ok(Exit::Done)
}

fn certificate(config: &Config) -> Result<Option<Certificate>, Problem> {
    let Some((certificate, key)) = &config.door.certificate else {
        return Ok(None);
    };
    let read = Certificate::read(certificate, key);
    Ok(Some(
        read.map_err(|why| Problem::wrong("TLS", why.to_string()))?,
    ))
}

/// The way in for the first owner.
enum FirstLink {
    /// Somebody is set up.
    NotNeeded,
    /// A new one, each time, since only its digest is kept.
    New(Token),
    /// It is at the node that was started first: a new one would take its place.
    At(Node),
}

async fn first_link(app: &App) -> Result<FirstLink, Problem> {
    if !app.needs_setup().await? {
        return Ok(FirstLink::NotNeeded);
    }
    let own = app.own_node();
    // The oldest first.
    let nodes = app.store().nodes().await?;
    match nodes.into_iter().next() {
        Some(first) if own.as_ref().is_some_and(|own| *own != first.id) => Ok(FirstLink::At(first)),
        _ => {
            let link = app.first_setup_link().await?;
            Ok(link.map_or(FirstLink::NotNeeded, FirstLink::New))
        }
    }
}

/// Where the dashboard is, and what there is to mind. Where nobody is set up: the link for the first owner, to the
/// terminal, not to the log.
fn tell(
    config: &Config,
    listening: SocketAddr,
    warnings: &[String],
    link: &FirstLink,
    output: Output,
) {
    // A certificate is for a name, not for an address.
    let page = match config.door.certificate {
        Some(_) => config.page(listening),
        None => config.own_page(listening),
    };
    output.answer(
        format!("Repairbridge is running. Dashboard: {page}  (Ctrl-C stops it)"),
        &json!({"listening": listening.to_string(), "url": page, "warnings": warnings}),
    );
    for warning in warnings {
        output.note(format!("\n*** WARNING *** {warning}\n"));
    }
    match link {
        FirstLink::NotNeeded => {}
        FirstLink::New(token) => output.note(format!(
            "\nNobody is set up yet. Open this link and choose the owner's name and password; it works once, within 24 hours:\n\n  {}setup?token={}\n",
            config.page(listening),
            token.expose()
        )),
        FirstLink::At(node) => output.note(format!(
            "\nNobody is set up yet. The link for the first owner is in what the node {} at {} printed when it was started; `repairbridge user setup-link` makes a new one.\n",
            node.name, node.address
        )),
    }
}

/// A place among those that serve the same database.
async fn take_seat(app: &App, config: &Config, address: SocketAddr) -> Result<Seat, Problem> {
    let node = Node {
        name: host_name(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        address: config.own_page(address),
        ..Node::default()
    };
    app.store().join(node).await?.ok_or_else(|| {
        Problem::wrong(
            "SERVE-ALONE",
            format!(
                "something that nobody may serve beside is under way on the database {}, such as `repairbridge move` or `repairbridge keys reset`. Start again once that has ended",
                app.store().place()
            ),
        )
    })
}

/// What this machine calls itself.
fn host_name() -> String {
    #[cfg(unix)]
    let name = rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned();
    #[cfg(not(unix))]
    let name = std::env::var("COMPUTERNAME").unwrap_or_default();
    name
}

/// One service at a time owns a database that is a file.
pub(crate) async fn take_lock(app: &App) -> Result<Lock, Problem> {
    // A check looks for a moment whether it is free.
    for _ in 0..5 {
        if let Some(lock) = app.store().lock("serve").await? {
            return Ok(lock);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    app.store().lock("serve").await?.ok_or_else(|| {
        Problem::wrong(
            "SERVE-TWICE",
            format!(
                "another `repairbridge serve` is already running on the database {}. Stop that one first, or set store.url to another database; other commands may run beside it",
                app.store().place()
            ),
        )
    })
}

pub(crate) async fn listen(address: SocketAddr) -> Result<TcpListener, Problem> {
    TcpListener::bind(address).await.map_err(|why| {
        Problem::wrong(
            "LISTEN",
            format!("the dashboard cannot listen on {address}: {why}. Choose another with --listen or server.listen; port 0 takes any free one"),
        )
    })
}

pub(crate) fn address_of(listener: &TcpListener) -> Result<SocketAddr, Problem> {
    listener.local_addr().map_err(|why| {
        Problem::ran(
            "LISTEN",
            format!("the system does not tell the address of the dashboard: {why}"),
        )
    })
}

/// Page and workers side by side; both end when cancelled, and the end of one ends the other.
async fn serve_until(
    app: &App,
    listener: TcpListener,
    certificate: Option<Certificate>,
    options: ServerOptions,
    cancel: CancellationToken,
) -> Result<(), Problem> {
    let router = server::router(app.clone(), &options);
    let page = async {
        let ended = server::serve(listener, certificate, router, cancel.clone()).await;
        cancel.cancel();
        ended.map_err(|why| Problem::ran("LISTEN", format!("the dashboard ended: {why}")))
    };
    let workers = async {
        let ended = app.serve_shops(cancel.clone()).await;
        cancel.cancel();
        ended.map_err(Problem::from)
    };
    let once = app.serve_all_shops_once(cancel.clone());
    let others = app.hear_others(cancel.clone());
    // Others take the shops over while what is being written here comes to its end.
    let leave = async {
        cancel.cancelled().await;
        app.store().leave().await;
    };
    let (page, workers, (), (), ()) = tokio::join!(page, workers, once, others, leave);
    workers.and(page)
}
