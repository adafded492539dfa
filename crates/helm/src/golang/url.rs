/// The parts of a URL as Go's `net/url` splits and joins them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Url {
    pub(crate) scheme: String,
    pub(crate) opaque: String,
    /// User and password, encoded.
    pub(crate) userinfo: Option<String>,
    pub(crate) host: String,
    /// Decoded.
    pub(crate) path: String,
    pub(crate) query: String,
    /// Whether a `?` with nothing behind it ends the URL.
    pub(crate) force_query: bool,
    /// Decoded.
    pub(crate) fragment: String,
}

/// Which part of a URL is escaped: each leaves other characters alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Path,
    User,
    Host,
    Fragment,
}

impl Url {
    /// Returns the parts of `text`; the error is Go's message without `parse "…": `.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if text.bytes().any(|byte| byte < 0x20 || byte == 0x7f) {
            return Err("net/url: invalid control character in URL".to_owned());
        }
        let (rest, fragment) = text.split_once('#').unwrap_or((text, ""));
        let mut url = Self { fragment: unescape(fragment, Part::Fragment)?, ..Self::default() };
        if rest == "*" {
            "*".clone_into(&mut url.path);
            return Ok(url);
        }
        let (scheme, mut rest) = scheme_of(rest)?;
        url.scheme = scheme.to_ascii_lowercase();
        if rest.ends_with('?') && rest.matches('?').count() == 1 {
            url.force_query = true;
            rest = &rest[..rest.len() - 1];
        } else if let Some((before, query)) = rest.split_once('?') {
            (rest, url.query) = (before, query.to_owned());
        }
        if !rest.starts_with('/') {
            if !url.scheme.is_empty() {
                rest.clone_into(&mut url.opaque);
                return Ok(url);
            }
            if rest.split('/').next().is_some_and(|first| first.contains(':')) {
                return Err("first path segment in URL cannot contain colon".to_owned());
            }
        }
        if let Some(authority) = rest.strip_prefix("//")
            && (!url.scheme.is_empty() || !authority.starts_with('/'))
        {
            let (authority, path) = authority.split_at(authority.find('/').unwrap_or(authority.len()));
            rest = path;
            url.set_authority(authority)?;
        }
        url.path = unescape(rest, Part::Path)?;
        Ok(url)
    }

    /// Returns the host without its port and without the brackets of an address.
    pub(crate) fn hostname(&self) -> &str {
        let host = match self.host.rfind(':') {
            Some(at) if self.host[at + 1..].bytes().all(|byte| byte.is_ascii_digit()) => &self.host[..at],
            _ => &self.host,
        };
        host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
    }

    /// Returns the URL that `reference` names as seen from this one: RFC 3986, section 5.2.
    pub(crate) fn resolve(&self, reference: &Self) -> Self {
        let mut url = reference.clone();
        if !reference.scheme.is_empty() {
            url.path = resolve_path(&url.path, "");
            return url;
        }
        url.scheme.clone_from(&self.scheme);
        if !reference.host.is_empty() || reference.userinfo.is_some() {
            url.path = resolve_path(&url.path, "");
            return url;
        }
        if reference.path.is_empty() && !reference.force_query && reference.query.is_empty() {
            url.query.clone_from(&self.query);
            if reference.fragment.is_empty() {
                url.fragment.clone_from(&self.fragment);
            }
        }
        if !self.opaque.is_empty() {
            if reference.path.is_empty() {
                url.opaque.clone_from(&self.opaque);
            }
            return url;
        }
        url.host.clone_from(&self.host);
        url.userinfo.clone_from(&self.userinfo);
        url.path = resolve_path(&self.path, &reference.path);
        url
    }

    fn set_authority(&mut self, authority: &str) -> Result<(), String> {
        let host = match authority.rsplit_once('@') {
            None => authority,
            Some((user, host)) => {
                let allowed = |c: char| c.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(c);
                if !user.chars().all(allowed) {
                    return Err("net/url: invalid userinfo".to_owned());
                }
                let (name, password) = user.split_once(':').map_or((user, None), |(name, word)| (name, Some(word)));
                let mut userinfo = escape(&unescape(name, Part::User)?, Part::User);
                if let Some(password) = password {
                    userinfo = format!("{userinfo}:{}", escape(&unescape(password, Part::User)?, Part::User));
                }
                self.userinfo = Some(userinfo);
                host
            }
        };
        let port = match host.strip_prefix('[') {
            Some(inner) => {
                let end = inner.rfind(']').ok_or("missing ']' in host")?;
                &inner[end + 1..]
            }
            None => host.rfind(':').map_or("", |at| &host[at..]),
        };
        if !(port.is_empty() || (port.starts_with(':') && port[1..].bytes().all(|byte| byte.is_ascii_digit()))) {
            return Err(format!("invalid port {} after host", super::quote(port)));
        }
        self.host = unescape(host, Part::Host)?;
        Ok(())
    }
}

