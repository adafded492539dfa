//! Images put together from files: the same input gives the same digest, and what comes out is valid.

#![expect(clippy::unwrap_used, reason = "a test ends at the first thing that fails")]

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::Path,
    time::{Duration, SystemTime},
};

use towpath_oci::{
    Assembled, BaseImage, Client, ClientOptions, FileCopy, ImagePlan, ImageSource, Layer, Layout, Parents, Platform,
    Reference, Registry, Settings, Tag, assemble, load_entries, validate,
};

fn write_files(folder: &Path, mode: u32, modified: u64) {
    fs::create_dir_all(folder.join("data/deep")).unwrap();
    for (name, content, run) in
        [("app", "program", 0o111), ("data/b", "b", 0), ("data/a", "a", 0), ("data/deep/c", "c", 0)]
    {
        let path = folder.join(name);
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode | run)).unwrap();
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(modified);
        fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    }
    symlink("a", folder.join("data/link")).unwrap();
}

fn copies(folder: &Path) -> Vec<FileCopy> {
    vec![
        FileCopy { from: folder.join("app"), to: "/bin/".to_owned(), mode: None },
        FileCopy { from: folder.join("data"), to: "/srv/data".to_owned(), mode: None },
    ]
}

fn settings() -> Settings {
    Settings {
        entrypoint: Some(vec!["/bin/app".to_owned()]),
        env: BTreeMap::from([("A".to_owned(), "1".to_owned())]),
        labels: BTreeMap::from([("l".to_owned(), "x".to_owned())]),
        user: Some("10001".to_owned()),
        ..Settings::default()
    }
}

fn plan(folder: &Path, platform: &str, base: Option<BaseImage>) -> ImagePlan {
    let parents = if base.is_some() { Parents::Left } else { Parents::Listed };
    let layer = Layer::of(&load_entries(&copies(folder), parents).unwrap()).unwrap();
    ImagePlan { platform: platform.parse().unwrap(), base, layers: vec![layer], settings: settings() }
}

fn image(folder: &Path) -> Assembled {
    let plans = [plan(folder, "linux/amd64", None), plan(folder, "linux/arm64", None)];
    assemble(&plans, 1_700_000_000, &BTreeMap::from([("note".to_owned(), "n".to_owned())])).unwrap()
}

#[test]
fn folder_time_and_umask_leave_no_trace() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write_files(one.path(), 0o644, 1_000_000);
    write_files(two.path(), 0o600, 1_700_000_000);
    assert_eq!(image(one.path()).root(), image(two.path()).root());
    // Recorded once: another machine, another day and another number of processors must give the same.
    assert_eq!(
        image(one.path()).digest().to_string(),
        "sha256:94593d3bd3b6cf7d79a1f4677c4039fda6395a11f0d84f8e08cea607f9154e64"
    );
    fs::write(two.path().join("data/a"), "changed").unwrap();
    assert_ne!(image(one.path()).digest(), image(two.path()).digest());
}

#[tokio::test]
async fn what_is_pushed_and_what_is_laid_out_is_valid_and_the_same() {
    let folder = tempfile::tempdir().unwrap();
    write_files(folder.path(), 0o644, 1);
    let image = image(folder.path());
    let registry = Registry::default().start().await.unwrap();
    let name = registry.repository("acme/shop").unwrap();
    let client = Client::new(ClientOptions::default()).unwrap();
    let tag: Tag = "1.0".parse().unwrap();
    // One layer that both platforms share, and a configuration for each.
    let first = image.push(&client, &name, std::slice::from_ref(&tag)).await.unwrap();
    assert_eq!((first.n_uploaded, first.n_existed), (3, 0));
    let second = image.push(&client, &name, std::slice::from_ref(&tag)).await.unwrap();
    assert_eq!((second.n_uploaded, second.n_existed), (0, 3));
    let source = ImageSource::Repository { client: client.clone(), name: name.clone() };
    assert_eq!(validate(&source, image.digest()).await.unwrap().len(), 2);
    assert_eq!(client.get_manifest(&name, &Reference::Tag(tag.clone())).await.unwrap(), *image.root());

    let target = folder.path().join("layout");
    for _ in 0..2 {
        image.write(&Layout::create(&target).unwrap(), Some(&tag), &client).await.unwrap();
    }
    let layout = Layout::open(&target).unwrap();
    assert_eq!(layout.index().unwrap().manifests.len(), 1);
    assert_eq!(layout.find(Some("1.0")).unwrap().digest, image.digest());
    validate(&ImageSource::Layout(layout.clone()), image.digest()).await.unwrap();

    let manifest = image.images()[0].manifest.manifest().unwrap();
    let path = layout.blob_path(manifest.layers[0].digest);
    let spoiled: Vec<u8> = fs::read(&path).unwrap().iter().map(|byte| !byte).collect();
    fs::write(&path, spoiled).unwrap();
    let message = validate(&ImageSource::Layout(layout), image.digest()).await.unwrap_err().to_string();
    assert!(message.contains("has digest sha256:") && message.contains("expected sha256:"), "{message}");
}

