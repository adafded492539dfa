use std::collections::BTreeMap;

/// What a registry asks for with 401.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Challenge {
    /// A user and a password with each request.
    Basic,
    /// A token from `realm`.
    Bearer { realm: String, service: Option<String>, scope: Option<String> },
}

/// Returns the challenge of a `WWW-Authenticate` header that can be answered, a bearer token before a password.
///
/// Source: RFC 9110, section 11.6.1, and the distribution project's token specification.
pub(super) fn parse_challenge(headers: &[&str]) -> Option<Challenge> {
    let all: Vec<(String, BTreeMap<String, String>)> = headers.iter().flat_map(|header| parse(header)).collect();
    let bearer = all.iter().find_map(|(scheme, values)| {
        let realm = values.get("realm").filter(|_| scheme == "bearer")?;
        Some(Challenge::Bearer {
            realm: realm.clone(),
            service: values.get("service").cloned(),
            scope: values.get("scope").cloned(),
        })
    });
    bearer.or_else(|| all.iter().any(|(scheme, _)| scheme == "basic").then_some(Challenge::Basic))
}

/// Returns the schemes of one header with their parameters, both names in lower case.
fn parse(header: &str) -> Vec<(String, BTreeMap<String, String>)> {
    let mut challenges: Vec<(String, BTreeMap<String, String>)> = Vec::new();
    for part in split_outside_quotes(header) {
        let part = part.trim();
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        // A word before the first parameter's name starts another scheme: `Bearer realm="…"`.
        let name = match name.trim().rsplit_once(' ') {
            Some((scheme, name)) => {
                challenges.push((scheme.trim().to_ascii_lowercase(), BTreeMap::new()));
                name
            }
            None if !part.contains('=') => {
                challenges.push((part.to_ascii_lowercase(), BTreeMap::new()));
                continue;
            }
            None => name.trim(),
        };
        if let Some((_, values)) = challenges.last_mut() {
            let value = value.trim();
            let bare = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
            values.insert(name.to_ascii_lowercase(), bare.replace("\\\"", "\""));
        }
    }
    challenges
}

fn split_outside_quotes(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ',' if !quoted => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_are_read_as_registries_write_them() {
        let bearer = |realm: &str, service: &str, scope: Option<&str>| {
            Some(Challenge::Bearer {
                realm: realm.to_owned(),
                service: Some(service.to_owned()),
                scope: scope.map(str::to_owned),
            })
        };
        for (header, expected) in [
            (
                r#"Bearer realm="https://a/t",service="r",scope="repository:x:pull,push""#,
                bearer("https://a/t", "r", Some("repository:x:pull,push")),
            ),
            (r#"bearer service="r", realm="https://a/t?x=1""#, bearer("https://a/t?x=1", "r", None)),
            (r#"Basic realm="Registry Realm""#, Some(Challenge::Basic)),
            (r#"Basic realm="a, b", Bearer realm="https://a/t", service=r"#, bearer("https://a/t", "r", None)),
            ("Basic", Some(Challenge::Basic)),
            ("Negotiate", None),
            ("", None),
        ] {
            assert_eq!(parse_challenge(&[header]), expected, "{header}");
        }
    }
}
