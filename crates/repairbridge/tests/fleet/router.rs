//! One address for the twins of many shops: whose credentials a request carries decides where it goes.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, RwLock};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

type Ways = Arc<RwLock<HashMap<String, SocketAddr>>>;

pub struct Router {
    address: SocketAddr,
    ways: Ways,
}

impl Router {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let ways = Ways::default();
        let known = Arc::clone(&ways);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let ways = Arc::clone(&known);
                tokio::spawn(async move {
                    // Whoever hangs up is not told.
                    let _ = pass_on(near, &ways).await;
                });
            }
        });
        Self { address, ways }
    }

    /// What leads here instead of there.
    pub fn instead_of(&self, there: SocketAddr, url: &str) -> String {
        url.replace(&there.to_string(), &self.address.to_string())
    }

    /// Requests with these credentials go there.
    pub fn add(&mut self, credentials: &str, there: SocketAddr) {
        self.ways
            .write()
            .unwrap()
            .insert(credentials.to_owned(), there);
    }
}

/// A connection belongs to a client, and a client to a shop: the first request decides for all.
async fn pass_on(mut near: TcpStream, ways: &Ways) -> std::io::Result<()> {
    let mut head = Vec::new();
    let mut bytes = [0_u8; 4096];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let read = near.read(&mut bytes).await?;
        if read == 0 {
            return Ok(());
        }
        head.extend_from_slice(&bytes[..read]);
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    let there = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_secret =
            name.eq_ignore_ascii_case("authorization") || name.eq_ignore_ascii_case("x-api-key");
        let credentials = value.trim().trim_start_matches("Bearer ");
        is_secret.then(|| ways.read().unwrap().get(credentials).copied())?
    });
    let Some(there) = there else {
        return near
            .write_all(
                b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            )
            .await;
    };
    let mut far = TcpStream::connect(there).await?;
    far.write_all(&head).await?;
    tokio::io::copy_bidirectional(&mut near, &mut far).await?;
    Ok(())
}
