use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::Digest;

fn path(text: &str) -> TreePath {
    TreePath::parse(text).unwrap()
}

/// Files that count how often they are loaded.
struct Counted {
    files: BTreeMap<String, Vec<u8>>,
    loaded: Arc<AtomicUsize>,
}

impl Source for Counted {
    fn load(&self, path: &TreePath) -> Result<Option<Entry>, SourceError> {
        if path.name() == "broken" {
            return Err(SourceError { path: path.clone(), source: Arc::new(std::fmt::Error) });
        }
        self.loaded.fetch_add(1, Ordering::Relaxed);
        self.files.load(path)
    }

    fn blob(&self, path: &TreePath) -> Result<Option<BlobId>, SourceError> {
        Ok((path.name() == "known").then_some(BlobId([self.files[path.as_str()][0]; 20])))
    }
}

fn counted(files: &[(&str, &str)]) -> (FileTree, Arc<AtomicUsize>) {
    let loaded = Arc::new(AtomicUsize::new(0));
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    (FileTree::new(Counted { files, loaded: Arc::clone(&loaded) }), loaded)
}

#[test]
fn a_probe_reads_nothing_and_is_recorded() {
    let tree = FileTree::from_files([("a/b.txt", b"xyz".as_slice())]).unwrap();
    let probe = |at: &str| tree.probe(&path(at)).unwrap();
    assert_eq!(probe("a/b.txt"), Some(Probe::File { bytes: 3 }));
    assert_eq!(probe("a"), Some(Probe::Directory));
    assert_eq!(probe("none"), None);
    assert_eq!(tree.kind(&path("a/b.txt")).unwrap(), Some(EntryKind::File));
    let reads = tree.reads();
    assert_eq!(reads.len(), 3);
    assert_eq!(reads[&path("a/b.txt")], Read::Probed(Probe::File { bytes: 3 }), "the stronger question is kept");
    assert_eq!(reads[&path("none")], Read::Absent);
}

#[test]
fn a_tree_records_what_it_reads_and_what_is_absent() {
    let tree = FileTree::from_files([("a/b.txt", b"x".as_slice()), ("a/c/d", b"y"), ("e", b"z")]).unwrap();
    let below = tree.below(&path("a"));
    assert_eq!(below.file(&path("b.txt")).unwrap().unwrap().as_ref(), b"x");
    assert_eq!(below.file(&path("none")).unwrap(), None);
    let reads = tree.reads();
    assert_eq!(reads.len(), 2, "only what was asked for: {reads:?}");
    assert_eq!(reads[&path("a/b.txt")], Read::File { digest: Digest::of(b"x"), blob: None });
    assert_eq!(reads[&path("a/none")], Read::Absent);
    let files: Vec<_> = tree.files_below(&TreePath::root()).unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(files, ["a/b.txt", "a/c/d", "e"]);
}

#[test]
fn renderings_share_what_is_loaded_and_not_what_is_recorded() {
    let (tree, loaded) = counted(&[("a", "1"), ("b", "2")]);
    tree.file(&path("a")).unwrap();
    let (one, other) = (tree.recording(), tree.recording());
    std::thread::scope(|scope| {
        scope.spawn(|| one.below(&path("")).file(&path("a")).unwrap());
        scope.spawn(|| other.clone().file(&path("b")).unwrap());
    });
    assert_eq!(loaded.load(Ordering::Relaxed), 2);
    let names = |tree: &FileTree| tree.reads().into_keys().map(|path| path.to_string()).collect::<Vec<_>>();
    assert_eq!((names(&tree), names(&one), names(&other)), (vec!["a".into()], vec!["a".into()], vec!["b".into()]));
    other.below(&path("a")).note_outside("a clock");
    one.add_reads_of(&other);
    assert!(one.outside().contains("a clock") && tree.outside().is_empty());
    one.add_reads_of(&one.clone());
    assert_eq!(names(&one), ["a", "b"]);
    assert_eq!(names(&one.recording()), [""; 0]);
}

