use std::time::{Duration, SystemTime};

use super::*;

fn give(folder: &OutputFolder, service: &str, environment: &str, text: &str) {
    give_from("example.com/us", folder, service, environment, text);
}

fn give_from(repository: &str, folder: &OutputFolder, service: &str, environment: &str, text: &str) {
    let description = TreePath::parse(&format!("services/{service}/towpath.yaml")).unwrap();
    let files = files(Layout::Service, service, environment, text).unwrap();
    folder.give(Of { repository, description: &description, service, environment }, &files, None).unwrap();
}

fn everything(root: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                found.insert(name, fs::read_to_string(path).unwrap());
            }
        }
    }
    found
}

#[test]
fn what_is_unchanged_stays_and_what_is_gone_goes() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let first = OutputFolder::open(root, None).unwrap();
    for service in ["a", "b", "c"] {
        give(&first, service, "dev", &format!("service: {service}\n"));
    }
    let counts = first.finish(|_| false).unwrap();
    assert_eq!(counts, Written { written: 3, ..Written::default() });

    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
    File::options().write(true).open(root.join("a/dev.yaml")).unwrap().set_modified(old).unwrap();
    fs::write(root.join("b/own.yaml"), "the user's").unwrap();
    fs::write(root.join("c/dev.yaml"), "changed by the user").unwrap();
    let second = OutputFolder::open(root, None).unwrap();
    give(&second, "a", "dev", "service: a\n");
    let counts = second.finish(|of| of.service != "a").unwrap();
    assert_eq!(counts, Written { written: 0, unchanged: 1, removed: 1, left: 1 });
    assert_eq!(fs::metadata(root.join("a/dev.yaml")).unwrap().modified().unwrap(), old);
    let all = everything(root);
    let names: Vec<&str> = all.keys().map(String::as_str).collect();
    assert_eq!(names, [".towpath-rendered/manifest.json", "a/dev.yaml", "b/own.yaml", "c/dev.yaml"]);
}

#[test]
fn a_run_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let first = OutputFolder::open(folder.path(), None).unwrap();
    let error = OutputFolder::open(folder.path(), None).err().unwrap();
    assert!(error.message.starts_with("another run writes to the folder `"), "{error:?}");
    drop(first);
    OutputFolder::open(folder.path(), None).unwrap();
}

#[test]
fn what_a_killed_run_has_written_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let killed = OutputFolder::open(root, None).unwrap();
    give(&killed, "a", "dev", "service: a\n");
    give(&killed, "b", "dev", "service: b\n");
    // Nothing of the end has happened.
    drop(killed);
    fs::write(root.join(FOLDER).join("new/7"), "half").unwrap();
    let mut journal = File::options().append(true).open(root.join(FOLDER).join("journal")).unwrap();
    journal.write_all(b"{\"file\":\"z").unwrap();

    let again = OutputFolder::open(root, None).unwrap();
    give(&again, "b", "dev", "service: b\n");
    let counts = again.finish(|of| of.service == "a").unwrap();
    assert_eq!(counts, Written { unchanged: 1, removed: 1, ..Written::default() });

    let other = tempfile::tempdir().unwrap();
    let once = OutputFolder::open(other.path(), None).unwrap();
    give(&once, "b", "dev", "service: b\n");
    once.finish(|_| true).unwrap();
    assert_eq!(everything(root), everything(other.path()));
}

#[test]
fn whose_a_file_is_stays_known() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let first = OutputFolder::open(root, None).unwrap();
    give_from("one", &first, "a", "dev", "service: a\n");
    give_from("one", &first, "b", "dev", "service: b\n");
    first.finish(|_| false).unwrap();
    // The service has moved: whoever gives a file has it from then on.
    let second = OutputFolder::open(root, None).unwrap();
    give_from("two", &second, "b", "dev", "service: b\n");
    second.finish(|of| of.repository == "two").unwrap();
    let gone_of_one = OutputFolder::open(root, None).unwrap().finish(|of| of.repository == "one").unwrap();
    assert_eq!(gone_of_one, Written { removed: 1, ..Written::default() });
    assert!(root.join("b/dev.yaml").exists());
    let gone_of_two = OutputFolder::open(root, None).unwrap().finish(|of| of.repository == "two").unwrap();
    assert_eq!(gone_of_two, Written { removed: 1, ..Written::default() });
}

#[test]
fn a_manifest_that_was_changed_removes_nothing_outside() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("out");
    fs::create_dir_all(root.join(FOLDER)).unwrap();
    fs::write(folder.path().join("precious"), "x").unwrap();
    let digest = Digest::of(b"x");
    let item = format!(
        "{{\"file\": \"../precious\", \"digest\": \"{digest}\", \"description\": \"a\", \"service\": \"a\", \
         \"environment\": \"b\"}}"
    );
    let manifest = format!("{{\"apiVersion\": \"v\", \"kind\": \"k\", \"files\": [{item}]}}");
    fs::write(root.join(FOLDER).join("manifest.json"), manifest).unwrap();
    OutputFolder::open(&root, None).unwrap().finish(|_| true).unwrap();
    assert_eq!(fs::read_to_string(folder.path().join("precious")).unwrap(), "x");
}
