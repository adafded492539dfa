use super::*;

fn store(limit: u64) -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path(), limit);
    (folder, store)
}

fn keep(store: &Store, address: &str, scope: &Scope, bytes: &[u8]) -> Key {
    let key = store.key("test", address, scope).unwrap();
    store.put(key, bytes, &Record::of(address, bytes)).unwrap();
    key
}

fn content(lookup: Lookup) -> Option<Vec<u8>> {
    match lookup {
        Lookup::Found(kept) => Some(kept.bytes),
        _ => None,
    }
}

#[test]
fn what_was_kept_is_found_by_whoever_kept_it() {
    let (_folder, store) = store(STORE_LIMIT);
    let (alice, bob) = (Scope::of(&[b"alice", b"secret"]), Scope::of(&[b"alice", b"other"]));
    let key = keep(&store, "https://a/x", &alice, b"private");
    assert_eq!(content(store.get(key).unwrap()).unwrap(), b"private");
    assert_eq!(store.key("test", "https://a/x", &alice).unwrap(), key, "the salt stays");
    for other in [&bob, &Scope::Public] {
        let key = store.key("test", "https://a/x", other).unwrap();
        assert!(matches!(store.get(key).unwrap(), Lookup::Absent), "{other:?}");
    }
    assert_ne!(Scope::of(&[b"a", b"bc"]), Scope::of(&[b"ab", b"c"]));
    assert!(!format!("{alice:?}").contains("secret"));
}

#[test]
fn a_blob_that_is_not_its_digest_is_noticed_and_gone() {
    let (_folder, store) = store(STORE_LIMIT);
    let key = keep(&store, "x", &Scope::Public, b"content");
    fs::write(store.blob(Digest::of(b"content")), b"c0ntent").unwrap();
    let Lookup::Corrupt { expected, found } = store.get(key).unwrap() else { panic!("it is not noticed") };
    assert_eq!((expected, found), (Digest::of(b"content"), Digest::of(b"c0ntent")));
    assert!(matches!(store.get(key).unwrap(), Lookup::Absent));
    // A torn reference tells nothing.
    let key = keep(&store, "y", &Scope::Public, b"more");
    fs::write(store.reference(key), b"{\"addr").unwrap();
    assert!(matches!(store.get(key).unwrap(), Lookup::Absent));
}

#[test]
fn the_store_stays_below_its_limit_and_keeps_what_was_used_last() {
    let (_folder, store) = store(100);
    let old = keep(&store, "old", &Scope::Public, &[1; 40]);
    let used = keep(&store, "used", &Scope::Public, &[2; 40]);
    let at = |seconds| std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
    for (bytes, seconds) in [([1; 40], 10), ([2; 40], 20)] {
        let file = File::options().append(true).open(store.blob(Digest::of(&bytes))).unwrap();
        file.set_modified(at(seconds)).unwrap();
    }
    let new = keep(&store, "new", &Scope::Public, &[3; 40]);
    let there = |key| content(store.get(key).unwrap()).is_some();
    assert_eq!([old, used, new].map(there), [false, true, true]);
    assert!(!store.reference(old).exists(), "its reference went with it");
}

#[test]
fn what_a_killed_run_left_is_swept() {
    let (_folder, store) = store(STORE_LIMIT);
    let left = store.folder.temporary().unwrap();
    let fresh = store.folder.temporary().unwrap();
    fs::write(&left, b"half").unwrap();
    fs::write(&fresh, b"half").unwrap();
    File::options().append(true).open(&left).unwrap().set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    keep(&store, "x", &Scope::Public, b"x");
    assert!(!left.exists() && fresh.exists());
}

#[test]
fn threads_may_write_the_same_at_once() {
    let (_folder, store) = store(STORE_LIMIT);
    let store = &store;
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(move || {
                let private = Scope::of(&[b"me"]);
                for n in 0..20_u8 {
                    let key = keep(store, &n.to_string(), &private, &[n; 1000]);
                    assert_eq!(content(store.get(key).unwrap()).unwrap(), [n; 1000]);
                }
            });
        }
    });
}
