use super::{basic::Integer, float::FloatSize, pad::Flags};
use crate::{Kind, Object, Str, Value};

/// Lists in maps in lists … deeper than this are left out: a map may hold itself, which ends a Go program.
const MOST_DEPTH: usize = 500;

/// Prints values under a verb and its flags.
pub(super) struct Printer<'o> {
    pub(super) out: &'o mut Vec<u8>,
    pub(super) flags: Flags,
    /// Set while an error is printed, when methods must not be called.
    erroring: bool,
    /// Set once something was nested too deeply.
    pub(super) too_deep: bool,
}

impl<'o> Printer<'o> {
    pub(super) fn new(out: &'o mut Vec<u8>) -> Self {
        Self { out, flags: Flags::default(), erroring: false, too_deep: false }
    }

    /// Prints an argument as it was given to the function.
    pub(super) fn argument(&mut self, value: &Value, verb: char) {
        match (value, verb) {
            (Value::Nil, 'T' | 'v') => self.flags.pad(self.out, b"<nil>"),
            (_, 'T') => {
                let name = value.full_type_name();
                self.flags.pad(self.out, self.flags.truncate(name.as_bytes()));
            }
            (_, 'p') => self.pointer(value, verb),
            (Value::Bytes(bytes), _) => self.bytes(value, bytes, verb, "[]byte"),
            (Value::List(list), _) if list.is_nil() && list.list_type().is_bytes() => {
                self.nil_bytes(value, verb, "[]byte");
            }
            (Value::List(_) | Value::Map(_) | Value::Func(_) | Value::Object(_), 'w') if !self.erroring => {
                self.bad_verb(value, verb);
            }
            (Value::Object(object), _) if self.method(&**object, verb) => {}
            _ => self.value(value, verb, 0),
        }
    }

    /// Prints a value by its kind. The deeper ones may have methods; that of depth 0 was asked before.
    fn value(&mut self, value: &Value, verb: char, depth: usize) {
        if depth > MOST_DEPTH || self.too_deep {
            self.too_deep = true;
            return;
        }
        match value {
            Value::Nil if depth > 0 && verb == 'v' => self.write("<nil>"),
            Value::Nil => self.bad_verb(value, verb),
            Value::Bool(truth) => match verb {
                't' | 'v' => self.flags.pad(self.out, if *truth { b"true" } else { b"false" }),
                _ => self.bad_verb(value, verb),
            },
            Value::Int(number, _) => self.integer(value, Integer::Signed(*number), verb),
            Value::Uint(number, _) => self.integer(value, Integer::Unsigned(*number), verb),
            Value::Float32(number) => self.float(value, f64::from(*number), FloatSize::Single, verb),
            Value::Float(number) => self.float(value, *number, FloatSize::Double, verb),
            Value::Complex(real, imaginary) => self.complex(value, *real, *imaginary, verb),
            Value::Str(text) => self.text(value, text, verb),
            Value::Bytes(bytes) if matches!(verb, 's' | 'q' | 'x' | 'X') => self.bytes(value, bytes, verb, "[]uint8"),
            Value::Bytes(bytes) if matches!(verb, 'v' | 'd') && self.flags.is_plain() => {
                push_decimals(self.out, bytes.as_bytes());
            }
            Value::Bytes(bytes) => {
                let byte = |byte: &u8| Value::Uint(u64::from(*byte), crate::UintKind::Uint8);
                let elements: Vec<Value> = bytes.as_bytes().iter().map(byte).collect();
                self.list("[]uint8", &elements, verb, depth);
            }
            Value::List(list) if list.is_nil() && list.list_type().is_bytes() => self.nil_bytes(value, verb, "[]uint8"),
            Value::List(list) if list.is_nil() && self.flags.sharp_v => {
                self.write(list.list_type().name);
                self.write("(nil)");
            }
            Value::List(list) => self.list(list.list_type().name, list.as_slice(), verb, depth),
            Value::Map(_) => self.map(value, verb, depth),
            Value::Object(object) => {
                if depth == 0 || !self.method(&**object, verb) {
                    self.object(value, &**object, verb, depth);
                }
            }
            Value::Func(_) => self.pointer(value, verb),
        }
    }

