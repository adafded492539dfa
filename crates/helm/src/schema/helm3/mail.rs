use super::formats::parse_ip;

/// Tells whether `text` is one address as Go's `mail.ParseAddress` reads it: bare, behind a name, or alone in a group.
pub(super) fn is_address(text: &str) -> bool {
    let mut reader = Reader { rest: text };
    let counted = reader.address(true);
    counted == Some(1) && reader.skip_comments() && reader.rest.is_empty()
}

struct Reader<'t> {
    rest: &'t str,
}

/// Tells whether a character can stand in an atom, dots among them.
fn is_atom(c: char) -> bool {
    !"()<>[]:;@\\,\"".contains(c) && is_visible(c)
}

fn is_visible(c: char) -> bool {
    c > ' ' && c != '\u{7f}'
}

impl Reader<'_> {
    fn take(&mut self, c: char) -> bool {
        self.rest.strip_prefix(c).is_some_and(|rest| {
            self.rest = rest;
            true
        })
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
    }

    /// Skips space and comments; false where a comment has no end.
    fn skip_comments(&mut self) -> bool {
        self.skip_space();
        while self.take('(') {
            if !self.comment() {
                return false;
            }
            self.skip_space();
        }
        true
    }

    fn comment(&mut self) -> bool {
        let mut depth = 1;
        let mut characters = self.rest.chars();
        while depth > 0 {
            match characters.next() {
                None => return false,
                Some('\\') => drop(characters.next()),
                Some('(') => depth += 1,
                Some(')') => depth -= 1,
                Some(_) => {}
            }
        }
        self.rest = characters.as_str();
        true
    }

    /// Reads an address or a group, and returns how many addresses that were.
    fn address(&mut self, can_be_group: bool) -> Option<usize> {
        self.skip_space();
        if self.bare_address() {
            self.skip_space();
            return (!self.take('(') || self.comment()).then_some(1);
        }
        if !self.rest.starts_with('<') && !self.phrase() {
            return None;
        }
        self.skip_space();
        if can_be_group && self.take(':') {
            return self.group();
        }
        (self.take('<') && self.bare_address() && self.take('>')).then_some(1)
    }

    fn group(&mut self) -> Option<usize> {
        self.skip_space();
        if self.take(';') {
            return self.skip_comments().then_some(0);
        }
        let mut count = 0;
        loop {
            count += self.address(false)?;
            if !self.skip_comments() {
                return None;
            }
            if self.take(';') {
                return self.skip_comments().then_some(count);
            }
            if !self.take(',') {
                return None;
            }
        }
    }

    /// Reads `local@domain`; where there is none, nothing is taken.
    fn bare_address(&mut self) -> bool {
        let before = self.rest;
        self.skip_space();
        let has_local =
            if self.rest.starts_with('"') { self.quoted().is_some_and(|length| length > 0) } else { self.atom(true) };
        let found = has_local && self.take('@') && {
            self.skip_space();
            if self.rest.starts_with('[') { self.literal() } else { self.atom(true) }
        };
        if !found {
            self.rest = before;
        }
        found
    }

    /// Reads an atom; a strict one has its dots between other characters.
    fn atom(&mut self, strict: bool) -> bool {
        let end = self.rest.find(|c| !is_atom(c)).unwrap_or(self.rest.len());
        let (atom, rest) = self.rest.split_at(end);
        let is_wrong = strict && (atom.starts_with('.') || atom.ends_with('.') || atom.contains(".."));
        if atom.is_empty() || is_wrong {
            return false;
        }
        self.rest = rest;
        true
    }

    /// Reads a quoted text and returns its length.
    fn quoted(&mut self) -> Option<usize> {
        let mut characters = self.rest.strip_prefix('"')?.chars();
        let mut length = 0;
        loop {
            match characters.next()? {
                '"' => break,
                '\\' => {
                    let c = characters.next()?;
                    if !is_visible(c) && !matches!(c, ' ' | '\t') {
                        return None;
                    }
                }
                c if is_visible(c) || matches!(c, ' ' | '\t') => {}
                _ => return None,
            }
            length += 1;
        }
        self.rest = characters.as_str();
        Some(length)
    }

    /// Reads the name before an address.
    fn phrase(&mut self) -> bool {
        let mut words = 0;
        loop {
            if words > 0 && !self.skip_comments() {
                return false;
            }
            self.skip_space();
            let found = if self.rest.starts_with('"') { self.quoted().is_some() } else { self.atom(false) };
            if !found {
                // Nothing at all is a name too, but a mark that is none is not.
                return words > 0 || self.rest.is_empty();
            }
            words += 1;
        }
    }

    /// Reads an address of a host in brackets.
    fn literal(&mut self) -> bool {
        let Some((inner, rest)) = self.rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) else {
            return false;
        };
        self.rest = rest;
        parse_ip(inner).is_some()
    }
}
