//! The grammar of `--set`, `--set-string`, `--set-file` and `--set-json`: `a.b[0]=x,c={1,2}`, `\` escapes.
//!
//! Source: Helm's `pkg/strvals`.

use towpath_gotmpl::{List, Map, Value};

use crate::golang::{
    cast::{NoInt, atoi},
    json, quote,
};

/// The highest index of a list.
pub(super) const MAX_INDEX: i64 = 65_536;

/// How deep a name may nest.
pub(super) const MAX_NESTING: usize = 30;

/// Sets typed values: numbers, booleans and null are recognised.
pub(super) fn parse(text: &str, values: &Map) -> Result<(), String> {
    run(text, values, Reader::Typed)
}

/// Sets strings.
pub(super) fn parse_string(text: &str, values: &Map) -> Result<(), String> {
    run(text, values, Reader::Text)
}

/// Sets the contents of files.
pub(super) fn parse_file(
    text: &str,
    values: &Map,
    read: &dyn Fn(&str) -> Result<Vec<u8>, String>,
) -> Result<(), String> {
    run(text, values, Reader::File(read))
}

/// Sets JSON values.
pub(super) fn parse_json(text: &str, values: &Map) -> Result<(), String> {
    run(text, values, Reader::Json)
}

#[derive(Clone, Copy)]
enum Reader<'r> {
    Typed,
    Text,
    Json,
    File(&'r dyn Fn(&str) -> Result<Vec<u8>, String>),
}

/// Why reading stopped.
pub(super) enum Stop {
    End,
    Error(String),
}

impl From<String> for Stop {
    fn from(error: String) -> Self {
        Self::Error(error)
    }
}

/// Go's message of a failed type assertion, as the parser reports it.
pub(super) fn not_a(value: &Value, wanted: &str) -> Stop {
    let is = if matches!(value, Value::Nil) { "nil" } else { value.type_name() };
    Stop::Error(format!("unable to parse key: interface conversion: interface {{}} is {is}, not {wanted}"))
}

/// Returns the elements of the list at a key that may not be there yet.
pub(super) fn list_at(data: &Map, key: &str) -> Result<Vec<Value>, Stop> {
    match data.get(key) {
        None => Ok(Vec::new()),
        Some(Value::List(list)) => Ok(list.as_slice().to_vec()),
        Some(other) => Err(not_a(&other, "[]interface {}")),
    }
}

/// Returns the map at a key that may not be there yet.
pub(super) fn map_at(data: &Map, key: &str) -> Result<Map, Stop> {
    match data.get(key) {
        None => Ok(Map::any()),
        Some(Value::Map(map)) => Ok(map),
        Some(other) => Err(not_a(&other, "map[string]interface {}")),
    }
}

/// Sets an entry; an empty key is none.
pub(super) fn set(data: &Map, key: &str, value: impl Into<Value>) {
    if !key.is_empty() {
        data.insert(key, value);
    }
}

/// Puts a value at an index, with nils before it.
pub(super) fn set_index(list: &mut Vec<Value>, index: i64, value: Value) -> Result<(), Stop> {
    if index > MAX_INDEX {
        let message = format!("index of {index} is greater than maximum supported index of {MAX_INDEX}");
        return Err(Stop::Error(message));
    }
    let at = usize::try_from(index).map_err(|_| Stop::Error(format!("negative {index} index not allowed")))?;
    if list.len() <= at {
        list.resize(at + 1, Value::Nil);
    }
    list[at] = value;
    Ok(())
}

/// Returns the number in brackets.
pub(super) fn index(text: &str) -> Result<i64, Stop> {
    atoi(text).map_err(|NoInt { problem, .. }| {
        Stop::Error(format!("error parsing index: strconv.Atoi: parsing {}: {problem}", quote(text)))
    })
}

/// Go's `%q` of a list of characters.
pub(super) fn quoted_characters(text: &str) -> String {
    let quoted: Vec<String> = text.chars().map(|c| format!("'{}'", quote(&c.to_string()).trim_matches('"'))).collect();
    format!("[{}]", quoted.join(" "))
}

fn run(text: &str, values: &Map, reader: Reader<'_>) -> Result<(), String> {
    let mut parser = Parser { rest: text, reader };
    loop {
        match parser.key(values, 0) {
            Ok(()) => {}
            Err(Stop::End) => return Ok(()),
            Err(Stop::Error(error)) => return Err(error),
        }
    }
}

struct Parser<'t, 'r> {
    rest: &'t str,
    reader: Reader<'r>,
}

impl Parser<'_, '_> {
    fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    /// Returns the text up to one of `stops`, unescaped, and the stop; nothing for the end.
    fn until(&mut self, stops: &str) -> (String, Option<char>) {
        let mut text = String::new();
        loop {
            match self.next() {
                None => return (text, None),
                Some(c) if stops.contains(c) => return (text, Some(c)),
                Some('\\') => match self.next() {
                    None => return (text, None),
                    Some(escaped) => text.push(escaped),
                },
                Some(c) => text.push(c),
            }
        }
    }

