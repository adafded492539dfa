use std::time::Duration;

use super::Submodules;

/// What the part behind `?` says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) reference: Option<String>,
    pub(super) submodules: Submodules,
    pub(super) timeout: Option<Duration>,
}

/// Returns what a query says; one that Go cannot read says nothing.
///
/// Source: kustomize `parseQuery` in `api/internal/git/repospec.go`, Go's `url.ParseQuery`.
pub(super) fn parse(query: &str) -> Asked {
    let mut asked = Asked { reference: None, submodules: Submodules::Fetched, timeout: None };
    let Some(values) = pairs(query) else { return asked };
    let first = |name: &str| {
        let found = values.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    };
    asked.reference = first("ref").or_else(|| first("version")).map(str::to_owned);
    asked.timeout = first("timeout").and_then(duration);
    if let Some("0" | "f" | "F" | "false" | "FALSE" | "False") = first("submodules") {
        asked.submodules = Submodules::Empty;
    }
    asked
}

fn pairs(query: &str) -> Option<Vec<(String, String)>> {
    let parts = query.split('&').filter(|part| !part.is_empty());
    let pair = |part: &str| {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        if part.contains(';') { None } else { Some((unescaped(key)?, unescaped(value)?)) }
    };
    parts.map(pair).collect()
}

fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            byte => byte,
        });
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Returns a length of time above zero: whole seconds, or as Go writes it, such as `1m30s`.
fn duration(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.strip_prefix('+').unwrap_or(text).parse::<u64>() {
        return (seconds > 0).then(|| Duration::from_secs(seconds));
    }
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let (number, after) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit() && c != '.')?);
        let (unit, after) = after.split_at(after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len()));
        let factor = match unit {
            "ns" => 1e-9,
            "us" | "µs" | "μs" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return None,
        };
        seconds += number.parse::<f64>().ok()? * factor;
        rest = after;
    }
    Duration::try_from_secs_f64(seconds).ok().filter(|duration| !duration.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_read_as_go_reads_them() {
        let reference = |query: &str| parse(query).reference;
        assert_eq!(reference("ref=v1.0").as_deref(), Some("v1.0"));
        assert_eq!(reference("version=a&ref=b").as_deref(), Some("b"));
        assert_eq!(reference("version=a&ref=").as_deref(), Some("a"));
        assert_eq!(reference("ref=group%2Fname+x").as_deref(), Some("group/name x"));
        for unreadable in ["ref=a;b", "ref=a%2", "ref=%zz", ""] {
            assert_eq!(reference(unreadable), None, "{unreadable}");
        }
        assert_eq!(parse("submodules=false").submodules, Submodules::Empty);
        assert_eq!(parse("submodules=no").submodules, Submodules::Fetched);
        for (query, seconds) in [("timeout=61", 61.0), ("timeout=1m1.5s", 61.5), ("timeout=100ms", 0.1)] {
            assert_eq!(parse(query).timeout, Some(Duration::from_secs_f64(seconds)), "{query}");
        }
        for query in ["timeout=0", "timeout=-5s", "timeout=5x"] {
            assert_eq!(parse(query).timeout, None, "{query}");
        }
    }
}
