//! Which addresses may be gone to: encrypted ones, and in clear only what does not leave this machine.

use url::{Host, Url};

/// Why an address cannot be used. Says nothing of the address itself, which may be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It is none.
    #[error("this is no web address. It begins with https:// and names a host")]
    NoAddress,
    /// It would be sent in clear.
    #[error(
        "the address must begin with https://. In clear (http://) only this machine itself may be named, such as 127.0.0.1"
    )]
    InClear,
    /// It carries a user and a password, which many programs log.
    #[error("the address must not carry a user and a password before an @")]
    Credentials,
}

/// Reads an address to which something may be sent.
///
/// # Errors
/// When it is none, or what is sent there would go over the network in clear.
pub fn target(text: &str) -> Result<Url, AddressError> {
    let url = Url::parse(text.trim()).map_err(|_| AddressError::NoAddress)?;
    let Some(host) = url.host_str() else {
        return Err(AddressError::NoAddress);
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(AddressError::Credentials);
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(host) => Ok(url),
        "http" => Err(AddressError::InClear),
        _ => Err(AddressError::NoAddress),
    }
}

/// Whether a host is this machine itself.
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    match Host::parse(host) {
        Ok(Host::Domain(name)) => name == "localhost",
        Ok(Host::Ipv4(address)) => address.is_loopback(),
        Ok(Host::Ipv6(address)) => address.is_loopback(),
        // An IPv6 address as it stands in a configuration, without brackets.
        Err(_) => host
            .parse::<std::net::Ipv6Addr>()
            .is_ok_and(|address| address.is_loopback()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_clear_only_to_this_machine() {
        for good in [
            "https://hooks.example.com/a?b=c",
            " https://hc-ping.com/uuid ",
            "http://127.0.0.1:99/x",
            "http://localhost/",
            "http://[::1]:8/",
        ] {
            assert!(target(good).is_ok(), "{good}");
        }
        for (bad, why) in [
            ("http://hooks.example.com/", AddressError::InClear),
            ("http://192.168.1.2/", AddressError::InClear),
            ("http://127.0.0.1.example.com/", AddressError::InClear),
            ("ftp://example.com/", AddressError::NoAddress),
            ("hooks", AddressError::NoAddress),
            ("", AddressError::NoAddress),
            ("https://kim:pw@example.com/", AddressError::Credentials),
        ] {
            assert_eq!(target(bad), Err(why), "{bad}");
        }
    }

    #[test]
    fn loopback_is_told_by_the_host_alone() {
        for host in ["127.0.0.1", "127.1.2.3", "localhost", "[::1]", "::1"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "mail.example.com",
            "10.0.0.1",
            "localhost.example.com",
            "0.0.0.0",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
