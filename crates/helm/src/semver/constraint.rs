use std::cmp::Ordering;

use super::{
    SemverError, Version,
    version::{Shape, compare_prereleases},
    words,
};
use crate::Profile;

/// Groups of which one must hold; a group holds when each of its terms does.
#[derive(Debug, Clone)]
pub struct Constraints {
    groups: Vec<Vec<Term>>,
    profile: Profile,
}

#[derive(Debug, Clone)]
struct Term {
    operator: Operator,
    version: Version,
    /// Which number is the first that is missing or a wildcard.
    open: Open,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Nothing,
    Major,
    Minor,
    Patch,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    Tilde,
    Caret,
}

/// Longer spellings first.
const OPERATORS: [(&str, Operator); 11] = [
    ("!=", Operator::NotEqual),
    (">=", Operator::GreaterOrEqual),
    ("=>", Operator::GreaterOrEqual),
    ("<=", Operator::LessOrEqual),
    ("=<", Operator::LessOrEqual),
    ("~>", Operator::Tilde),
    ("=", Operator::Equal),
    (">", Operator::Greater),
    ("<", Operator::Less),
    ("~", Operator::Tilde),
    ("^", Operator::Caret),
];

impl Constraints {
    /// Returns the constraints in `text`: terms joined by white space or commas, groups by `||`.
    ///
    /// # Errors
    /// The library's message in the release of it that the profile has.
    pub fn parse(text: &str, profile: Profile) -> Result<Self, SemverError> {
        let newer = profile == Profile::Helm4;
        if newer && text.len() > 512 {
            return Err(SemverError("constraint string is too long (max 512 bytes)".to_owned()));
        }
        let text = without_hyphen_ranges(text);
        let groups: Vec<&str> = text.split("||").collect();
        if newer && groups.len() > 32 {
            return Err(SemverError("too many constraint groups (max 32)".to_owned()));
        }
        let groups = groups.into_iter().map(|group| parse_group(group, profile)).collect::<Result<_, _>>()?;
        Ok(Self { groups, profile })
    }

    /// Returns whether `version` satisfies them.
    pub fn check(&self, version: &Version) -> bool {
        self.groups.iter().any(|group| {
            let named = group.iter().any(|term| !term.version.prerelease.is_empty());
            group.iter().all(|term| {
                // Helm 4's library asks whether any term of the group names a prerelease, Helm 3's asks each term.
                let admits = if self.profile == Profile::Helm4 { named } else { !term.version.prerelease.is_empty() };
                let asks =
                    self.profile == Profile::Helm4 || term.operator != Operator::NotEqual || term.open != Open::Nothing;
                (version.prerelease.is_empty() || admits || !asks) && term.holds(version)
            })
        })
    }
}

fn parse_group(group: &str, profile: Profile) -> Result<Vec<Term>, SemverError> {
    let improper = || {
        SemverError(if profile == Profile::Helm4 {
            format!("improper constraint: {}", crate::golang::quote(group))
        } else {
            format!("improper constraint: {group}")
        })
    };
    let mut terms = Vec::new();
    let mut rest = group.trim_start_matches(is_space);
    loop {
        let (spelling, operator) =
            OPERATORS.into_iter().find(|(spelling, _)| rest.starts_with(spelling)).unwrap_or(("", Operator::Equal));
        let after = rest[spelling.len()..].trim_start_matches(is_space);
        let shape = Shape::scan(after).ok_or_else(improper)?;
        let tail = &after[shape.length..];
        terms.push(Term::new(operator, &shape, profile)?);
        let trimmed = tail.trim_start_matches(is_space);
        if trimmed.is_empty() {
            return Ok(terms);
        }
        rest = match trimmed.strip_prefix(',') {
            Some(next) => next.trim_start_matches(is_space),
            None if trimmed.len() < tail.len() => trimmed,
            None => return Err(improper()),
        };
    }
}

impl Term {
    fn new(operator: Operator, shape: &Shape<'_>, profile: Profile) -> Result<Self, SemverError> {
        let wild = |number: &str| matches!(number, "" | "x" | "X" | "*");
        let [major, minor, patch] = shape.numbers;
        let (open, numbers) = if wild(major) {
            (Open::Major, "0.0.0".to_owned())
        } else if wild(minor) {
            (Open::Minor, format!("{major}.0.0"))
        } else if wild(patch) {
            (Open::Patch, format!("{major}.{minor}.0"))
        } else {
            (Open::Nothing, format!("{major}.{minor}.{patch}"))
        };
        let mut text = numbers;
        if !shape.prerelease.is_empty() {
            text = format!("{text}-{}", shape.prerelease);
        }
        let version = Version::parse(&text, profile)
            .map_err(|_| words(profile, "constraint parser error", "constraint Parser Error"))?;
        Ok(Self { operator, version, open })
    }

    fn holds(&self, version: &Version) -> bool {
        let wanted = &self.version;
        match self.operator {
            Operator::Equal if self.open == Open::Nothing => version.cmp(wanted) == Ordering::Equal,
            Operator::Equal | Operator::Tilde => self.tilde(version),
            Operator::NotEqual => self.differs(version),
            Operator::Greater => self.greater(version),
            Operator::Less => version < wanted,
            Operator::GreaterOrEqual => version >= wanted,
            Operator::LessOrEqual if self.open == Open::Nothing => version <= wanted,
            Operator::LessOrEqual => {
                version.major <= wanted.major
                    && !(version.major == wanted.major && version.minor > wanted.minor && self.open != Open::Minor)
            }
            Operator::Caret => self.caret(version),
        }
    }

