/// One packet of git's protocol.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Packet<'a> {
    Line(&'a [u8]),
    /// `0000`: the end of a message.
    Flush,
    /// `0001`: the end of a section.
    Delimiter,
}

/// Returns the packets of `bytes`; the last is an error where they stop in the middle of one.
///
/// Source: git's `gitprotocol-common`, "pkt-line Format".
pub(super) fn packets(bytes: &[u8]) -> impl Iterator<Item = Result<Packet<'_>, String>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (packet, after) = match split(rest) {
            Some((packet, after)) => (Ok(packet), after),
            None => (Err("it stops in the middle of a packet".to_owned()), &[][..]),
        };
        rest = after;
        Some(packet)
    })
}

fn split(bytes: &[u8]) -> Option<(Packet<'_>, &[u8])> {
    let (length, rest) = bytes.split_at_checked(4)?;
    let length = usize::from_str_radix(std::str::from_utf8(length).ok()?, 16).ok()?;
    match length {
        0 => Some((Packet::Flush, rest)),
        1 => Some((Packet::Delimiter, rest)),
        2 | 3 => None,
        length => rest.split_at_checked(length - 4).map(|(line, rest)| (Packet::Line(line), rest)),
    }
}

/// Returns a request: a command, what it is told about the client, and its arguments.
pub(super) fn request(command: &str, arguments: &[String]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut line = |text: &str| bytes.extend_from_slice(format!("{:04x}{text}\n", text.len() + 5).as_bytes());
    line(&format!("command={command}"));
    line(concat!("agent=towpath/", env!("CARGO_PKG_VERSION")));
    line("object-format=sha1");
    bytes.extend_from_slice(b"0001");
    let mut line = |text: &str| bytes.extend_from_slice(format!("{:04x}{text}\n", text.len() + 5).as_bytes());
    for argument in arguments {
        line(argument);
    }
    bytes.extend_from_slice(b"0000");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_are_read_and_written() {
        let sent = request("ls-refs", &["peel".to_owned()]);
        let read: Vec<_> = packets(&sent).collect::<Result<_, _>>().unwrap();
        assert_eq!(read[0], Packet::Line(b"command=ls-refs\n"));
        assert_eq!(read[3..], [Packet::Delimiter, Packet::Line(b"peel\n"), Packet::Flush]);
        for torn in ["00", "0003", "00ff", "zzzz"] {
            assert!(packets(torn.as_bytes()).any(|packet| packet.is_err()), "{torn}");
        }
    }
}
