//! Where a request comes from, and whether anybody on the way could read along.

use super::Door;
use super::html;
use crate::serving::Peer;
use app::access::Origin;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::Ordering;

const FORWARDED_FOR: &str = "x-forwarded-for";
/// What proxies add, each one some of them. A browser or program on this machine sends none.
const BY_PROXIES: [&str; 6] = [
    FORWARDED_FOR,
    "forwarded",
    "via",
    "x-real-ip",
    "x-forwarded-host",
    "x-forwarded-proto",
];

/// Who is at the other end of a connection, as far as the connection shows.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Where from.
    pub origin: Origin,
    /// Whether it comes from this machine itself, and not through a proxy on it.
    pub is_local: bool,
    /// Whether it came encrypted, here or up to a proxy of ours.
    pub is_encrypted: bool,
}

impl Caller {
    fn of(door: &Door, peer: IpAddr, headers: &HeaderMap) -> Self {
        let peer = peer.to_canonical();
        let options = &door.options;
        let is_proxy = options.trusted_proxies.contains(&peer);
        let is_passed_on = BY_PROXIES.iter().any(|name| headers.contains_key(*name));
        if !is_proxy && is_passed_on {
            tell_of_proxy(door, peer);
        }
        let address = if is_proxy {
            forwarded_for(headers, &options.trusted_proxies).unwrap_or(peer)
        } else {
            peer
        };
        let named = |name: &str| host(headers).is_some_and(|host| host.eq_ignore_ascii_case(name));
        let by_proxy = peer.is_loopback() || is_proxy;
        let agent = headers.get(header::USER_AGENT);
        let agent = agent.and_then(|agent| agent.to_str().ok()).unwrap_or("");
        Self {
            origin: Origin::new(address, agent),
            is_local: peer.is_loopback()
                && (!is_passed_on || is_proxy && began_on_loopback(headers)),
            is_encrypted: options.tls
                || by_proxy && options.https_host.as_deref().is_some_and(named),
        }
    }
}

/// Said once: whoever sees this can mend it, and anybody can send this header.
fn tell_of_proxy(door: &Door, peer: IpAddr) {
    if !door.told_of_proxy.swap(true, Ordering::Relaxed) {
        tracing::warn!(
            "requests come through a proxy at {peer} that server.trusted_proxies does not name: everybody behind it counts as one, so that wrong passwords of one make all others wait, and nobody behind it counts as sitting at this machine"
        );
    }
}

/// The nearest address that is no proxy of ours. What stands before it, anybody may have written.
fn forwarded_for(headers: &HeaderMap, proxies: &[IpAddr]) -> Option<IpAddr> {
    for address in way(headers) {
        let address = address?;
        if !proxies.contains(&address) {
            return Some(address);
        }
    }
    None
}

/// Whether every station that a proxy of ours tells of is this machine.
fn began_on_loopback(headers: &HeaderMap) -> bool {
    let mut stations = way(headers).peekable();
    stations.peek().is_some()
        && stations.all(|address| address.is_some_and(|address| address.is_loopback()))
}

/// The stations of a request, the nearest first; none for what is no address.
fn way(headers: &HeaderMap) -> impl Iterator<Item = Option<IpAddr>> {
    let lines = headers.get_all(FORWARDED_FOR).iter();
    let lines: Vec<&str> = lines.map(|line| line.to_str().unwrap_or("")).collect();
    let stations = lines.into_iter().rev().flat_map(|line| line.rsplit(','));
    stations.map(|text| {
        let address = text.trim().parse::<IpAddr>().ok()?;
        Some(address.to_canonical())
    })
}

/// The host name of the request, without the port.
fn host(headers: &HeaderMap) -> Option<&str> {
    let host = headers.get(header::HOST)?.to_str().ok()?;
    Some(crate::host::without_port(host))
}

/// Notes the caller for all that follows, and sends away who would give secrets to everybody on the way.
pub(crate) async fn note(
    State(door): State<Arc<Door>>,
    mut request: Request,
    next: Next,
) -> Response {
    // Without the connection's word, nobody is at home.
    let peer = request.extensions().get::<ConnectInfo<Peer>>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.0.ip());
    let caller = Caller::of(&door, peer, request.headers());
    let path = request.uri().path();
    let is_public = matches!(
        path,
        "/healthz" | "/readyz" | "/status.css" | "/favicon.svg"
    ) || path.starts_with("/assets/");
    let can_be_read = !caller.is_encrypted && !caller.is_local && !door.options.allow_plain_http;
    if can_be_read && !is_public {
        let (from, status) = (&caller.origin.network, StatusCode::FORBIDDEN.as_u16());
        door.refusals
            .tell(from, status, "an unencrypted way over the network");
        return html::refusal(
            request.uri().path(),
            StatusCode::FORBIDDEN,
            "NOT-ENCRYPTED",
            "This came over the network without encryption, so that others could read your password. Use the https address, or sit at the machine itself. Whoever runs it: set server.tls_certificate and server.tls_key, or put a proxy with https before it and name it in server.public_url and server.trusted_proxies; server.allow_plain_http = true takes the risk.",
        );
    }
    let from = caller.origin.network.clone();
    let path = request.extensions().get::<MatchedPath>().cloned();
    request.extensions_mut().insert(caller);
    let answer = next.run(request).await;
    if matches!(
        answer.status(),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN
    ) {
        // The route's own name, never what was typed.
        let place = path.as_ref().map_or("nothing of ours", MatchedPath::as_str);
        door.refusals.tell(&from, answer.status().as_u16(), place);
    }
    answer
}
