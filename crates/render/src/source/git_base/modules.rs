use super::configuration::sections;

/// Returns the address of the submodule at `path`, as the text of `.gitmodules` has it; a relative one is seen from `parent`.
pub(super) fn address(text: &str, path: &str, parent: &str) -> Option<String> {
    let sections = sections(text);
    let section = sections.iter().find(|section| {
        section.name.eq_ignore_ascii_case("submodule") && section.value("path").is_some_and(|found| found == path)
    })?;
    let url = section.value("url")?;
    if url.starts_with("./") || url.starts_with("../") { Some(relative(parent, url)) } else { Some(url.to_owned()) }
}

/// Source: git's `relative_url` in `remote.c`.
fn relative(parent: &str, url: &str) -> String {
    let mut base = parent.trim_end_matches('/');
    let mut rest = url;
    loop {
        if let Some(after) = rest.strip_prefix("../") {
            base = base.rsplit_once('/').map_or(base, |(before, _)| before);
            rest = after;
        } else if let Some(after) = rest.strip_prefix("./") {
            rest = after;
        } else {
            return format!("{base}/{}", rest.trim_end_matches('/'));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn submodules_are_found_by_path() {
        let text = "[submodule \"a\"]\n\tpath = lib/a\n\turl = ../a.git\n[submodule \"b c\"]\n\tpath = \"lib/b c\"\n\turl = https://g.example/b # theirs\n";
        let found = |path| address(text, path, "https://g.example/acme/shop/");
        assert_eq!(found("lib/a").as_deref(), Some("https://g.example/acme/a.git"));
        assert_eq!(found("lib/b c").as_deref(), Some("https://g.example/b"));
        assert_eq!(found("lib"), None);
        assert_eq!(relative("https://g.example/acme/shop", "./x"), "https://g.example/acme/shop/x");
    }
}
