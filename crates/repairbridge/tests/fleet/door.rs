//! One address for all nodes: a connection goes to the next one that takes it.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::net::{TcpListener, TcpStream};

/// Where the vendors' webhooks come. Ends with the test.
pub struct Door {
    address: SocketAddr,
}

impl Door {
    pub async fn to(nodes: Vec<SocketAddr>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let next = AtomicUsize::new(0);
            while let Ok((mut near, _)) = listener.accept().await {
                let first = next.fetch_add(1, Ordering::Relaxed);
                let nodes = nodes.clone();
                tokio::spawn(async move {
                    for number in first..first + nodes.len() {
                        if let Ok(mut far) = TcpStream::connect(nodes[number % nodes.len()]).await {
                            // Whoever hangs up is not told.
                            let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
                            return;
                        }
                    }
                });
            }
        });
        Self { address }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}
