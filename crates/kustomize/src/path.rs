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
    use super::{split, split_with_brackets};

    #[test]
    fn escapes_and_brackets_keep_delimiters() {
        assert_eq!(split("/a/b", '/'), ["a", "b"]);
        assert_eq!(split(r"metadata/annotations/a.b\/c", '/'), ["metadata", "annotations", "a.b/c"]);
        assert_eq!(split_with_brackets("spec.[name=a.b].x", '.'), ["spec", "[name=a.b]", "x"]);
        assert_eq!(split_with_brackets("metadata.annotations.[a.b/c]", '.'), ["metadata", "annotations", "a.b/c"]);
        assert_eq!(split_with_brackets("spec.hosts.0", '.'), ["spec", "hosts", "0"]);
    }
}
