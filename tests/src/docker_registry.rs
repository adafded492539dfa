//! Debian's docker-registry, which has no referrers API, on a free port, with or without a login and TLS.

use std::{
    fs,
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::certificates::Certificates;

/// What a registry is started with.
#[derive(Debug, Clone, Default)]
pub struct DockerOptions {
    /// The user and the password that every request must carry.
    pub login: Option<(String, String)>,
    /// What it proves itself with; nothing speaks plain HTTP.
    pub certificates: Option<Certificates>,
}

/// The real registry while it runs; it ends and forgets everything when it is dropped.
#[derive(Debug)]
pub struct DockerRegistry {
    address: SocketAddr,
    process: Child,
    folder: TempDir,
}

impl DockerRegistry {
    /// Starts it for anybody and returns when it takes connections.
    ///
    /// # Panics
    /// When it is not installed or does not start.
    pub fn start() -> Self {
        Self::start_with(&DockerOptions::default())
    }

    /// Starts it and returns when it takes connections.
    ///
    /// # Panics
    /// When it is not installed or does not start.
    pub fn start_with(options: &DockerOptions) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        // The port is free again for a moment; whoever takes it meanwhile makes the start fail, which is told below.
        let address = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port");
        let mut auth = String::new();
        if let Some((user, password)) = &options.login {
            let file = folder.path().join("htpasswd");
            let hash = bcrypt::hash(password, 4).expect("a hash").replacen("$2b$", "$2y$", 1);
            fs::write(&file, format!("{user}:{hash}\n")).expect("it is written");
            auth = format!("auth: {{htpasswd: {{realm: charts, path: {}}}}}\n", file.display());
        }
        let tls = options.certificates.as_ref().map_or_else(String::new, |files| {
            format!(", tls: {{certificate: {}, key: {}}}", files.certificate.display(), files.key.display())
        });
        let configuration = format!(
            "version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\n\
             storage: {{filesystem: {{rootdirectory: {}}}, delete: {{enabled: true}}}}\n{auth}http: {{addr: \"{address}\"{tls}}}\n",
            folder.path().join("store").display()
        );
        let file = folder.path().join("registry.yml");
        fs::write(&file, configuration).expect("the configuration is written");
        let mut command = Command::new("docker-registry");
        command.arg("serve").arg(&file).stdout(Stdio::null()).stderr(Stdio::null());
        let process = command.spawn().expect("docker-registry is installed: run tests/peers/install");
        let mut registry = Self { address, process, folder };
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

    /// Returns where it keeps a blob on disk.
    pub fn blob(&self, digest: towpath_model::Digest) -> PathBuf {
        let hex = digest.hex();
        let folder = Path::new("store/docker/registry/v2/blobs/sha256").join(&hex[..2]).join(&hex);
        self.folder.path().join(folder).join("data")
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
