//! Encryption with the shop's own certificate, read again when its files change, so that whatever renews it (certbot,
//! say) needs to tell nobody.

use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(30);

/// A certificate or key that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("server.{key} cannot be used: {path}: {why}")]
    File {
        /// Which key of the configuration.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong; never the content.
        why: String,
    },
    /// They do not belong together.
    #[error(
        "the key in {key} does not belong to the certificate in {certificate} ({why}). Name the two files that were made together; the certificate's own comes first in its file"
    )]
    Pair {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// What is wrong.
        why: String,
    },
}

/// The shop's own certificate with its key. Clones show the same one.
#[derive(Clone, Debug)]
pub struct Certificate(Arc<Kept>);

#[derive(Debug)]
struct Kept {
    certificate: PathBuf,
    key: PathBuf,
    shown: RwLock<Arc<CertifiedKey>>,
}

impl Certificate {
    /// Reads a certificate (PEM, with what leads to its root) and its key (PEM).
    ///
    /// # Errors
    /// When either cannot be read, or they do not belong together.
    pub fn read(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let shown = read_pair(certificate, key)?;
        Ok(Self(Arc::new(Kept {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
            shown: RwLock::new(shown),
        })))
    }

    /// Reads the files again. Where they cannot be used, the certificate before stays.
    ///
    /// # Errors
    /// As [`Certificate::read`].
    pub fn read_again(&self) -> Result<(), TlsError> {
        let new = read_pair(&self.0.certificate, &self.0.key)?;
        *self.0.shown.write().unwrap_or_else(PoisonError::into_inner) = new;
        Ok(())
    }

    fn stamps(&self) -> [Option<SystemTime>; 2] {
        [&self.0.certificate, &self.0.key].map(|path| {
            let found = std::fs::metadata(path).ok()?;
            found.modified().ok()
        })
    }

    /// Reads the files again whenever they change, or the system says so (SIGHUP), until cancelled.
    async fn watch(self, cancel: CancellationToken) {
        let mut seen = self.stamps();
        loop {
            let told = tokio::select! {
                () = cancel.cancelled() => return,
                () = hang_up() => true,
                () = tokio::time::sleep(LOOK) => false,
            };
            let now = self.stamps();
            if now == seen && !told {
                continue;
            }
            match self.read_again() {
                Ok(()) => {
                    seen = now;
                    tracing::info!("the certificate was read again");
                }
                // Perhaps half-written: looked at again next time.
                Err(error) => tracing::error!(%error, "the certificate stays the one before"),
            }
        }
    }
}

impl ResolvesServerCert for Kept {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let shown = self.shown.read().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(&shown))
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

fn read_pair(certificate: &Path, key: &Path) -> Result<Arc<CertifiedKey>, TlsError> {
    let refused = |name: &'static str, path: &Path, why: String| TlsError::File {
        key: name,
        path: path.to_owned(),
        why,
    };
    let read = |name: &'static str, path: &Path| {
        std::fs::read(path).map_err(|why| refused(name, path, why.to_string()))
    };
    let text = read("tls_certificate", certificate)?;
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&text)
        .collect::<Result<_, _>>()
        .map_err(|why| refused("tls_certificate", certificate, why.to_string()))?;
    if chain.is_empty() {
        let why =
            "it holds no certificate; it must be PEM, beginning with -----BEGIN CERTIFICATE-----";
        return Err(refused("tls_certificate", certificate, why.into()));
    }
    let text = zeroize::Zeroizing::new(read("tls_key", key)?);
    // The parser's own words are not repeated: they may quote the key.
    let private = PrivateKeyDer::from_pem_slice(&text).map_err(|_| {
        let why = "it holds no private key; it must be PEM, such as -----BEGIN PRIVATE KEY-----, without a passphrase";
        refused("tls_key", key, why.into())
    })?;
    let pair = |why: rustls::Error| TlsError::Pair {
        certificate: certificate.to_owned(),
        key: key.to_owned(),
        why: why.to_string(),
    };
    let certified = CertifiedKey::from_der(chain, private, &provider()).map_err(pair)?;
    Ok(Arc::new(certified))
}

#[cfg(unix)]
async fn hang_up() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::hangup()) {
        Ok(mut signal) => {
            signal.recv().await;
        }
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn hang_up() {
    std::future::pending().await
}

/// Encrypts connections with the certificate as it is now.
pub(crate) struct Encryption(TlsAcceptor);

impl Encryption {
    /// The files are watched until cancelled.
    pub(crate) fn new(certificate: Certificate, cancel: CancellationToken) -> io::Result<Self> {
        let config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&certificate.0) as Arc<dyn ResolvesServerCert>);
        tokio::spawn(certificate.watch(cancel));
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }

    pub(crate) async fn accept(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        self.0.accept(stream).await
    }
}
