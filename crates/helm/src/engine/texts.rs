use std::sync::{
    Arc, Mutex, OnceLock, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use foldhash::HashMap;
use towpath_gotmpl::{Error, Parsed, Str};

use crate::{Chart, Profile, functions::functions};

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

fn parse(name: &Str, text: &Arc<[u8]>, profile: Profile) -> Result<Parsed, Error> {
    Parsed::new(name, &Str::from(Arc::clone(text)), functions(profile))
}
