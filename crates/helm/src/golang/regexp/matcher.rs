//! One expression as an automaton: a plain one for the few short texts that a chart has, a fast one for more.

use std::cell::{Cell, OnceCell};

use regex_automata::{
    meta::{Config, Regex},
    util::{captures::Captures, syntax},
};

/// Memory that a compiled expression may take; Go limits repetitions to 1000, which stays below it.
const SIZE_LIMIT: usize = 32 << 20;

/// Memory that the states of one expression may take while it runs.
const STATES_LIMIT: usize = 512 << 10;

/// How deep an expression may nest: each group of Go's thousand may be repeated.
const NEST_LIMIT: u32 = 3_000;

/// Bytes that are searched with the plain automaton: what searching them faster saves is less than what compiling for it costs.
const FEW: usize = 2 << 10;

/// A compiled expression.
#[derive(Debug)]
pub(super) struct Matcher {
    text: String,
    unicode: bool,
    plain: Regex,
    /// Where the expression is too large for it, the plain one serves.
    fast: OnceCell<Option<Regex>>,
    /// How many bytes were searched.
    searched: Cell<usize>,
}

impl Matcher {
    /// Compiles an expression in the language of `regex-syntax`; nothing where it cannot be read, or is too large.
    pub(super) fn new(text: &str, unicode: bool) -> Option<Self> {
        let plain = build(text, unicode, Config::new().hybrid(false).dfa(false).onepass(false).auto_prefilter(false))?;
        Some(Self { text: text.to_owned(), unicode, plain, fast: OnceCell::new(), searched: Cell::new(0) })
    }

    pub(super) fn is_match(&self, text: &[u8]) -> bool {
        self.regex(text).is_match(text)
    }

    /// Returns where the first match begins and ends.
    pub(super) fn find(&self, text: &[u8]) -> Option<(usize, usize)> {
        self.find_iter(text).next()
    }

    /// Returns where each match begins and ends; they do not overlap.
    pub(super) fn find_iter<'r>(&'r self, text: &'r [u8]) -> impl Iterator<Item = (usize, usize)> + 'r {
        self.regex(text).find_iter(text).map(|found| (found.start(), found.end()))
    }

    /// Returns each match with its groups.
    pub(super) fn captures_iter<'r>(&'r self, text: &'r [u8]) -> impl Iterator<Item = Captures> + 'r {
        self.regex(text).captures_iter(text)
    }

    fn regex(&self, text: &[u8]) -> &Regex {
        // The start of a search costs, too.
        let searched = self.searched.get().saturating_add(text.len()).saturating_add(16);
        self.searched.set(searched);
        if searched <= FEW {
            return &self.plain;
        }
        let fast = self.fast.get_or_init(|| build(&self.text, self.unicode, Config::new()));
        fast.as_ref().unwrap_or(&self.plain)
    }
}

fn build(text: &str, unicode: bool, config: Config) -> Option<Regex> {
    let config = config.nfa_size_limit(Some(SIZE_LIMIT)).hybrid_cache_capacity(STATES_LIMIT).utf8_empty(false);
    let syntax = syntax::Config::new().utf8(false).unicode(unicode).octal(false).nest_limit(NEST_LIMIT);
    Regex::builder().configure(config).syntax(syntax).build(text).ok()
}