impl std::fmt::Display for Url {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.scheme.is_empty() {
            write!(f, "{}:", self.scheme)?;
        }
        if self.opaque.is_empty() {
            let has_user = self.userinfo.is_some();
            if !self.scheme.is_empty() || !self.host.is_empty() || has_user {
                if !self.host.is_empty() || !self.path.is_empty() || has_user {
                    f.write_str("//")?;
                }
                if let Some(user) = &self.userinfo {
                    write!(f, "{user}@")?;
                }
                f.write_str(&escape(&self.host, Part::Host))?;
            }
            let path = if self.path == "*" { "*".to_owned() } else { escape(&self.path, Part::Path) };
            if !path.is_empty() && !path.starts_with('/') && !self.host.is_empty() {
                f.write_str("/")?;
            }
            let bare = self.scheme.is_empty() && self.host.is_empty() && !has_user;
            if bare && path.split('/').next().is_some_and(|first| first.contains(':')) {
                f.write_str("./")?;
            }
            f.write_str(&path)?;
        } else {
            f.write_str(&self.opaque)?;
        }
        if self.force_query || !self.query.is_empty() {
            write!(f, "?{}", self.query)?;
        }
        if !self.fragment.is_empty() {
            write!(f, "#{}", escape(&self.fragment, Part::Fragment))?;
        }
        Ok(())
    }
}

/// Returns `reference` below the folder of `base`, without `.` and `..`.
fn resolve_path(base: &str, reference: &str) -> String {
    let full = if reference.is_empty() {
        base.to_owned()
    } else if reference.starts_with('/') {
        reference.to_owned()
    } else {
        format!("{}{reference}", &base[..base.rfind('/').map_or(0, |at| at + 1)])
    };
    if full.is_empty() {
        return full;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in full.split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let mut path = parts.join("/");
    if full.ends_with("/.") || full.ends_with("/..") || full == "." || full == ".." {
        path.push('/');
    }
    format!("/{}", path.trim_start_matches('/'))
}

fn scheme_of(text: &str) -> Result<(&str, &str), String> {
    for (at, c) in text.char_indices() {
        match c {
            'a'..='z' | 'A'..='Z' => {}
            '0'..='9' | '+' | '-' | '.' if at > 0 => {}
            ':' if at == 0 => return Err("missing protocol scheme".to_owned()),
            ':' => return Ok((&text[..at], &text[at + 1..])),
            _ => break,
        }
    }
    Ok(("", text))
}

fn unescape(text: &str, part: Part) -> Result<String, String> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'%' {
            let digits = bytes.get(at + 1..at + 3).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
            let Some(digits) = digits else {
                let shown = String::from_utf8_lossy(&bytes[at..bytes.len().min(at + 3)]).into_owned();
                return Err(format!("invalid URL escape {}", super::quote(&shown)));
            };
            let value = digits.iter().fold(0, |value, digit| value * 16 + hex_value(*digit));
            // RFC 6874: in a host only bytes beyond ASCII may be escaped, and the `%` before a zone.
            if part == Part::Host && value < 0x80 && digits != b"25" {
                let shown = String::from_utf8_lossy(&bytes[at..at + 3]).into_owned();
                return Err(format!("invalid URL escape {}", super::quote(&shown)));
            }
            out.push(value);
            at += 3;
        } else {
            if part == Part::Host && bytes[at] < 0x80 && must_escape(bytes[at], part) {
                let shown = super::quote(&char::from(bytes[at]).to_string());
                return Err(format!("invalid character {shown} in host name"));
            }
            out.push(bytes[at]);
            at += 1;
        }
    }
    Ok(String::from_utf8_lossy(&out).into_owned())
}

fn hex_value(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => digit.wrapping_sub(b'A') + 10,
    }
}

fn escape(text: &str, part: Part) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if must_escape(byte, part) {
            out.push_str(&format!("%{byte:02X}"));
        } else {
            out.push(char::from(byte));
        }
    }
    out
}

/// Source: `shouldEscape` in Go's `net/url`.
fn must_escape(byte: u8, part: Part) -> bool {
    if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
        return false;
    }
    let unescaped: &[u8] = match part {
        Part::Path => b"$&+,/:;=@",
        Part::User => b"$&+,;=",
        Part::Host => b"!$&'()*+,;=:[]<>\"",
        Part::Fragment => b"$&+,/:;=?@!()*",
    };
    !unescaped.contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_split_and_join_as_in_go() {
        let url = Url::parse("HTTPS://us%65r:p%40ss@example.com:8080/a%20b/c?x=1#f%20g").unwrap();
        assert_eq!(url.scheme, "https");
        assert_eq!(url.userinfo.as_deref(), Some("user:p%40ss"));
        assert_eq!(
            (url.host.as_str(), url.hostname(), url.path.as_str()),
            ("example.com:8080", "example.com", "/a b/c")
        );
        assert_eq!(url.to_string(), "https://user:p%40ss@example.com:8080/a%20b/c?x=1#f%20g");
        assert_eq!(Url::parse("mailto:a@b").unwrap().opaque, "a@b");
        assert_eq!(Url::parse(":x").unwrap_err(), "missing protocol scheme");
        assert_eq!(Url::parse("http://a:b").unwrap_err(), "invalid port \":b\" after host");
        assert_eq!(Url::parse("%zz").unwrap_err(), "invalid URL escape \"%zz\"");
    }
}
