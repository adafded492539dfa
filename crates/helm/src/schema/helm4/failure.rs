use towpath_model::{shortest, shortest_plain};

/// One thing that is wrong with a value, and what caused it.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) form: Form,
    /// The JSON pointer of the value.
    pub(super) at: String,
    pub(super) message: String,
    pub(super) causes: Vec<Failure>,
    /// The schema that says so, for showing its place.
    pub(super) schema: crate::schema::document::NodeId,
}

/// How a failure is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// On a line of its own.
    Plain,
    /// Of a reference: it is passed over where it has one cause.
    Reference,
    /// Several failures of one value; whoever reports them shows them as its own.
    Group,
}

impl Failure {
    /// Returns the failures that stand behind this one, if it only holds them together.
    pub(super) fn into_parts(self) -> Vec<Self> {
        if self.form == Form::Group { self.causes } else { vec![self] }
    }

    /// Returns the schema of the innermost first failure.
    pub(super) fn first_schema(&self) -> crate::schema::document::NodeId {
        self.causes.first().map_or(self.schema, Self::first_schema)
    }

    /// Returns the whole as it stands below a line that names the schema.
    pub(super) fn to_text(&self, url: &str) -> String {
        let mut out = format!("jsonschema validation failed with {}", quote(url));
        let parts = if self.form == Form::Group { self.causes.as_slice() } else { std::slice::from_ref(self) };
        for part in parts {
            part.show(&mut out, 1);
        }
        out
    }

    /// Returns the whole without the line that names the schema.
    pub(super) fn to_lines(&self) -> String {
        let text = self.to_text("");
        text.split_once('\n').map_or_else(String::new, |(_, lines)| lines.to_owned())
    }

    fn show(&self, out: &mut String, indent: usize) {
        let is_passed_over = self.form == Form::Reference && self.causes.len() == 1;
        let below = if is_passed_over {
            indent
        } else {
            out.push('\n');
            out.push_str(&"  ".repeat(indent - 1));
            out.push_str(&format!("- at {}: {}", quote(&self.at), self.message));
            indent + 1
        };
        for cause in &self.causes {
            cause.show(out, below);
        }
    }
}

/// Returns `text` in single quotes, what cannot be printed escaped as in Go.
pub(super) fn quote(text: &str) -> String {
    let quoted = crate::golang::quote(text);
    let inner = quoted.get(1..quoted.len() - 1).unwrap_or_default();
    format!("'{}'", inner.replace("\\\"", "\"").replace('\'', "\\'"))
}

/// Returns several texts, each quoted.
pub(super) fn quote_all<T: AsRef<str>>(texts: &[T]) -> String {
    texts.iter().map(|text| quote(text.as_ref())).collect::<Vec<_>>().join(", ")
}

/// Returns an integer as it is written in English, in groups of three digits.
pub(super) fn integer(number: i64) -> String {
    group(&number.to_string())
}

fn group(digits: &str) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let mut out = sign.to_owned();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Returns a number as it is written in English: groups of three digits, from a million on as a power of ten.
///
/// Source: `%v` of a float64 in `golang.org/x/text/message`.
pub(super) fn float(number: f64) -> String {
    if number.is_infinite() {
        return if number > 0.0 { "∞" } else { "-∞" }.to_owned();
    }
    let text = shortest(number);
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if number != 0.0 && !(-4..6).contains(&exponent) {
        let sign = if exponent < 0 { "⁻" } else { "" };
        let raised = |digit: char| digit.to_digit(10).and_then(|digit| "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(digit as usize));
        let power: String = format!("{:02}", exponent.abs()).chars().filter_map(raised).collect();
        return format!("{mantissa}×10{sign}{power}");
    }
    let plain = if number == 0.0 { "0".to_owned() } else { shortest_plain(number) };
    match plain.split_once('.') {
        Some((whole, fraction)) => format!("{}.{fraction}", group(whole)),
        None => group(&plain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_in_english() {
        for (number, text) in [
            (0.0, "0"),
            (1000.0, "1,000"),
            (-1234.5, "-1,234.5"),
            (12345.678, "12,345.678"),
            (999_999.0, "999,999"),
            (1_234_567.0, "1.234567×10⁰⁶"),
            (0.0001, "0.0001"),
            (1e-5, "1×10⁻⁰⁵"),
            (1e100, "1×10¹⁰⁰"),
        ] {
            assert_eq!(float(number), text);
        }
        assert_eq!(integer(-1_234_567), "-1,234,567");
        assert_eq!(quote("it's \"x\"\n"), r#"'it\'s "x"\n'"#);
    }
}
