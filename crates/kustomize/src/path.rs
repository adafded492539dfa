use std::borrow::Cow;

/// Returns the parts of a path; `\` before the delimiter keeps it in the part.
///
/// Source: kustomize `kyaml/utils/pathsplitter.go` 0.21.1.
pub(crate) fn split(path: &str, delimiter: char) -> Vec<String> {
    let mut parts: Vec<&str> = path.split(delimiter).collect();
    if parts.len() > 1 && parts[0].is_empty() {
        parts.remove(0);
    }
    let mut result: Vec<String> = Vec::with_capacity(parts.len());
    for part in parts {
        match result.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.pop();
                last.push(delimiter);
                last.push_str(part);
            }
            _ => result.push(part.to_owned()),
        }
    }
    result
}

/// The parts of a path between `/`, as [`split`] gives them, taken one by one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parts<'p> {
    /// Nothing behind the last part.
    rest: Option<&'p str>,
}

impl<'p> Parts<'p> {
    pub(crate) fn of(path: &'p str) -> Self {
        Self { rest: Some(path.strip_prefix('/').unwrap_or(path)) }
    }

    pub(crate) fn is_empty(self) -> bool {
        self.rest.is_none()
    }

    /// Returns the first part and the others.
    pub(crate) fn split_first(self) -> Option<(Cow<'p, str>, Self)> {
        let text = self.rest?;
        let (part, mut rest) = first(text);
        let mut part = Cow::Borrowed(part);
        while part.ends_with('\\')
            && let Some(more) = rest
        {
            let next;
            (next, rest) = first(more);
            let joined = part.to_mut();
            joined.pop();
            joined.push('/');
            joined.push_str(next);
        }
        Some((part, Self { rest }))
    }
}

fn first(text: &str) -> (&str, Option<&str>) {
    match memchr::memchr(b'/', text.as_bytes()) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}

/// Returns the parts of a path in which `[name=a.b]` and `[a.b]` are one part each.
pub(crate) fn split_with_brackets(path: &str, delimiter: char) -> Vec<String> {
    let mut parts = split(path, delimiter).into_iter();
    let mut result = Vec::new();
    while let Some(part) = parts.next() {
        if !part.starts_with('[') || part.ends_with(']') {
            result.push(part);
            continue;
        }
        let mut whole = part;
        for next in parts.by_ref() {
            let ends = next.ends_with(']');
            whole.push(delimiter);
            whole.push_str(&next);
            if ends {
                break;
            }
        }
        result.push(if whole.contains('=') { whole } else { whole.trim_matches(['[', ']']).to_owned() });
    }
    result
}

#[cfg(test)]
mod tests {
    use super::{Parts, split, split_with_brackets};

    #[test]
    fn parts_taken_one_by_one_are_those_of_the_split() {
        for path in ["", "/", "a", "/a/b", "a//b/", r"a\/b/c", r"a\/b\/c", r"a\", r"\/a", r"a\/", r"x/a\/\/b"] {
            let mut parts = Vec::new();
            let mut rest = Parts::of(path);
            while let Some((part, others)) = rest.split_first() {
                parts.push(part.into_owned());
                rest = others;
            }
            assert_eq!(parts, split(path, '/'), "{path}");
        }
    }

    #[test]
    fn escapes_and_brackets_keep_delimiters() {
        assert_eq!(split("/a/b", '/'), ["a", "b"]);
        assert_eq!(split(r"metadata/annotations/a.b\/c", '/'), ["metadata", "annotations", "a.b/c"]);
        assert_eq!(split_with_brackets("spec.[name=a.b].x", '.'), ["spec", "[name=a.b]", "x"]);
        assert_eq!(split_with_brackets("metadata.annotations.[a.b/c]", '.'), ["metadata", "annotations", "a.b/c"]);
        assert_eq!(split_with_brackets("spec.hosts.0", '.'), ["spec", "hosts", "0"]);
    }
}
