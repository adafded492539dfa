use crate::golang::path_match;

/// The rules of a `.helmignore` file.
///
/// They are shell patterns, not git's: `**` is refused, a pattern without a slash matches the last part of a path, and a
/// negated rule ignores everything it does not match. Files that begin with a dot below `templates/` are always left out.
/// Source: Helm's `pkg/ignore`.
#[derive(Debug, Clone, Default)]
pub(crate) struct IgnoreRules(Vec<Rule>);

#[derive(Debug, Clone)]
struct Rule {
    pattern: Pattern,
    negated: bool,
    directories_only: bool,
    scope: Scope,
}

#[derive(Debug, Clone, Copy)]
enum Scope {
    WholePath,
    LastPart,
}

/// A shell pattern; nearly all are of the first two sorts, and every file is held against all of them.
#[derive(Debug, Clone)]
enum Pattern {
    /// Nothing in it is special.
    Text(String),
    /// `*` and this, with nothing special in it.
    Suffix(String),
    Shell(String),
}

impl Pattern {
    fn parse(text: &str) -> Self {
        let is_plain = |text: &str| !text.contains(['*', '?', '[', '\\']);
        match text.strip_prefix('*') {
            Some(suffix) if is_plain(suffix) => Self::Suffix(suffix.to_owned()),
            None if is_plain(text) => Self::Text(text.to_owned()),
            _ => Self::Shell(text.to_owned()),
        }
    }

    fn matches(&self, subject: &str) -> bool {
        match self {
            Self::Text(text) => text == subject,
            Self::Suffix(suffix) => subject.strip_suffix(suffix.as_str()).is_some_and(|matched| !matched.contains('/')),
            Self::Shell(pattern) => path_match(pattern, subject).unwrap_or(false),
        }
    }
}

/// Why a `.helmignore` cannot be read; Display is Helm's own message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum IgnoreError {
    #[error("double-star (**) syntax is not supported")]
    DoubleStar,
    #[error(transparent)]
    Pattern(#[from] crate::golang::BadPattern),
}

/// What a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Node {
    File,
    Directory,
}

impl IgnoreRules {
    /// Returns how many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns the rules in `text`, with Helm's own rule behind them.
    pub(crate) fn parse(text: &str) -> Result<Self, IgnoreError> {
        let mut rules = Self::default();
        for line in text.strip_prefix('\u{feff}').unwrap_or(text).lines() {
            rules.add(line)?;
        }
        rules.add("templates/.?*")?;
        Ok(rules)
    }

    /// Returns whether the entry at `path`, relative to the chart, is left out.
    pub(crate) fn ignores(&self, path: &str, node: Node) -> bool {
        if matches!(path, "" | "." | "./") {
            return false;
        }
        for rule in &self.0 {
            if rule.negated {
                if (rule.directories_only && node == Node::File) || !rule.matches(path) {
                    return true;
                }
            } else if !(rule.directories_only && node == Node::File) && rule.matches(path) {
                return true;
            }
        }
        false
    }

    fn add(&mut self, line: &str) -> Result<(), IgnoreError> {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        if line.contains("**") {
            return Err(IgnoreError::DoubleStar);
        }
        path_match(line, "abc")?;
        let (negated, rule) = line.strip_prefix('!').map_or((false, line), |rule| (true, rule));
        let (directories_only, rule) = rule.strip_suffix('/').map_or((false, rule), |rule| (true, rule));
        let scope = if rule.contains('/') { Scope::WholePath } else { Scope::LastPart };
        let pattern = Pattern::parse(rule.strip_prefix('/').unwrap_or(rule));
        self.0.push(Rule { pattern, negated, directories_only, scope });
        Ok(())
    }
}

impl Rule {
    fn matches(&self, path: &str) -> bool {
        let subject = match self.scope {
            Scope::WholePath => path,
            Scope::LastPart => path.rsplit('/').next().unwrap_or(path),
        };
        self.pattern.matches(subject)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_ignore_as_helm_does() {
        let rules = IgnoreRules::parse("# note\n.git/\n*.tmp\n/top.txt\ndocs/*.md\n?b.bak\n*/*.old\n").unwrap();
        for (path, node, expected) in [
            (".git", Node::Directory, true),
            (".git", Node::File, false),
            ("a/b.tmp", Node::File, true),
            ("top.txt", Node::File, true),
            ("a/top.txt", Node::File, false),
            ("docs/x.md", Node::File, true),
            ("a/docs/x.md", Node::File, false),
            ("templates/.hidden", Node::File, true),
            ("templates/x.yaml", Node::File, false),
            ("a/b.tmp.x", Node::File, false),
            ("docs/a/x.md", Node::File, false),
            ("ab.bak", Node::File, true),
            ("b.bak", Node::File, false),
            ("sub/a.old", Node::File, true),
            ("sub/deep/a.old", Node::File, false),
        ] {
            assert_eq!(rules.ignores(path, node), expected, "{path}");
        }
        assert!(IgnoreRules::parse("!keep.txt").unwrap().ignores("other.txt", Node::File));
        assert_eq!(IgnoreRules::parse("a/**").unwrap_err().to_string(), "double-star (**) syntax is not supported");
    }
}
