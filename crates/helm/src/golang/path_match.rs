/// A pattern that Go's `path/filepath` cannot read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("syntax error in pattern")]
pub(crate) struct BadPattern;

/// Returns whether the whole of `name` matches the shell `pattern`: `*` and `?` do not match `/`, `[a-z]` and `[^a-z]`
/// are classes, `\` escapes.
///
/// As in Go, a malformed rest of a pattern is an error only where matching reaches it or the name is exhausted.
/// Source: Go's `path/filepath.Match`.
pub(crate) fn path_match(pattern: &str, name: &str) -> Result<bool, BadPattern> {
    let (mut pattern, mut name) = (pattern, name);
    'pattern: while !pattern.is_empty() {
        let (star, chunk, rest) = scan_chunk(pattern);
        pattern = rest;
        if star && chunk.is_empty() {
            return Ok(!name.contains('/'));
        }
        if let Some(left) = match_chunk(chunk, name)?
            && (left.is_empty() || !pattern.is_empty())
        {
            name = left;
            continue;
        }
        if star {
            for (at, c) in name.char_indices() {
                if c == '/' {
                    break;
                }
                if let Some(left) = match_chunk(chunk, &name[at + c.len_utf8()..])? {
                    if pattern.is_empty() && !left.is_empty() {
                        continue;
                    }
                    name = left;
                    continue 'pattern;
                }
            }
        }
        while !pattern.is_empty() {
            let (_, chunk, rest) = scan_chunk(pattern);
            pattern = rest;
            match_chunk(chunk, "")?;
        }
        return Ok(false);
    }
    Ok(name.is_empty())
}

/// Returns whether a star leads, the literal chunk up to the next star, and what follows.
fn scan_chunk(pattern: &str) -> (bool, &str, &str) {
    let body = pattern.trim_start_matches('*');
    let mut in_range = false;
    let mut escaped = false;
    let end = body.char_indices().find(|&(_, c)| {
        if escaped {
            escaped = false;
            return false;
        }
        match c {
            '\\' => escaped = true,
            '[' => in_range = true,
            ']' => in_range = false,
            '*' => return !in_range,
            _ => {}
        }
        false
    });
    let end = end.map_or(body.len(), |(at, _)| at);
    (body.len() < pattern.len(), &body[..end], &body[end..])
}

/// Returns what is left of `name` after `chunk`, or nothing if it does not match; the chunk is always read to its end.
fn match_chunk<'a>(mut chunk: &str, name: &'a str) -> Result<Option<&'a str>, BadPattern> {
    let mut name = Some(name);
    while let Some(first) = chunk.chars().next() {
        if name == Some("") {
            name = None;
        }
        let next = name.and_then(|name| name.chars().next());
        match first {
            '[' => {
                chunk = &chunk[1..];
                let hit = class(&mut chunk, next)?;
                if !hit {
                    name = None;
                }
            }
            '?' => {
                if next == Some('/') {
                    name = None;
                }
                chunk = &chunk[1..];
            }
            _ => {
                if first == '\\' {
                    chunk = &chunk[1..];
                }
                let wanted = chunk.chars().next().ok_or(BadPattern)?;
                if next != Some(wanted) {
                    name = None;
                }
                chunk = &chunk[wanted.len_utf8()..];
            }
        }
        name = name.zip(next).map(|(name, c)| &name[c.len_utf8()..]);
    }
    Ok(name)
}

fn class(chunk: &mut &str, candidate: Option<char>) -> Result<bool, BadPattern> {
    let negated = chunk.starts_with('^');
    if negated {
        *chunk = &chunk[1..];
    }
    let mut hit = false;
    let mut first = true;
    loop {
        if !first && chunk.starts_with(']') {
            *chunk = &chunk[1..];
            return Ok(candidate.is_some() && hit != negated);
        }
        first = false;
        let low = class_char(chunk)?;
        let high = if chunk.starts_with('-') {
            *chunk = &chunk[1..];
            class_char(chunk)?
        } else {
            low
        };
        hit |= candidate.is_some_and(|c| low <= c && c <= high);
    }
}

fn class_char(chunk: &mut &str) -> Result<char, BadPattern> {
    if chunk.starts_with(['-', ']']) {
        return Err(BadPattern);
    }
    if let Some(escaped) = chunk.strip_prefix('\\') {
        *chunk = escaped;
    }
    let c = chunk.chars().next().ok_or(BadPattern)?;
    *chunk = &chunk[c.len_utf8()..];
    if chunk.is_empty() { Err(BadPattern) } else { Ok(c) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_go() {
        for (pattern, name, expected) in [
            ("*", "abc", Ok(true)),
            ("*.yaml", "a/b.yaml", Ok(false)),
            ("a/*/c", "a/b/c", Ok(true)),
            ("a?c", "abc", Ok(true)),
            ("a?c", "a/c", Ok(false)),
            ("a*c*e", "abcde", Ok(true)),
            ("[a-c]x", "bx", Ok(true)),
            ("[^a-c]x", "bx", Ok(false)),
            ("[", "a", Err(BadPattern)),
            ("[a-", "a", Err(BadPattern)),
            ("\\*", "*", Ok(true)),
            ("templates/.?*", "templates/.x", Ok(true)),
            ("templates/.?*", "templates/x", Ok(false)),
            ("", "", Ok(true)),
        ] {
            assert_eq!(path_match(pattern, name), expected, "{pattern} {name}");
        }
    }
}