    fn differs(&self, version: &Version) -> bool {
        let wanted = &self.version;
        match self.open {
            Open::Nothing => version.cmp(wanted) != Ordering::Equal,
            _ if version.major != wanted.major => true,
            Open::Minor => false,
            _ if version.minor != wanted.minor => true,
            Open::Patch => {
                (!version.prerelease.is_empty() || !wanted.prerelease.is_empty())
                    && compare_prereleases(&version.prerelease, &wanted.prerelease) != Ordering::Equal
            }
            Open::Major => version.patch != wanted.patch || version.cmp(wanted) != Ordering::Equal,
        }
    }

    fn greater(&self, version: &Version) -> bool {
        let wanted = &self.version;
        match self.open {
            Open::Nothing => version > wanted,
            _ if version.major != wanted.major => version.major > wanted.major,
            Open::Minor => false,
            Open::Patch => version.minor > wanted.minor,
            Open::Major => version > wanted,
        }
    }

    fn tilde(&self, version: &Version) -> bool {
        let wanted = &self.version;
        let anything =
            (wanted.major, wanted.minor, wanted.patch) == (0, 0, 0) && !matches!(self.open, Open::Minor | Open::Patch);
        version >= wanted
            && (anything
                || (version.major == wanted.major && (version.minor == wanted.minor || self.open == Open::Minor)))
    }

    fn caret(&self, version: &Version) -> bool {
        let wanted = &self.version;
        if version < wanted {
            return false;
        }
        if wanted.major > 0 || self.open == Open::Minor {
            return version.major == wanted.major;
        }
        if version.major > 0 {
            return false;
        }
        if wanted.minor > 0 || self.open == Open::Patch {
            return version.minor == wanted.minor;
        }
        version.minor == 0 && wanted.patch == version.patch
    }
}

/// Returns `text` with each `a - b` as `>= a, <= b`.
fn without_hyphen_ranges(text: &str) -> String {
    if !text.contains(" - ") && !text.contains("-\t") && !text.contains("\t-") {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 8);
    let mut at = 0;
    while at < text.len() {
        if let Some((low, high, length)) = hyphen_range(&text[at..]) {
            out.truncate(out.trim_end_matches(is_space).len());
            out.push_str(&format!(">= {low}, <= {high} "));
            at += length;
        } else {
            let step = text[at..].chars().next().map_or(1, char::len_utf8);
            out.push_str(&text[at..at + step]);
            at += step;
        }
    }
    out
}

fn hyphen_range(text: &str) -> Option<(&str, &str, usize)> {
    let low = &text[..Shape::scan(text)?.length];
    let rest = strip_spaces(&text[low.len()..])?.strip_prefix('-')?;
    let rest = strip_spaces(rest)?;
    let high = &rest[..Shape::scan(rest)?.length];
    let tail = rest[high.len()..].trim_start_matches(is_space);
    Some((low, high, text.len() - tail.len()))
}

/// Returns `text` without the white space it must begin with.
fn strip_spaces(text: &str) -> Option<&str> {
    Some(text.trim_start_matches(is_space)).filter(|rest| rest.len() < text.len())
}

/// RE2's `\s`.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\u{c}' | '\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_hold_as_the_library_says() {
        for (constraint, version, expected) in [
            (">=1.19-0", "v1.37.0", true),
            ("^1.2.3", "1.9.9", true),
            ("^0.2.3", "0.3.0", false),
            ("~1.2", "1.2.9", true),
            ("~1.2", "1.3.0", false),
            ("1.2 - 2.3.4", "2.3.4", true),
            ("1.2 - 2.3.4", "2.3.5", false),
            (">=1.0, <2.0 || >=3.0", "3.1", true),
            (">=1.0 <2.0", "2.0", false),
            ("*", "9.9.9", true),
            (">=1.0.0", "1.1.0-beta", false),
            (">=1.0.0-0", "1.1.0-beta", true),
            ("!=1.x", "1.5.0", false),
            (">1", "1.9.0", false),
            ("<=1.x", "1.9.0", true),
        ] {
            assert_eq!(
                super::super::is_compatible(constraint, version, Profile::Helm4),
                expected,
                "{constraint} {version}"
            );
        }
        assert!(!super::super::is_compatible(">=1.0.0-0 <2.0.0", "1.5.0-a", Profile::Helm3));
        assert!(super::super::is_compatible(">=1.0.0-0 <2.0.0", "1.5.0-a", Profile::Helm4));
    }

    #[test]
    fn unreadable_texts_are_named() {
        let error = Constraints::parse("latest", Profile::Helm4).unwrap_err();
        assert_eq!(error.to_string(), "improper constraint: \"latest\"");
        assert_eq!(Version::parse("latest", Profile::Helm3).unwrap_err().to_string(), "Invalid Semantic Version");
        assert_eq!(Version::parse("v01.2", Profile::Helm4).unwrap().to_string(), "1.2.0");
        for (text, strict) in [("1.2.3-a+b", true), ("v1.2.3", false), ("1.2", false), ("1.02.3", false), ("", false)] {
            assert_eq!(Version::parse_strict(text).is_some(), strict, "{text}");
        }
    }
}