#[test]
fn what_was_read_is_held_against_another_tree() {
    let files = [("d/x", "1"), ("d/y", "22"), ("known", "k")];
    let (tree, _) = counted(&files);
    tree.entry(&path("d")).unwrap();
    tree.file(&path("d/x")).unwrap();
    tree.probe(&path("d/y")).unwrap();
    tree.file(&path("known")).unwrap();
    tree.kind(&path("d/z")).unwrap();
    let reads = tree.reads();
    let broken = |files: &[(&str, &str)]| {
        let (present, _) = counted(files);
        let told: Vec<String> =
            reads.iter().filter(|(path, read)| !present.holds(path, read)).map(|(path, _)| path.to_string()).collect();
        assert!(present.reads().is_empty(), "a look back is no read");
        told.join(" ")
    };
    assert_eq!(broken(&files), "");
    assert_eq!(broken(&[("d/x", "2"), ("d/y", "33"), ("known", "k")]), "d/x", "what was probed may change");
    assert_eq!(broken(&[("d/x", "1"), ("d/y", "4444"), ("known", "k")]), "d/y");
    assert_eq!(broken(&[("d/x", "1"), ("d/y", "22"), ("known", "j")]), "known");
    assert_eq!(broken(&[("d/x", "1"), ("d/y", "22"), ("d/z", ""), ("known", "k")]), "d d/z");
    assert_eq!(broken(&[("d/x/a", "1"), ("d/y", "22"), ("known", "k")]), "d/x");
    assert_eq!(broken(&[("d", "x\0y"), ("known", "k")]), "d d/x d/y", "a file is no directory of the same bytes");
}

#[test]
fn a_file_that_git_knows_is_not_loaded_to_be_compared() {
    let (tree, _) = counted(&[("known", "k")]);
    tree.file(&path("known")).unwrap();
    let (present, loaded) = counted(&[("known", "k")]);
    assert!(tree.reads().iter().all(|(path, read)| present.holds(path, read)));
    assert_eq!(loaded.load(Ordering::Relaxed), 0);
    let elsewhere = FileTree::from_files([("known", b"k".as_slice())]).unwrap();
    assert!(
        tree.reads().iter().all(|(path, read)| elsewhere.holds(path, read)),
        "where git does not know it, it is read"
    );
}

/// Files of which one is known by its digest, which is that of what it held `before`.
struct Remembered {
    files: BTreeMap<String, Vec<u8>>,
    before: &'static str,
    noted: Arc<std::sync::Mutex<Vec<(String, Digest)>>>,
    loaded: Arc<AtomicUsize>,
}

impl Source for Remembered {
    fn load(&self, path: &TreePath) -> Result<Option<Entry>, SourceError> {
        self.loaded.fetch_add(1, Ordering::Relaxed);
        self.files.load(path)
    }

    fn digest(&self, path: &TreePath) -> Result<Option<Digest>, SourceError> {
        Ok((path.name() == "known").then(|| Digest::of(self.before.as_bytes())))
    }

    fn note_digest(&self, path: &TreePath, digest: Digest) {
        self.noted.lock().unwrap().push((path.as_str().to_owned(), digest));
    }
}

#[test]
fn a_file_whose_digest_is_known_is_not_loaded_to_be_compared() {
    let files = BTreeMap::from([("known".to_owned(), b"k".to_vec()), ("new".to_owned(), b"n".to_vec())]);
    let (noted, loaded) = (Arc::default(), Arc::new(AtomicUsize::new(0)));
    let source =
        |before| Remembered { files: files.clone(), before, noted: Arc::clone(&noted), loaded: Arc::clone(&loaded) };
    let file = |text: &str| Read::File { digest: Digest::of(text.as_bytes()), blob: None };
    let tree = FileTree::new(source("k"));
    assert!(tree.holds(&path("known"), &file("k")) && !tree.holds(&path("known"), &file("j")));
    assert_eq!(loaded.load(Ordering::Relaxed), 0);
    assert!(tree.holds(&path("new"), &file("n")) && !tree.holds(&path("none"), &file("n")));
    assert_eq!(*noted.lock().unwrap(), [("new".to_owned(), Digest::of(b"n"))], "what it had to read it may remember");

    // The file has changed since its digest was known: what is made of it is made of what was loaded.
    let tree = FileTree::new(source("j"));
    assert!(tree.holds(&path("known"), &file("j")));
    assert_eq!(tree.file(&path("known")).unwrap().unwrap().as_ref(), b"k");
    assert_eq!(tree.reads()[&path("known")], file("k"));
    assert!(tree.holds(&path("known"), &file("k")) && !tree.holds(&path("known"), &file("j")));
}

#[test]
fn what_failed_holds_nowhere() {
    let (tree, _) = counted(&[("a/broken", "")]);
    assert!(tree.file(&path("a/broken")).is_err());
    assert_eq!(tree.reads()[&path("a/broken")], Read::Failed);
    assert!(!tree.holds(&path("a/broken"), &Read::Failed));
}
