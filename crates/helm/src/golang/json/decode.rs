use towpath_gotmpl::{Entries, List, Map, MapType, Str, Value};

use super::JsonError;
use crate::Profile;

/// Go's own limit.
const MAX_DEPTH: usize = 10_000;

/// Returns the value of the JSON `text`; numbers are float64, a later key replaces an earlier one.
pub(crate) fn decode(text: &[u8]) -> Result<Value, JsonError> {
    decode_as(text, Profile::Helm4)
}

/// Returns the value of the JSON `text`; errors are in the words of the profile's Go.
pub(crate) fn decode_as(text: &[u8], profile: Profile) -> Result<Value, JsonError> {
    match decode_all(text, profile)? {
        (value, None) => Ok(value),
        (_, Some(error)) => Err(error),
    }
}

/// Returns the value of the JSON `text`, and the first number that no float64 can hold: Go leaves null in its place and reads on.
pub(crate) fn decode_all(text: &[u8], profile: Profile) -> Result<(Value, Option<JsonError>), JsonError> {
    let mut reader = Reader { text, at: 0, depth: 0, profile, too_large: None };
    let value = reader.value()?;
    reader.skip_space();
    match reader.text.get(reader.at) {
        None => Ok((value, reader.too_large.map(|number| number.error(profile)))),
        Some(byte) => Err(unexpected(*byte, "after top-level value")),
    }
}

/// Returns the JSON value at the start of `text` and how many bytes it takes.
pub(crate) fn decode_prefix(text: &[u8]) -> Result<(Value, usize), JsonError> {
    let mut reader = Reader { text, at: 0, depth: 0, profile: Profile::Helm4, too_large: None };
    let value = reader.value()?;
    reader.too_large.map_or(Ok((value, reader.at)), |number| Err(number.error(Profile::Helm4)))
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    depth: usize,
    profile: Profile,
    too_large: Option<TooLarge>,
}

/// A number that no float64 can hold, and where it stands.
struct TooLarge {
    text: String,
    /// Keys and indexes, the innermost first.
    path: Vec<String>,
    is_field: bool,
}

impl TooLarge {
    /// Returns the error in the words of the profile's Go; the newer one tells the place.
    fn error(mut self, profile: Profile) -> JsonError {
        self.path.reverse();
        let path = self.path.join(".");
        let place = match profile {
            Profile::Helm4 if self.is_field => format!("Go struct field .{path}"),
            Profile::Helm4 if !path.is_empty() => format!(".{path}"),
            _ => "Go value".to_owned(),
        };
        JsonError(format!("json: cannot unmarshal number {} into {place} of type float64", self.text))
    }
}

fn unexpected(byte: u8, context: &str) -> JsonError {
    let shown = match byte {
        b'\'' => r"'\''".to_owned(),
        b'"' => "'\"'".to_owned(),
        byte => {
            let quoted = crate::golang::quote(&char::from(byte).to_string());
            format!("'{}'", quoted.trim_matches('"'))
        }
    };
    JsonError(format!("invalid character {shown} {context}"))
}

fn end() -> JsonError {
    JsonError("unexpected end of JSON input".to_owned())
}

/// Returns Go 1.27's error of an escape that is none.
fn invalid_escape(what: &[u8]) -> JsonError {
    let text = String::from_utf8_lossy(what);
    let is_plain = text.chars().all(|c| !c.is_control() && !c.is_whitespace() && !matches!(c, '`' | '\u{fffd}'));
    let shown = if is_plain { format!("`{text}`") } else { crate::golang::quote(&text) };
    JsonError(format!("invalid escape sequence {shown} in string"))
}

