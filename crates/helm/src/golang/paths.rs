//! Go's `path`: pure operations on slash-separated paths.

/// Returns the shortest path that means the same.
pub(crate) fn clean(path: &str) -> String {
    if path.is_empty() {
        return ".".to_owned();
    }
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

/// Returns the last part; `.` for an empty path, `/` for a root.
pub(crate) fn base(path: &str) -> &str {
    if path.is_empty() {
        return ".";
    }
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() { "/" } else { trimmed.rsplit('/').next().unwrap_or(trimmed) }
}

/// Returns all but the last part, cleaned.
pub(crate) fn dir(path: &str) -> String {
    clean(path.rfind('/').map_or("", |at| &path[..=at]))
}

/// Returns the last part's extension with its dot, or nothing.
pub(crate) fn ext(path: &str) -> &str {
    let last = path.rfind('/').map_or(0, |at| at + 1);
    path[last..].rfind('.').map_or("", |at| &path[last + at..])
}

/// Returns the parts joined and cleaned; empty parts do not count.
pub(crate) fn join(parts: &[&str]) -> String {
    let parts: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { String::new() } else { clean(&parts.join("/")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cut_as_in_go() {
        for (path, cleaned, last, directory, extension) in [
            ("a/b/../c.tar.gz", "a/c.tar.gz", "c.tar.gz", "a", ".gz"),
            ("/", "/", "/", "/", ""),
            ("", ".", ".", ".", ""),
            ("../a//b/", "../a/b", "b", "../a/b", ""),
            ("/../x", "/x", "x", "/", ""),
        ] {
            assert_eq!(
                (clean(path).as_str(), base(path), dir(path).as_str(), ext(path)),
                (cleaned, last, directory, extension)
            );
        }
        assert_eq!(join(&["a", "", "../b"]), "b");
    }
}
