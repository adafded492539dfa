use std::time::Duration;

/// Returns the duration that `text` names as Go writes durations: `30s`, `1m30s`, `250ms`, `1.5h`; nothing if it is none.
///
/// Units are h, m, s and ms; there is no sign and no bare number.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        let unit = &rest[digits..];
        let length = unit.find(|c: char| c.is_ascii_digit()).unwrap_or(unit.len());
        seconds += number
            * match &unit[..length] {
                "h" => 3600.0,
                "m" => 60.0,
                "s" => 1.0,
                "ms" => 0.001,
                _ => return None,
            };
        rest = &unit[length..];
    }
    if text.is_empty() { None } else { Duration::try_from_secs_f64(seconds).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_go_writes_them() {
        for (text, milliseconds) in [("30s", 30_000), ("1m30s", 90_000), ("250ms", 250), ("1.5h", 5_400_000)] {
            assert_eq!(parse_duration(text), Some(Duration::from_millis(milliseconds)), "{text}");
        }
        for bad in ["", "30", "s", "-1s", "1d", "1s2", "1..2s", "1e9h"] {
            assert_eq!(parse_duration(bad), None, "{bad}");
        }
    }
}
