//! Tells what differs between runs of one program, which is random, from the rest of the text.

use std::collections::HashSet;

/// Whether `ours` has the lines of `texts`, but for what differs among these.
pub(crate) fn same_structure(texts: &[&str], ours: &str) -> bool {
    let texts: Vec<Vec<&str>> = texts.iter().map(|text| without_keys(text)).collect();
    let own = without_keys(ours);
    texts.iter().all(|lines| lines.len() == own.len())
        && own.iter().enumerate().all(|(at, own)| {
            let lines: Vec<&str> = texts.iter().map(|lines| lines[at]).collect();
            line_matches(&lines, own)
        })
}

/// Whether `ours` is what the lines have in common at both ends, with anything in between.
pub(crate) fn line_matches(lines: &[&str], ours: &str) -> bool {
    let Some((first, rest)) = lines.split_first() else { return false };
    if rest.iter().all(|line| line == first) {
        return *first == ours;
    }
    let start = rest.iter().map(|line| common(first.chars(), line.chars())).min().unwrap_or(0);
    let end = rest.iter().map(|line| common(first.chars().rev(), line.chars().rev())).min().unwrap_or(0);
    // Random words may begin alike: what stands in the word that differs does not count.
    let characters: Vec<char> = first.chars().collect();
    let start = (0..=start).rev().find(|at| *at == 0 || !in_word(characters[at - 1])).unwrap_or(0);
    let end = (0..=end).rev().find(|at| *at == 0 || !in_word(characters[characters.len() - at])).unwrap_or(0);
    let own: Vec<char> = ours.chars().collect();
    own.len() >= start + end
        && own[..start] == characters[..start]
        && own[own.len() - end..] == characters[characters.len() - end..]
}

/// Whether `ours` has the lines of `texts` in another order, but for words that no other run has.
pub(crate) fn same_lines(texts: &[&str], ours: &str) -> bool {
    let masked: Vec<Vec<String>> = (0..texts.len())
        .map(|at| {
            let others = texts.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, text)| *text);
            sorted_lines(texts[at], &words_of(others))
        })
        .collect();
    let own = sorted_lines(ours, &words_of(texts.iter().copied()));
    texts.len() > 1 && masked.contains(&own)
}

fn words_of<'t>(texts: impl Iterator<Item = &'t str>) -> HashSet<&'t str> {
    texts.flat_map(|text| text.split(|c| !in_word(c))).collect()
}

/// Returns the lines with every word replaced that is not `known`, sorted.
fn sorted_lines(text: &str, known: &HashSet<&str>) -> Vec<String> {
    let masked = |line: &&str| {
        let parts = line.split_inclusive(|c| !in_word(c)).map(|part| {
            let word = part.trim_end_matches(|c| !in_word(c));
            if known.contains(word) { part.to_owned() } else { part.replacen(word, "*", 1) }
        });
        parts.collect()
    };
    let mut lines: Vec<String> = without_keys(text).iter().map(masked).collect();
    lines.sort();
    lines
}

/// Returns the lines without the insides of PEM blocks, whose number varies with the key.
fn without_keys(text: &str) -> Vec<&str> {
    let mut inside = false;
    let outside = |line: &&str| {
        let was = inside;
        if line.contains("-----BEGIN ") && !line.contains("-----END ") {
            inside = true;
        } else if line.contains("-----END ") {
            inside = false;
            return true;
        }
        !was
    };
    text.split_inclusive('\n').filter(outside).collect()
}

fn common(one: impl Iterator<Item = char>, other: impl Iterator<Item = char>) -> usize {
    one.zip(other).take_while(|(one, other)| one == other).count()
}

/// Whether a character may be part of a random word: base64, hexadecimal, names.
fn in_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '+' | '/' | '=' | '_' | '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_varies_may_be_anything_and_the_rest_may_not() {
        assert!(line_matches(&["a: \"abc1\"", "a: \"abd2\""], "a: \"xyzzy\""));
        assert!(!line_matches(&["a: \"abc1\"", "a: \"abd2\""], "b: \"xyzzy\""));
        assert!(!line_matches(&["a: \"abc1\"", "a: \"abd2\""], "a: \"xyzzy"));
        assert!(!line_matches(&["a: 1", "a: 1"], "a: 2"));
    }

    #[test]
    fn keys_may_have_any_number_of_lines() {
        let key = |lines: &str| format!("a: |\n  -----BEGIN X-----\n{lines}  -----END X-----\nb: 1\n");
        let (one, other) = (key("  aa\n"), key("  bb\n  cc\n"));
        assert!(same_structure(&[&one, &other], &key("  dd\n  ee\n  ff\n")));
        assert!(!same_structure(&[&one, &other], &key("  dd\n").replace("b: 1", "b: 2")));
    }

    #[test]
    fn lines_may_come_in_any_order() {
        assert!(same_lines(&["a: x1\nb: 1\n", "b: 1\na: y2\n"], "b: 1\na: z3\n"));
        assert!(!same_lines(&["a: x1\nb: 1\n", "b: 1\na: y2\n"], "b: 1\na: z3\na: z3\n"));
        assert!(!same_lines(&["a: 1\nb: 1\n"], "b: 1\na: 1\n"));
    }
}
