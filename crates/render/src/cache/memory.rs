use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use towpath_model::{Digest, FileTree};

use super::page::{Candidate, merged};

/// Results of this process, bounded: what was used longest ago goes first.
#[derive(Debug)]
pub(super) struct Memory {
    limit: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    pages: HashMap<Digest, Page>,
    /// Keys in the order of use.
    used: BTreeMap<u64, Digest>,
    clock: u64,
    bytes: usize,
}

#[derive(Debug, Default)]
struct Page {
    candidates: Vec<Candidate>,
    results: HashMap<Digest, Arc<[u8]>>,
    used: u64,
}

impl Memory {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, kept: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get(&self, key: Digest, tree: &FileTree) -> Option<Arc<[u8]>> {
        let candidates = self.lock().pages.get(&key)?.candidates.clone();
        // Files are looked at without the lock: that may take a while.
        let result = candidates.iter().find(|candidate| candidate.holds(tree))?.result;
        let mut kept = self.lock();
        kept.touch(key);
        kept.pages.get(&key)?.results.get(&result).cloned()
    }

    pub(super) fn put(&self, key: Digest, candidate: Candidate, result: &Arc<[u8]>) {
        if result.len() > self.limit {
            return;
        }
        let mut kept = self.lock();
        kept.touch(key);
        let page = kept.pages.entry(key).or_default();
        let before: usize = page.results.values().map(|result| result.len()).sum();
        page.results.insert(candidate.result, Arc::clone(result));
        page.candidates = merged(candidate, &page.candidates);
        page.results.retain(|digest, _| page.candidates.iter().any(|candidate| candidate.result == *digest));
        let after: usize = page.results.values().map(|result| result.len()).sum();
        kept.bytes = kept.bytes + after - before;
        kept.make_room(self.limit);
    }
}

impl Kept {
    fn touch(&mut self, key: Digest) {
        self.clock += 1;
        let page = self.pages.entry(key).or_default();
        self.used.remove(&page.used);
        page.used = self.clock;
        self.used.insert(self.clock, key);
    }

    fn make_room(&mut self, limit: usize) {
        while self.bytes > limit
            && let Some((_, key)) = self.used.pop_first()
        {
            let page = self.pages.remove(&key).unwrap_or_default();
            self.bytes -= page.results.values().map(|result| result.len()).sum::<usize>();
        }
    }
}

#[cfg(test)]
mod tests {
    use towpath_model::TreePath;

    use super::*;

    #[test]
    fn what_was_used_longest_ago_goes_first() {
        let tree = FileTree::from_files([("a", b"x".as_slice())]).unwrap();
        tree.file(&TreePath::parse("a").unwrap()).unwrap();
        let memory = Memory::new(25);
        let put = |name: &str| {
            let result: Arc<[u8]> = name.repeat(10).into_bytes().into();
            memory.put(Digest::of(name.as_bytes()), Candidate::of(&tree, &result).unwrap(), &result);
        };
        let has = |name: &str| memory.get(Digest::of(name.as_bytes()), &tree).is_some();
        put("1");
        put("2");
        assert!(has("1"));
        put("3");
        assert!(has("1") && !has("2") && has("3"));
        put("long");
        assert!(!has("long") && has("3"));
    }
}
