use base64::{Engine as _, engine::general_purpose::STANDARD};
use towpath_gotmpl::{CallError, Session, Signature, Value};

use super::{
    Answer, Entry, I, S,
    arguments::{int, utf8},
    fail,
};
use crate::engine::State;

/// The longest random text.
const MAX_LENGTH: i64 = 1 << 20;

pub(super) const FUNCTIONS: &[Entry] = &[
    ("randAlphaNum", Signature::new(&[I], S), |s, a| word(s, int(&a[0]), u8::is_ascii_alphanumeric)),
    ("randAlpha", Signature::new(&[I], S), |s, a| word(s, int(&a[0]), u8::is_ascii_alphabetic)),
    ("randNumeric", Signature::new(&[I], S), |s, a| word(s, int(&a[0]), u8::is_ascii_digit)),
    ("randAscii", Signature::new(&[I], S), |s, a| word(s, int(&a[0]), |c| matches!(c, b' '..=b'~'))),
    ("randBytes", Signature::new(&[I], S), |s, a| {
        let count = int(&a[0]);
        if !(0..=MAX_LENGTH).contains(&count) {
            return fail("runtime error: makeslice: len out of range");
        }
        let mut bytes = vec![0; usize::try_from(count).unwrap_or(0)];
        State::of(s)?.fill(&mut bytes);
        Ok(STANDARD.encode(bytes).into())
    }),
    ("randInt", Signature::new(&[I, I], I), |s, a| {
        let (low, high) = (int(&a[0]), int(&a[1]));
        if high <= low {
            return fail("invalid argument to Intn");
        }
        Ok(Value::int(low.wrapping_add(i64::try_from(below(s, high.abs_diff(low))?).unwrap_or(0))))
    }),
    ("shuffle", Signature::new(&[S], S), |s, a| {
        let mut characters: Vec<char> = utf8(&a[0]).chars().collect();
        for last in (1..characters.len()).rev() {
            let other = below(s, u64::try_from(last).unwrap_or(0) + 1)?;
            characters.swap(last, usize::try_from(other).unwrap_or(0));
        }
        Ok(characters.into_iter().collect::<String>().into())
    }),
    ("uuidv4", Signature::new(&[], S), |s, _| {
        let mut bytes = [0; 16];
        State::of(s)?.fill(&mut bytes);
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let hex = hex::encode(bytes);
        let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
        Ok(parts.join("-").into())
    }),
];

/// Returns a number below `limit`, each as likely as another.
fn below(session: &mut Session, limit: u64) -> Result<u64, CallError> {
    let state = State::of(session)?;
    let fair = u64::MAX - u64::MAX % limit;
    loop {
        let mut bytes = [0; 8];
        state.fill(&mut bytes);
        let number = u64::from_le_bytes(bytes);
        if number < fair {
            return Ok(number % limit);
        }
    }
}

fn word(session: &mut Session, length: i64, allowed: fn(&u8) -> bool) -> Answer {
    if length > MAX_LENGTH {
        return fail(format!("a random text of {length} characters is longer than {MAX_LENGTH}"));
    }
    let alphabet: Vec<u8> = (0..=127u8).filter(allowed).collect();
    let mut text = String::new();
    for _ in 0..length.max(0) {
        let at = below(session, u64::try_from(alphabet.len()).unwrap_or(1))?;
        text.push(char::from(alphabet[usize::try_from(at).unwrap_or(0)]));
    }
    Ok(text.into())
}
