//! What follows from the configuration for browsers: the address of the dashboard, and how safe the way to it is.

use super::Config;
use app::access::Token;
use server::ServerOptions;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The address that everybody has who sets none.
const DEFAULT: &str = "http://127.0.0.1:8780/";

impl Config {
    /// The address of the dashboard, for people: `server.public_url`, or where it listens if that was left out.
    pub(crate) fn page(&self, listening: SocketAddr) -> String {
        if self.public_url.as_str() == DEFAULT && listening.port() != 0 {
            return self.own_page(listening);
        }
        let mut page = self.public_url.to_string();
        if !page.ends_with('/') {
            page.push('/');
        }
        page
    }

    /// The address of the dashboard on the machine itself.
    pub(crate) fn own_page(&self, listening: SocketAddr) -> String {
        let scheme = if self.door.certificate.is_some() {
            "https"
        } else {
            "http"
        };
        let mut address = listening;
        if address.ip().is_unspecified() {
            address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
        }
        format!("{scheme}://{address}/")
    }

    /// A set-up link with its token.
    pub(crate) fn setup_link(&self, token: &Token) -> String {
        format!("{}setup?token={}", self.page(self.listen), token.expose())
    }

    /// What the server needs to know.
    pub(crate) fn server_options(&self, listening: SocketAddr) -> ServerOptions {
        let host = self.public_url.host_str().map(str::to_owned);
        let is_https = self.public_url.scheme() == "https";
        ServerOptions {
            https_host: host.clone().filter(|_| is_https),
            hosts: host.into_iter().collect(),
            access: server::AccessPolicy::Login,
            public_origin: Some(self.public_url.origin().ascii_serialization()),
            trusted_proxies: self.door.trusted_proxies.clone(),
            allow_plain_http: self.door.allow_plain_http,
            tls: self.door.certificate.is_some(),
            page: self.page(listening),
            warnings: self.warnings(listening),
        }
    }

    /// What is not safe about the way to the dashboard.
    pub(crate) fn warnings(&self, listening: SocketAddr) -> Vec<String> {
        let door = &self.door;
        if listening.ip().is_loopback() || door.certificate.is_some() {
            return Vec::new();
        }
        if self.public_url.scheme() == "https" {
            let says = format!(
                "server.listen is {listening}, which other machines reach without encryption. From them, only a proxy that server.trusted_proxies names is let in; let it listen on 127.0.0.1 if the proxy is on this machine."
            );
            return if door.trusted_proxies.is_empty() {
                vec![says]
            } else {
                Vec::new()
            };
        }
        let mend = "Set server.tls_certificate and server.tls_key; or let a proxy with https stand before it, and set server.public_url and server.trusted_proxies; or listen on 127.0.0.1.";
        vec![if door.allow_plain_http {
            format!(
                "server.listen is {listening} without encryption, and server.allow_plain_http is on: everybody on the network can read passwords and take over sessions. {mend}"
            )
        } else {
            format!(
                "server.listen is {listening} without encryption: everybody on the network could read passwords, so other machines get webhooks and health answered and nothing else. {mend}"
            )
        }]
    }
}
