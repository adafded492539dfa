//! What a repository is called, wherever its work tree stands.

use std::path::Path;

/// Returns the address of the remote `origin`, or of the only one there is, without scheme, login and `.git`; of a folder
/// without a remote its path.
pub(super) fn of(root: &Path) -> String {
    remote(root).map_or_else(|| root.display().to_string(), |address| plain(&address))
}

fn remote(root: &Path) -> Option<String> {
    let repository = git2::Repository::open(root).ok()?;
    let names = repository.remotes().ok()?;
    let only = names.get(0).filter(|_| names.len() == 1);
    let remote = repository.find_remote("origin").or_else(|error| repository.find_remote(only.ok_or(error)?)).ok()?;
    remote.url().filter(|address| !address.is_empty()).map(str::to_owned)
}

/// Returns the same text for every way to one repository: `git@example.com:team/app.git`, `https://user@example.com/team/app`.
fn plain(address: &str) -> String {
    let (scheme, rest) = match address.split_once("://") {
        Some((scheme, rest)) => (Some(scheme), rest),
        None => (None, address),
    };
    let rest = rest.trim_end_matches('/');
    let rest = rest.strip_suffix(".git").unwrap_or(rest).trim_end_matches('/');
    // `host:path` is how git writes ssh for short; a path on this machine begins with a slash or has one before its colon.
    let (place, path) = match scheme {
        Some(_) => rest.split_once('/').unwrap_or((rest, "")),
        None => match rest.split_once(':').filter(|(host, _)| !host.contains('/')) {
            Some((host, path)) => (host, path.trim_start_matches('/')),
            None => return rest.to_owned(),
        },
    };
    let host = place.rsplit_once('@').map_or(place, |(_, host)| host);
    let host = [":22", ":80", ":443"].iter().find_map(|port| host.strip_suffix(port)).unwrap_or(host);
    format!("{}/{path}", host.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_a_repository_gives_one_name() {
        for address in [
            "https://example.com/team/app.git",
            "https://robot:secret@Example.com/team/app",
            "https://example.com:443/team/app/",
            "ssh://git@example.com:22/team/app.git",
            "git@example.com:team/app.git",
            "example.com:/team/app",
        ] {
            assert_eq!(plain(address), "example.com/team/app", "{address}");
        }
        assert_eq!(plain("https://example.com:8443/team/app"), "example.com:8443/team/app");
        assert_eq!(plain("/srv/git/app.git"), "/srv/git/app");
        assert_eq!(plain("file:///srv/git/app.git"), "/srv/git/app");
        assert_eq!(plain("../app"), "../app");
        assert_eq!(plain("./a:b"), "./a:b");
    }

    #[test]
    fn the_remote_tells_and_without_one_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().display().to_string();
        assert_eq!(of(folder.path()), path);
        let repository = git2::Repository::init(folder.path()).unwrap();
        assert_eq!(of(folder.path()), path);
        repository.remote("upstream", "https://example.com/them/app").unwrap();
        assert_eq!(of(folder.path()), "example.com/them/app");
        repository.remote("backup", "https://example.com/backup/app").unwrap();
        assert_eq!(of(folder.path()), path, "nobody knows which of two it is");
        repository.remote("origin", "https://user:token@example.com/us/app").unwrap();
        assert_eq!(of(folder.path()), "example.com/us/app");
    }
}
