use std::{env, fmt, path::PathBuf};

use url::Url;

use super::configuration::read;
use crate::source::{Login, git_chart::percent_decoded};

/// The logins in the files of git's credential store and in `.netrc`.
#[derive(Default)]
pub(super) struct Credentials {
    entries: Vec<Entry>,
}

struct Entry {
    /// Nothing fits every scheme.
    scheme: Option<String>,
    /// With the port where it is written.
    host: String,
    /// The path it is for; empty fits every path.
    path: String,
    login: Login,
}

impl Credentials {
    /// Reads the user's files; those that are not there count as empty.
    pub(super) fn of_user() -> Self {
        let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let home = set("HOME");
        let below = |name: &str| home.as_ref().map(|home| home.join(name));
        let mut credentials = Self::default();
        let of_xdg = set("XDG_CONFIG_HOME").or_else(|| below(".config")).map(|folder| folder.join("git/credentials"));
        for text in [below(".git-credentials"), of_xdg].into_iter().flatten().filter_map(read) {
            credentials.add_store(&text);
        }
        if let Some(text) = set("NETRC").or_else(|| below(".netrc")).and_then(read) {
            credentials.add_netrc(&text);
        }
        credentials
    }

    /// Adds the addresses with user and password that `git credential-store` keeps, each on a line of its own.
    fn add_store(&mut self, text: &str) {
        self.entries.extend(text.lines().filter_map(stored));
    }

    /// Adds the machines of a `.netrc`.
    fn add_netrc(&mut self, text: &str) {
        let mut words = text.split_whitespace();
        let mut entry: Option<Entry> = None;
        while let Some(word) = words.next() {
            match word {
                "machine" => {
                    self.entries.extend(entry.take());
                    let host = words.next().unwrap_or_default().to_owned();
                    let login = Login { user: String::new(), password: String::new() };
                    entry = Some(Entry { scheme: None, host, path: String::new(), login });
                }
                // Whose machine is not named is nobody's here.
                "default" | "macdef" => self.entries.extend(entry.take()),
                "login" | "password" | "account" => {
                    let value = words.next().unwrap_or_default().to_owned();
                    if let Some(entry) = &mut entry {
                        match word {
                            "login" => entry.login.user = value,
                            "password" => entry.login.password = value,
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        self.entries.extend(entry);
    }

    /// Returns the login for an address: for its user, if it names one.
    pub(super) fn login_for(&self, url: &Url) -> Option<Login> {
        if url.password().is_some() {
            return None;
        }
        let (host, user, path) = (host(url)?, percent_decoded(url.username()), url.path().trim_matches('/'));
        let fits = |entry: &&Entry| {
            entry.scheme.as_deref().is_none_or(|scheme| scheme == url.scheme())
                && (entry.host == host || (entry.scheme.is_none() && Some(entry.host.as_str()) == url.host_str()))
                && (entry.path.is_empty() || entry.path == path)
                && (user.is_empty() || entry.login.user == user)
        };
        self.entries.iter().find(fits).map(|entry| entry.login.clone())
    }
}

/// Returns the login in one line of the store. Git escapes every part of it, the colon before a port too.
fn stored(line: &str) -> Option<Entry> {
    let (scheme, rest) = line.trim().split_once("://")?;
    let (login, place) = rest.split_once('@')?;
    let (user, password) = login.split_once(':')?;
    let (host, path) = place.split_once('/').unwrap_or((place, ""));
    Some(Entry {
        scheme: Some(scheme.to_owned()),
        host: percent_decoded(host),
        path: percent_decoded(path.trim_matches('/')),
        login: Login { user: percent_decoded(user), password: percent_decoded(password) },
    })
}

fn host(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials({} redacted)", self.entries.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_are_found_for_their_host_alone() {
        let mut credentials = Credentials::default();
        credentials.add_store(
            "https://me:p%40ss@g.example\nhttp://you:two@g.example%3a8080\nhttps://it:three@h.example/a/b.git\n",
        );
        credentials.add_netrc("machine n.example login net password four\ndefault login any password five\n");
        let found = |address: &str| {
            credentials.login_for(&address.parse().unwrap()).map(|login| format!("{} {}", login.user, login.password))
        };
        assert_eq!(found("https://g.example/a/b").as_deref(), Some("me p@ss"));
        assert_eq!(found("http://g.example:8080/a/b").as_deref(), Some("you two"));
        assert_eq!(found("https://h.example/a/b.git").as_deref(), Some("it three"));
        assert_eq!(found("https://n.example:444/a/b").as_deref(), Some("net four"));
        for none in
            ["http://g.example/a/b", "https://other@g.example/a", "https://h.example/a/c.git", "https://x.example/a/b"]
        {
            assert_eq!(found(none), None, "{none}");
        }
        assert!(!format!("{credentials:?}").contains("p@ss"));
    }
}
