use std::collections::BTreeMap;

use super::{DURATIONS, REQUESTS, Sample};

/// Returns Istio's request counters and duration buckets from Prometheus's text format; other metrics are skipped.
///
/// `OpenMetrics` differs in what stands behind the value (a timestamp in seconds, exemplars), which is skipped too.
/// The error names the line, counted from 1.
/// Source: Prometheus, "Exposition formats", text format 0.0.4.
pub(crate) fn parse(target: &str, text: &str) -> Result<Vec<Sample>, String> {
    let mut samples = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        let Some(name) = [REQUESTS, DURATIONS].into_iter().find(|name| is_named(line, name)) else { continue };
        let sample = parse_sample(name, &line[name.len()..]);
        let (labels, value) = sample.ok_or_else(|| format!("line {}: {}", number + 1, clip(line)))?;
        samples.push(Sample { target: target.to_owned(), name: name.to_owned(), labels, value });
    }
    Ok(samples)
}

fn is_named(line: &str, name: &str) -> bool {
    line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['{', ' ', '\t']))
}

/// Reads `{a="b",…} 12` or ` 12`.
fn parse_sample(name: &str, rest: &str) -> Option<(BTreeMap<String, String>, f64)> {
    let mut labels = BTreeMap::new();
    let mut rest = rest.trim_start();
    if let Some(inside) = rest.strip_prefix('{') {
        rest = inside.trim_start();
        while !rest.starts_with('}') {
            let (label, after) = rest.split_once('=')?;
            let (value, after) = quoted(after.trim_start())?;
            labels.insert(label.trim().to_owned(), value);
            rest = after.trim_start();
            match rest.strip_prefix(',') {
                Some(next) => rest = next.trim_start(),
                None if rest.starts_with('}') => {}
                None => return None,
            }
        }
        rest = &rest[1..];
    }
    let value: f64 = rest.split_ascii_whitespace().next()?.parse().ok()?;
    // A counter is a number that is not negative; a bucket must say which it is.
    let fine = value.is_finite() && value >= 0.0 && (name != DURATIONS || labels.contains_key("le"));
    fine.then_some((labels, value))
}

/// Reads a text in double quotes and returns it with what stands behind it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let inside = text.strip_prefix('"')?;
    let mut value = String::new();
    let mut characters = inside.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &inside[at + 1..])),
            '\\' => match characters.next()?.1 {
                'n' => value.push('\n'),
                escaped => value.push(escaped),
            },
            _ => value.push(character),
        }
    }
    None
}

fn clip(line: &str) -> String {
    line.chars().take(120).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_read_and_the_rest_is_skipped() {
        let text = "# TYPE istio_requests_total counter\n\
                    istio_requests_total{reporter=\"source\",destination_app=\"a\\\"b\\\\c\\nd\",} 12\n\
                    istio_requests_total { response_code = \"500\" } 3.000000e+00 1700000000000\n\
                    istio_requests_total_other{x=\"y\"} nonsense\n\
                    istio_request_duration_milliseconds_bucket{le=\"+Inf\"} 7 # {trace_id=\"x\"} 0.3\n\
                    istio_request_duration_milliseconds_sum{} NaN\n\
                    istio_requests_total 1\n";
        let samples = parse("t", text).unwrap();
        let values: Vec<f64> = samples.iter().map(|sample| sample.value).collect();
        assert_eq!(values, [12.0, 3.0, 7.0, 1.0]);
        assert_eq!(samples[0].labels["destination_app"], "a\"b\\c\nd");
        assert_eq!(samples[1].labels["response_code"], "500");
        assert_eq!(samples[2].labels["le"], "+Inf");
        assert!(samples[3].labels.is_empty());
    }

    #[test]
    fn broken_lines_are_named() {
        for line in [
            "istio_requests_total{a=\"b} 1",
            "istio_requests_total{a=b} 1",
            "istio_requests_total{a=\"b\" c=\"d\"} 1",
            "istio_requests_total{a=\"b\"",
            "istio_requests_total{a=\"b\"}",
            "istio_requests_total{} -1",
            "istio_requests_total{} NaN",
            "istio_requests_total{a=\"b\\",
            "istio_request_duration_milliseconds_bucket{} 1",
        ] {
            let message = parse("t", &format!("# fine\n{line}\n")).unwrap_err();
            assert_eq!(message, format!("line 2: {line}"));
        }
    }
}
