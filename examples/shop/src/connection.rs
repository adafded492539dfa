use std::{
    io::{self, Read, Write},
    time::Instant,
};

use crate::service::{Answer, Shop};

/// The most bytes that a request line and its headers may take.
const HEAD_LIMIT: usize = 16 * 1024;
/// The most headers a request may have.
const HEADERS: usize = 64;
/// The most bytes of a body that are read and thrown away to keep a connection.
const BODY_LIMIT: usize = 64 * 1024;

/// What one request asks of the connection.
struct Request {
    method: String,
    target: String,
    body: usize,
    keep: bool,
}

enum Parsed {
    /// More bytes are needed.
    Partial,
    /// A request, and how many bytes its head took.
    Whole(Request, usize),
    /// It cannot be served: the code to answer with before the connection closes.
    Refused(u16),
}

/// Serves requests from `stream` until the peer leaves, an error comes or `stopping` says so.
///
/// # Errors
/// When the stream fails or times out.
pub(crate) fn serve(stream: &mut (impl Read + Write), shop: &Shop, stopping: impl Fn() -> bool) -> io::Result<()> {
    let mut buffer = Vec::with_capacity(1024);
    let mut chunk = [0; 4096];
    loop {
        match parse(&buffer) {
            Parsed::Partial => {
                let read = stream.read(&mut chunk)?;
                if read == 0 {
                    return Ok(());
                }
                buffer.extend_from_slice(&chunk[..read]);
            }
            Parsed::Refused(code) => {
                let answer = Answer { code, content_type: "text/plain", body: format!("{}\n", reason(code)) };
                return write(stream, &answer, "GET", false);
            }
            Parsed::Whole(request, head) => {
                let arrived = Instant::now();
                buffer.drain(..head);
                while buffer.len() < request.body {
                    let read = stream.read(&mut chunk)?;
                    if read == 0 {
                        return Ok(());
                    }
                    buffer.extend_from_slice(&chunk[..read]);
                }
                buffer.drain(..request.body);
                let answer = shop.answer(&request.method, &request.target, arrived);
                let keep = request.keep && !stopping();
                write(stream, &answer, &request.method, keep)?;
                if !keep {
                    return Ok(());
                }
            }
        }
    }
}

fn parse(buffer: &[u8]) -> Parsed {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut head = httparse::Request::new(&mut headers);
    let length = match head.parse(buffer) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) if buffer.len() < HEAD_LIMIT => return Parsed::Partial,
        Ok(httparse::Status::Partial) | Err(httparse::Error::TooManyHeaders) => return Parsed::Refused(431),
        Err(_) => return Parsed::Refused(400),
    };
    let (Some(method), Some(target)) = (head.method, head.path) else { return Parsed::Refused(400) };
    let mut request =
        Request { method: method.to_owned(), target: target.to_owned(), body: 0, keep: head.version == Some(1) };
    for header in head.headers.iter() {
        let value = header.value.trim_ascii();
        if header.name.eq_ignore_ascii_case("content-length") {
            match std::str::from_utf8(value).ok().and_then(|text| text.parse().ok()) {
                Some(body) if body <= BODY_LIMIT => request.body = body,
                Some(_) => return Parsed::Refused(413),
                None => return Parsed::Refused(400),
            }
        } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
            return Parsed::Refused(411);
        } else if header.name.eq_ignore_ascii_case("connection") {
            let has =
                |word: &[u8]| value.split(|b| *b == b',').any(|part| part.trim_ascii().eq_ignore_ascii_case(word));
            request.keep = (request.keep || has(b"keep-alive")) && !has(b"close");
        }
    }
    Parsed::Whole(request, length)
}

fn write(stream: &mut impl Write, answer: &Answer, method: &str, keep: bool) -> io::Result<()> {
    let Answer { code, content_type, body } = answer;
    let connection = if keep { "keep-alive" } else { "close" };
    let mut bytes = format!(
        "HTTP/1.1 {code} {}\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\nconnection: {connection}\r\n\r\n",
        reason(*code),
        body.len()
    );
    if method != "HEAD" {
        bytes.push_str(body);
    }
    // Head and body leave in one packet, so that a kept connection never waits for a delayed acknowledgement.
    stream.write_all(bytes.as_bytes())?;
    stream.flush()
}

fn reason(code: u16) -> &'static str {
    match code {
        200 => "OK",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        411 => "Length Required",
        413 => "Content Too Large",
        431 => "Request Header Fields Too Large",
        _ => "Internal Server Error",
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::config::Config;

    /// A peer that has already sent everything, a few bytes at a time.
    struct Peer {
        sent: Cursor<Vec<u8>>,
        received: Vec<u8>,
    }

    impl Read for Peer {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let most = buffer.len().min(7);
            self.sent.read(&mut buffer[..most])
        }
    }

    impl Write for Peer {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.received.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn check(sent: &str, codes: &[u16]) {
        let mut peer = Peer { sent: Cursor::new(sent.as_bytes().to_vec()), received: Vec::new() };
        serve(&mut peer, &Shop::new(Config::default()), || false).unwrap();
        let text = String::from_utf8(peer.received).unwrap();
        let got: Vec<u16> =
            text.match_indices("HTTP/1.1 ").map(|(at, _)| text[at + 9..at + 12].parse().unwrap()).collect();
        assert_eq!(got, codes, "{sent:?} was answered {text:?}");
    }

    #[test]
    fn connections_are_kept_and_bad_requests_are_refused() {
        check("GET / HTTP/1.1\r\nhost: a\r\n\r\nGET /healthz HTTP/1.1\r\n\r\n", &[200, 200]);
        check("GET / HTTP/1.0\r\n\r\nGET / HTTP/1.0\r\n\r\n", &[200]);
        check(
            "GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\nGET / HTTP/1.1\r\nConnection: Close\r\n\r\n",
            &[200, 200],
        );
        check("POST / HTTP/1.1\r\ncontent-length: 5\r\n\r\nhelloGET /none HTTP/1.1\r\n\r\n", &[405, 404]);
        check("POST / HTTP/1.1\r\ncontent-length: 99999\r\n\r\n", &[413]);
        check("POST / HTTP/1.1\r\ncontent-length: x\r\n\r\n", &[400]);
        check("POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n", &[411]);
        check("nonsense\r\n\r\n", &[400]);
        check(&format!("GET / HTTP/1.1\r\na: {}\r\n\r\n", "x".repeat(20_000)), &[431]);
        check(&format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(100)), &[431]);
        check("GET / HT", &[]);
    }
}