impl Reader<'_> {
    /// Returns the error of a text that ends where something must follow: the older Go tries a space there.
    fn ended(&self, context: &str) -> JsonError {
        match self.profile {
            Profile::Helm4 => end(),
            Profile::Helm3 => unexpected(b' ', context),
        }
    }

    fn skip_space(&mut self) {
        while matches!(self.text.get(self.at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    /// Returns the next byte that is not white space, without taking it.
    fn peek(&mut self) -> Result<u8, JsonError> {
        self.skip_space();
        self.text.get(self.at).copied().ok_or_else(end)
    }

    fn value(&mut self) -> Result<Value, JsonError> {
        match self.peek()? {
            b'{' => self.nested(Self::object),
            b'[' => self.nested(Self::array),
            b'"' => Ok(Value::Str(self.string()?)),
            b't' => self.literal("true", Value::Bool(true)),
            b'f' => self.literal("false", Value::Bool(false)),
            b'n' => self.literal("null", Value::Nil),
            b'-' | b'0'..=b'9' => self.number(),
            byte => Err(unexpected(byte, "looking for beginning of value")),
        }
    }

    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Result<Value, JsonError>) -> Result<Value, JsonError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(JsonError("exceeded max depth".to_owned()));
        }
        self.at += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn object(&mut self) -> Result<Value, JsonError> {
        let mut entries = Entries::new();
        if self.peek()? == b'}' {
            self.at += 1;
            return Ok(Value::Map(Map::from_entries(MapType::ANY, entries)));
        }
        loop {
            let byte = self.peek()?;
            if byte != b'"' {
                return Err(unexpected(byte, "looking for beginning of object key string"));
            }
            let key = self.string()?;
            match self.peek()? {
                b':' => self.at += 1,
                byte => return Err(unexpected(byte, "after object key")),
            }
            let had_one = self.too_large.is_some();
            let value = self.value()?;
            self.stands_at(had_one, true, || key.to_string_lossy().into_owned());
            entries.insert(key, value);
            match self.peek()? {
                b',' => self.at += 1,
                b'}' => break,
                byte => return Err(unexpected(byte, "after object key:value pair")),
            }
        }
        self.at += 1;
        Ok(Value::Map(Map::from_entries(MapType::ANY, entries)))
    }

    fn array(&mut self) -> Result<Value, JsonError> {
        let mut items = Vec::new();
        if self.peek()? == b']' {
            self.at += 1;
            return Ok(Value::List(List::any(items)));
        }
        loop {
            let had_one = self.too_large.is_some();
            let value = self.value()?;
            self.stands_at(had_one, false, || items.len().to_string());
            items.push(value);
            match self.peek()? {
                b',' => self.at += 1,
                b']' => break,
                byte => return Err(unexpected(byte, "after array element")),
            }
        }
        self.at += 1;
        Ok(Value::List(List::any(items)))
    }

    /// Notes where the number that has just turned out to be too large stands.
    fn stands_at(&mut self, had_one: bool, is_field: bool, step: impl FnOnce() -> String) {
        if let Some(number) = self.too_large.as_mut().filter(|_| !had_one) {
            number.is_field |= is_field && number.path.is_empty();
            number.path.push(step());
        }
    }

    fn literal(&mut self, word: &str, value: Value) -> Result<Value, JsonError> {
        for expected in word.bytes() {
            let context = || format!("in literal {word} (expecting '{}')", char::from(expected));
            match self.text.get(self.at) {
                None => return Err(self.ended(&context())),
                Some(byte) if *byte == expected => self.at += 1,
                Some(byte) => return Err(unexpected(*byte, &context())),
            }
        }
        Ok(value)
    }

    fn digits(&mut self, context: &str) -> Result<(), JsonError> {
        let start = self.at;
        while matches!(self.text.get(self.at), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at > start {
            return Ok(());
        }
        Err(self.text.get(self.at).map_or_else(|| self.ended(context), |byte| unexpected(*byte, context)))
    }

    fn number(&mut self) -> Result<Value, JsonError> {
        let start = self.at;
        if self.text[self.at] == b'-' {
            self.at += 1;
        }
        if self.text.get(self.at) == Some(&b'0') {
            self.at += 1;
        } else {
            self.digits("in numeric literal")?;
        }
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits("after decimal point in numeric literal")?;
        }
        if matches!(self.text.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.text.get(self.at), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits("in exponent of numeric literal")?;
        }
        let text = String::from_utf8_lossy(&self.text[start..self.at]);
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Value::Float(number)),
            _ => {
                let found = || TooLarge { text: text.into_owned(), path: Vec::new(), is_field: false };
                self.too_large.get_or_insert_with(found);
                Ok(if self.profile == Profile::Helm4 { Value::Float(0.0) } else { Value::Nil })
            }
        }
    }

    fn string(&mut self) -> Result<Str, JsonError> {
        self.at += 1;
        let mut out = Vec::new();
        loop {
            let start = self.at;
            while !matches!(self.text.get(self.at), None | Some(b'"' | b'\\' | 0..=0x1f)) {
                self.at += 1;
            }
            match std::str::from_utf8(&self.text[start..self.at]) {
                Ok(text) => out.extend_from_slice(text.as_bytes()),
                Err(_) => out.extend_from_slice(String::from_utf8_lossy(&self.text[start..self.at]).as_bytes()),
            }
            match self.text.get(self.at) {
                None => return Err(end()),
                Some(b'"') => break,
                Some(b'\\') => {
                    self.at += 1;
                    self.escape(&mut out)?;
                }
                Some(byte) => {
                    let newer = self.profile == Profile::Helm4;
                    return Err(unexpected(*byte, if newer { "in string" } else { "in string literal" }));
                }
            }
        }
        self.at += 1;
        Ok(out.into())
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Result<(), JsonError> {
        let start = self.at - 1;
        let byte = *self.text.get(self.at).ok_or_else(|| self.ended("in string escape code"))?;
        self.at += 1;
        out.push(match byte {
            b'"' | b'\\' | b'/' => byte,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let unit = self.hex()?;
                let c = self.join_surrogates(unit);
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                return Ok(());
            }
            byte => {
                return Err(match self.profile {
                    Profile::Helm4 => invalid_escape(&self.text[start..self.at]),
                    Profile::Helm3 => unexpected(byte, "in string escape code"),
                });
            }
        });
        Ok(())
    }

    fn hex(&mut self) -> Result<u32, JsonError> {
        const CONTEXT: &str = r"in \u hexadecimal character escape";
        let (start, mut unit) = (self.at - 2, 0);
        for _ in 0..4 {
            let byte = *self.text.get(self.at).ok_or_else(|| self.ended(CONTEXT))?;
            let digit = char::from(byte).to_digit(16).ok_or_else(|| match self.profile {
                Profile::Helm4 => invalid_escape(&self.text[start..self.text.len().min(start + 6)]),
                Profile::Helm3 => unexpected(byte, CONTEXT),
            })?;
            unit = unit * 16 + digit;
            self.at += 1;
        }
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
