use crate::{Error, LocalForge};

/// The forges that `towpath.yaml` may name.
const KNOWN: [&str; 4] = ["github", "gitlab", "gitea", "local"];

/// Returns the forge that `towpath.yaml` names with `forge:` and `repository:`.
///
/// # Errors
/// When the forge is unknown or not supported yet, or the repository cannot be opened.
pub fn connect(forge: &str, repository: &str) -> Result<LocalForge, Error> {
    match forge {
        "local" => LocalForge::open(repository),
        known if KNOWN.contains(&known) => Err(Error::NotSupported { forge: known.to_owned() }),
        unknown => Err(Error::UnknownForge { forge: unknown.chars().take(120).collect(), known: KNOWN.join(", ") }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forges_that_are_not_there_are_named() {
        let refused = |forge: &str| connect(forge, "/nowhere").err().unwrap().diagnostic();
        let unknown = refused("bitbucket");
        assert_eq!(unknown.message, "forge `bitbucket` is unknown");
        assert_eq!(unknown.hints, ["known forges: github, gitlab, gitea, local"]);
        assert_eq!(unknown.kind.exit_code(), 2);
        let later = refused("github");
        assert_eq!(later.message, "forge `github` is not supported yet");
        assert_eq!(later.kind.exit_code(), 2);
    }
}
