use std::{cmp::Ordering, fmt};

use super::{SemverError, words};
use crate::Profile;

/// A version; `original` is the text it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    pub(crate) major: u64,
    pub(crate) minor: u64,
    pub(crate) patch: u64,
    pub(crate) prerelease: String,
    pub(crate) metadata: String,
    pub(crate) original: String,
}

impl Version {
    /// Returns the version in `text`; a leading `v` and missing minor and patch numbers are allowed.
    ///
    /// # Errors
    /// The library's message in the release of it that the profile has.
    pub fn parse(text: &str, profile: Profile) -> Result<Self, SemverError> {
        if profile == Profile::Helm4 && text.len() > 256 {
            return Err(SemverError("version string is too long (max 256 bytes)".to_owned()));
        }
        let invalid = || words(profile, "invalid semantic version", "Invalid Semantic Version");
        let shape = Shape::scan(text).filter(|shape| shape.length == text.len()).ok_or_else(invalid)?;
        let segment = |digits: &str| -> Result<u64, SemverError> {
            if digits.is_empty() {
                return Ok(0);
            }
            digits.parse().map_err(|_| {
                let start = if profile == Profile::Helm4 { "error" } else { "Error" };
                SemverError(format!(
                    "{start} parsing version segment: strconv.ParseUint: parsing \"{digits}\": value out of range"
                ))
            })
        };
        let [major, minor, patch] = shape.numbers;
        if !major.bytes().chain(minor.bytes()).chain(patch.bytes()).all(|byte| byte.is_ascii_digit()) {
            return Err(invalid());
        }
        let leading_zero =
            |part: &str| part.len() > 1 && part.starts_with('0') && part.bytes().all(|byte| byte.is_ascii_digit());
        if shape.prerelease.split('.').any(leading_zero) {
            return Err(words(profile, "version segment starts with 0", "Version segment starts with 0"));
        }
        Ok(Self {
            major: segment(major)?,
            minor: segment(minor)?,
            patch: segment(patch)?,
            prerelease: shape.prerelease.to_owned(),
            metadata: shape.metadata.to_owned(),
            original: text.to_owned(),
        })
    }
}

impl Version {
    /// Returns the version in `text` if it keeps to the letter of SemVer 2: three numbers, none with a leading zero.
    pub fn parse_strict(text: &str) -> Option<Self> {
        let core = &text[..text.find(['-', '+']).unwrap_or(text.len())];
        let number = |part: &str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()) && (part == "0" || !part.starts_with('0'))
        };
        let strict = core.split('.').count() == 3 && core.split('.').all(number);
        Self::parse(text, Profile::Helm4).ok().filter(|_| strict)
    }

    /// Returns the text it was read from.
    pub fn original(&self) -> &str {
        &self.original
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    /// Compares by precedence: metadata and the original text do not count.
    fn cmp(&self, other: &Self) -> Ordering {
        (self.major, self.minor, self.patch).cmp(&(other.major, other.minor, other.patch)).then_with(|| {
            match (self.prerelease.is_empty(), other.prerelease.is_empty()) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) => compare_prereleases(&self.prerelease, &other.prerelease),
            }
        })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if !self.prerelease.is_empty() {
            write!(f, "-{}", self.prerelease)?;
        }
        if !self.metadata.is_empty() {
            write!(f, "+{}", self.metadata)?;
        }
        Ok(())
    }
}

/// Compares two prereleases part by part; numbers come before words, and a missing part before any.
pub(super) fn compare_prereleases(left: &str, right: &str) -> Ordering {
    let mut left = left.split('.');
    let mut right = right.split('.');
    loop {
        let (a, b) = (left.next(), right.next());
        if a.is_none() && b.is_none() {
            return Ordering::Equal;
        }
        let (a, b) = (a.unwrap_or(""), b.unwrap_or(""));
        if a == b {
            continue;
        }
        return match (a.parse::<u64>(), b.parse::<u64>()) {
            _ if a.is_empty() => Ordering::Less,
            _ if b.is_empty() => Ordering::Greater,
            (Ok(a), Ok(b)) => a.cmp(&b),
            (Ok(_), Err(_)) => Ordering::Less,
            (Err(_), Ok(_)) => Ordering::Greater,
            (Err(_), Err(_)) => a.cmp(b),
        };
    }
}

/// The parts of a version at the start of a text, where a number may also be a wildcard as constraints have them.
pub(super) struct Shape<'a> {
    pub(super) numbers: [&'a str; 3],
    pub(super) prerelease: &'a str,
    pub(super) metadata: &'a str,
    /// How many bytes the version takes, a leading `v` included.
    pub(super) length: usize,
}

impl<'a> Shape<'a> {
    /// Returns the longest version at the start of `text`, or nothing.
    pub(super) fn scan(text: &'a str) -> Option<Self> {
        let mut at = usize::from(text.starts_with('v'));
        let number = |from: usize| {
            let end = text[from..].find(|c: char| !matches!(c, '0'..='9' | '|' | 'x' | 'X' | '*'));
            let end = end.map_or(text.len(), |end| from + end);
            (end > from).then_some((&text[from..end], end))
        };
        let mut numbers = [""; 3];
        (numbers[0], at) = number(at)?;
        for slot in &mut numbers[1..] {
            let Some((digits, end)) = text[at..].starts_with('.').then(|| number(at + 1)).flatten() else { break };
            (*slot, at) = (digits, end);
        }
        let mut tail = |mark: char| {
            let start = text[at..].strip_prefix(mark).map(|rest| text.len() - rest.len())?;
            let end = dotted_end(text, start)?;
            at = end;
            Some(&text[start..end])
        };
        let prerelease = tail('-').unwrap_or("");
        let metadata = tail('+').unwrap_or("");
        Some(Self { numbers, prerelease, metadata, length: at })
    }
}

/// Returns where the dot-separated identifiers at `start` end, or nothing if there are none.
fn dotted_end(text: &str, start: usize) -> Option<usize> {
    let word = |from: usize| {
        let end = text[from..].find(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
        let end = end.map_or(text.len(), |end| from + end);
        (end > from).then_some(end)
    };
    let mut end = word(start)?;
    while let Some(next) = text[end..].starts_with('.').then(|| word(end + 1)).flatten() {
        end = next;
    }
    Some(end)
}
