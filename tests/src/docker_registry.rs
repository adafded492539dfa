//! Debian's docker-registry, which has no referrers API, on a free port.

use std::{
    fs,
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// The real registry while it runs; it ends and forgets everything when it is dropped.
#[derive(Debug)]
pub struct DockerRegistry {
    address: SocketAddr,
    process: Child,
    _folder: TempDir,
}

impl DockerRegistry {
    /// Starts it and returns when it takes connections.
    ///
    /// # Panics
    /// When it is not installed or does not start.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        // The port is free again for a moment; whoever takes it meanwhile makes the start fail, which is told below.
        let address = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port");
        let configuration = format!(
            "version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\n\
             storage: {{filesystem: {{rootdirectory: {}}}, delete: {{enabled: true}}}}\nhttp: {{addr: \"{address}\"}}\n",
            folder.path().join("store").display()
        );
        let file = folder.path().join("registry.yml");
        fs::write(&file, configuration).expect("the configuration is written");
        let mut command = Command::new("docker-registry");
        command.arg("serve").arg(&file).stdout(Stdio::null()).stderr(Stdio::null());
        let process = command.spawn().expect("docker-registry is installed: run tests/peers/install");
        let mut registry = Self { address, process, _folder: folder };
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            let ended = registry.process.try_wait().expect("its state can be read");
            assert!(
                ended.is_none() && begun.elapsed() < Duration::from_secs(30),
                "docker-registry does not start: {ended:?}"
            );
            thread::sleep(Duration::from_millis(5));
        }
        registry
    }

    /// Returns where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for DockerRegistry {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to stop.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
