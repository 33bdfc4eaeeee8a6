//! Where somebody comes from, as far as limits care.

use std::net::{IpAddr, Ipv6Addr};

/// The network of an address: of IPv6 the first 64 bits, since whoever has one address has all of these; of IPv4 the
/// address itself.
#[must_use]
pub fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(Ipv6Addr::LOCALHOST) => Ipv6Addr::LOCALHOST.to_string(),
        IpAddr::V6(address) => {
            let mut parts = address.segments();
            parts[4..].fill(0);
            format!("{}/64", Ipv6Addr::from(parts))
        }
    }
}
