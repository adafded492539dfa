use base64::{Engine as _, engine::general_purpose::STANDARD};
use towpath_gotmpl::{CallError, List, ListType, Map, MapType, Session, Signature, Str, Value};

use super::{
    A, Entry, LIST, M, S,
    arguments::{text, utf8},
};
use crate::{
    engine::State,
    golang::{
        json::{self, Layout},
        toml, yaml,
    },
};

pub(super) const FUNCTIONS: &[Entry] = &[
    ("b64enc", Signature::new(&[S], S), |_, a| Ok(STANDARD.encode(text(&a[0]).as_bytes()).into())),
    ("b64dec", Signature::new(&[S], S), |_, a| {
        Ok(decode_base64(text(&a[0]).as_bytes()).map_or_else(Value::from, |bytes| Str::from(bytes).into()))
    }),
    ("b32enc", Signature::new(&[S], S), |_, a| Ok(encode_base32(text(&a[0]).as_bytes()).into())),
    ("b32dec", Signature::new(&[S], S), |_, a| {
        Ok(decode_base32(text(&a[0]).as_bytes()).map_or_else(Value::from, |bytes| Str::from(bytes).into()))
    }),
    ("toYaml", Signature::new(&[A], S), |_, a| Ok(yaml::emit(&a[0]).map(Str::from).unwrap_or_default().into())),
    ("toYamlPretty", Signature::new(&[A], S), |_, a| {
        Ok(yaml::emit_pretty(&a[0]).map(Str::from).unwrap_or_default().into())
    }),
    ("fromYaml", Signature::new(&[S], M), |_, a| {
        Ok(object(yaml::read(text(&a[0]).as_bytes()), "error unmarshaling JSON: while decoding JSON: "))
    }),
    ("fromYamlArray", Signature::new(&[S], LIST), |_, a| {
        Ok(array(yaml::read(text(&a[0]).as_bytes()), "error unmarshaling JSON: while decoding JSON: "))
    }),
    ("toJson", Signature::new(&[A], S), |s, a| Ok(encoded(s, &a[0], Layout::Compact).unwrap_or_else(|_| "".into()))),
    ("mustToJson", Signature::new(&[A], S), |s, a| encoded(s, &a[0], Layout::Compact)),
    ("toPrettyJson", Signature::new(&[A], S), |s, a| {
        Ok(encoded(s, &a[0], Layout::Pretty).unwrap_or_else(|_| "".into()))
    }),
    ("mustToPrettyJson", Signature::new(&[A], S), |s, a| encoded(s, &a[0], Layout::Pretty)),
    ("toRawJson", Signature::new(&[A], S), |s, a| encoded(s, &a[0], Layout::Raw)),
    ("mustToRawJson", Signature::new(&[A], S), |s, a| encoded(s, &a[0], Layout::Raw)),
    ("fromJson", Signature::new(&[S], M), |s, a| Ok(from_json(s, &a[0], object))),
    ("fromJsonArray", Signature::new(&[S], LIST), |s, a| Ok(from_json(s, &a[0], array))),
    ("mustFromJson", Signature::new(&[S], A), |s, a| read_json(s, &a[0]).map_err(CallError::new)),
    ("toToml", Signature::new(&[A], S), |s, a| {
        match toml::encode(&a[0], State::of(s)?.profile()) {
            Ok(text) => Ok(Str::from(text).into()),
            // Go panics over nil and returns every other error.
            Err(error) if matches!(a[0], Value::Nil) => Err(CallError::new(error.to_string())),
            Err(error) => Ok(error.to_string().into()),
        }
    }),
    ("fromToml", Signature::new(&[S], M), |s, a| {
        let state = State::of(s)?;
        let offset = state.zone().offset_at(state.now().seconds).0;
        Ok(toml::decode(&utf8(&a[0]), offset)
            .unwrap_or_else(|error| [("Error", Value::from(error))].into_iter().collect())
            .into())
    }),
];

/// What Helm 4 adds.
pub(super) const HELM4_FUNCTIONS: &[Entry] = &[
    ("mustToYaml", Signature::new(&[A], S), |_, a| {
        yaml::emit(&a[0]).map(|text| Str::from(text).into()).map_err(CallError::new)
    }),
    ("mustToToml", Signature::new(&[A], S), |s, a| {
        toml::encode(&a[0], State::of(s)?.profile())
            .map(|text| Str::from(text).into())
            .map_err(|error| CallError::new(error.to_string()))
    }),
];

fn encoded(session: &mut Session, value: &Value, layout: Layout) -> Result<Value, CallError> {
    let profile = State::of(session)?.profile();
    let text = json::encode_as(value, layout, profile).map_err(|error| CallError::new(error.to_string()))?;
    Ok(Str::from(text).into())
}

fn read_json(session: &mut Session, text: &Value) -> Result<Value, String> {
    let profile = State::of(session).map_err(|error| error.to_string())?.profile();
    json::decode_as(super::arguments::text(text).as_bytes(), profile).map_err(|error| error.to_string())
}

