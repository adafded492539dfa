//! A server that answers each request as a test says, byte for byte, and then closes the connection.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use towpath_model::ImageName;
use towpath_oci::{Client, ClientOptions, CredentialSource, Retry};

/// A server that goes wrong on purpose.
pub(crate) struct Scripted {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Scripted {
    /// Starts it; `answer` gets the head of each request and how many came before it.
    pub(crate) async fn start(answer: impl Fn(&str, usize) -> Vec<u8> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut bytes = Vec::new();
                let head = loop {
                    let mut buffer = [0; 4096];
                    let read = stream.read(&mut buffer).await.unwrap_or(0);
                    bytes.extend_from_slice(&buffer[..read]);
                    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
                    if read == 0 || end.is_some() {
                        break String::from_utf8_lossy(&bytes[..end.unwrap_or(bytes.len())]).into_owned();
                    }
                };
                let before = {
                    let mut seen = seen.lock().unwrap();
                    seen.push(head.clone());
                    seen.len() - 1
                };
                stream.write_all(&answer(&head, before)).await.unwrap();
                stream.shutdown().await.unwrap();
            }
        });
        Self { address, requests }
    }

    pub(crate) fn host(&self) -> String {
        self.address.to_string()
    }

    pub(crate) fn name(&self) -> ImageName {
        format!("{}/acme/shop", self.address).parse().unwrap()
    }

    /// Returns the heads of the requests so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// Returns an answer with the given further headers, each ended by `\r\n`.
pub(crate) fn reply(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// Returns a client that tries three times with hardly a pause.
pub(crate) fn client(credentials: CredentialSource) -> Client {
    let retry = Retry { attempts: 3, first: Duration::from_millis(2), longest: Duration::from_secs(5) };
    Client::new(ClientOptions { credentials, retry, ..ClientOptions::default() }).unwrap()
}
