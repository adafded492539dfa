use std::{collections::BTreeMap, fs, path::Path, sync::Mutex};

use towpath_model::TreePath;

use super::*;

fn tree(files: &[(&str, &str)]) -> FileTree {
    FileTree::from_files(files.iter().map(|(path, text)| (*path, text.as_bytes()))).unwrap()
}

/// What a rendering would be: it reads `name`, looks for `suffix`, and tells of the folder.
fn greeting(tree: &FileTree) -> Vec<u8> {
    let path = |text: &str| TreePath::parse(text).unwrap();
    let read = |name: &str| tree.file(&path(name)).unwrap().unwrap_or_default();
    [b"hello ", &*read("d/name"), &*read("d/suffix")].concat()
}

fn key() -> CacheKey {
    CacheKey::new("greeting")
}

fn on_disk(folder: &Path) -> CacheSettings {
    CacheSettings { folder: Some(folder.to_owned()), memory_limit: 0, ..CacheSettings::default() }
}

fn told() -> (Arc<Mutex<Vec<String>>>, Option<Warn>) {
    let said = Arc::new(Mutex::new(Vec::new()));
    let warn: Warn = {
        let said = Arc::clone(&said);
        Arc::new(move |text: &str| said.lock().unwrap().push(text.to_owned()))
    };
    (said, Some(warn))
}

const FILES: &[(&str, &str)] = &[("d/name", "a"), ("e", "")];

fn render(cache: &Cache, files: &[(&str, &str)]) -> Vec<u8> {
    let tree = tree(files);
    if let Some(found) = cache.get(&key(), &tree) {
        return found.to_vec();
    }
    let tree = tree.recording();
    let result = greeting(&tree);
    cache.put(&key(), &tree, result.clone());
    result
}

#[test]
fn a_result_is_found_while_everything_that_was_read_stays() {
    let folder = tempfile::tempdir().unwrap();
    let cache = || Cache::open(on_disk(folder.path()));
    assert_eq!(render(&cache(), FILES), b"hello a");
    let again = cache();
    for (files, expected) in [
        (vec![("d/name", "a"), ("f", "other")], "hello a"),
        (vec![("d/name", "b")], "hello b"),
        (vec![("d/name", "a"), ("d/suffix", "!")], "hello a!"),
        (vec![("d/name", "a")], "hello a"),
        (vec![("d/name", "b")], "hello b"),
    ] {
        assert_eq!(render(&again, &files), expected.as_bytes(), "{files:?}");
    }
    let stats = again.stats();
    assert_eq!((stats.disk_hits, stats.misses, stats.kept, stats.rejected), (3, 2, 2, 0));
}

#[test]
fn many_are_asked_at_once_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(CacheSettings { memory_limit: 1 << 20, ..on_disk(folder.path()) });
    let keys: Vec<_> = (0..50).map(|n| key().with("n", n.to_string())).collect();
    let tree = tree(FILES);
    greeting(&tree);
    for (n, key) in keys.iter().enumerate().filter(|(n, _)| n % 3 == 0) {
        cache.put(key, &tree, n.to_string().into_bytes());
    }
    let fresh = Cache::open(CacheSettings { memory_limit: 1 << 20, ..on_disk(folder.path()) });
    let asked: Vec<_> = keys.iter().map(|key| (key, &tree)).collect();
    for _ in 0..2 {
        for (n, found) in fresh.get_all(&asked).into_iter().enumerate() {
            assert_eq!(found.map(|found| found.to_vec()), (n % 3 == 0).then(|| n.to_string().into_bytes()));
        }
    }
    let stats = fresh.stats();
    assert_eq!((stats.disk_hits, stats.memory_hits, stats.misses), (17, 17, 66));
}

#[test]
fn what_more_than_files_decide_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(CacheSettings { memory_limit: 1 << 20, ..on_disk(folder.path()) });
    let tree = tree(FILES);
    cache.put(&key(), &tree, b"read nothing".as_slice());
    greeting(&tree);
    tree.note_outside("the clock");
    cache.put(&key(), &tree, b"late".as_slice());
    assert!(cache.get(&key(), &tree).is_none());
    assert_eq!((cache.stats().passing, cache.stats().kept), (2, 0));
}

#[test]
fn tenants_secrets_and_keys_are_kept_apart() {
    let folder = tempfile::tempdir().unwrap();
    let open = |tenant: &str, secret: Option<&str>| {
        let secret = secret.map(Secret::new);
        Cache::open(CacheSettings { tenant: tenant.to_owned(), secret, ..on_disk(folder.path()) })
    };
    render(&open("blue", None), FILES);
    let has = |cache: &Cache, key: &CacheKey| cache.get(key, &tree(FILES)).is_some();
    assert!(has(&open("blue", None), &key()));
    assert!(!has(&open("green", None), &key()));
    assert!(!has(&open("", None), &key()));
    assert!(!has(&open("blue", None), &key().with("environment", "prod")));
    let sealed = open("blue", Some("s"));
    assert!(!has(&sealed, &key()), "what was not sealed does not count");
    render(&sealed, FILES);
    assert!(has(&open("blue", Some("s")), &key()));
    assert!(!has(&open("blue", Some("t")), &key()));
}

/// Returns every file below the folder's `part`.
fn files(folder: &Path, part: &str) -> BTreeMap<std::path::PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    crate::private_folder::each_file(&folder.join("rendered-v1").join(part), &mut |path, _| {
        found.insert(path.clone(), fs::read(path).unwrap());
    })
    .unwrap();
    found
}

