use super::token::TokenKind;
use crate::{
    fmt::quote,
    strconv::{parse_float, parse_int, parse_uint, unquote_char},
};

/// A number constant as every type that can hold it, which is how templates imitate Go's untyped constants.
#[derive(Debug, Default)]
pub(crate) struct Number {
    pub(crate) position: usize,
    pub(crate) text: String,
    pub(crate) int: Option<i64>,
    pub(crate) uint: Option<u64>,
    pub(crate) float: Option<f64>,
    /// The real and the imaginary part, if it was written as a complex number.
    pub(crate) complex: Option<(f64, f64)>,
}

impl Number {
    pub(super) fn parse(position: usize, text: &[u8], kind: TokenKind) -> Result<Self, String> {
        let mut number = Self { position, text: String::from_utf8_lossy(text).into_owned(), ..Self::default() };
        match kind {
            TokenKind::CharConstant => number.read_char(text)?,
            TokenKind::Complex => number.read_complex()?,
            _ => number.read()?,
        }
        Ok(number)
    }

    /// Tells whether the text asks for a float where no type does.
    pub(crate) fn looks_like_float(&self) -> bool {
        let has = |set: &[char]| self.text.contains(set);
        let is_hexadecimal =
            self.text.len() > 2 && (self.text.starts_with("0x") || self.text.starts_with("0X")) && !has(&['p', 'P']);
        !is_hexadecimal && !self.text.starts_with('\'') && has(&['.', 'e', 'E', 'p', 'P'])
    }

    #[expect(clippy::cast_lossless, reason = "u32 to f64 by From reads worse here")]
    fn read_char(&mut self, text: &[u8]) -> Result<(), String> {
        let (unit, tail) = unquote_char(&text[1..], b'\'').ok_or("invalid syntax")?;
        if tail != b"'" {
            return Err(format!("malformed character constant: {}", self.text));
        }
        let code = unit.code();
        self.int = Some(i64::from(code));
        self.uint = Some(u64::from(code));
        self.float = Some(code as f64);
        Ok(())
    }

    fn read_complex(&mut self) -> Result<(), String> {
        let inner = self.text.strip_suffix('i').ok_or("syntax error scanning complex number")?;
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

    fn read(&mut self) -> Result<(), String> {
        if let Some(imaginary) = self.text.strip_suffix('i').and_then(parse_float) {
            self.set_complex(0.0, imaginary);
            return Ok(());
        }
        self.uint = parse_uint(&self.text);
        self.int = parse_int(&self.text);
        if self.int == Some(0) {
            self.uint = Some(0);
        }
        #[expect(clippy::cast_precision_loss, reason = "Go converts in the same way")]
        match (self.int, self.uint) {
            (Some(int), _) => self.float = Some(int as f64),
            (None, Some(uint)) => self.float = Some(uint as f64),
            (None, None) => self.read_float()?,
        }
        if self.int.is_none() && self.uint.is_none() && self.float.is_none() {
            return Err(format!("illegal number syntax: {}", self.quoted()));
        }
        Ok(())
    }

    fn read_float(&mut self) -> Result<(), String> {
        let Some(float) = parse_float(&self.text) else { return Ok(()) };
        if !self.text.contains(['.', 'e', 'E', 'p', 'P']) {
            return Err(format!("integer overflow: {}", self.quoted()));
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

    fn quoted(&self) -> String {
        String::from_utf8_lossy(&quote(self.text.as_bytes())).into_owned()
    }
}