#[tokio::test]
async fn a_base_lends_its_layers_and_settings() {
    let folder = tempfile::tempdir().unwrap();
    write_files(folder.path(), 0o644, 1);
    let below = image(folder.path());
    let client = Client::new(ClientOptions::default()).unwrap();
    let (from, to) = (Registry::default().start().await.unwrap(), Registry::default().start().await.unwrap());
    let base_name = from.repository("base").unwrap();
    below.push(&client, &base_name, &[]).await.unwrap();
    let target = folder.path().join("layout");
    below.write(&Layout::create(&target).unwrap(), None, &client).await.unwrap();
    let platform: Platform = "linux/arm64".parse().unwrap();
    let mut digests = Vec::new();
    for (at, source) in [
        ImageSource::Repository { client: client.clone(), name: base_name },
        ImageSource::Layout(Layout::open(&target).unwrap()),
    ]
    .into_iter()
    .enumerate()
    {
        let base = BaseImage::load(&source, below.digest(), &platform).await.unwrap();
        let mut plan = plan(folder.path(), "linux/arm64", Some(base));
        plan.settings = Settings {
            env: BTreeMap::from([("A".to_owned(), "2".to_owned()), ("B".to_owned(), "3".to_owned())]),
            ..Settings::default()
        };
        let image = assemble(&[plan], 0, &BTreeMap::new()).unwrap();
        let name = to.repository(&format!("above{at}")).unwrap();
        image.push(&client, &name, &[]).await.unwrap();
        let pushed = ImageSource::Repository { client: client.clone(), name };
        let manifest = validate(&pushed, image.digest()).await.unwrap()[0].manifest().unwrap();
        assert_eq!(manifest.layers.len(), 2);
        assert_eq!(manifest.annotations["org.opencontainers.image.base.digest"], below.digest().to_string());
        let config: serde_json::Value =
            serde_json::from_slice(&pushed.blob(&manifest.config, 1 << 20).await.unwrap()).unwrap();
        assert_eq!(config["config"]["Env"], serde_json::json!(["A=2", "B=3"]));
        assert_eq!(config["config"]["Entrypoint"], serde_json::json!(["/bin/app"]));
        assert_eq!(config["created"], "1970-01-01T00:00:00Z");
        image.write(&Layout::create(&folder.path().join(format!("out{at}"))).unwrap(), None, &client).await.unwrap();
        digests.push(image.digest());
    }
    assert_eq!(digests[0], digests[1]);
    let source = ImageSource::Layout(Layout::open(&target).unwrap());
    let absent: Platform = "windows/amd64".parse().unwrap();
    let error = BaseImage::load(&source, below.digest(), &absent).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("base image {} has no platform `windows/amd64`; it has linux/amd64, linux/arm64", below.digest())
    );
}

#[test]
fn what_cannot_be_copied_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    write_files(folder.path(), 0o644, 1);
    let here = |name: &str| folder.path().join(name);
    let copy = |from: &str, to: &str| FileCopy { from: here(from), to: to.to_owned(), mode: None };
    std::os::unix::net::UnixListener::bind(here("socket")).unwrap();
    for (copies, message) in [
        (vec![copy("absent", "/a")], format!("cannot read `{}`", here("absent").display())),
        (
            vec![copy("app", "a")],
            "`a` is no path for a file in an image; it starts with `/` and holds no `..`".to_owned(),
        ),
        (
            vec![copy("app", "/../a")],
            "`/../a` is no path for a file in an image; it starts with `/` and holds no `..`".to_owned(),
        ),
        (vec![copy("app", "/a"), copy("data/a", "/a")], "two files go to `/a`".to_owned()),
        (vec![copy("app", "/a"), copy("data", "/a/b")], "two files go to `/a`".to_owned()),
        (vec![copy("socket", "/s")], format!("`{}` is neither a file, a folder nor a link", here("socket").display())),
    ] {
        let error = load_entries(&copies, Parents::Listed).unwrap_err();
        assert_eq!(error.to_string(), message);
        assert_eq!(error.diagnostic().kind.exit_code(), 2);
    }
}
