//! What is sent to the server leaves at once. By the system's default, the last part of what is longer than one write waits until
//! the part before was acknowledged, which receivers put off for up to 40 ms: every transaction of more than 16 KiB would
//! take so much longer. Drivers switch that off; sqlx 0.9.0 does not (its issue 4335, mended after that release, which makes
//! this superfluous), and shows nobody its sockets: they are found among this process's own.

use filedescriptor::FileDescriptor;
use rustix::net::{getpeername, sockopt};
use std::fs;
use std::net::SocketAddr;
use std::os::fd::RawFd;

/// Lets everything leave at once that is sent to this port. What cannot be found out stays as it is: it only takes longer.
pub(super) fn send_at_once(port: u16) {
    let Ok(open) = fs::read_dir("/proc/self/fd") else {
        return;
    };
    for entry in open.flatten() {
        let name = entry.file_name();
        let number: Option<RawFd> = name.to_str().and_then(|name| name.parse().ok());
        let leads_to = fs::read_link(entry.path());
        let is_socket = leads_to.is_ok_and(|to| to.to_string_lossy().starts_with("socket:"));
        // Another name for the same socket, if it is still there.
        let socket = number
            .filter(|_| is_socket)
            .and_then(|number| FileDescriptor::dup(&number).ok());
        let Some(socket) = socket else { continue };
        let peer = getpeername(&socket).ok().flatten();
        let peer = peer.and_then(|peer| SocketAddr::try_from(peer).ok());
        if peer.is_some_and(|peer| peer.port() == port) {
            let _unchanged = sockopt::set_tcp_nodelay(&socket, true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};

    #[test]
    fn what_goes_to_the_port_leaves_at_once_and_nothing_else_is_touched() {
        let listen = || TcpListener::bind("127.0.0.1:0").unwrap();
        let (server, other) = (listen(), listen());
        let connect = |to: &TcpListener| TcpStream::connect(to.local_addr().unwrap()).unwrap();
        let streams = [connect(&server), connect(&server), connect(&other)];
        send_at_once(server.local_addr().unwrap().port());
        assert_eq!(
            streams.each_ref().map(|one| one.nodelay().unwrap()),
            [true, true, false]
        );
        // They are still open.
        server.accept().unwrap().0.peer_addr().unwrap();
        assert!(streams[0].peer_addr().is_ok());
    }
}
