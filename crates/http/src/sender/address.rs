//! Requests stay below the configured address.

use crate::{BuildError, Request, SendError};
use url::{Host, Url};

/// Refuses addresses that are no base, and those that would send a key in clear over a public network.
pub(super) fn check_base(base: &Url) -> Result<(), BuildError> {
    let refuse = |problem| {
        Err(BuildError::Base {
            base: shown(base),
            problem,
        })
    };
    if !base.username().is_empty() || base.password().is_some() {
        return refuse("it holds a user name or password");
    }
    if base.query().is_some() || base.fragment().is_some() {
        return refuse("it holds a query or fragment");
    }
    match base.scheme() {
        "https" => Ok(()),
        "http" if is_near(base) => Ok(()),
        "http" => refuse("plain http would show the key to everybody on the way"),
        _ => refuse("it is not an https address"),
    }
}

/// This machine, a private network, or a name without a dot: a twin, or a container beside us.
fn is_near(base: &Url) -> bool {
    match base.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback() || ip.is_private(),
        Some(Host::Ipv6(ip)) => ip.is_loopback() || ip.is_unique_local(),
        Some(Host::Domain(name)) => !name.contains('.') || name.ends_with(".localhost"),
        None => false,
    }
}

fn shown(base: &Url) -> String {
    base.host_str().unwrap_or("without a host").to_owned()
}

/// The full address of a request.
pub(super) fn join(base: &Url, request: &Request) -> Result<Url, SendError> {
    if let Some(problem) = request.fault {
        return Err(SendError::Malformed { problem });
    }
    let malformed = |problem| Err(SendError::Malformed { problem });
    if !request.path.starts_with('/') {
        return malformed("its path does not start with a slash");
    }
    if request.path.contains(['\\', '?', '#']) || request.path.split('/').any(is_dots) {
        return malformed("its path would leave its place");
    }
    let mut url = base.clone();
    let prefix = base.path().trim_end_matches('/');
    url.set_path(&format!("{prefix}{}", request.path));
    if !request.query.is_empty() {
        url.query_pairs_mut().extend_pairs(&request.query);
    }
    Ok(url)
}

fn is_dots(segment: &str) -> bool {
    let plain = segment.to_ascii_lowercase().replace("%2e", ".");
    plain == "." || plain == ".."
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn keys_never_cross_a_public_network_in_clear() {
        for good in [
            "https://services.example.com",
            "http://127.0.0.1:4010",
            "http://localhost:1",
            "http://[::1]:1",
            "http://twin:4010/v1",
            "http://192.168.1.4",
        ] {
            assert!(check_base(&url(good)).is_ok(), "{good}");
        }
        for bad in [
            "http://services.example.com",
            "http://8.8.8.8",
            "ftp://localhost",
            "https://me:secret@services.example.com",
            "https://services.example.com?x=1",
        ] {
            let error = check_base(&url(bad)).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn joins_below_the_base() {
        let request = Request::get("/contacts/")
            .query("a b", "c&d=e")
            .query("a b", "2");
        let full = join(&url("https://api.example.com/v1/"), &request).unwrap();
        assert_eq!(
            full.as_str(),
            "https://api.example.com/v1/contacts/?a+b=c%26d%3De&a+b=2"
        );
    }

    #[test]
    fn a_path_cannot_leave_the_base() {
        for bad in [
            "contacts",
            "/../x",
            "/a/%2e%2E/b",
            "/a/./b",
            "/a?b",
            "/a#b",
            "/a\\b",
        ] {
            let answer = join(&url("https://api.example.com/v1"), &Request::get(bad));
            assert!(matches!(answer, Err(SendError::Malformed { .. })), "{bad}");
        }
        let full = join(
            &url("https://api.example.com/v1"),
            &Request::get("//evil.example/x"),
        )
        .unwrap();
        assert_eq!(full.host_str(), Some("api.example.com"));
    }
}
