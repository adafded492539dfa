//! Go's `fmt` and the parts of `strconv` below it: what `print`, `printf` and `println` write.

mod basic;
mod float;
mod pad;
mod printer;
mod printf;
mod quote;

use printer::Printer;

pub use float::{FloatSize, format_float};
pub use quote::quote;

use crate::{Kind, Value};

/// Appends `value` as Go's `fmt.Print` writes it. Returns false if it was nested too deeply to be printed whole.
pub fn print_into(out: &mut Vec<u8>, value: &Value) -> bool {
    if let Value::Str(text) = value {
        out.extend_from_slice(text.as_bytes());
        return true;
    }
    let mut printer = Printer::new(out);
    printer.argument(value, 'v');
    !printer.too_deep
}

/// Returns the values as Go's `fmt.Sprint` writes them: a space between two that are no strings.
pub fn sprint(values: &[Value]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut after_string = true;
    for value in values {
        let is_string = value.kind() == Kind::String;
        if !is_string && !after_string {
            out.push(b' ');
        }
        print_into(&mut out, value);
        after_string = is_string;
    }
    out
}

/// Returns the values as Go's `fmt.Sprintln` writes them: a space between all, and a line end.
pub fn sprintln(values: &[Value]) -> Vec<u8> {
    let mut out = Vec::new();
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            out.push(b' ');
        }
        print_into(&mut out, value);
    }
    out.push(b'\n');
    out
}

/// Returns the values under a format as Go's `fmt.Sprintf` writes them; mistakes stand in the text as `%!…`.
pub fn sprintf(format: &[u8], values: &[Value]) -> Vec<u8> {
    sprintf_within(format, values, usize::MAX).unwrap_or_default()
}

/// Returns what [`sprintf`] does, or nothing when it would be much more than `most` bytes: widths and repeated arguments make
/// long texts of short ones.
pub(crate) fn sprintf_within(format: &[u8], values: &[Value], most: usize) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(format.len() + 8 * values.len());
    printf::printf(&mut out, format, values, most).then_some(out)
}
