//! The case conversions of Sprig's string libraries, which cut words in their own way.
//!
//! Source: `huandu/xstrings` 1.5.0 and `Masterminds/goutils` 1.1.1.

/// Returns `text` in upper camel case; leading connectors stay.
pub(crate) fn pascal_case(text: &str) -> String {
    let mut characters = text.chars();
    let mut out = String::with_capacity(text.len());
    let mut current = loop {
        let Some(c) = characters.next() else {
            // The library writes the last of nothing but connectors twice.
            out.extend(text.chars().next_back());
            return out;
        };
        if !is_connector(c) {
            break c;
        }
        out.push(c);
    };
    let mut upper_run = current.is_uppercase();
    current = to_upper(current);
    for next in characters {
        let (previous, mut next) = (current, next);
        if is_connector(next) && is_connector(previous) {
            out.push(previous);
        } else if is_connector(previous) {
            upper_run = next.is_uppercase();
            next = to_upper(next);
        } else {
            if upper_run && next.is_uppercase() {
                next = to_lower(next);
            } else if upper_run {
                upper_run = false;
            }
            out.push(previous);
        }
        current = next;
    }
    out.push(current);
    out
}

/// Returns `text` in lower case with `connector` between its words.
pub(crate) fn delimited_case(text: &str, connector: char) -> String {
    if text.is_empty() {
        return String::new();
    }
    let mut out = String::with_capacity(text.len() + 8);
    let mut cursor = Cursor { rest: text };
    let (mut kind, mut word) = cursor.next_word();
    while !cursor.rest.is_empty() {
        if kind != Word::Connector {
            push_lower(&mut out, kind, word, connector);
        }
        let (previous, last) = (kind, word);
        (kind, word) = cursor.next_word();
        match previous {
            Word::Number => (kind, word) = cursor.number_tail(&mut out, kind, word, connector),
            Word::Connector => push_lower(&mut out, previous, last, connector),
            Word::Punctuation => {}
            _ if kind != Word::Number => {
                if !matches!(kind, Word::Connector | Word::Punctuation) {
                    out.push(connector);
                }
            }
            _ if cursor.rest.is_empty() => {}
            _ => {
                let number = word;
                (kind, word) = cursor.next_word();
                if kind == Word::Alphabet {
                    out.push(connector);
                    push_lower(&mut out, Word::Number, number, connector);
                    (kind, word) = cursor.number_tail(&mut out, kind, word, connector);
                } else {
                    push_lower(&mut out, Word::Number, number, connector);
                    if !matches!(kind, Word::Connector | Word::Punctuation) {
                        out.push(connector);
                    }
                }
            }
        }
    }
    push_lower(&mut out, kind, word, connector);
    out
}

/// Returns `text` with upper and lower case swapped; a lower-case letter at the start of a word becomes a capital.
pub(crate) fn swap_case(text: &str) -> String {
    let mut after_space = true;
    text.chars()
        .map(|c| {
            if c.is_uppercase() || is_title(c) {
                after_space = false;
                to_lower(c)
            } else if c.is_lowercase() {
                if std::mem::take(&mut after_space) { to_title(c) } else { to_upper(c) }
            } else {
                after_space = c.is_whitespace();
                c
            }
        })
        .collect()
}

/// Returns `text` with the first letter of each word in lower case.
pub(crate) fn uncapitalize(text: &str) -> String {
    let mut start = true;
    text.chars()
        .map(|c| {
            if c.is_whitespace() {
                start = true;
                c
            } else if std::mem::take(&mut start) {
                to_lower(c)
            } else {
                c
            }
        })
        .collect()
}

/// Returns `text` with each letter behind a non-letter in title case, as Go's deprecated `strings.Title`.
pub(crate) fn title(text: &str) -> String {
    let mut previous = ' ';
    text.chars()
        .map(|c| {
            let out = if is_separator(previous) { to_title(c) } else { c };
            previous = c;
            out
        })
        .collect()
}

/// Returns the Unicode upper case of one character where it is one character.
pub(crate) fn to_upper(c: char) -> char {
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(upper), None) => upper,
        _ => c,
    }
}

/// Returns the Unicode lower case of one character where it is one character.
pub(crate) fn to_lower(c: char) -> char {
    // Go maps the dotted capital I to a plain i, Unicode's full mapping adds a combining dot.
    if c == 'İ' {
        return 'i';
    }
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(lower), None) => lower,
        _ => c,
    }
}

/// Returns the title case of one character: that of two letters in one capitalizes the first alone, and Georgian has none.
fn to_title(c: char) -> char {
    match c {
        'Ǆ' | 'ǅ' | 'ǆ' => 'ǅ',
        'Ǉ' | 'ǈ' | 'ǉ' => 'ǈ',
        'Ǌ' | 'ǋ' | 'ǌ' => 'ǋ',
        'Ǳ' | 'ǲ' | 'ǳ' => 'ǲ',
        '\u{10d0}'..='\u{10ff}' => c,
        c => to_upper(c),
    }
}

