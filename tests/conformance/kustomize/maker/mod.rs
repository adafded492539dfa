//! Trees of kustomizations that follow from a seed.
//!
//! Most can be built; each also has a small chance of things that kustomize refuses.

mod fields;
mod generators;
mod json_patches;
mod kinds;
mod layout;
mod merge_patches;
mod replacements;
mod resources;
mod scalars;
mod tables;
mod workloads;

use std::collections::BTreeMap;

/// Contents by path.
type Files = BTreeMap<String, String>;

/// A resource that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Made {
    kind: &'static str,
    api: &'static str,
    name: &'static str,
}

/// Makes one tree; its build starts in `overlay`.
pub(crate) struct Maker {
    state: u64,
    made: Vec<Made>,
    files: Files,
    n_patches: usize,
    /// Whether the base is used twice, so that kinds whose names stay the same would collide.
    is_doubled: bool,
}

impl Maker {
    pub(crate) fn new(seed: u64) -> Self {
        let state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut maker = Self { state, made: Vec::new(), files: Files::new(), n_patches: 0, is_doubled: false };
        maker.below(2);
        maker
    }

    fn below(&mut self, end: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        usize::try_from(self.state >> 33).expect("31 bits") % end
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// Returns the text with this chance, else nothing.
    fn maybe(&mut self, n: usize, text: &'static str) -> &'static str {
        if self.one_in(n) { text } else { "" }
    }

    fn name(&mut self) -> &'static str {
        self.pick(&["web", "api", "db"])
    }

    /// Returns one of the resources made so far whose kind is among these.
    fn made_of(&mut self, kinds: &[&str]) -> Option<Made> {
        let all: Vec<Made> = self.made.iter().copied().filter(|made| kinds.contains(&made.kind)).collect();
        if all.is_empty() { None } else { Some(self.pick(&all)) }
    }

    fn write(&mut self, path: &str, text: String) {
        self.files.insert(path.to_owned(), text);
    }
}

/// The kinds that have a template of pods at `spec/template`.
const WORKLOADS: &[&str] = &["Deployment", "StatefulSet", "DaemonSet", "Job"];