    fn write(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// Prints `%!verb(type=value)`.
    fn bad_verb(&mut self, value: &Value, verb: char) {
        let before = std::mem::replace(&mut self.erroring, true);
        self.write("%!");
        self.out.extend_from_slice(verb.encode_utf8(&mut [0; 4]).as_bytes());
        self.write("(");
        if matches!(value, Value::Nil) {
            self.write("<nil>");
        } else {
            self.write(&value.full_type_name());
            self.write("=");
            self.argument(value, 'v');
        }
        self.write(")");
        self.erroring = before;
    }

    /// Prints what the `String`, `Error` or `GoString` method gives. Returns whether there is one that fits the verb.
    fn method(&mut self, object: &dyn Object, verb: char) -> bool {
        if !self.erroring && self.flags.sharp_v {
            let text = object.go_text();
            if let Some(text) = &text {
                self.flags.pad(self.out, self.flags.truncate(text.as_bytes()));
            }
            return text.is_some();
        }
        if self.erroring || !matches!(verb, 'v' | 's' | 'x' | 'X' | 'q') {
            return false;
        }
        let Some(text) = object.text() else { return false };
        self.text(&Value::Str(text.clone()), &text, verb);
        true
    }

    fn integer(&mut self, value: &Value, number: Integer, verb: char) {
        let (flags, out) = (self.flags, &mut *self.out);
        match verb {
            'v' if flags.sharp_v && matches!(number, Integer::Unsigned(_)) => {
                Flags { sharp: true, ..flags }.integer(out, number, 16, verb);
            }
            'v' | 'd' => flags.integer(out, number, 10, verb),
            'b' => flags.integer(out, number, 2, verb),
            'o' | 'O' => flags.integer(out, number, 8, verb),
            'x' | 'X' => flags.integer(out, number, 16, verb),
            'c' => flags.character(out, number.bits()),
            'q' => flags.quoted_character(out, number.bits()),
            'U' => flags.unicode(out, number.bits()),
            _ => self.bad_verb(value, verb),
        }
    }

    fn float(&mut self, value: &Value, number: f64, size: FloatSize, verb: char) {
        let (flags, out) = (self.flags, &mut *self.out);
        match verb {
            'v' => flags.float(out, number, size, 'g', None),
            'b' | 'g' | 'G' | 'x' | 'X' => flags.float(out, number, size, verb, None),
            'f' | 'e' | 'E' => flags.float(out, number, size, verb, Some(6)),
            'F' => flags.float(out, number, size, 'f', Some(6)),
            _ => self.bad_verb(value, verb),
        }
    }

    fn complex(&mut self, value: &Value, real: f64, imaginary: f64, verb: char) {
        if !matches!(verb, 'v' | 'b' | 'g' | 'G' | 'x' | 'X' | 'f' | 'F' | 'e' | 'E') {
            self.bad_verb(value, verb);
            return;
        }
        let flags = self.flags;
        self.write("(");
        self.float(value, real, FloatSize::Double, verb);
        self.flags.plus = true;
        self.float(value, imaginary, FloatSize::Double, verb);
        self.write("i)");
        self.flags = flags;
    }

    fn text(&mut self, value: &Value, text: &Str, verb: char) {
        let (flags, out, text) = (self.flags, &mut *self.out, text.as_bytes());
        match verb {
            'v' if flags.sharp_v => flags.quoted(out, text),
            'v' | 's' => flags.pad(out, flags.truncate(text)),
            'x' | 'X' => flags.hexadecimal(out, text, verb),
            'q' => flags.quoted(out, text),
            _ => self.bad_verb(value, verb),
        }
    }

    fn bytes(&mut self, value: &Value, bytes: &Str, verb: char, type_name: &str) {
        let (flags, out, text) = (self.flags, &mut *self.out, bytes.as_bytes());
        match verb {
            's' => flags.pad(out, flags.truncate(text)),
            'x' | 'X' => flags.hexadecimal(out, text, verb),
            'q' => flags.quoted(out, text),
            'v' | 'd' if flags.is_plain() => push_decimals(out, text),
            'v' | 'd' => {
                let (open, between, close) = if flags.sharp_v { ("{", ", ", "}") } else { ("[", " ", "]") };
                if flags.sharp_v {
                    self.write(type_name);
                }
                self.write(open);
                for (at, byte) in text.iter().enumerate() {
                    self.write(if at > 0 { between } else { "" });
                    let number = Integer::Unsigned(u64::from(*byte));
                    let flags = Flags { sharp: flags.sharp || flags.sharp_v, ..flags };
                    flags.integer(self.out, number, if flags.sharp_v { 16 } else { 10 }, verb);
                }
                self.write(close);
            }
            _ if matches!(value, Value::List(_)) => self.list(type_name, &[], verb, 0),
            _ => self.value(value, verb, 0),
        }
    }

    fn nil_bytes(&mut self, value: &Value, verb: char, type_name: &str) {
        if verb == 'v' && self.flags.sharp_v {
            self.write(type_name);
            self.write("(nil)");
        } else {
            self.bytes(value, &Str::default(), verb, type_name);
        }
    }

    fn list(&mut self, type_name: &str, elements: &[Value], verb: char, depth: usize) {
        let (open, between, close) = if self.flags.sharp_v { ("{", ", ", "}") } else { ("[", " ", "]") };
        if self.flags.sharp_v {
            self.write(type_name);
        }
        self.write(open);
        for (at, element) in elements.iter().enumerate() {
            self.write(if at > 0 { between } else { "" });
            self.element(element, verb, depth + 1);
        }
        self.write(close);
    }

    /// Prints what stands in an interface, which may be nil.
    fn element(&mut self, value: &Value, verb: char, depth: usize) {
        match value {
            Value::Nil if self.flags.sharp_v => self.write("interface {}(nil)"),
            Value::Nil => self.write("<nil>"),
            value => self.value(value, verb, depth),
        }
    }

    fn map(&mut self, value: &Value, verb: char, depth: usize) {
        let Value::Map(map) = value else { return };
        let sharp = self.flags.sharp_v;
        self.write(if sharp { map.map_type().name } else { "map" });
        if sharp && map.is_nil() {
            self.write("(nil)");
            return;
        }
        self.write(if sharp { "{" } else { "[" });
        if let Some(entries) = map.borrow() {
            for (at, (key, element)) in entries.iter().enumerate() {
                let between = if sharp { ", " } else { " " };
                self.write(if at > 0 { between } else { "" });
                self.text(&Value::Str(key.clone()), key, verb);
                self.write(":");
                self.element(element, verb, depth + 1);
            }
        }
        self.write(if sharp { "}" } else { "]" });
    }

    fn object(&mut self, value: &Value, object: &dyn Object, verb: char, depth: usize) {
        if let Some(underlying) = object.underlying() {
            self.defined(value, &underlying, verb, depth);
            return;
        }
        let name = object.object_type().name();
        let is_pointer = object.object_type().kind() == Kind::Pointer;
        if is_pointer && (depth > 0 || object.is_nil()) {
            self.pointer(value, verb);
            return;
        }
        self.write(if is_pointer { "&" } else { "" });
        if self.flags.sharp_v {
            self.write(name.trim_start_matches('*'));
        }
        self.write("{");
        for (at, (name, field)) in object.fields().iter().enumerate() {
            let between = if self.flags.sharp_v { ", " } else { " " };
            self.write(if at > 0 { between } else { "" });
            if self.flags.plus_v || self.flags.sharp_v {
                self.write(name);
                self.write(":");
            }
            self.element(field, verb, depth + 1);
        }
        self.write("}");
    }

    /// Prints a value of a defined type as what it is made of, under its own type's name.
    fn defined(&mut self, value: &Value, underlying: &Value, verb: char, depth: usize) {
        match underlying {
            Value::Int(number, _) => self.integer(value, Integer::Signed(*number), verb),
            Value::Uint(number, _) => self.integer(value, Integer::Unsigned(*number), verb),
            Value::Float(number) => self.float(value, *number, FloatSize::Double, verb),
            Value::Str(text) => self.text(value, text, verb),
            Value::List(list) => self.list(value.type_name(), list.as_slice(), verb, depth),
            Value::Map(map) if self.flags.sharp_v => {
                let before = self.out.len();
                self.map(underlying, verb, depth);
                let prefix = before..before + map.map_type().name.len();
                self.out.splice(prefix, value.type_name().bytes());
            }
            underlying => self.value(underlying, verb, depth),
        }
    }

    /// Prints an address. Ours differ from Go's, and from run to run, as Go's do.
    fn pointer(&mut self, value: &Value, verb: char) {
        let address = match value {
            Value::List(list) => list.as_slice().as_ptr().addr(),
            Value::Map(map) => map.borrow().map_or(0, |entries| std::ptr::from_ref(&*entries).addr()),
            Value::Bytes(bytes) => bytes.as_bytes().as_ptr().addr(),
            Value::Object(object) if object.is_nil() => 0,
            Value::Object(object) if object.object_type().kind() == Kind::Pointer => {
                std::ptr::from_ref(&**object).addr()
            }
            Value::Func(function) => std::ptr::from_ref(&**function).addr(),
            _ => return self.bad_verb(value, verb),
        };
        let number = Integer::Unsigned(address as u64);
        let flags = self.flags;
        let with_prefix = Flags { sharp: !flags.sharp, ..flags };
        match verb {
            'v' if flags.sharp_v => {
                self.write(&format!("({})(", value.full_type_name()));
                if address == 0 {
                    self.write("nil");
                } else {
                    Flags { sharp: true, ..flags }.integer(self.out, number, 16, 'v');
                }
                self.write(")");
            }
            'v' if address == 0 => flags.pad(self.out, b"<nil>"),
            'v' | 'p' => with_prefix.integer(self.out, number, 16, 'v'),
            'b' | 'o' | 'd' | 'x' | 'X' => self.integer(value, number, verb),
            _ => self.bad_verb(value, verb),
        }
    }
}

/// The decimal digits of a byte behind a blank, and how many characters these are.
static DECIMALS: [([u8; 4], u8); 256] = {
    let mut table = [([b' '; 4], 0); 256];
    let mut byte = 0u8;
    loop {
        let (digits, width) = match byte {
            0..10 => (1, 2),
            10..100 => (2, 3),
            _ => (3, 4),
        };
        let (mut rest, mut at) = (byte, digits);
        while at > 0 {
            table[byte as usize].0[at] = b'0' + rest % 10;
            rest /= 10;
            at -= 1;
        }
        table[byte as usize].1 = width;
        if byte == u8::MAX {
            break table;
        }
        byte += 1;
    }
};

/// Appends `[1 2 3]`. Charts print whole files in this way when they use their root as a key.
fn push_decimals(out: &mut Vec<u8>, bytes: &[u8]) {
    let size: usize = bytes.iter().map(|byte| usize::from(DECIMALS[usize::from(*byte)].1)).sum();
    let start = out.len();
    // The widest number is written over what comes behind it.
    out.resize(start + size.max(1) + 4, b'[');
    let mut at = start;
    for byte in bytes {
        let (digits, width) = DECIMALS[usize::from(*byte)];
        out[at..at + 4].copy_from_slice(&digits);
        at += usize::from(width);
    }
    out[start] = b'[';
    out.truncate(start + size.max(1));
    out.push(b']');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_print_as_their_numbers() {
        let all: Vec<u8> = (0..=u8::MAX).chain([0, 9, 10, 99, 100, 255]).collect();
        for bytes in [&all[..], &[], &[7], &[255], &[10, 0]] {
            let mut out = b"before".to_vec();
            push_decimals(&mut out, bytes);
            let numbers: Vec<String> = bytes.iter().map(u8::to_string).collect();
            assert_eq!(String::from_utf8_lossy(&out), format!("before[{}]", numbers.join(" ")));
        }
    }
}
