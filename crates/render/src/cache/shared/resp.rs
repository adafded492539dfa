//! The five commands of Redis that a cache needs, in its protocol RESP 2.
//!
//! Source: the Redis serialization protocol specification.

use std::{
    io::{self, BufRead as _, BufReader, Read, Write},
    net::{TcpStream, ToSocketAddrs as _},
    sync::Arc,
    time::{Duration, Instant},
};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(1);
/// How long one answer may take to go on.
const WAIT: Duration = Duration::from_secs(2);
/// How long a whole exchange may take.
const EXCHANGE: Duration = Duration::from_secs(10);
/// A line of an answer may have this many bytes.
const LONGEST_LINE: u64 = 64 << 10;

pub(super) trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

/// A connection.
pub(super) struct Connection {
    stream: BufReader<Box<dyn Stream>>,
}

/// An answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reply {
    Text(String),
    Error(String),
    Number(i64),
    Bulk(Option<Vec<u8>>),
    List(Vec<Reply>),
}

impl Connection {
    /// Connects, in TLS with the system's authorities where that is wanted.
    pub(super) fn open(host: &str, port: u16, is_tls: bool) -> io::Result<Self> {
        let mut failed = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
        for address in (host, port).to_socket_addrs()?.take(4) {
            match TcpStream::connect_timeout(&address, CONNECT) {
                Ok(stream) => {
                    stream.set_read_timeout(Some(WAIT))?;
                    stream.set_write_timeout(Some(WAIT))?;
                    stream.set_nodelay(true)?;
                    let stream: Box<dyn Stream> =
                        if is_tls { Box::new(secured(stream, host)?) } else { Box::new(stream) };
                    return Ok(Self { stream: BufReader::new(stream) });
                }
                Err(error) => failed = error,
            }
        }
        Err(failed)
    }

    /// Sends commands together and returns the answer of each; a bulk of more than `limit` bytes is an error.
    pub(super) fn exchange(&mut self, commands: &[Vec<&[u8]>], limit: u64) -> io::Result<Vec<Reply>> {
        let until = Instant::now() + EXCHANGE;
        let stream = self.stream.get_mut();
        for command in commands {
            stream.write_all(&encoded(command))?;
        }
        stream.flush()?;
        (0..commands.len()).map(|_| self.reply(limit, until, 0)).collect()
    }

    fn reply(&mut self, limit: u64, until: Instant, depth: usize) -> io::Result<Reply> {
        if Instant::now() > until {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "the answer takes too long"));
        }
        let line = self.line()?;
        let (kind, rest) = line.split_at_checked(1).ok_or_else(|| malformed("an empty line"))?;
        let number = || rest.parse::<i64>().map_err(|_| malformed("a number that is none"));
        Ok(match kind {
            "+" => Reply::Text(rest.to_owned()),
            "-" => Reply::Error(rest.to_owned()),
            ":" => Reply::Number(number()?),
            "$" => match u64::try_from(number()?) {
                Err(_) => Reply::Bulk(None),
                Ok(length) if length > limit => return Err(malformed("more than was put there")),
                Ok(length) => {
                    let mut bytes = Vec::new();
                    let read = (&mut self.stream).take(length).read_to_end(&mut bytes)?;
                    let mut end = [0; 2];
                    self.stream.read_exact(&mut end)?;
                    if read as u64 != length || &end != b"\r\n" {
                        return Err(malformed("a text that does not end"));
                    }
                    Reply::Bulk(Some(bytes))
                }
            },
            "*" if depth == 0 => {
                let length = usize::try_from(number()?).unwrap_or_default();
                (0..length).map(|_| self.reply(limit, until, depth + 1)).collect::<io::Result<_>>().map(Reply::List)?
            }
            _ => return Err(malformed("an unknown kind of answer")),
        })
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = Vec::new();
        (&mut self.stream).take(LONGEST_LINE).read_until(b'\n', &mut line)?;
        let line = line.strip_suffix(b"\r\n").ok_or_else(|| malformed("a line that does not end"))?;
        String::from_utf8(line.to_vec()).map_err(|_| malformed("a line that is not UTF-8"))
    }
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the server answers with {what}"))
}

fn encoded(command: &[&[u8]]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", command.len()).into_bytes();
    for part in command {
        bytes.extend(format!("${}\r\n", part.len()).into_bytes());
        bytes.extend_from_slice(part);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

fn secured(stream: TcpStream, host: &str) -> io::Result<rustls::StreamOwned<rustls::ClientConnection, TcpStream>> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = rustls::pki_types::ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    let connection = rustls::ClientConnection::new(Arc::new(config), name).map_err(io::Error::other)?;
    Ok(rustls::StreamOwned::new(connection, stream))
}