#[test]
fn whatever_is_done_to_an_entry_the_answer_stays_right() {
    let folder = tempfile::tempdir().unwrap();
    let cache = || Cache::open(on_disk(folder.path()));
    render(&cache(), FILES);
    let (pages, results) = (files(folder.path(), "keys"), files(folder.path(), "results"));
    let (page, page_bytes) = pages.first_key_value().unwrap();
    let (result, result_bytes) = results.first_key_value().unwrap();
    let foreign = page::encode(Digest::of(b"another"), &[], None);
    let forged = String::from_utf8(page_bytes.clone()).unwrap().replace("\"bytes\":7", "\"bytes\":8").into_bytes();
    let spoilt: Vec<(&Path, Vec<u8>)> = vec![
        (page, Vec::new()),
        (page, page_bytes[..page_bytes.len() / 2].to_vec()),
        (page, b"garbage\n{}".to_vec()),
        (page, foreign),
        (page, forged),
        (result, b"hello evil".to_vec()),
        (result, Vec::new()),
        (result, result_bytes[..3].to_vec()),
    ];
    for (path, bytes) in spoilt {
        fs::write(path, &bytes).unwrap();
        let cache = cache();
        assert_eq!(render(&cache, FILES), b"hello a", "{path:?} as {bytes:?}");
        let stats = cache.stats();
        assert_eq!((stats.rejected, stats.misses), (1, 1), "{path:?} as {bytes:?}");
        assert_eq!(files(folder.path(), "keys"), pages, "it is written again");
        assert_eq!(files(folder.path(), "results"), results);
    }
}

#[test]
fn entries_of_another_version_are_not_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    render(&Cache::open(on_disk(folder.path())), FILES);
    fs::rename(folder.path().join("rendered-v1"), folder.path().join("rendered-v0")).unwrap();
    let cache = Cache::open(on_disk(folder.path()));
    assert_eq!(render(&cache, FILES), b"hello a");
    assert_eq!(cache.stats().misses, 1);
    assert!(folder.path().join("rendered-v0/keys").is_dir(), "another version's entries are that version's to remove");
}

#[test]
fn the_folder_stays_below_its_limit_and_keeps_what_was_used_last() {
    let folder = tempfile::tempdir().unwrap();
    let settings = || CacheSettings { folder_limit: 40_000, ..on_disk(folder.path()) };
    let tree = tree(FILES);
    greeting(&tree);
    let cache = Cache::open(settings());
    for n in 0..100 {
        cache.put(&key().with("n", n.to_string()), &tree, format!("{n:01000}").into_bytes());
    }
    cache.finish();
    let total: usize =
        ["keys", "results"].iter().flat_map(|part| files(folder.path(), part)).map(|(_, f)| f.len()).sum();
    assert!((10_000..=40_000).contains(&total), "{total}");
    assert!(Cache::open(settings()).get(&key().with("n", "99"), &tree).is_some());
    assert!(Cache::open(settings()).get(&key().with("n", "0"), &tree).is_none());
}

#[test]
fn short_runs_keep_the_folder_below_its_limit_together() {
    let folder = tempfile::tempdir().unwrap();
    let tree = tree(FILES);
    greeting(&tree);
    for n in 0..100 {
        let cache = Cache::open(CacheSettings { folder_limit: 40_000, ..on_disk(folder.path()) });
        cache.put(&key().with("n", n.to_string()), &tree, format!("{n:01000}").into_bytes());
        cache.finish();
        let total: usize =
            ["keys", "results"].iter().flat_map(|part| files(folder.path(), part)).map(|(_, f)| f.len()).sum();
        assert!(total <= 40_000 && (n < 30 || total >= 20_000), "{total} after {n}");
    }
}

#[test]
fn threads_and_caches_write_the_same_folder_at_once() {
    let folder = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let folder = folder.path();
            scope.spawn(move || {
                let cache = Cache::open(on_disk(folder));
                for n in 0..60 {
                    let name = format!("{}", (n + thread) % 7);
                    assert_eq!(render(&cache, &[("d/name", &name)]), format!("hello {name}").into_bytes());
                }
                assert_eq!(cache.stats().rejected, 0);
            });
        }
    });
}

#[test]
fn a_folder_that_others_may_use_is_not_used() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    render(&Cache::open(on_disk(folder.path())), FILES);
    let root = folder.path().join("rendered-v1");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&root), 0o700);
    for path in files(folder.path(), "keys").keys().chain(files(folder.path(), "results").keys()) {
        assert_eq!((mode(path), mode(path.parent().unwrap())), (0o600, 0o700));
    }
    fs::set_permissions(&root, fs::Permissions::from_mode(0o777)).unwrap();
    let (said, warn) = told();
    let cache = Cache::open(CacheSettings { warn, ..on_disk(folder.path()) });
    assert!(cache.get(&key(), &tree(FILES)).is_none());
    assert!(said.lock().unwrap()[0].contains("others may use the folder"), "{said:?}");
}

#[test]
fn a_shared_cache_that_does_not_answer_is_told_once() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for address in [
        format!("redis://:secret@{gone}/"),
        format!("oci://{gone}/cache"),
        format!("redis://:secret@{}/", silent.local_addr().unwrap()),
        format!("oci://{}/cache", silent.local_addr().unwrap()),
    ] {
        let (said, warn) = told();
        let remote = Some(address.parse().unwrap());
        let cache = Cache::open(CacheSettings { remote, warn, memory_limit: 0, ..CacheSettings::default() });
        let begun = std::time::Instant::now();
        assert_eq!(render(&cache, FILES), b"hello a");
        assert_eq!(render(&cache, FILES), b"hello a");
        cache.finish();
        assert!(begun.elapsed() < std::time::Duration::from_secs(5), "{address}");
        let said = said.lock().unwrap();
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(
            said[0].starts_with("the shared cache is not used any more: ") && !said[0].contains("secret"),
            "{said:?}"
        );
    }
}
