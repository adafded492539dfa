use memchr::memmem;

use crate::Profile;

/// Returns the documents of `text`, without the empty ones.
///
/// Helm 4 cuts at every line that begins with `---` and leaves white space at the end of a document; Helm 3 cuts where such a
/// line follows another and trims both ends.
/// Source: `SplitManifests` in Helm's `pkg/release/v1/util` and `pkg/releaseutil`.
pub(crate) fn split(text: &str, profile: Profile) -> Vec<&str> {
    match profile {
        Profile::Helm4 => split_at_lines(text.trim_start()),
        Profile::Helm3 => split_between_lines(text.trim()),
    }
}

fn split_at_lines(text: &str) -> Vec<&str> {
    let mut documents = Vec::new();
    let mut push = |document: &'_ str, range: (usize, usize)| {
        if !document.trim().is_empty() {
            documents.push(range);
        }
    };
    let mut start = 0;
    for at in memmem::find_iter(text.as_bytes(), "---") {
        if at >= start && (at == 0 || text.as_bytes()[at - 1] == b'\n') {
            push(&text[start..at], (start, at));
            let rest = &text[at + 3..];
            start = at + 3 + (rest.len() - rest.trim_start_matches([' ', '\t']).len());
        }
    }
    push(&text[start..], (start, text.len()));
    documents.into_iter().map(|(start, end)| text[start..end].trim_start()).collect()
}

fn split_between_lines(text: &str) -> Vec<&str> {
    let is_space = |c: char| matches!(c, ' ' | '\t' | '\n' | '\u{c}' | '\r');
    let mut documents = Vec::new();
    let (mut start, mut search) = (0, 0);
    while let Some(found) = text[search..].find("---") {
        let at = search + found;
        // The line break before it must not belong to the separator before.
        let begins_line = at == 0 || (at > start && text[..at].ends_with('\n'));
        if !begins_line {
            search = at + 1;
            continue;
        }
        documents.push(text[start..at].trim());
        let rest = &text[at + 3..];
        start = text.len() - rest.trim_start_matches(is_space).len();
        search = start;
    }
    documents.push(text[start..].trim());
    documents.retain(|document| !document.is_empty());
    documents
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_cut_as_each_release_does() {
        let text = "\n---\na: 1\n\n---   \n# two\nb: 2\n--- c\n---\n---\nd: |\n  x\n\n";
        assert_eq!(split(text, Profile::Helm4), ["a: 1\n\n", "# two\nb: 2\n", "c\n", "d: |\n  x\n\n"]);
        assert_eq!(split(text, Profile::Helm3), ["a: 1", "# two\nb: 2", "c", "---\nd: |\n  x"]);
        assert_eq!(split("a: 1\n----\nb: 2", Profile::Helm4), ["a: 1\n", "-\nb: 2"]);
        assert_eq!(split("a: x---y\n", Profile::Helm3), ["a: x---y"]);
    }
}
