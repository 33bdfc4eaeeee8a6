//! Encryption with an own certificate: shown, renewed while running, and held up by nobody.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests, outside of test functions"
)]

use axum::Router;
use axum::routing::get;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use server::{Certificate, Limits, TlsError};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_util::sync::CancellationToken;

/// Two files, and what to trust.
struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn certificate(&self) -> PathBuf {
        self.folder.path().join("certificate.pem")
    }

    fn key(&self) -> PathBuf {
        self.folder.path().join("key.pem")
    }

    /// Writes a new pair and answers its certificate.
    fn renew(&self) -> String {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
        let certificate = made.cert.pem();
        std::fs::write(self.certificate(), &certificate).unwrap();
        std::fs::write(self.key(), made.signing_key.serialize_pem()).unwrap();
        certificate
    }

    fn read(&self) -> Result<Certificate, TlsError> {
        Certificate::read(&self.certificate(), &self.key())
    }
}

async fn serving(certificate: Certificate) -> (SocketAddr, CancellationToken) {
    serving_within(Limits::default(), certificate).await
}

async fn serving_within(
    limits: Limits,
    certificate: Certificate,
) -> (SocketAddr, CancellationToken) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let cancel = CancellationToken::new();
    let router = Router::new().route("/hello", get(|| async { "hello" }));
    tokio::spawn(server::serve_within(
        limits,
        listener,
        Some(certificate),
        router,
        cancel.clone(),
    ));
    (address, cancel)
}

/// Asks over an encrypted connection, trusting one certificate only.
async fn ask(address: SocketAddr, trusted: &str) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(trusted.as_bytes()).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream = TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await?;
    let request = b"GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_renewed_certificate_is_shown_and_an_unusable_one_is_not() {
    let files = Files::new();
    let first = files.renew();
    let certificate = files.read().unwrap();
    let (address, cancel) = serving(certificate.clone()).await;
    assert!(ask(address, &first).await.unwrap().ends_with("hello"));

    let second = files.renew();
    certificate.read_again().unwrap();
    assert!(ask(address, &second).await.unwrap().ends_with("hello"));
    assert!(
        ask(address, &first).await.is_err(),
        "the old one is no longer shown"
    );

    std::fs::write(files.certificate(), &second[..second.len() / 2]).unwrap();
    assert!(certificate.read_again().is_err());
    assert!(ask(address, &second).await.unwrap().ends_with("hello"));
    cancel.cancel();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_encrypt_gets_nothing_and_holds_up_nobody() {
    let files = Files::new();
    let trusted = files.renew();
    let (address, cancel) = serving(files.read().unwrap()).await;
    let mut silent = Vec::new();
    for _ in 0..50 {
        silent.push(TcpStream::connect(address).await.unwrap());
    }
    let mut plain = TcpStream::connect(address).await.unwrap();
    plain
        .write_all(b"GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    let _reset = plain.read_to_end(&mut answer).await;
    assert!(!answer.windows(5).any(|part| part == b"hello"));
    assert!(ask(address, &trusted).await.unwrap().ends_with("hello"));
    cancel.cancel();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_who_never_encrypt_keep_nobody_out_and_are_closed_in_time() {
    let files = Files::new();
    let trusted = files.renew();
    for (handshake, are_closed) in [(60, false), (1, true)] {
        let limits = Limits {
            handshake: Duration::from_secs(handshake),
            ..Limits::default()
        };
        let (address, cancel) = serving_within(limits, files.read().unwrap()).await;
        let mut silent = Vec::new();
        for _ in 0..300 {
            silent.push(TcpStream::connect(address).await.unwrap());
        }
        let soon = Duration::from_secs(20);
        let asked = tokio::time::timeout(soon, ask(address, &trusted)).await;
        assert!(asked.unwrap().unwrap().ends_with("hello"));
        for mut stream in silent.into_iter().filter(|_| are_closed) {
            let mut nothing = Vec::new();
            let closed = tokio::time::timeout(soon, stream.read_to_end(&mut nothing)).await;
            assert!(closed.is_ok() && nothing.is_empty(), "it is still open");
        }
        cancel.cancel();
    }
}

#[test]
fn what_is_wrong_with_the_files_is_said_and_no_key_is_quoted() {
    let files = Files::new();
    let says = files.read().unwrap_err().to_string();
    assert!(
        says.contains("server.tls_certificate") && says.contains("certificate.pem"),
        "{says}"
    );
    files.renew();
    let key = std::fs::read_to_string(files.key()).unwrap();
    let middle = &key[100..160];
    files.renew();
    std::fs::write(files.key(), &key).unwrap();
    let says = files.read().unwrap_err().to_string();
    assert!(says.contains("does not belong to"), "{says}");
    for broken in [
        key.replace("PRIVATE", "PRIVAT"),
        key[..key.len() / 2].to_owned(),
        middle.to_owned(),
    ] {
        std::fs::write(files.key(), &broken).unwrap();
        let error = files.read().unwrap_err();
        let says = format!("{error} {error:?}");
        assert!(
            says.contains("tls_key") && !says.contains(&middle[..20]),
            "{says}"
        );
    }
}
