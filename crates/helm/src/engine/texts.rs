use std::sync::{
    Arc, Mutex, OnceLock, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use foldhash::{HashMap, HashSet};
use memchr::{memchr, memmem};
use towpath_gotmpl::{Error, Parsed, Str};

use crate::{Chart, HelmError, Profile, error::Problem, functions::functions};

/// Bytes of text that are kept parsed; beyond it the store begins anew.
const MOST_BYTES: usize = 256 << 20;

/// Texts of templates, each parsed once for all charts, environments and threads.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// By the text itself, so that a library chart is parsed once however often it is vendored.
    texts: [HashMap<Arc<[u8]>, Arc<Text>>; 2],
    bytes: usize,
}

/// What becomes of one text; nothing where it is no template, since its error names the file.
type Text = OnceLock<Option<Parsed>>;

impl Texts {
    /// Returns `text` as a parsed template of the file `name`.
    ///
    /// # Errors
    /// When it is no template.
    pub(super) fn parsed(&self, name: &Str, text: &Arc<[u8]>, profile: Profile) -> Result<Parsed, Error> {
        let known = self.text(text, profile);
        if let Some(parsed) = known.get_or_init(|| parse(name, text, profile).ok()) {
            return Ok(parsed.clone());
        }
        parse(name, text, profile)
    }

    /// Parses the texts of `chart` and its subcharts while another thread prepares the values, until that one is done.
    pub(crate) fn parse_ahead(&self, chart: &Chart, profile: Profile, done: &AtomicBool) {
        for file in &chart.templates {
            if done.load(Ordering::Relaxed) {
                return;
            }
            self.parse(&file.data, profile);
        }
        for subchart in &chart.subcharts {
            self.parse_ahead(subchart, profile, done);
        }
    }

    /// Parses a text whose file is not known yet.
    pub(crate) fn parse(&self, text: &Arc<[u8]>, profile: Profile) {
        self.text(text, profile).get_or_init(|| parse(&Str::default(), text, profile).ok());
    }

    /// Refuses charts whose templates are too large to be parsed; texts that stand in several charts count once.
    ///
    /// # Errors
    /// When they are.
    pub(crate) fn check_size(chart: &Chart) -> Result<(), HelmError> {
        let mut texts = Vec::new();
        collect(chart, &mut texts);
        if texts.iter().map(|text| text.len()).sum::<usize>() < SMALL {
            return Ok(());
        }
        let distinct: HashSet<&[u8]> = texts.into_iter().collect();
        if distinct.into_iter().map(n_parts).sum::<usize>() <= MOST_PARTS {
            return Ok(());
        }
        let message = format!("the templates of the chart and its subcharts have more than {MOST_PARTS} parts");
        Err(HelmError::Chart(Problem::new(message).hint("data belongs into values or into files that `.Files` reads")))
    }

    fn text(&self, text: &Arc<[u8]>, profile: Profile) -> Arc<Text> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept.texts[profile as usize].get(text) {
            return Arc::clone(known);
        }
        if kept.bytes + text.len() > MOST_BYTES {
            *kept = Kept::default();
        }
        kept.bytes += text.len();
        let new = Arc::<Text>::default();
        kept.texts[profile as usize].insert(Arc::clone(text), Arc::clone(&new));
        new
    }
}

/// Templates of fewer bytes are not counted: a part takes two at least.
pub(crate) const SMALL: usize = 2 * MOST_PARTS;

/// Actions, names, calls and arguments; each takes about 100 bytes.
const MOST_PARTS: usize = 1_000_000;

fn collect<'c>(chart: &'c Chart, texts: &mut Vec<&'c [u8]>) {
    texts.extend(chart.templates.iter().map(|file| &*file.data));
    for subchart in &chart.subcharts {
        collect(subchart, texts);
    }
}

/// Returns about how many parts the actions of a text have.
fn n_parts(text: &[u8]) -> usize {
    let mut n_parts = 0;
    let mut rest = text;
    while let Some(start) = memchr(b'{', rest) {
        rest = &rest[start + 1..];
        let Some(action) = rest.strip_prefix(b"{") else { continue };
        let content = action.strip_prefix(b"-").unwrap_or(action).trim_ascii_start();
        if content.starts_with(b"/*") {
            rest = memmem::find(content, b"*/").map_or(&[], |end| &content[end..]);
            continue;
        }
        n_parts += 2;
        let mut bytes = action.iter();
        while let Some(byte) = bytes.next() {
            match byte {
                b' ' | b'\t' | b'\n' | b'.' | b'(' => n_parts += 1,
                b'}' if bytes.as_slice().first() == Some(&b'}') => break,
                b'"' | b'\'' | b'`' => skip_quoted(&mut bytes, *byte),
                _ => {}
            }
        }
        rest = bytes.as_slice();
    }
    n_parts
}

fn skip_quoted(bytes: &mut std::slice::Iter<'_, u8>, quote: u8) {
    while let Some(byte) = bytes.next() {
        match *byte {
            b'\\' if quote != b'`' => drop(bytes.next()),
            byte if byte == quote => return,
            _ => {}
        }
    }
}

fn parse(name: &Str, text: &Arc<[u8]>, profile: Profile) -> Result<Parsed, Error> {
    Parsed::new(name, &Str::from(Arc::clone(text)), functions(profile))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_counted_in_actions_alone() {
        assert_eq!(n_parts(b"a . b {{ .a.b }} . . {{- (c) -}}"), 11);
        assert_eq!(n_parts(b"{ . } {{/* it's . . */}}{{- /* . . */ -}}{{x}}"), 2);
        assert_eq!(n_parts(br#"{{print "}} . \" . " `}} . \` . '"' .}} . ."#), 9);
        assert_eq!(n_parts(b"{{ \" . . "), 3, "what is open ends with the text");
    }
}
