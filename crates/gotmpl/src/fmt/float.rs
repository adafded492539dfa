/// The size of a float, which decides how many digits tell it from its neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FloatSize {
    /// `float32`.
    Single,
    /// `float64`.
    Double,
}

/// Enough for every digit of every `float64`; more are zeros.
const MOST_DIGITS: usize = 1100;

/// The digits of a number between 0 and infinity, without zeros at the end: 0.d₁d₂… × 10^point.
struct Digits {
    digits: Vec<u8>,
    point: i32,
}

/// Returns `number` as Go's `strconv.FormatFloat` writes it.
///
/// `verb` is one of `b e E f g G x X`; without a precision, as many digits as are needed to tell the number.
pub fn format_float(number: f64, verb: char, precision: Option<usize>, size: FloatSize) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let sign = if number.is_sign_negative() { "-" } else { "" };
    let magnitude = number.abs();
    let body = match verb {
        'b' => binary(magnitude, size),
        'x' | 'X' => hexadecimal(magnitude, verb, precision, size),
        'e' | 'E' => {
            let digits = Digits::of(magnitude, precision.map(|precision| precision + 1), size);
            let precision = precision.unwrap_or(digits.digits.len().saturating_sub(1));
            digits.scientific(precision, verb)
        }
        'f' => match precision {
            None => {
                let digits = Digits::of(magnitude, None, size);
                let fraction = i32::try_from(digits.digits.len()).unwrap_or(0) - digits.point;
                digits.fixed(usize::try_from(fraction).unwrap_or(0))
            }
            Some(precision) => fixed(magnitude, precision),
        },
        'g' | 'G' => general(magnitude, verb, precision, size),
        verb => format!("%{verb}"),
    };
    format!("{sign}{body}")
}

fn fixed(magnitude: f64, precision: usize) -> String {
    let exact = precision.min(MOST_DIGITS);
    format!("{magnitude:.exact$}{}", "0".repeat(precision - exact))
}

fn general(magnitude: f64, verb: char, precision: Option<usize>, size: FloatSize) -> String {
    let precision_asked = precision.map(|precision| precision.max(1));
    let digits = Digits::of(magnitude, precision_asked, size);
    let n_digits = digits.digits.len();
    let n_signed = i32::try_from(n_digits).unwrap_or(i32::MAX);
    let precision = precision_asked.unwrap_or(n_digits);
    let limit = match precision_asked {
        None => 6,
        Some(precision) if precision > n_digits && n_signed >= digits.point => n_signed,
        Some(precision) => i32::try_from(precision).unwrap_or(i32::MAX),
    };
    // Go takes 21 instead of 6 for `%v` only where it prints JavaScript; `fmt` does not.
    let exponent = digits.point - 1;
    if exponent < -4 || exponent >= limit {
        let verb = if verb == 'g' { 'e' } else { 'E' };
        return digits.scientific(precision.min(n_digits).saturating_sub(1), verb);
    }
    let precision = i32::try_from(precision).unwrap_or(i32::MAX);
    let precision = if precision > digits.point { n_signed } else { precision };
    digits.fixed(usize::try_from(precision - digits.point).unwrap_or(0))
}

impl Digits {
    /// Returns `n` correctly rounded digits, or the fewest that tell the number.
    fn of(magnitude: f64, n: Option<usize>, size: FloatSize) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "the number came from a float32")]
        let text = match (n, size) {
            (Some(n), _) => format!("{magnitude:.*e}", n.clamp(1, MOST_DIGITS) - 1),
            (None, FloatSize::Double) => towpath_model::shortest(magnitude),
            (None, FloatSize::Single) => towpath_model::shortest_single(magnitude as f32),
        };
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let mut digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).collect();
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        let point = if digits.is_empty() { 0 } else { exponent.parse().unwrap_or(0) + 1 };
        Self { digits, point }
    }

    fn digit(&self, at: i32) -> char {
        usize::try_from(at).ok().and_then(|at| self.digits.get(at)).map_or('0', |digit| char::from(*digit))
    }

    fn scientific(&self, precision: usize, verb: char) -> String {
        let mut out = String::new();
        out.push(self.digit(0));
        if precision > 0 {
            out.push('.');
            out.extend((1..=i32::try_from(precision).unwrap_or(i32::MAX)).map(|at| self.digit(at)));
        }
        let exponent = if self.digits.is_empty() { 0 } else { self.point - 1 };
        let sign = if exponent < 0 { '-' } else { '+' };
        out + &format!("{verb}{sign}{:02}", exponent.abs())
    }

    fn fixed(&self, precision: usize) -> String {
        let mut out: String = (0..self.point).map(|at| self.digit(at)).collect();
        if out.is_empty() {
            out.push('0');
        }
        if precision > 0 {
            out.push('.');
            let end = self.point.saturating_add(i32::try_from(precision).unwrap_or(i32::MAX));
            out.extend((self.point..end).map(|at| self.digit(at)));
        }
        out
    }
}

/// Returns the mantissa, the binary exponent and the number of mantissa bits behind the point.
fn parts(magnitude: f64, size: FloatSize) -> (u64, i64, u32) {
    let (pattern, mantissa_bits, bias) = match size {
        FloatSize::Double => (magnitude.to_bits(), 52, 1023),
        #[expect(clippy::cast_possible_truncation, reason = "the number came from a float32")]
        FloatSize::Single => (u64::from((magnitude as f32).to_bits()), 23, 127),
    };
    let mantissa = pattern & ((1 << mantissa_bits) - 1);
    let exponent = i64::try_from(pattern >> mantissa_bits).unwrap_or(0);
    if exponent == 0 {
        return (mantissa, 1 - bias, mantissa_bits);
    }
    (mantissa | 1 << mantissa_bits, exponent - bias, mantissa_bits)
}

fn binary(magnitude: f64, size: FloatSize) -> String {
    let (mantissa, exponent, bits) = parts(magnitude, size);
    format!("{mantissa}p{:+}", exponent - i64::from(bits))
}

fn hexadecimal(magnitude: f64, verb: char, precision: Option<usize>, size: FloatSize) -> String {
    const POINT: u32 = 60;
    let (mut mantissa, mut exponent, bits) = parts(magnitude, size);
    if mantissa == 0 {
        exponent = 0;
    } else {
        mantissa <<= POINT - bits;
        let shift = mantissa.leading_zeros() - 3;
        mantissa <<= shift;
        exponent -= i64::from(shift);
    }
    if let Some(precision) = precision.filter(|precision| *precision < 15) {
        let shift = u32::try_from(precision * 4).unwrap_or(0);
        let extra = (mantissa << shift) & ((1 << POINT) - 1);
        mantissa >>= POINT - shift;
        if extra | (mantissa & 1) > 1 << (POINT - 1) {
            mantissa += 1;
        }
        mantissa <<= POINT - shift;
        if mantissa >> (POINT + 1) != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let fraction = format!("{:015x}", mantissa & ((1 << POINT) - 1));
    let fraction = match precision {
        None => fraction.trim_end_matches('0').to_owned(),
        Some(precision) => format!("{}{}", &fraction[..precision.min(15)], "0".repeat(precision.saturating_sub(15))),
    };
    let point = if fraction.is_empty() { "" } else { "." };
    let text = format!("0x{}{point}{fraction}p{}{:02}", mantissa >> POINT, sign(exponent), exponent.abs());
    if verb == 'X' { text.to_uppercase() } else { text }
}

fn sign(number: i64) -> char {
    if number < 0 { '-' } else { '+' }
}