fn is_title(c: char) -> bool {
    matches!(c, 'ǅ' | 'ǈ' | 'ǋ' | 'ǲ')
}

/// Whether `c` separates words for `strings.Title`.
fn is_separator(c: char) -> bool {
    if c.is_ascii() {
        return !(c.is_ascii_alphanumeric() || c == '_');
    }
    !(c.is_alphabetic() || c.is_numeric()) && c.is_whitespace()
}

fn is_connector(c: char) -> bool {
    c == '-' || c == '_' || c.is_whitespace()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    Invalid,
    Number,
    UpperCase,
    Alphabet,
    Connector,
    Punctuation,
    Other,
}

struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    /// Takes the words that belong to a number and returns the first that does not.
    fn number_tail(&mut self, out: &mut String, mut kind: Word, mut word: &'a str, connector: char) -> (Word, &'a str) {
        while matches!(kind, Word::Alphabet | Word::Number) {
            push_lower(out, kind, word, connector);
            (kind, word) = self.next_word();
        }
        if !matches!(kind, Word::Invalid | Word::Punctuation | Word::Connector) {
            out.push(connector);
        }
        (kind, word)
    }

    fn next_word(&mut self) -> (Word, &'a str) {
        let text = self.rest;
        let Some(first) = text.chars().next() else { return (Word::Invalid, "") };
        let run = |belongs: &dyn Fn(char) -> bool| text.find(|c| !belongs(c)).unwrap_or(text.len());
        let (kind, length) = if is_connector(first) {
            (Word::Connector, run(&is_connector))
        } else if is_punctuation(first) {
            (Word::Punctuation, run(&is_punctuation))
        } else if first.is_uppercase() {
            (Word::UpperCase, upper_word(text))
        } else if is_letter(first) {
            (Word::Alphabet, run(&|c| is_letter(c) && !c.is_uppercase()))
        } else if first.is_numeric() {
            (Word::Number, run(&char::is_numeric))
        } else {
            let other = |c: char| !(is_connector(c) || is_letter(c) || c.is_numeric() || is_punctuation(c));
            (Word::Other, run(&other))
        };
        self.rest = &text[length..];
        (kind, &text[..length])
    }
}

/// Returns the length of a word that begins in upper case: `Name`, or `HTTP` of `HTTPStatus`.
fn upper_word(text: &str) -> usize {
    let mut characters = text.char_indices().skip(1).peekable();
    match characters.peek() {
        Some(&(_, second)) if second.is_uppercase() => {
            let mut previous = 0;
            for (at, c) in characters {
                if !c.is_uppercase() {
                    return if is_letter(c) { previous } else { at };
                }
                previous = at;
            }
            text.len()
        }
        Some(&(_, second)) if is_letter(second) => {
            characters.find(|(_, c)| !is_letter(*c) || c.is_uppercase()).map_or(text.len(), |(at, _)| at)
        }
        Some(&(at, _)) => at,
        None => text.len(),
    }
}

fn push_lower(out: &mut String, kind: Word, word: &str, connector: char) {
    match kind {
        Word::UpperCase => out.extend(word.chars().map(to_lower)),
        Word::Connector => {
            for _ in word.chars() {
                out.push(connector);
            }
        }
        _ => out.push_str(word),
    }
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic() && !('\u{3400}'..='\u{9fff}').contains(&c)
}

/// Unicode's categories P*, which in ASCII are these.
fn is_punctuation(c: char) -> bool {
    if c.is_ascii() {
        return matches!(c, '!'..='#' | '%'..='*' | ','..='/' | ':' | ';' | '?' | '@' | '['..=']' | '_' | '{' | '}');
    }
    matches!(c, '¡' | '§' | '«' | '¶' | '·' | '»' | '¿' | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}' | '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_convert_as_the_libraries_do() {
        for (input, pascal, snake) in [
            ("some_words", "SomeWords", "some_words"),
            ("http_server", "HttpServer", "http_server"),
            ("_complex__case_", "_Complex_Case_", "_complex__case_"),
            ("GOLANG_IS_GREAT", "GolangIsGreat", "golang_is_great"),
            ("FirstName", "FirstName", "first_name"),
            ("HTTPServer", "", "http_server"),
            ("http2xx", "Http2xx", "http_2xx"),
            ("HTTP20xOK", "", "http_20x_ok"),
            ("Duration2m3s", "Duration2m3s", "duration_2m3s"),
            ("Bld4Floor3rd", "Bld4Floor3rd", "bld4_floor_3rd"),
            ("GO PATH", "GoPath", "go_path"),
        ] {
            if !pascal.is_empty() {
                assert_eq!(pascal_case(input), pascal, "{input}");
            }
            assert_eq!(delimited_case(input, '_'), snake, "{input}");
        }
        assert_eq!(swap_case("This Is a test"), "tHIS iS A TEST");
        assert_eq!(title("hello-world o'neil x_y"), "Hello-World O'Neil X_y");
    }
}
