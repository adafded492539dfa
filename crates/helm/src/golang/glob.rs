/// A pattern of `.Files.Glob`: `*` and `?` stop at `/`, `**` does not, `[a-z]`, `[!abc]`, `{a,b}`, `\` escapes.
///
/// Source: the `gobwas/glob` library 0.2.3 with `/` as separator.
#[derive(Debug, Clone)]
pub(crate) struct Glob(Vec<Part>);

#[derive(Debug, Clone)]
enum Part {
    Text(char),
    /// `*`
    Any,
    /// `**`
    Super,
    /// `?`
    Single,
    List {
        characters: Vec<char>,
        negated: bool,
    },
    Range {
        low: char,
        high: char,
        negated: bool,
    },
    Alternatives(Vec<Vec<Part>>),
}

impl Glob {
    /// Returns the pattern, or nothing if it is malformed.
    pub(crate) fn parse(pattern: &str) -> Option<Self> {
        let characters: Vec<char> = pattern.chars().collect();
        let mut parser = Parser { characters: &characters, at: 0, depth: 0 };
        let parts = parser.sequence()?;
        (parser.at == characters.len()).then_some(Self(parts))
    }

    /// Returns whether the whole of `name` matches.
    pub(crate) fn matches(&self, name: &str) -> bool {
        let name: Vec<char> = name.chars().collect();
        let mut starts = vec![false; name.len() + 1];
        starts[0] = true;
        advance(&self.0, &name, starts)[name.len()]
    }
}

/// Returns every place where `parts` can end in `name` when they start at one of `places`: one pass a part, whatever the
/// pattern is.
fn advance(parts: &[Part], name: &[char], mut places: Vec<bool>) -> Vec<bool> {
    for part in parts {
        let mut next = vec![false; places.len()];
        match part {
            Part::Any | Part::Super => {
                let mut is_open = false;
                for at in 0..places.len() {
                    is_open |= places[at];
                    next[at] = is_open;
                    if matches!(part, Part::Any) && name.get(at) == Some(&'/') {
                        is_open = false;
                    }
                }
            }
            Part::Alternatives(options) => {
                for option in options {
                    let ends = advance(option, name, places.clone());
                    next.iter_mut().zip(ends).for_each(|(next, end)| *next |= end);
                }
            }
            single => {
                for (at, c) in name.iter().enumerate() {
                    next[at + 1] = places[at] && single.matches(*c);
                }
            }
        }
        places = next;
        if !places.contains(&true) {
            break;
        }
    }
    places
}

impl Part {
    fn matches(&self, c: char) -> bool {
        match self {
            Self::Text(wanted) => c == *wanted,
            Self::Single => c != '/',
            Self::List { characters, negated } => characters.contains(&c) != *negated,
            Self::Range { low, high, negated } => (*low <= c && c <= *high) != *negated,
            Self::Any | Self::Super | Self::Alternatives(_) => false,
        }
    }
}

struct Parser<'a> {
    characters: &'a [char],
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn sequence(&mut self) -> Option<Vec<Part>> {
        let mut parts = Vec::new();
        while let Some(&c) = self.characters.get(self.at) {
            match c {
                ',' | '}' if self.depth > 0 => break,
                '*' => {
                    self.at += 1;
                    if self.characters.get(self.at) == Some(&'*') {
                        self.at += 1;
                        parts.push(Part::Super);
                    } else {
                        parts.push(Part::Any);
                    }
                }
                '?' => {
                    self.at += 1;
                    parts.push(Part::Single);
                }
                '[' => parts.push(self.class()?),
                '{' => parts.push(self.alternatives()?),
                '\\' => {
                    self.at += 1;
                    if let Some(&escaped) = self.characters.get(self.at) {
                        parts.push(Part::Text(escaped));
                        self.at += 1;
                    }
                }
                c => {
                    parts.push(Part::Text(c));
                    self.at += 1;
                }
            }
        }
        Some(parts)
    }

    fn alternatives(&mut self) -> Option<Part> {
        if self.depth > 32 {
            return None;
        }
        self.depth += 1;
        let mut options = Vec::new();
        loop {
            self.at += 1;
            options.push(self.sequence()?);
            match self.characters.get(self.at) {
                Some(',') => {}
                Some('}') => break,
                _ => return None,
            }
        }
        self.at += 1;
        self.depth -= 1;
        Some(Part::Alternatives(options))
    }

    fn class(&mut self) -> Option<Part> {
        self.at += 1;
        let negated = self.characters.get(self.at) == Some(&'!');
        self.at += usize::from(negated);
        if self.characters.get(self.at + 1) == Some(&'-') {
            let (low, high) = (*self.characters.get(self.at)?, *self.characters.get(self.at + 2)?);
            self.at += 4;
            let closed = self.characters.get(self.at - 1) == Some(&']');
            return (closed && low <= high).then_some(Part::Range { low, high, negated });
        }
        let mut characters = Vec::new();
        loop {
            match *self.characters.get(self.at)? {
                ']' => break,
                '\\' => {
                    self.at += 1;
                    characters.push(*self.characters.get(self.at)?);
                }
                c => characters.push(c),
            }
            self.at += 1;
        }
        self.at += 1;
        (!characters.is_empty()).then_some(Part::List { characters, negated })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_as_the_library_does() {
        for (pattern, name, expected) in [
            ("*.txt", "a.txt", true),
            ("*.txt", "a/b.txt", false),
            ("**.txt", "a/b.txt", true),
            ("config/*", "config/a", true),
            ("config/**", "config/a/b", true),
            ("config/**", "config", false),
            ("{a,b}.txt", "b.txt", true),
            ("{a,b/*}.txt", "b/c.txt", true),
            ("[a-c].txt", "b.txt", true),
            ("[!a-c].txt", "b.txt", false),
            ("[ac].txt", "c.txt", true),
            ("a\\*b", "a*b", true),
            ("?", "/", false),
        ] {
            assert_eq!(Glob::parse(pattern).unwrap().matches(name), expected, "{pattern} {name}");
        }
        assert!(Glob::parse("{a").is_none() && Glob::parse("[").is_none());
    }
}
