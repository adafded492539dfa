use super::token::TokenKind;
use crate::{
    fmt::quote,
    strconv::{parse_float, parse_int, parse_uint, unquote_char},
};

/// A number constant as every type that can hold it, which is how templates imitate Go's untyped constants.
#[derive(Debug, Default)]
pub(crate) struct Number {
    pub(crate) int: Option<i64>,
    pub(crate) uint: Option<u64>,
    pub(crate) float: Option<f64>,
    /// The real and the imaginary part, if it was written as a complex number.
    pub(crate) complex: Option<(f64, f64)>,
    /// Whether the text asks for a float where no type does.
    pub(crate) looks_like_float: bool,
}

impl Number {
    pub(super) fn parse(text: &[u8], kind: TokenKind) -> Result<Self, String> {
        if let Some(number) = Self::small(text) {
            return Ok(number);
        }
        let shown = String::from_utf8_lossy(text);
        let mut number = Self { looks_like_float: looks_like_float(&shown), ..Self::default() };
        match kind {
            TokenKind::CharConstant => number.read_char(text, &shown)?,
            TokenKind::Complex => number.read_complex(&shown)?,
            _ => number.read(&shown)?,
        }
        Ok(number)
    }

    /// Returns what most numbers in templates are: a few decimal digits.
    #[expect(clippy::cast_lossless, reason = "i64 to f64 has no From, and all of these are exact")]
    fn small(text: &[u8]) -> Option<Self> {
        if text.len() > 9 || (text.len() > 1 && text.first() == Some(&b'0')) || !text.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let value = text.iter().fold(0_u32, |value, digit| value * 10 + u32::from(digit - b'0'));
        Some(Self {
            int: Some(i64::from(value)),
            uint: Some(u64::from(value)),
            float: Some(value as f64),
            ..Self::default()
        })
    }

    #[expect(clippy::cast_lossless, reason = "u32 to f64 by From reads worse here")]
    fn read_char(&mut self, text: &[u8], shown: &str) -> Result<(), String> {
        let (unit, tail) = unquote_char(&text[1..], b'\'').ok_or("invalid syntax")?;
        if tail != b"'" {
            return Err(format!("malformed character constant: {shown}"));
        }
        let code = unit.code();
        self.int = Some(i64::from(code));
        self.uint = Some(u64::from(code));
        self.float = Some(code as f64);
        Ok(())
    }

    fn read_complex(&mut self, text: &str) -> Result<(), String> {
        let inner = text.strip_suffix('i').ok_or("syntax error scanning complex number")?;
        // The sign between the parts is the last one that does not belong to an exponent.
        let split = inner
            .char_indices()
            .skip(1)
            .filter(|(at, c)| matches!(c, '+' | '-') && !inner[..*at].ends_with(['e', 'E', 'p', 'P']));
        let at = split.last().map(|(at, _)| at).ok_or("syntax error scanning complex number")?;
        let part = |text: &str| parse_float(text).ok_or_else(|| "syntax error scanning complex number".to_owned());
        self.set_complex(part(&inner[..at])?, part(&inner[at..])?);
        Ok(())
    }

    fn read(&mut self, text: &str) -> Result<(), String> {
        if let Some(imaginary) = text.strip_suffix('i').and_then(parse_float) {
            self.set_complex(0.0, imaginary);
            return Ok(());
        }
        self.uint = parse_uint(text);
        self.int = parse_int(text);
        if self.int == Some(0) {
            self.uint = Some(0);
        }
        #[expect(clippy::cast_precision_loss, reason = "Go converts in the same way")]
        match (self.int, self.uint) {
            (Some(int), _) => self.float = Some(int as f64),
            (None, Some(uint)) => self.float = Some(uint as f64),
            (None, None) => self.read_float(text)?,
        }
        if self.int.is_none() && self.uint.is_none() && self.float.is_none() {
            return Err(format!("illegal number syntax: {}", quoted(text)));
        }
        Ok(())
    }

    fn read_float(&mut self, text: &str) -> Result<(), String> {
        let Some(float) = parse_float(text) else { return Ok(()) };
        if !text.contains(['.', 'e', 'E', 'p', 'P']) {
            return Err(format!("integer overflow: {}", quoted(text)));
        }
        self.set_float(float);
        Ok(())
    }

    fn set_complex(&mut self, real: f64, imaginary: f64) {
        self.complex = Some((real, imaginary));
        if imaginary == 0.0 {
            self.set_float(real);
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        clippy::float_cmp,
        reason = "this is the test for exactness"
    )]
    fn set_float(&mut self, float: f64) {
        self.float = Some(float);
        if (float as i64) as f64 == float && float < 9_223_372_036_854_775_808.0 {
            self.int = Some(float as i64);
        }
        if (float as u64) as f64 == float && float < 18_446_744_073_709_551_616.0 {
            self.uint = Some(float as u64);
        }
    }
}

fn looks_like_float(text: &str) -> bool {
    let has = |set: &[char]| text.contains(set);
    let is_hexadecimal = text.len() > 2 && (text.starts_with("0x") || text.starts_with("0X")) && !has(&['p', 'P']);
    !is_hexadecimal && !text.starts_with('\'') && has(&['.', 'e', 'E', 'p', 'P'])
}

fn quoted(text: &str) -> String {
    String::from_utf8_lossy(&quote(text.as_bytes())).into_owned()
}
