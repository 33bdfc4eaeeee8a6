//! What the driver leaves as the system has it, and shows nobody its sockets to change: they are found among this process's own.
//!
//! What is sent leaves at once. By the system's default, the last part of what is longer than one write waits until the part
//! before was acknowledged, which receivers put off for up to 40 ms: every transaction of more than 16 KiB would take so much
//! longer. Drivers switch that off; sqlx 0.9.0 does not (its issue 4335, mended after that release).
//!
//! A server that is silently gone is noticed. By the system's default, whoever waits for an answer waits for ever when the
//! machine at the other end, or the way there, disappears without a word, as when a managed server moves to another host.

use filedescriptor::FileDescriptor;
use rustix::io::Errno;
use rustix::net::{getpeername, sockopt};
use std::fs;
use std::net::SocketAddr;
use std::os::fd::RawFd;
use std::time::Duration;

/// After so long a silence it is asked whether anybody is there.
const SILENCE: Duration = Duration::from_secs(10);
/// How often it is asked again.
const ASKED_EVERY: Duration = Duration::from_secs(5);
/// After so many questions without an answer nobody is there.
const QUESTIONS: u32 = 3;
/// So long what was sent may stay without a word that it arrived.
const UNHEARD: u32 = 25_000;

/// Sets up what leads to this port. What cannot be found out stays as it is.
pub(super) fn set_up(port: u16) {
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
            let _unchanged = set_up_one(&socket);
        }
    }
}

fn set_up_one(socket: &FileDescriptor) -> Result<(), Errno> {
    sockopt::set_tcp_nodelay(socket, true)?;
    sockopt::set_tcp_keepidle(socket, SILENCE)?;
    sockopt::set_tcp_keepintvl(socket, ASKED_EVERY)?;
    sockopt::set_tcp_keepcnt(socket, QUESTIONS)?;
    sockopt::set_tcp_user_timeout(socket, UNHEARD)?;
    sockopt::set_socket_keepalive(socket, true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};

    #[test]
    fn what_leads_to_the_port_is_set_up_and_nothing_else_is_touched() {
        let listen = || TcpListener::bind("127.0.0.1:0").unwrap();
        let (server, other) = (listen(), listen());
        let connect = |to: &TcpListener| TcpStream::connect(to.local_addr().unwrap()).unwrap();
        let streams = [connect(&server), connect(&server), connect(&other)];
        set_up(server.local_addr().unwrap().port());
        assert_eq!(
            streams.each_ref().map(|one| one.nodelay().unwrap()),
            [true, true, false]
        );
        assert_eq!(
            streams
                .each_ref()
                .map(|one| sockopt::socket_keepalive(one).unwrap()),
            [true, true, false]
        );
        // They are still open.
        server.accept().unwrap().0.peer_addr().unwrap();
        assert!(streams[0].peer_addr().is_ok());
    }
}
