//! The classes of characters that have a name, as the `regex` crate must read them.

use super::syntax::{SyntaxError, error};

/// Reads a class such as `\d` or `\W`.
pub(super) fn perl_class(text: &str) -> Option<(String, &str)> {
    let class = match text.as_bytes() {
        [b'\\', b'd', ..] => "[0-9]",
        [b'\\', b'D', ..] => "[^0-9]",
        [b'\\', b's', ..] => r"[\t\n\x0C\r ]",
        [b'\\', b'S', ..] => r"[^\t\n\x0C\r ]",
        [b'\\', b'w', ..] => "[0-9A-Za-z_]",
        [b'\\', b'W', ..] => "[^0-9A-Za-z_]",
        _ => return None,
    };
    Some((class.to_owned(), &text[2..]))
}

/// Reads a class such as `[:alpha:]` or `[:^alpha:]`.
pub(super) fn named_class(text: &str) -> Result<Option<(&str, &str)>, SyntaxError> {
    const NAMES: [&str; 14] = [
        "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper",
        "word", "xdigit",
    ];
    let Some(body) = text.strip_prefix("[:") else { return Ok(None) };
    let Some(end) = body.find(":]") else { return Ok(None) };
    let whole = &text[..end + 4];
    if NAMES.contains(&body[..end].trim_start_matches('^')) && !body.starts_with("^^") {
        Ok(Some((whole, &text[end + 4..])))
    } else {
        error("invalid character class range", whole)
    }
}

/// Reads a class such as `\pL`, `\p{Greek}` or `\P{^Lu}`.
pub(super) fn unicode_class(text: &str) -> Result<Option<(String, &str)>, SyntaxError> {
    let Some(body) = text.strip_prefix("\\p").or_else(|| text.strip_prefix("\\P")) else { return Ok(None) };
    let mut negated = text.starts_with("\\P");
    let Some(first) = body.chars().next() else { return error("invalid character class range", text) };
    let (mut name, length) = match body.strip_prefix('{') {
        None => (&body[..first.len_utf8()], 2 + first.len_utf8()),
        Some(braced) => match braced.find('}') {
            Some(end) => (&braced[..end], end + 4),
            None => return error("invalid character class range", text),
        },
    };
    if let Some(bare) = name.strip_prefix('^') {
        (name, negated) = (bare, !negated);
    }
    let sign = if negated { 'P' } else { 'p' };
    let property = match name {
        "Any" => "Any".to_owned(),
        // No text contains surrogates.
        "Cs" => return Ok(Some((if negated { r"\p{Any}" } else { "[a&&b]" }.to_owned(), &text[length..]))),
        _ if CATEGORIES.contains(&name) => format!("gc={name}"),
        _ if name.len() > 2 && name.starts_with(|c: char| c.is_ascii_uppercase()) => format!("sc={name}"),
        _ => return error("invalid character class range", &text[..length]),
    };
    let class = format!("\\{sign}{{{property}}}");
    if regex_syntax::parse(&class).is_err() {
        return error("invalid character class range", &text[..length]);
    }
    Ok(Some((class, &text[length..])))
}

const CATEGORIES: [&str; 37] = [
    "C", "Cc", "Cf", "Co", "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N", "Nd", "Nl", "No", "P", "Pc",
    "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp", "Zs", "Cn", "LC",
];
