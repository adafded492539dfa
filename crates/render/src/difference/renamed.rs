//! Names that end in a hash of what they name.

/// Returns the part before a generated suffix: `app` of `app-9g2k7t5h6m`; nothing where no suffix looks generated.
///
/// Generated are ten letters of kustomize's hash, six to sixty-four hexadecimal digits, and five to sixteen letters and digits
/// that hold both.
pub(super) fn base_name(name: &str) -> Option<&str> {
    let (base, suffix) = name.rsplit_once('-')?;
    (!base.is_empty() && is_generated(suffix)).then_some(base)
}

fn is_generated(suffix: &str) -> bool {
    let all = |set: fn(u8) -> bool| suffix.bytes().all(set);
    let lower = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let kustomize = suffix.len() == 10 && all(|byte| b"2456789bcdfghkmt".contains(&byte));
    let hexadecimal = (6..=64).contains(&suffix.len())
        && all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        && !all(|byte| byte.is_ascii_lowercase());
    let mixed = (5..=16).contains(&suffix.len())
        && suffix.bytes().all(lower)
        && suffix.bytes().any(|byte| byte.is_ascii_digit())
        && suffix.bytes().any(|byte| byte.is_ascii_lowercase());
    kustomize || hexadecimal || mixed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_versions_are_no_hashes() {
        for (name, base) in [
            ("app-9g2k7t5h6m", Some("app")),
            ("foo-abc123", Some("foo")),
            ("foo-def456", Some("foo")),
            ("web-config-0123456789abcdef", Some("web-config")),
            ("app-blue", None),
            ("app-v2", None),
            ("app-canary", None),
            ("app", None),
            ("-abc123", None),
        ] {
            assert_eq!(base_name(name), base, "{name}");
        }
    }
}
