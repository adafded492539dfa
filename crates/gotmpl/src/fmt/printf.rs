use super::{pad::Flags, printer::Printer};
use crate::{Value, unicode};

/// No width and no precision is larger; Go has the same limit.
const MOST: i64 = 1_000_000;

/// One run over a format.
struct Format<'a, 'o> {
    text: &'a [u8],
    arguments: &'a [Value],
    printer: Printer<'o>,
    at: usize,
    argument: usize,
    /// Whether an index such as `[3]` was seen anywhere: then unused arguments are no error.
    reordered: bool,
    /// Whether the index of this verb is one of an argument.
    good_index: bool,
    /// Whether the part read last was an index.
    after_index: bool,
}

/// Appends `arguments` under `format`. Returns false as soon as there are more than `most` bytes.
pub(super) fn printf(out: &mut Vec<u8>, format: &[u8], arguments: &[Value], most: usize) -> bool {
    let mut run = Format {
        text: format,
        arguments,
        printer: Printer::new(out),
        at: 0,
        argument: 0,
        reordered: false,
        good_index: true,
        after_index: false,
    };
    run.run(most)
}

impl Format<'_, '_> {
    fn run(&mut self, most: usize) -> bool {
        while self.at < self.text.len() {
            let rest = &self.text[self.at..];
            let text = rest.iter().position(|byte| *byte == b'%').unwrap_or(rest.len());
            self.printer.out.extend_from_slice(&rest[..text]);
            self.at += text;
            if self.at >= self.text.len() {
                break;
            }
            self.at += 1;
            self.good_index = true;
            self.after_index = false;
            self.printer.flags = Flags::default();
            if !self.verb() {
                self.write("%!(NOVERB)");
                break;
            }
            if self.printer.out.len() > most {
                return false;
            }
        }
        if !self.reordered && self.argument < self.arguments.len() {
            self.extra();
        }
        true
    }

    fn write(&mut self, text: &str) {
        self.printer.out.extend_from_slice(text.as_bytes());
    }

    fn byte(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// Prints what stands behind a `%`. Returns whether there was a verb.
    fn verb(&mut self) -> bool {
        self.flags();
        self.index();
        self.width();
        self.precision();
        if !self.after_index {
            self.index();
        }
        let (verb, size) = unicode::decode(&self.text[self.at..]);
        if size == 0 {
            return false;
        }
        let verb = verb.unwrap_or(char::REPLACEMENT_CHARACTER);
        self.at += size;
        if verb == '%' {
            self.write("%");
        } else if !self.good_index {
            self.write(&format!("%!{verb}(BADINDEX)"));
        } else if let Some(argument) = self.arguments.get(self.argument) {
            if matches!(verb, 'v' | 'w') {
                let flags = &mut self.printer.flags;
                flags.sharp_v = std::mem::take(&mut flags.sharp);
                flags.plus_v = std::mem::take(&mut flags.plus);
            }
            self.printer.argument(argument, verb);
            self.argument += 1;
        } else {
            self.write(&format!("%!{verb}(MISSING)"));
        }
        true
    }

    fn flags(&mut self) {
        while let Some(byte) = self.byte() {
            let flags = &mut self.printer.flags;
            match byte {
                b'#' => flags.sharp = true,
                b'0' => flags.zero = true,
                b'+' => flags.plus = true,
                b'-' => flags.minus = true,
                b' ' => flags.space = true,
                _ => return,
            }
            self.at += 1;
        }
    }

    fn width(&mut self) {
        if self.byte() == Some(b'*') {
            self.at += 1;
            let width = self.number_argument();
            let flags = &mut self.printer.flags;
            flags.width = width.and_then(|width| usize::try_from(width.abs()).ok());
            if width.is_some_and(|width| width < 0) {
                flags.minus = true;
                flags.zero = false;
            }
            if width.is_none() {
                self.write("%!(BADWIDTH)");
            }
            self.after_index = false;
            return;
        }
        let width = self.number();
        self.printer.flags.width = width;
        if self.after_index && width.is_some() {
            self.good_index = false;
        }
    }

    fn precision(&mut self) {
        if self.byte() != Some(b'.') || self.at + 1 >= self.text.len() {
            return;
        }
        self.at += 1;
        if self.after_index {
            self.good_index = false;
        }
        self.index();
        if self.byte() != Some(b'*') {
            self.printer.flags.precision = Some(self.number().unwrap_or(0));
            return;
        }
        self.at += 1;
        let precision = self.number_argument().and_then(|number| usize::try_from(number).ok());
        self.printer.flags.precision = precision;
        if precision.is_none() {
            self.write("%!(BADPREC)");
        }
        self.after_index = false;
    }

    /// Reads digits; a number that is too large takes the rest of the format with it.
    fn number(&mut self) -> Option<usize> {
        let mut number = None;
        while let Some(byte) = self.byte().filter(u8::is_ascii_digit) {
            if number.unwrap_or(0) > usize::try_from(MOST).unwrap_or(0) {
                self.at = self.text.len();
                return None;
            }
            number = Some(number.unwrap_or(0) * 10 + usize::from(byte - b'0'));
            self.at += 1;
        }
        number
    }

    /// Takes the next argument as a width or precision.
    fn number_argument(&mut self) -> Option<i64> {
        let argument = self.arguments.get(self.argument)?;
        self.argument += 1;
        let number = match argument {
            Value::Int(number, _) => *number,
            Value::Uint(number, _) => i64::try_from(*number).ok()?,
            _ => return None,
        };
        (-MOST..=MOST).contains(&number).then_some(number)
    }

    /// Reads an index such as `[3]`, which says what argument comes next.
    fn index(&mut self) {
        self.after_index = false;
        if self.byte() != Some(b'[') {
            return;
        }
        self.reordered = true;
        let rest = &self.text[self.at..];
        let Some(close) = rest.iter().position(|byte| *byte == b']').filter(|_| rest.len() >= 3) else {
            self.good_index = false;
            self.at += 1;
            return;
        };
        let digits = std::str::from_utf8(&rest[1..close]).ok().filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
        let number = digits.and_then(|digits| digits.parse::<usize>().ok());
        self.at += close + 1;
        self.after_index = number.is_some();
        match number.and_then(|number| number.checked_sub(1)).filter(|index| *index < self.arguments.len()) {
            Some(index) => self.argument = index,
            None => self.good_index = false,
        }
    }

    fn extra(&mut self) {
        self.printer.flags = Flags::default();
        self.write("%!(EXTRA ");
        for (at, argument) in self.arguments[self.argument..].iter().enumerate() {
            self.write(if at > 0 { ", " } else { "" });
            if !matches!(argument, Value::Nil) {
                self.write(&argument.full_type_name());
                self.write("=");
            }
            self.printer.argument(argument, 'v');
        }
        self.write(")");
    }
}
