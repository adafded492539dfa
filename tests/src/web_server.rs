//! A web server in this process: the files of a folder, with or without a login and TLS, git repositories by `git http-backend`,
//! and paths that misbehave.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc},
    thread,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::certificates::Certificates;

/// What a server is started with.
#[derive(Debug, Clone, Default)]
pub struct WebOptions {
    /// The folder whose files it gives.
    pub files: PathBuf,
    /// The user and the password that every request must carry.
    pub login: Option<(String, String)>,
    /// What it proves itself with; nothing speaks plain HTTP.
    pub certificates: Option<Certificates>,
    /// The folder whose bare repositories stand below `/git/`.
    pub repositories: Option<PathBuf>,
}

/// How a path misbehaves.
#[derive(Debug, Clone)]
pub enum Misbehaviour {
    /// One byte of the content is another.
    Corrupted,
    /// The connection ends in the middle of the content.
    Torn,
    /// Half of the content is sent, the sender of the channel is told, and then nothing more comes.
    Stalled(mpsc::Sender<()>),
    /// It is elsewhere.
    MovedTo(String),
}

/// One request that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The path with the query.
    pub path: String,
    /// Whether it carried a login.
    pub carried_login: bool,
    /// The status of the answer.
    pub status: u16,
}

/// A web server that answers until the process ends.
#[derive(Debug, Clone)]
pub struct WebServer {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    options: WebOptions,
    misbehaviours: Mutex<BTreeMap<String, Misbehaviour>>,
    seen: Mutex<Vec<Seen>>,
}

struct Asked {
    method: String,
    path: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl WebServer {
    /// Starts it on a free port of 127.0.0.1.
    ///
    /// # Panics
    /// When no port is free.
    pub fn start(options: WebOptions) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it has an address");
        let shared = Arc::new(Shared { options, misbehaviours: Mutex::default(), seen: Mutex::default() });
        let server = Self { address, shared: Arc::clone(&shared) };
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                // A client that goes away in the middle ends its own thread alone.
                thread::spawn(move || drop(shared.serve(stream)));
            }
        });
        server
    }

    /// Returns its address, without a slash at the end.
    pub fn url(&self) -> String {
        let scheme = if self.shared.options.certificates.is_some() { "https" } else { "http" };
        format!("{scheme}://localhost:{}", self.address.port())
    }

    /// Makes a path misbehave, or behave again.
    pub fn misbehave(&self, path: &str, how: Option<Misbehaviour>) {
        let mut misbehaviours = locked(&self.shared.misbehaviours);
        match how {
            Some(how) => misbehaviours.insert(path.to_owned(), how),
            None => misbehaviours.remove(path),
        };
    }

    /// Returns the requests since the last time, and forgets them.
    pub fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut *locked(&self.shared.seen))
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn serve(&self, stream: TcpStream) -> io::Result<()> {
        match &self.options.certificates {
            None => self.answer(stream),
            Some(certificates) => self.answer(certificates.accept(stream)?),
        }
    }

    fn answer(&self, stream: impl Read + Write) -> io::Result<()> {
        let mut reader = BufReader::new(stream);
        let Some(asked) = read_request(&mut reader)? else { return Ok(()) };
        let mut stream = reader.into_inner();
        let carried_login = asked.headers.contains_key("authorization");
        let bare = asked.path.split('?').next().unwrap_or_default().to_owned();
        let how = locked(&self.misbehaviours).get(&bare).cloned();
        let (status, headers, body) = self.content(&asked, &bare, how.as_ref());
        locked(&self.seen).push(Seen { path: asked.path, carried_login, status });
        let head =
            format!("HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n", body.len());
        stream.write_all(head.as_bytes())?;
        match how {
            Some(Misbehaviour::Torn) => stream.write_all(&body[..body.len() / 2])?,
            Some(Misbehaviour::Stalled(told)) => {
                stream.write_all(&body[..body.len() / 2])?;
                stream.flush()?;
                // Nobody waits for it any more where the test has gone on.
                let _ = told.send(());
                // Until the other side is gone.
                let _ = stream.read(&mut [0]);
            }
            _ => stream.write_all(&body)?,
        }
        stream.flush()
    }

    fn content(&self, asked: &Asked, bare: &str, how: Option<&Misbehaviour>) -> (u16, String, Vec<u8>) {
        if let Some((user, password)) = &self.options.login {
            let expected = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
            if asked.headers.get("authorization") != Some(&expected) {
                return (401, "WWW-Authenticate: Basic realm=\"charts\"\r\n".to_owned(), b"no".to_vec());
            }
        }
        if let Some(Misbehaviour::MovedTo(location)) = how {
            return (302, format!("Location: {location}\r\n"), Vec::new());
        }
        if let (Some(repositories), Some(path)) = (&self.options.repositories, bare.strip_prefix("/git")) {
            return git_backend(repositories, path, asked);
        }
        let Ok(mut body) = fs::read(self.options.files.join(bare.trim_start_matches('/'))) else {
            return (404, String::new(), b"not found".to_vec());
        };
        let etag = format!("\"{}\"", towpath_model::Digest::of(&body).hex());
        if asked.headers.get("if-none-match") == Some(&etag) {
            return (304, format!("ETag: {etag}\r\n"), Vec::new());
        }
        if let Some(Misbehaviour::Corrupted) = how {
            let middle = body.len() / 2;
            body[middle] ^= 1;
        }
        (200, format!("ETag: {etag}\r\n"), body)
    }
}

fn read_request(reader: &mut impl io::BufRead) -> io::Result<Option<Asked>> {
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut words = first.split_whitespace().map(str::to_owned);
    let (Some(method), Some(path)) = (words.next(), words.next()) else { return Ok(None) };
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some(Asked { method, path, headers, body }))
}

/// Runs git's own server side on a request.
fn git_backend(repositories: &Path, path: &str, asked: &Asked) -> (u16, String, Vec<u8>) {
    let header = |name: &str| asked.headers.get(name).cloned().unwrap_or_default();
    let mut backend = Command::new("git");
    backend.arg("http-backend").stdin(Stdio::piped()).stdout(Stdio::piped());
    backend.env("GIT_PROJECT_ROOT", repositories).env("GIT_HTTP_EXPORT_ALL", "1").env("PATH_INFO", path);
    backend.env("REQUEST_METHOD", &asked.method).env("CONTENT_TYPE", header("content-type"));
    backend.env("QUERY_STRING", asked.path.split_once('?').map_or("", |(_, query)| query));
    backend.env("CONTENT_LENGTH", asked.body.len().to_string()).env("GIT_PROTOCOL", header("git-protocol"));
    backend.env("GIT_CONFIG_COUNT", "1").env("GIT_CONFIG_KEY_0", "safe.directory").env("GIT_CONFIG_VALUE_0", "*");
    let mut backend = backend.spawn().expect("git is installed");
    // The pipe is closed by being dropped, which is how the backend knows the end.
    backend.stdin.take().expect("it is piped").write_all(&asked.body).expect("git takes the request");
    let output = backend.wait_with_output().expect("git answers").stdout;
    let split = output.windows(4).position(|window| window == b"\r\n\r\n").unwrap_or(output.len());
    let head = String::from_utf8_lossy(&output[..split]).into_owned();
    let body = output.get(split + 4..).unwrap_or_default().to_vec();
    let status = head.lines().find_map(|line| line.strip_prefix("Status: ")?.get(..3)?.parse().ok()).unwrap_or(200);
    let kept: String =
        head.lines().filter(|line| !line.starts_with("Status:")).map(|line| format!("{line}\r\n")).collect();
    (status, kept, body)
}
