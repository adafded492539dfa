use std::{
    fs::{self, File},
    time::{Duration, SystemTime},
};

use super::*;

fn indexes(folder: &Path, secret: Option<&str>) -> Indexes {
    Indexes::new(PrivateFolder::new(folder.join("cache")), secret.map(Secret::new))
}

/// Notes what files hold as a run would that begins in an hour, when all of them are old.
fn learn(known: &KnownFiles, root: &Path, names: &[&str]) {
    let later = SystemTime::now() + Duration::from_hours(1);
    for name in names {
        let content = fs::read(root.join(name)).unwrap();
        let sight = Sight::of(later, &fs::metadata(root.join(name)).unwrap()).unwrap();
        known.learn(name, &sight, Digest::of(&content));
    }
}

fn digest(known: &KnownFiles, root: &Path, name: &str) -> Option<Digest> {
    known.digest(name, &fs::metadata(root.join(name)).unwrap())
}

/// A folder with some files, of which an index stands on disk.
fn learnt(secret: Option<&str>) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    fs::create_dir_all(root.join("a")).unwrap();
    for name in ["a/b", "a", "a-b", "a b", "z", "\u{e9}"] {
        let name = if name == "a" { "a/a" } else { name };
        fs::write(root.join(name), format!("content of {name}")).unwrap();
    }
    let indexes = indexes(folder.path(), secret);
    learn(&indexes.of(KnownFor::Reading, &root), &root, NAMES);
    indexes.save().unwrap();
    (folder, root)
}

const NAMES: &[&str] = &["a/b", "a/a", "a-b", "a b", "z", "\u{e9}"];

#[test]
fn what_was_noted_is_known_to_the_next_run_and_to_no_other_folder() {
    for secret in [None, Some("s")] {
        let (folder, root) = learnt(secret);
        let indexes = indexes(folder.path(), secret);
        let known = indexes.of(KnownFor::Reading, &root);
        for name in NAMES {
            let expected = Digest::of(format!("content of {name}").as_bytes());
            assert_eq!(digest(&known, &root, name), Some(expected), "{name}");
        }
        let metadata = fs::metadata(root.join("z")).unwrap();
        for name in ["", "a", "a/", "a/bb", "zz", "y"] {
            assert_eq!(known.digest(name, &metadata), None, "{name}");
        }
        assert_eq!(digest(&indexes.of(KnownFor::Writing, &root), &root, "z"), None);
        assert_eq!(indexes.of(KnownFor::Reading, folder.path()).digest("z", &metadata), None);
    }
}

#[test]
fn a_file_that_may_have_changed_is_not_known() {
    let (folder, root) = learnt(None);
    let known = indexes(folder.path(), None).of(KnownFor::Reading, &root);
    let modified = |name: &str| fs::metadata(root.join(name)).unwrap().modified().unwrap();
    let set = |name: &str, time| File::options().write(true).open(root.join(name)).unwrap().set_modified(time).unwrap();
    let is_known = |name: &str| digest(&known, &root, name).is_some();

    let time = modified("a/b");
    fs::write(root.join("a/b"), "CONTENT OF a/b").unwrap();
    set("a/b", time);
    assert!(!is_known("a/b"), "as long as before, and its time set back");

    let time = modified("a/a");
    fs::write(root.join("new"), "CONTENT OF a/a").unwrap();
    set("new", time);
    fs::rename(root.join("new"), root.join("a/a")).unwrap();
    assert!(!is_known("a/a"), "another file in its place");

    set("a-b", SystemTime::now());
    assert!(!is_known("a-b"), "a file that was touched is read once more");
    fs::rename(root.join("z"), root.join("a b")).unwrap();
    assert!(!is_known("a b"));

    learn(&known, &root, &["a/b", "a-b"]);
    let indexes_again = indexes(folder.path(), None);
    learn(&indexes_again.of(KnownFor::Reading, &root), &root, &["a/b", "a-b"]);
    indexes_again.save().unwrap();
    let known = indexes(folder.path(), None).of(KnownFor::Reading, &root);
    assert_eq!(digest(&known, &root, "a/b"), Some(Digest::of(b"CONTENT OF a/b")));
    assert_eq!(digest(&known, &root, "a-b"), Some(Digest::of(b"content of a-b")));
    assert_eq!(digest(&known, &root, "\u{e9}"), Some(Digest::of("content of \u{e9}".as_bytes())), "others stay");
    assert!(known.before.lines().all(|(path, ..)| path != "z"), "what is gone goes");
}

#[test]
fn a_file_that_has_just_been_changed_is_not_noted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    let begun = SystemTime::now();
    fs::write(&path, "x").unwrap();
    let seen_after = |now: SystemTime| Sight::of(now, &fs::metadata(&path).unwrap()).is_some();
    assert!(!seen_after(begun) && !seen_after(SystemTime::now()) && !seen_after(begun + Duration::from_secs(2)));
    assert!(seen_after(begun + Duration::from_mins(1)));
    // Whoever sets its time back has changed the inode just now; a time to come says nothing.
    let set = |time| File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    set(SystemTime::UNIX_EPOCH);
    assert!(!seen_after(SystemTime::now()));
    set(begun + Duration::from_hours(10));
    assert!(!seen_after(begun + Duration::from_hours(1)));
}

#[test]
fn an_index_that_is_torn_foreign_or_of_another_form_counts_as_none() {
    let (folder, root) = learnt(None);
    let known = |secret| indexes(folder.path(), secret).of(KnownFor::Reading, &root);
    let place = known(None).place.clone();
    let whole = fs::read(&place).unwrap();
    assert!(digest(&known(Some("s")), &root, "z").is_none(), "it was not sealed");
    let key = known(None).key;
    let body = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let newer = String::from_utf8(whole[body..].to_vec()).unwrap().replacen("known files 1", "known files 2", 1);
    let other = indexes(folder.path(), None).of(KnownFor::Writing, &root).key;
    let mut wrong = vec![Vec::new(), b"garbage".to_vec(), seal(key, newer.as_bytes(), None), seal(other, b"", None)];
    wrong.extend((0..whole.len()).step_by(7).map(|end| whole[..end].to_vec()));
    wrong.extend((0..whole.len()).map(|at| [&whole[..at], &[whole[at] ^ 1], &whole[at + 1..]].concat()));
    for bytes in wrong {
        fs::write(&place, &bytes).unwrap();
        assert!(digest(&known(None), &root, "z").is_none(), "{:?}", String::from_utf8_lossy(&bytes));
    }
    let indexes = indexes(folder.path(), None);
    learn(&indexes.of(KnownFor::Reading, &root), &root, NAMES);
    indexes.save().unwrap();
    assert_eq!(fs::read(&place).unwrap(), whole, "it is written again");
}
