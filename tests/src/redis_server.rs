//! Debian's redis-server on a free port, with or without a password and TLS. Nothing of it outlives the test.

use std::{
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::certificates::Certificates;

/// What it is started with.
#[derive(Debug, Clone, Default)]
pub struct RedisOptions {
    /// What clients must know.
    pub password: Option<String>,
    /// What it proves itself with; nothing speaks no TLS.
    pub certificates: Option<Certificates>,
}

/// The real server while it runs.
#[derive(Debug)]
pub struct RedisServer {
    address: SocketAddr,
    process: Child,
    options: RedisOptions,
    _folder: TempDir,
}

impl RedisServer {
    /// Starts it and returns when it takes connections.
    ///
    /// # Panics
    /// When it is not installed or does not start.
    pub fn start(options: RedisOptions) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        // The port is free again for a moment; whoever takes it meanwhile makes the start fail, which is told below.
        let address = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port");
        let port = address.port().to_string();
        let mut command = Command::new("redis-server");
        command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir"]).arg(folder.path());
        match &options.certificates {
            None => command.args(["--port", &port]),
            Some(files) => {
                command.args(["--port", "0", "--tls-port", &port, "--tls-auth-clients", "no"]);
                command.arg("--tls-cert-file").arg(&files.certificate).arg("--tls-key-file").arg(&files.key);
                command.arg("--tls-ca-cert-file").arg(&files.authority)
            }
        };
        if let Some(password) = &options.password {
            command.args(["--requirepass", password]);
        }
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let process = command.spawn().expect("redis-server is installed: run tests/peers/install");
        let mut server = Self { address, process, options, _folder: folder };
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            let ended = server.process.try_wait().expect("its state can be read");
            let is_late = begun.elapsed() > Duration::from_secs(30);
            assert!(ended.is_none() && !is_late, "redis-server does not start: {ended:?}");
            thread::sleep(Duration::from_millis(5));
        }
        server
    }

    /// Returns where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns what `redis-cli` says to a command, byte for byte; its last argument is `input`.
    ///
    /// # Panics
    /// When it cannot be asked.
    pub fn ask(&self, arguments: &[&str], input: Option<&[u8]>) -> Vec<u8> {
        use std::io::Write as _;
        let mut command = Command::new("redis-cli");
        command.args(["-p", &self.address.port().to_string(), "--raw"]);
        if let Some(password) = &self.options.password {
            command.env("REDISCLI_AUTH", password);
        }
        if input.is_some() {
            command.arg("-x");
        }
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut client = command.spawn().expect("redis-cli is installed with redis-server");
        let mut stdin = client.stdin.take().expect("because it is piped");
        stdin.write_all(input.unwrap_or_default()).expect("it reads");
        drop(stdin);
        let mut output = client.wait_with_output().expect("it ends").stdout;
        // The line's end is redis-cli's own.
        output.pop();
        output
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to stop.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
