use std::{env, fs, path::PathBuf};

/// A configuration file of git may have this many bytes.
const LARGEST: u64 = 4 << 20;

/// What the user's configuration of git says about addresses.
#[derive(Debug, Default)]
pub(super) struct GitConfiguration {
    /// What addresses begin with, and what stands there instead.
    instead: Vec<(String, String)>,
}

impl GitConfiguration {
    /// Reads the system's configuration, the user's, and what the environment adds, as git does; what cannot be read counts as
    /// absent.
    pub(super) fn of_user() -> Self {
        let mut configuration = Self::default();
        for text in files().into_iter().filter_map(read) {
            for section in sections(&text) {
                configuration.add(&section);
            }
        }
        configuration.add_environment();
        configuration
    }

    fn add(&mut self, section: &Section) {
        if section.name.eq_ignore_ascii_case("url") {
            let values = section.values.iter().filter(|(key, _)| key.eq_ignore_ascii_case("insteadof"));
            self.instead.extend(values.map(|(_, value)| (value.clone(), section.of.clone())));
        }
    }

    /// Adds `GIT_CONFIG_COUNT`, `GIT_CONFIG_KEY_0`, `GIT_CONFIG_VALUE_0` and so on.
    fn add_environment(&mut self) {
        let count = env::var("GIT_CONFIG_COUNT").ok().and_then(|count| count.parse::<usize>().ok()).unwrap_or(0);
        for at in 0..count.min(1000) {
            let (Ok(key), Ok(value)) =
                (env::var(format!("GIT_CONFIG_KEY_{at}")), env::var(format!("GIT_CONFIG_VALUE_{at}")))
            else {
                continue;
            };
            let Some((name, key)) = key.rsplit_once('.') else { continue };
            let (name, of) = name.split_once('.').unwrap_or((name, ""));
            let values = vec![(key.to_owned(), value)];
            self.add(&Section { name: name.to_owned(), of: of.to_owned(), values });
        }
    }

    /// Returns an address with its longest known beginning replaced.
    pub(super) fn rewritten(&self, address: &str) -> String {
        let fits = self.instead.iter().filter(|(from, _)| !from.is_empty() && address.starts_with(from.as_str()));
        match fits.max_by_key(|(from, _)| from.len()) {
            Some((from, to)) => format!("{to}{}", &address[from.len()..]),
            None => address.to_owned(),
        }
    }
}

/// Returns the configuration files of git, weakest first.
fn files() -> Vec<PathBuf> {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let mut files = Vec::new();
    if env::var_os("GIT_CONFIG_NOSYSTEM").is_none() {
        files.push(set("GIT_CONFIG_SYSTEM").unwrap_or_else(|| PathBuf::from("/etc/gitconfig")));
    }
    if let Some(global) = env::var_os("GIT_CONFIG_GLOBAL") {
        files.push(PathBuf::from(global));
        return files;
    }
    let home = set("HOME");
    files.extend(
        set("XDG_CONFIG_HOME").or_else(|| Some(home.as_ref()?.join(".config"))).map(|at| at.join("git/config")),
    );
    files.extend(home.map(|home| home.join(".gitconfig")));
    files
}

/// Returns the text of a small file, if it is one.
pub(super) fn read(path: PathBuf) -> Option<String> {
    let found = fs::metadata(&path).ok()?;
    if !found.is_file() || found.len() > LARGEST {
        return None;
    }
    fs::read(path).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// A section of a configuration file: `[name "of"]`.
#[derive(Debug, Default)]
pub(super) struct Section {
    pub(super) name: String,
    pub(super) of: String,
    values: Vec<(String, String)>,
}

impl Section {
    /// Returns the last value of a key.
    pub(super) fn value(&self, key: &str) -> Option<&str> {
        self.values.iter().rev().find(|(known, _)| known.eq_ignore_ascii_case(key)).map(|(_, value)| value.as_str())
    }
}

/// Returns the sections of a configuration file. Includes are not followed.
///
/// Source: `git help config`, "Syntax".
pub(super) fn sections(text: &str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for line in text.replace("\\\n", "").lines() {
        let line = line.trim();
        if let Some(head) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(head, _)| head) {
            let (name, of) = head.split_once(char::is_whitespace).unwrap_or((head, ""));
            let of = of.trim().trim_matches('"').replace("\\\"", "\"").replace("\\\\", "\\");
            sections.push(Section { name: name.to_owned(), of, values: Vec::new() });
        } else if let (Some(section), false) = (sections.last_mut(), line.starts_with(['#', ';']) || line.is_empty()) {
            let (key, value) = line.split_once('=').unwrap_or((line, "true"));
            section.values.push((key.trim().to_owned(), unquoted(value.trim())));
        }
    }
    sections
}

/// Returns a value without its quotes, and without the comment behind it.
fn unquoted(text: &str) -> String {
    let mut value = String::new();
    let (mut quoted, mut kept) = (false, 0);
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '"' => quoted = !quoted,
            '\\' => value.extend(rest.next().map(|c| match c {
                'n' => '\n',
                't' => '\t',
                c => c,
            })),
            '#' | ';' if !quoted => break,
            c => value.push(c),
        }
        if quoted || !c.is_whitespace() {
            kept = value.len();
        }
    }
    value.truncate(kept);
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_rewritten_as_git_rewrites_them() {
        let text = "[user]\n name = A\n[url \"https://token@g.example/\"]\n\tinsteadOf = https://g.example/\n\tinsteadOf = git@g.example:\n\
                    [url \"https://mirror.example/shop\"] # near\n insteadof = \"https://g.example/acme/shop\"\n";
        let mut configuration = GitConfiguration::default();
        for section in &sections(text) {
            configuration.add(section);
        }
        for (address, expected) in [
            ("https://g.example/a/b", "https://token@g.example/a/b"),
            ("git@g.example:a/b.git", "https://token@g.example/a/b.git"),
            ("https://g.example/acme/shop", "https://mirror.example/shop"),
            ("https://other.example/a/b", "https://other.example/a/b"),
        ] {
            assert_eq!(configuration.rewritten(address), expected);
        }
    }
}
