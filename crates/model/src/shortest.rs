/// Returns the fewest digits that read back as `float`, in the form `1.5e6`; of two that are equally near the even one.
///
/// Source: Go's `strconv.FormatFloat` with the precision -1.
pub fn shortest(float: f64) -> String {
    let text = format!("{float:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    match even(float, mantissa) {
        Some(even) => format!("{even}e{exponent}"),
        None => text,
    }
}

/// As [`shortest`], without an exponent: `1500000`.
pub fn shortest_plain(float: f64) -> String {
    let text = float.to_string();
    // A half that is exact has a digit behind the point.
    if text.len() < 16 || !text.contains('.') {
        return text;
    }
    match even(float, &text) {
        Some(even) => even,
        None => text,
    }
}

/// Rust rounds an exact half up, Go to the even digit; both read back. Returns the even one where that is another.
fn even(float: f64, text: &str) -> Option<String> {
    let last = *text.as_bytes().last()?;
    if text.len() < 16 || !last.is_ascii_digit() || last.is_multiple_of(2) {
        return None;
    }
    let even = format!("{}{}", &text[..text.len() - 1], char::from(last - 1));
    let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
    let exact = format!("{float:.40e}");
    let rest = digits(exact.split('e').next()?);
    rest.strip_prefix(&digits(&even)).is_some_and(|rest| rest.trim_end_matches('0') == "5").then_some(even)
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
        for float in [f64::NAN, f64::INFINITY, 0.0, -0.0, 1.5] {
            assert_eq!((shortest(float), shortest_plain(float)), (format!("{float:e}"), float.to_string()));
        }
    }
}
