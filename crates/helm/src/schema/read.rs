use super::document::{Documents, Entry, Node, NodeId, Text};

/// Go's own limit.
const MAX_DEPTH: usize = 10_000;

/// A text that is no JSON; its words are asked of the reader that knows Go's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotJson;

impl Documents {
    /// Adds the JSON value at the start of `text` and returns it with the offset behind it.
    pub(super) fn read(&mut self, text: &[u8]) -> Result<(NodeId, usize), NotJson> {
        let base = self.text.len();
        self.text.extend_from_slice(text);
        let is_utf8 = std::str::from_utf8(text).is_ok();
        let mut reader =
            Reader { documents: self, text, base, at: 0, depth: 0, is_utf8, items: Vec::new(), entries: Vec::new() };
        let value = reader.value()?;
        let end = reader.at;
        Ok((value, end))
    }
}

struct Reader<'a> {
    documents: &'a mut Documents,
    text: &'a [u8],
    /// Where the copy of the text begins.
    base: usize,
    at: usize,
    depth: usize,
    is_utf8: bool,
    /// Of the arrays that are open.
    items: Vec<NodeId>,
    /// Of the objects that are open.
    entries: Vec<Entry>,
}

impl Reader<'_> {
    fn peek(&mut self) -> Result<u8, NotJson> {
        while let Some(byte) = self.text.get(self.at) {
            if !matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
                return Ok(*byte);
            }
            self.at += 1;
        }
        Err(NotJson)
    }

    fn value(&mut self) -> Result<NodeId, NotJson> {
        let byte = self.peek()?;
        let start = self.at;
        match byte {
            b'{' | b'[' => {
                self.depth += 1;
                if self.depth > MAX_DEPTH {
                    return Err(NotJson);
                }
                self.at += 1;
                let node = if byte == b'{' { self.object(start) } else { self.array(start) }?;
                self.depth -= 1;
                Ok(node)
            }
            b'"' => {
                let text = self.string()?;
                Ok(self.documents.push(Node::Str(text), start))
            }
            b't' => self.word(b"true", Node::Bool(true)),
            b'f' => self.word(b"false", Node::Bool(false)),
            b'n' => self.word(b"null", Node::Null),
            b'-' | b'0'..=b'9' => {
                self.number()?;
                let text = Text::new(self.base + start, self.base + self.at);
                Ok(self.documents.push(Node::Number(text), start))
            }
            _ => Err(NotJson),
        }
    }

    fn object(&mut self, start: usize) -> Result<NodeId, NotJson> {
        let first = self.entries.len();
        if self.peek()? != b'}' {
            loop {
                if self.peek()? != b'"' {
                    return Err(NotJson);
                }
                let key = self.string()?;
                if self.peek()? != b':' {
                    return Err(NotJson);
                }
                self.at += 1;
                let value = self.value()?;
                let entry = self.documents.entry(key, value);
                self.entries.push(entry);
                match self.peek()? {
                    b',' => self.at += 1,
                    b'}' => break,
                    _ => return Err(NotJson),
                }
            }
        }
        self.at += 1;
        let node = self.documents.push_object(&mut self.entries[first..], start);
        self.entries.truncate(first);
        Ok(node)
    }

    fn array(&mut self, start: usize) -> Result<NodeId, NotJson> {
        let first = self.items.len();
        if self.peek()? != b']' {
            loop {
                let item = self.value()?;
                self.items.push(item);
                match self.peek()? {
                    b',' => self.at += 1,
                    b']' => break,
                    _ => return Err(NotJson),
                }
            }
        }
        self.at += 1;
        let node = self.documents.push_array(&self.items[first..], start);
        self.items.truncate(first);
        Ok(node)
    }

    fn word(&mut self, word: &[u8], node: Node) -> Result<NodeId, NotJson> {
        let start = self.at;
        if !self.text[start..].starts_with(word) {
            return Err(NotJson);
        }
        self.at += word.len();
        Ok(self.documents.push(node, start))
    }

    fn digits(&mut self) -> Result<(), NotJson> {
        let start = self.at;
        while matches!(self.text.get(self.at), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at > start { Ok(()) } else { Err(NotJson) }
    }

    fn number(&mut self) -> Result<(), NotJson> {
        if self.text[self.at] == b'-' {
            self.at += 1;
        }
        if self.text.get(self.at) == Some(&b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.text.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.text.get(self.at), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    /// Reads a string; what has no escape stays where it is.
    fn string(&mut self) -> Result<Text, NotJson> {
        self.at += 1;
        let start = self.at;
        while !matches!(self.text.get(self.at), None | Some(b'"' | b'\\' | 0..=0x1f)) {
            self.at += 1;
        }
        if self.text.get(self.at) == Some(&b'"') && self.is_utf8 {
            let text = Text::new(self.base + start, self.base + self.at);
            self.at += 1;
            return Ok(text);
        }
        self.at = start;
        let out = self.documents.text.len();
        loop {
            let start = self.at;
            while !matches!(self.text.get(self.at), None | Some(b'"' | b'\\' | 0..=0x1f)) {
                self.at += 1;
            }
            let plain = String::from_utf8_lossy(&self.text[start..self.at]);
            self.documents.text.extend_from_slice(plain.as_bytes());
            match self.text.get(self.at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    self.at += 1;
                    self.escape()?;
                }
                _ => return Err(NotJson),
            }
        }
        self.at += 1;
        Ok(Text::new(out, self.documents.text.len()))
    }

    fn escape(&mut self) -> Result<(), NotJson> {
        let byte = *self.text.get(self.at).ok_or(NotJson)?;
        self.at += 1;
        let c = match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = self.hex()?;
                self.join_surrogates(unit)
            }
            _ => return Err(NotJson),
        };
        self.documents.text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        Ok(())
    }

    fn hex(&mut self) -> Result<u32, NotJson> {
        let digits = self.text.get(self.at..self.at + 4).ok_or(NotJson)?;
        let mut unit = 0;
        for digit in digits {
            unit = unit * 16 + char::from(*digit).to_digit(16).ok_or(NotJson)?;
        }
        self.at += 4;
        Ok(unit)
    }

    /// Returns the character of a UTF-16 unit and, for a high surrogate, of the escape that follows it.
    fn join_surrogates(&mut self, unit: u32) -> char {
        if (0xd800..0xdc00).contains(&unit) && self.text[self.at..].starts_with(b"\\u") {
            let before = self.at;
            self.at += 2;
            if let Ok(low) = self.hex()
                && (0xdc00..0xe000).contains(&low)
            {
                let joined = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                return char::from_u32(joined).unwrap_or('\u{fffd}');
            }
            self.at = before;
        }
        char::from_u32(unit).unwrap_or('\u{fffd}')
    }
}
