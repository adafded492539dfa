/// A shortest text with fewer characters is never half of a digit away from its float of 64 bits.
const DIGITS: usize = 16;

/// As [`DIGITS`], for 32 bits.
const DIGITS_OF_SINGLE: usize = 7;

/// Returns the fewest digits that read back as `float`, in the form `1.5e6`; of two that are equally near the even one.
///
/// Source: Go's `strconv.FormatFloat` with the precision -1.
pub fn shortest(float: f64) -> String {
    scientific(float, format!("{float:e}"), DIGITS)
}

/// As [`shortest`], for a float of 32 bits.
pub fn shortest_single(float: f32) -> String {
    scientific(f64::from(float), format!("{float:e}"), DIGITS_OF_SINGLE)
}

/// As [`shortest`], without an exponent: `1500000`.
pub fn shortest_plain(float: f64) -> String {
    let text = float.to_string();
    // What lies between two whole numbers has a digit behind the point.
    let even = if text.contains('.') { even(float, &text, DIGITS) } else { None };
    even.unwrap_or(text)
}

fn scientific(float: f64, text: String, digits: usize) -> String {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let even = even(float, mantissa, digits).map(|even| format!("{even}e{exponent}"));
    even.unwrap_or(text)
}

/// Rust rounds an exact half up, Go to the even digit; both read back. Returns the even one where that is another; of fewer than
/// `digits` none is a half.
fn even(float: f64, text: &str, digits: usize) -> Option<String> {
    let last = *text.as_bytes().last()?;
    if text.len() < digits || !last.is_ascii_digit() || last.is_multiple_of(2) {
        return None;
    }
    let even = format!("{}{}", &text[..text.len() - 1], char::from(last - 1));
    let digits_of = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
    let exact = format!("{float:.40e}");
    let rest = digits_of(exact.split('e').next()?);
    rest.strip_prefix(&digits_of(&even)).is_some_and(|rest| rest.trim_end_matches('0') == "5").then_some(even)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_that_are_equally_near_the_even_one_is_taken() {
        for (float, scientific, plain) in [
            (1_730_611_800_000_000.0 + 0.25, "1.7306118000000002e15", "1730611800000000.2"),
            (-1_730_611_800_000_000.0 - 0.25, "-1.7306118000000002e15", "-1730611800000000.2"),
            (1_730_611_800_000_000.0 + 0.75, "1.7306118000000008e15", "1730611800000000.8"),
            (1_125_899_906_842_625.0 + 0.75, "1.1258999068426258e15", "1125899906842625.8"),
            (0.1 + 0.2, "3.0000000000000004e-1", "0.30000000000000004"),
            (1e300, "1e300", &1e300.to_string()),
            (5e-324, "5e-324", &5e-324.to_string()),
        ] {
            assert_eq!((shortest(float).as_str(), shortest_plain(float).as_str()), (scientific, plain));
        }
        for (float, scientific) in
            [(2_097_152.0 + 0.25, "2.0971522e6"), (2_097_152.0 + 0.75, "2.0971528e6"), (0.1, "1e-1"), (7.0, "7e0")]
        {
            assert_eq!(shortest_single(float), scientific);
        }
        for float in [f64::NAN, f64::INFINITY, 0.0, -0.0, 1.5] {
            assert_eq!((shortest(float), shortest_plain(float)), (format!("{float:e}"), float.to_string()));
        }
    }
}
