//! A line to a server that can be cut: what is sent over it then is neither delivered nor refused until it is mended, as
//! on a network that swallows everything.

use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Such a line. It ends with its owner.
pub struct Line {
    address: SocketAddr,
    is_cut: watch::Sender<bool>,
}

impl Line {
    /// A line to a server at this address.
    ///
    /// # Errors
    /// When no port of this machine is free.
    pub async fn to(server: &str) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (is_cut, cut) = watch::channel(false);
        let server = server.to_owned();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let (server, cut) = (server.clone(), cut.clone());
                tokio::spawn(async move {
                    let Ok(far) = TcpStream::connect(server).await else {
                        return;
                    };
                    let (near_in, near_out) = near.into_split();
                    let (far_in, far_out) = far.into_split();
                    tokio::join!(
                        carry(near_in, far_out, cut.clone()),
                        carry(far_in, near_out, cut)
                    );
                });
            }
        });
        Ok(Self { address, is_cut })
    }

    /// Where it begins.
    #[must_use]
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// Cuts it.
    pub fn cut(&self) {
        self.is_cut.send_replace(true);
    }

    /// Lets through again, also what was sent meanwhile.
    pub fn mend(&self) {
        self.is_cut.send_replace(false);
    }
}

async fn carry(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    mut cut: watch::Receiver<bool>,
) {
    let mut bytes = vec![0; 16 * 1024];
    loop {
        let Ok(read) = from.read(&mut bytes).await else {
            return;
        };
        if cut.wait_for(|is_cut| !is_cut).await.is_err() || read == 0 {
            return;
        }
        if to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
}
