use std::sync::{
    Arc, Mutex, OnceLock, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use foldhash::{HashMap, HashSet};
use memchr::{memchr_iter, memchr2_iter, memmem};
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
        let name = Str::default();
        for file in &chart.templates {
            if done.load(Ordering::Relaxed) {
                return;
            }
            self.text(&file.data, profile).get_or_init(|| parse(&name, &file.data, profile).ok());
        }
        for subchart in &chart.subcharts {
            self.parse_ahead(subchart, profile, done);
        }
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

/// Templates of fewer bytes are not counted.
const SMALL: usize = 1 << 20;

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
    while let Some(start) = memmem::find(rest, b"{{") {
        let action = &rest[start + 2..];
        let end = memmem::find(action, b"}}").unwrap_or(action.len());
        n_parts += 2 + memchr_iter(b' ', &action[..end]).count() + memchr2_iter(b'.', b'(', &action[..end]).count();
        rest = &action[end..];
    }
    n_parts
}

fn parse(name: &Str, text: &Arc<[u8]>, profile: Profile) -> Result<Parsed, Error> {
    Parsed::new(name, &Str::from(Arc::clone(text)), functions(profile))
}