    fn key(&mut self, data: &Map, nesting: usize) -> Result<(), Stop> {
        let (key, stop) = self.until("=[,.");
        match stop {
            None if key.is_empty() => Err(Stop::End),
            None => Err(Stop::Error(format!("key {} has no value", quote(&key)))),
            Some('[') => {
                let at = self.index()?;
                let mut list = list_at(data, &key)?;
                let result = self.item(&mut list, at, nesting);
                set(data, &key, List::any(list));
                result
            }
            Some('=') => self.value(|value| {
                set(data, &key, value);
                Ok(())
            }),
            Some(',') => {
                set(data, &key, "");
                Err(Stop::Error(format!("key {} has no value (cannot end with ,)", quote(&key))))
            }
            Some(_) => {
                if nesting + 1 > MAX_NESTING {
                    let message = format!(
                        "value name nested level is greater than maximum supported nested level of {MAX_NESTING}"
                    );
                    return Err(Stop::Error(message));
                }
                let inner = map_at(data, &key)?;
                let result = self.key(&inner, nesting + 1);
                if result.is_ok() && inner.is_empty() {
                    return Err(Stop::Error(format!("key map {} has no value", quote(&key))));
                }
                if !inner.is_empty() {
                    set(data, &key, inner);
                }
                result
            }
        }
    }

    fn index(&mut self) -> Result<i64, Stop> {
        match self.until("]") {
            (text, Some(_)) => index(&text),
            (_, None) => Err(Stop::Error("error parsing index: EOF".to_owned())),
        }
    }

    fn item(&mut self, list: &mut Vec<Value>, at: i64, nesting: usize) -> Result<(), Stop> {
        if at < 0 {
            return Err(Stop::Error(format!("negative {at} index not allowed")));
        }
        let (text, stop) = self.until("[.=");
        if !text.is_empty() {
            let message = format!("unexpected data at end of array index: {}", quoted_characters(&text));
            return Err(Stop::Error(message));
        }
        let held = || usize::try_from(at).ok().and_then(|at| list.get(at)).cloned().unwrap_or_default();
        match stop {
            None => Err(Stop::End),
            Some('=') => match self.value(|value| set_index(list, at, value)) {
                // The text may end here, also inside of a list of lists.
                Err(Stop::End) => Ok(()),
                result => result,
            },
            Some('[') => {
                let next = self.index()?;
                let mut inner = match held() {
                    Value::Nil => Vec::new(),
                    Value::List(inner) => inner.as_slice().to_vec(),
                    other => return Err(not_a(&other, "[]interface {}")),
                };
                self.item(&mut inner, next, nesting)?;
                set_index(list, at, List::any(inner).into())
            }
            Some(_) => {
                let inner = match held() {
                    Value::Map(inner) => inner,
                    _ => Map::any(),
                };
                let is_there = usize::try_from(at).is_ok_and(|at| at < list.len());
                if is_there {
                    set_index(list, at, inner.clone().into())?;
                }
                self.key(&inner, nesting)?;
                set_index(list, at, inner.into())
            }
        }
    }

    /// Reads what stands behind `=` and hands it to `store`.
    fn value(&mut self, store: impl FnOnce(Value) -> Result<(), Stop>) -> Result<(), Stop> {
        if let Reader::Json = self.reader {
            return self.json_value(store);
        }
        match self.rest.chars().next() {
            None => {
                store("".into())?;
                Err(Stop::End)
            }
            Some('{') => {
                self.next();
                let list = self.list()?;
                store(List::any(list).into())
            }
            Some(_) => {
                let (text, _) = self.until(",");
                store(self.read(text)?)
            }
        }
    }

    fn json_value(&mut self, store: impl FnOnce(Value) -> Result<(), Stop>) -> Result<(), Stop> {
        if self.is_empty_value() {
            return store(Value::Nil);
        }
        let (value, length) = json::decode_prefix(self.rest.as_bytes()).map_err(|error| error.to_string())?;
        store(value)?;
        self.rest = &self.rest[length..];
        self.is_empty_value();
        Ok(())
    }

    /// Skips blanks, and a comma behind them; tells whether nothing else stood there.
    fn is_empty_value(&mut self) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(',') {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => self.rest.is_empty(),
        }
    }

    fn list(&mut self) -> Result<Vec<Value>, Stop> {
        let mut list = Vec::new();
        loop {
            let (text, stop) = self.until(",}");
            match stop {
                None => return Err(Stop::Error("list must terminate with '}'".to_owned())),
                Some('}') => {
                    self.rest = self.rest.strip_prefix(',').unwrap_or(self.rest);
                    list.push(self.read(text)?);
                    return Ok(list);
                }
                Some(_) => list.push(self.read(text)?),
            }
        }
    }

    fn read(&self, text: String) -> Result<Value, Stop> {
        match self.reader {
            Reader::Typed => Ok(typed(text)),
            Reader::Text | Reader::Json => Ok(text.into()),
            Reader::File(read) => Ok(towpath_gotmpl::Str::from(read(&text)?).into()),
        }
    }
}

/// A leading zero keeps a number a string, so that octals and zip codes survive.
fn typed(text: String) -> Value {
    match text.to_ascii_lowercase().as_str() {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "null" => Value::Nil,
        "0" => Value::int64(0),
        _ if text.starts_with('0') => text.into(),
        _ => text.parse().map_or_else(|_| text.into(), Value::int64),
    }
}
