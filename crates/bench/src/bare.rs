//! The least that a webhook handler can do and still keep its word: check the signature, store the body, answer.
//! What arrives while the disk is busy shares the next transaction. Ours is compared with it.

use anyhow::{Context, Result, anyhow};
use aws_lc_rs::signature::{ED25519, ParsedPublicKey};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use rusqlite::Connection;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// Bodies of one transaction, as many as ours takes.
const MOST: usize = 512;

type Waiting = (Bytes, oneshot::Sender<bool>);

struct Bare {
    key: ParsedPublicKey,
    writer: Sender<Waiting>,
}

/// Prints where it listens, and answers until the standard input ends.
pub(crate) async fn serve(database: &Path, key: &str) -> Result<()> {
    let key = STANDARD.decode(key)?;
    let key = ParsedPublicKey::new(&ED25519, key).map_err(|_| anyhow!("this is no key"))?;
    let connection = Connection::open(database)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE body (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;",
    )?;
    let (writer, waiting) = channel();
    std::thread::spawn(move || {
        if let Err(error) = keep(connection, &waiting) {
            eprintln!("the bare handler cannot store: {error}");
        }
    });
    let app = Router::new()
        .route("/hooks/crm", post(take))
        .with_state(Arc::new(Bare { key, writer }));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", serde_json::to_string(&listener.local_addr()?)?);
    tokio::select! {
        ended = axum::serve(listener, app) => ended?,
        read = async { tokio::io::stdin().read_to_end(&mut Vec::new()).await } => { read?; }
    }
    Ok(())
}

async fn take(State(bare): State<Arc<Bare>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    if verify(&bare.key, &headers, &body).is_none() {
        return StatusCode::UNAUTHORIZED;
    }
    let (answer, kept) = oneshot::channel();
    if bare.writer.send((body, answer)).is_err() {
        return StatusCode::TOO_MANY_REQUESTS;
    }
    match kept.await {
        Ok(true) => StatusCode::OK,
        _ => StatusCode::TOO_MANY_REQUESTS,
    }
}

fn verify(key: &ParsedPublicKey, headers: &HeaderMap, body: &[u8]) -> Option<()> {
    let signature = headers.get("x-ghl-signature")?.as_bytes();
    let signature = STANDARD.decode(signature).ok()?;
    key.verify_sig(body, &signature).ok()
}

fn keep(mut connection: Connection, waiting: &Receiver<Waiting>) -> Result<()> {
    while let Ok(first) = waiting.recv() {
        let mut batch = vec![first];
        batch.extend(waiting.try_iter().take(MOST - 1));
        let transaction = connection.transaction()?;
        let mut insert = transaction.prepare_cached("INSERT INTO body (body) VALUES (?1)")?;
        for (body, _) in &batch {
            insert.execute([body.as_ref()]).context("a body")?;
        }
        drop(insert);
        transaction.commit()?;
        for (_, answer) in batch {
            // Whoever hung up is not told.
            let _hung_up = answer.send(true);
        }
    }
    Ok(())
}