/// Reads JSON as an object or an array. A number that is too large is told of beside the rest, and a value of another kind before
/// it.
fn from_json(session: &mut Session, text: &Value, read_as: fn(Result<Value, String>, &str) -> Value) -> Value {
    let Ok(profile) = State::of(session).map(|state| state.profile()) else { return Value::Nil };
    match json::decode_all(super::arguments::text(text).as_bytes(), profile) {
        Err(error) => read_as(Err(error.to_string()), ""),
        Ok((value, None)) => read_as(Ok(value), ""),
        Ok((value @ Value::Map(_), Some(error))) => match read_as(Ok(value), "") {
            Value::Map(map) => {
                map.insert("Error", Value::from(error.to_string()));
                map.into()
            }
            other => other,
        },
        Ok((Value::List(_), Some(error))) => match read_as(Ok(List::any(Vec::new()).into()), "") {
            Value::List(_) => List::any(vec![error.to_string().into()]).into(),
            other => other,
        },
        // Where a number alone is too large its kind is what Go complains of.
        Ok((_, Some(_))) => read_as(Ok(Value::Float(0.0)), ""),
    }
}

/// A map that holds what went wrong under `Error`, which is how Helm reports it.
fn failure(error: &str) -> Map {
    [("Error", error)].into_iter().collect()
}

fn object(read: Result<Value, String>, context: &str) -> Value {
    match read {
        Ok(Value::Map(map)) => map.into(),
        // A YAML text without content leaves Helm's own empty map, JSON's null replaces it.
        Ok(Value::Nil) if context.is_empty() => Map::nil(MapType::ANY).into(),
        Ok(Value::Nil) => Map::any().into(),
        Ok(other) => failure(&format!("{context}{}", mismatch(&other, "map[string]interface {}"))).into(),
        Err(error) => failure(&error).into(),
    }
}

fn array(read: Result<Value, String>, context: &str) -> Value {
    match read {
        Ok(Value::List(list)) => list.into(),
        Ok(Value::Nil) if context.is_empty() => List::nil(ListType::ANY).into(),
        Ok(Value::Nil) => List::any(Vec::new()).into(),
        Ok(other) => List::any(vec![format!("{context}{}", mismatch(&other, "[]interface {}")).into()]).into(),
        Err(error) => List::any(vec![error.into()]).into(),
    }
}

fn mismatch(value: &Value, wanted: &str) -> String {
    let is = match value {
        Value::Map(_) => "object",
        Value::List(_) => "array",
        Value::Str(_) => "string",
        Value::Bool(_) => "bool",
        _ => "number",
    };
    format!("json: cannot unmarshal {is} into Go value of type {wanted}")
}

/// Returns what padded standard base64 holds; line breaks do not count.
///
/// # Errors
/// Go's message with the place of the first wrong byte.
pub(super) fn decode_base64(text: &[u8]) -> Result<Vec<u8>, String> {
    decode(text, 6, 4, "base64", |byte| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    })
}

fn decode_base32(text: &[u8]) -> Result<Vec<u8>, String> {
    decode(text, 5, 8, "base32", |byte| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'2'..=b'7' => Some(byte - b'2' + 26),
        _ => None,
    })
}

fn decode(text: &[u8], bits: u32, group: usize, name: &str, digit: fn(u8) -> Option<u8>) -> Result<Vec<u8>, String> {
    let corrupt = |at: usize| format!("illegal {name} data at input byte {at}");
    let mut out = Vec::with_capacity(text.len() * 3 / 4);
    let mut digits = text.iter().enumerate().filter(|(_, byte)| !matches!(byte, b'\n' | b'\r'));
    loop {
        let (mut buffer, mut count) = (0u64, 0usize);
        while count < group {
            let Some((at, byte)) = digits.next() else {
                // The input ends inside a group, which padding should have filled.
                return if count == 0 { Ok(out) } else { Err(corrupt(text.len() - count)) };
            };
            if *byte == b'=' {
                let valid = if bits == 6 { count >= 2 } else { matches!(count, 2 | 4 | 5 | 7) };
                if !valid {
                    return Err(corrupt(at));
                }
                for _ in count + 1..group {
                    match digits.next() {
                        Some((_, b'=')) => {}
                        Some((at, _)) => return Err(corrupt(at)),
                        None => return Err(corrupt(text.len())),
                    }
                }
                if let Some((at, _)) = digits.next() {
                    return Err(corrupt(at));
                }
                push_bits(&mut out, buffer, count, bits);
                return Ok(out);
            }
            buffer = buffer << bits | u64::from(digit(*byte).ok_or_else(|| corrupt(at))?);
            count += 1;
        }
        push_bits(&mut out, buffer, count, bits);
    }
}

/// Appends the whole bytes of `count` digits.
fn push_bits(out: &mut Vec<u8>, buffer: u64, count: usize, bits: u32) {
    let total = bits * u32::try_from(count).unwrap_or(0);
    for n in 1..=total / 8 {
        out.push(u8::try_from(buffer >> (total - 8 * n) & 0xff).unwrap_or(0));
    }
}

fn encode_base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut out = String::with_capacity(bytes.len().div_ceil(5) * 8);
    for chunk in bytes.chunks(5) {
        let mut buffer = [0; 8];
        buffer[3..3 + chunk.len()].copy_from_slice(chunk);
        let number = u64::from_be_bytes(buffer);
        let digits = (chunk.len() * 8).div_ceil(5);
        for n in 0..8 {
            let at = usize::try_from(number >> (35 - 5 * n) & 31).unwrap_or(0);
            out.push(if n < digits { char::from(ALPHABET[at]) } else { '=' });
        }
    }
    out
}
