use std::{
    collections::HashMap,
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, atomic::AtomicBool, atomic::Ordering},
    time::Duration,
};

use crate::{connection, service::Shop};

/// The most connections at a time; more are closed at once.
const CONNECTIONS: usize = 1024;
/// How long a peer may be silent.
const SILENCE: Duration = Duration::from_secs(75);
/// How long answers under way may take after a signal.
const GRACE: Duration = Duration::from_secs(10);

/// A thread for each connection: few dependencies, a small static binary, and enough for a thousand clients.
pub(crate) struct Server {
    shop: Shop,
    address: SocketAddr,
    stopping: AtomicBool,
    open: Mutex<HashMap<u64, TcpStream>>,
    closed: Condvar,
}

impl Server {
    /// Returns a server of `shop` that will accept on `address`.
    pub(crate) fn new(shop: Shop, address: SocketAddr) -> Self {
        Self { shop, address, stopping: AtomicBool::new(false), open: Mutex::default(), closed: Condvar::new() }
    }

    /// Accepts until [`Server::stop`], then waits for the answers under way.
    pub(crate) fn serve(self: &Arc<Self>, listener: &TcpListener) {
        for (number, stream) in (0..).zip(listener.incoming()) {
            if self.stopping.load(Ordering::SeqCst) {
                break;
            }
            match stream {
                Ok(stream) => self.spawn(number, stream),
                // Out of descriptors, most likely: those that close now make room.
                Err(_) => std::thread::sleep(Duration::from_millis(10)),
            }
        }
        let open = self.open();
        // A peer that does not read its answer within the grace is left behind.
        let _ = self.closed.wait_timeout_while(open, GRACE, |open| !open.is_empty());
    }

    /// Ends accepting; idle connections close now, the others after their answer.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        for stream in self.open().values() {
            // It is already closed where this fails.
            let _ = stream.shutdown(Shutdown::Read);
        }
        let mut own = self.address;
        if own.ip().is_unspecified() {
            own.set_ip(if own.is_ipv4() { [127, 0, 0, 1].into() } else { std::net::Ipv6Addr::LOCALHOST.into() });
        }
        // Accepting blocks until somebody comes.
        let _ = TcpStream::connect_timeout(&own, Duration::from_secs(1));
    }

    fn spawn(self: &Arc<Self>, number: u64, stream: TcpStream) {
        let limits = stream.set_nodelay(true).and_then(|()| stream.set_read_timeout(Some(SILENCE)));
        let Ok(twin) = limits.and_then(|()| stream.set_write_timeout(Some(SILENCE))).and_then(|()| stream.try_clone())
        else {
            return;
        };
        {
            let mut open = self.open();
            if open.len() >= CONNECTIONS {
                return;
            }
            if self.stopping.load(Ordering::SeqCst) {
                return;
            }
            open.insert(number, twin);
        }
        let server = Arc::clone(self);
        let thread = std::thread::Builder::new().stack_size(128 * 1024).spawn(move || {
            let _gone = Gone { server: &server, number };
            // What ends a connection is the peer's affair.
            let _ = connection::serve(&mut &stream, &server.shop, || server.stopping.load(Ordering::SeqCst));
        });
        if thread.is_err() {
            self.open().remove(&number);
        }
    }

    fn open(&self) -> MutexGuard<'_, HashMap<u64, TcpStream>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes a connection off the list however its thread ends.
struct Gone<'a> {
    server: &'a Server,
    number: u64,
}

impl Drop for Gone<'_> {
    fn drop(&mut self) {
        self.server.open().remove(&self.number);
        self.server.closed.notify_all();
    }
}
