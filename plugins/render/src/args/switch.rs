use clap::{Arg, ArgAction, builder::ValueParser};

/// Makes a flag take what a flag of helm takes: `--flag`, `--flag=true`, `--flag=F`.
pub(crate) fn as_in_go(argument: Arg) -> Arg {
    if !matches!(argument.get_action(), ArgAction::SetTrue) || argument.get_long().is_none() {
        return argument;
    }
    argument
        .action(ArgAction::Set)
        .num_args(0..=1)
        .require_equals(true)
        .default_missing_value("true")
        .default_value("false")
        .hide_default_value(true)
        .hide_possible_values(true)
        .value_name("BOOL")
        .value_parser(ValueParser::new(boolean))
}

/// Source: Go's `strconv.ParseBool`.
pub(crate) fn boolean(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        other => Err(format!("`{other}` is neither true nor false")),
    }
}

/// Returns a length of time as it is written; `1h15m30.5s`.
///
/// Source: Go's `time.ParseDuration`.
pub(crate) fn duration(text: &str) -> Result<String, String> {
    let invalid = || Err(format!("`{text}` is no length of time such as 90s or 1h30m"));
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return Ok(text.to_owned());
    }
    if rest.is_empty() {
        return invalid();
    }
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        if rest[..number].parse::<f64>().is_err() {
            return invalid();
        }
        rest = &rest[number..];
        let unit = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
        if !["ns", "us", "µs", "μs", "ms", "s", "m", "h"].contains(&&rest[..unit]) {
            return invalid();
        }
        rest = &rest[unit..];
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_those_of_go() {
        for (text, fine) in [
            ("5m0s", true),
            ("1.5h", true),
            ("-3ms", true),
            (".5s", true),
            ("0", true),
            ("5", false),
            ("", false),
            ("s", false),
            ("1d", false),
            ("1.2.3s", false),
        ] {
            assert_eq!(duration(text).is_ok(), fine, "{text}");
        }
    }
}
