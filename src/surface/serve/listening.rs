//! Where it listens: what the service manager handed over, else a Unix socket, else an address.

use std::fmt::{self, Display};
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use listenfd::ListenFd;

use super::socket::Socket;

/// What a server is asked to listen on.
pub(crate) struct Asked<'a> {
    /// An address, where there is to be no Unix socket.
    pub(crate) address: SocketAddr,
    pub(crate) unix: Option<&'a Path>,
    /// Whether the operator said where, so that what is handed over is one too many.
    pub(crate) is_said: bool,
    /// Whether a proxy that speaks TLS stands before it.
    pub(crate) is_behind_tls: bool,
}

/// A socket that is listened on.
pub(super) enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

/// Where that is.
pub(super) enum Place {
    Address(SocketAddr),
    Socket(Option<PathBuf>),
}

impl Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => write!(f, "http://{address}"),
            Self::Socket(Some(path)) => write!(f, "the socket {}", path.display()),
            Self::Socket(None) => f.write_str("a socket without a name"),
        }
    }
}

/// All that is listened on, and what is to be taken away at the end.
pub(super) struct Listening {
    listeners: Vec<Listener>,
    /// The socket that was made for it.
    own: Option<Socket>,
}

impl Listening {
    pub(super) fn on(asked: &Asked<'_>) -> io::Result<Self> {
        let handed_over = handed_over()?;
        if !handed_over.is_empty() {
            return Self::on_handed_over(handed_over, asked);
        }
        let (listener, own) = match asked.unix {
            Some(path) => {
                let (listener, own) = Socket::bind(path)?;
                (Listener::Unix(listener), Some(own))
            }
            None => (Listener::Tcp(bind(asked.address)?), None),
        };
        Ok(Self {
            listeners: vec![listener],
            own,
        })
    }

    fn on_handed_over(listeners: Vec<Listener>, asked: &Asked<'_>) -> io::Result<Self> {
        if asked.is_said {
            let said = "the service manager handed over a socket, and --listen or --unix names one: expected one of the two";
            return Err(io::Error::new(ErrorKind::InvalidData, said));
        }
        for listener in &listeners {
            match listener.place()? {
                Place::Address(address) if !address.ip().is_loopback() && !asked.is_behind_tls => {
                    let said = format!(
                        "the service manager handed over {address}, which other machines reach, and what is served is not encrypted: \
                         expected an address of this machine, or --behind-tls where a proxy stands before it"
                    );
                    return Err(io::Error::new(ErrorKind::InvalidData, said));
                }
                _ => {}
            }
        }
        Ok(Self { listeners, own: None })
    }

    pub(super) fn places(&self) -> io::Result<Vec<Place>> {
        self.listeners.iter().map(Listener::place).collect()
    }

    /// The listeners, each once.
    pub(super) fn take(&mut self) -> Vec<Listener> {
        std::mem::take(&mut self.listeners)
    }

    /// Is found there no more.
    pub(super) fn leave(self) {
        drop(self.own);
    }
}

impl Listener {
    pub(super) fn place(&self) -> io::Result<Place> {
        Ok(match self {
            Self::Tcp(listener) => Place::Address(listener.local_addr()?),
            Self::Unix(listener) => Place::Socket(listener.local_addr()?.as_pathname().map(Path::to_owned)),
        })
    }
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address).map_err(|error| {
        let said = match error.kind() {
            ErrorKind::AddrInUse => {
                format!("{address} is taken: another program listens there; name another port with --listen")
            }
            _ => format!("failed to listen on {address}: {error}"),
        };
        io::Error::new(error.kind(), said)
    })
}

/// The sockets that the service manager listens on for us, as `sd_listen_fds(3)` has it.
fn handed_over() -> io::Result<Vec<Listener>> {
    let mut handed_over = ListenFd::from_env();
    let each = 0..handed_over.len();
    each.map(|place| {
        if let Ok(Some(listener)) = handed_over.take_unix_listener(place) {
            return Ok(Listener::Unix(listener));
        }
        if let Ok(Some(listener)) = handed_over.take_tcp_listener(place) {
            return Ok(Listener::Tcp(listener));
        }
        let said = "the service manager handed over something else: expected listening sockets, of TCP or Unix streams";
        Err(io::Error::new(ErrorKind::InvalidData, said))
    })
    .collect()
}
