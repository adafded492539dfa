//! Images against the real programs: docker-registry takes what we push, skopeo pulls it from there and from our own
//! registry, and building again anywhere gives the same digest and sends nothing.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::Command,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, SystemTime},
};

use serde_json::Value;
use towpath_model::PinnedImage;
use towpath_oci::{Client, ClientOptions, ImageSource, Layout, Registry, validate};
use towpath_tests::{binary, docker_registry::DockerRegistry, output};

/// Writes a service's files, as they might stand on one machine or another.
fn write_service(folder: &Path, umask: u32, modified: u64) {
    fs::create_dir_all(folder.join("bin")).expect("a folder");
    fs::create_dir_all(folder.join("web/static")).expect("a folder");
    for (name, machine) in [("bin/shop-amd64", 62_u8), ("bin/shop-arm64", 183)] {
        // A header that says which processor it is for, and enough behind it to fill several blocks.
        let mut program = vec![0; 64];
        program[..8].copy_from_slice(b"\x7fELF\x02\x01\x01\x00");
        program[18] = machine;
        program.extend((0..3_000_000_u32).flat_map(|n| n.wrapping_mul(0x9e37_79b9).to_be_bytes()[..1].to_vec()));
        write(&folder.join(name), &program, 0o777 & !umask, modified);
    }
    for name in ["web/index.html", "web/static/app.js", "web/static/app.css"] {
        write(&folder.join(name), name.as_bytes(), 0o666 & !umask, modified);
    }
    let config = "apiVersion: towpath.dev/v1alpha1\nkind: Service\nmetadata: {name: shop}\nimage:\n  \
                  repository: registry.example.com/acme/shop\n  files:\n    - {from: \"bin/shop-{arch}\", to: /shop}\n    \
                  - {from: web, to: /srv/web}\n  entrypoint: [/shop]\n  user: \"10001\"\n  \
                  platforms: [linux/amd64, linux/arm64]\n";
    write(&folder.join("towpath.yaml"), config.as_bytes(), 0o644, modified);
}

fn write(path: &Path, content: &[u8], mode: u32, modified: u64) {
    fs::write(path, content).expect("it is written");
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("its mode is set");
    let file = fs::File::options().append(true).open(path).expect("it is there");
    file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(modified)).expect("its time is set");
}

/// Builds the service in `folder` and returns the document.
fn build(folder: &Path, arguments: &[&str]) -> Value {
    let mut command = Command::new(binary("towpath-build"));
    command.current_dir(folder).args(["--output", "json"]).args(arguments).env_remove("SOURCE_DATE_EPOCH");
    let done = output(&mut command);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).expect("it prints JSON")
}

fn pinned(document: &Value) -> PinnedImage {
    document["image"].as_str().expect("it names the image").parse().expect("it is pinned")
}

fn skopeo(arguments: &[&str]) -> Vec<u8> {
    let done = output(Command::new("skopeo").arg("--insecure-policy").args(arguments));
    assert!(done.status.success(), "skopeo {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    done.stdout
}

/// Pulls the image with skopeo in each way and checks what arrives.
async fn check_pulls(image: &PinnedImage, tag: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let (by_digest, by_tag) = (format!("docker://{image}"), format!("docker://{}:{tag}", image.name()));
    for name in [&by_digest, &by_tag] {
        let inspected = skopeo(&["--override-arch", "arm64", "inspect", "--tls-verify=false", name]);
        let inspected: Value = serde_json::from_slice(&inspected).expect("skopeo prints JSON");
        assert_eq!((&inspected["Architecture"], &inspected["Os"]), (&"arm64".into(), &"linux".into()));
        assert_eq!(inspected["Digest"], image.digest().to_string());
        assert_eq!(inspected["RepoTags"], serde_json::json!([tag]));
    }
    let layout = folder.path().join("layout");
    let target = format!("oci:{}:copied", layout.display());
    skopeo(&["copy", "--all", "--preserve-digests", "--src-tls-verify=false", &by_digest, &target]);
    let layout = Layout::open(&layout).expect("skopeo wrote a layout");
    assert_eq!(layout.find(Some("copied")).expect("it is listed").digest, image.digest());
    let images = validate(&ImageSource::Layout(layout), image.digest()).await.expect("what skopeo copied is valid");
    assert_eq!(images.len(), 2);
    let target = format!("dir:{}", folder.path().join("dir").display());
    skopeo(&["copy", "--src-tls-verify=false", &by_tag, &target]);
}

async fn check_registry(address: SocketAddr) {
    let folder = tempfile::tempdir().expect("a folder");
    write_service(folder.path(), 0o022, 1_000_000_000);
    let counting = Counting::start(address);
    let repository = format!("{}/acme/shop", counting.address);
    let arguments = ["--config", "towpath.yaml", "--image", &repository, "--push", "--tag", "1.0"];
    let first = build(folder.path(), &arguments);
    // A layer and a configuration for each platform.
    assert_eq!((&first["pushed"]["uploaded"], &first["pushed"]["existed"]), (&4.into(), &0.into()));
    assert_eq!(counting.uploads(), 4);
    let again = build(folder.path(), &arguments);
    assert_eq!((&again["image"], &again["pushed"]["uploaded"]), (&first["image"], &0.into()));
    assert_eq!(counting.uploads(), 4, "the second push opens no upload");

    let image = PinnedImage::new(format!("{address}/acme/shop").parse().expect("a name"), pinned(&first).digest());
    check_pulls(&image, "1.0").await;
    let client = Client::new(ClientOptions::default()).expect("a client");
    let source = ImageSource::Repository { client, name: image.name().clone() };
    validate(&source, image.digest()).await.expect("what the registry serves is valid");

    // What skopeo pushes is a base for us, in Docker's own types as well.
    let docker = format!("{address}/acme/docker:1");
    let from = format!("docker://{}:1.0", image.name());
    skopeo(&[
        "copy",
        "--format",
        "v2s2",
        "--src-tls-verify=false",
        "--dest-tls-verify=false",
        &from,
        &format!("docker://{docker}"),
    ]);
    let inspected = skopeo(&["inspect", "--tls-verify=false", &format!("docker://{docker}")]);
    let inspected: Value = serde_json::from_slice(&inspected).expect("skopeo prints JSON");
    let base = format!("{address}/acme/docker@{}", inspected["Digest"].as_str().expect("a digest"));
    let above = ["--image", &format!("{address}/acme/above"), "--from", &base, "--platform", "linux/amd64", "--push"];
    let empty = tempfile::tempdir().expect("a folder");
    fs::write(empty.path().join("more"), "more").expect("it is written");
    let above = build(empty.path(), &[&above[..], &["--file", "more:/srv/more"]].concat());
    assert_eq!(above["pushed"]["mounted"], 1, "the base's layer is mounted");
    let name = format!("docker://{}", pinned(&above));
    skopeo(&["copy", "--src-tls-verify=false", &name, &format!("dir:{}", empty.path().join("dir").display())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn docker_registry_takes_our_images_and_skopeo_pulls_them() {
    let registry = DockerRegistry::start();
    check_registry(registry.address()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn our_registry_serves_skopeo_as_docker_registry_does() {
    let registry = Registry::default().start().await.expect("it starts");
    check_registry(registry.address()).await;
    // And skopeo pushes to it.
    let folder = tempfile::tempdir().expect("a folder");
    write_service(folder.path(), 0o022, 0);
    let document = build(folder.path(), &["--layout", "out", "--tag", "x"]);
    let from = format!("oci:{}:x", folder.path().join("out").display());
    let to = format!("docker://{}/pushed:1", registry.address());
    skopeo(&["copy", "--all", "--preserve-digests", "--dest-tls-verify=false", &from, &to]);
    let client = Client::new(ClientOptions::default()).expect("a client");
    let name = registry.repository("pushed").expect("a name");
    let source = ImageSource::Repository { client, name };
    validate(&source, pinned(&document).digest()).await.expect("what skopeo pushed is valid");
}

#[test]
fn two_times_two_folders_and_two_umasks_give_one_digest() {
    let (one, two) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    write_service(one.path(), 0o022, 1_000_000_000);
    let first = build(one.path(), &["--layout", "out"]);
    // A build at another second, so that a clock that went into it would show.
    let begun = SystemTime::now();
    while begun.elapsed().is_ok_and(|passed| passed < Duration::from_millis(1100)) {
        thread::sleep(Duration::from_millis(100));
    }
    write_service(two.path(), 0o077, 1_700_000_000);
    let second = build(two.path(), &["--layout", "out"]);
    assert_eq!(first["image"], second["image"]);
    assert_eq!(first["platforms"], second["platforms"]);
    let digest = |folder: &Path| fs::read(folder.join("out/index.json")).expect("it is there");
    assert_eq!(digest(one.path()), digest(two.path()));
}

/// A proxy that records what clients send to a server, to count requests.
struct Counting {
    address: SocketAddr,
    sent: Arc<Mutex<Vec<u8>>>,
}

impl Counting {
    fn start(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it listens");
        let sent = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&sent);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let server = TcpStream::connect(target).expect("the registry answers");
                let (mut from, mut to) = (clone(&server), clone(&client));
                thread::spawn(move || {
                    // Either side may end the connection; then nothing is left to copy.
                    let _ = std::io::copy(&mut from, &mut to);
                    let _ = to.shutdown(std::net::Shutdown::Write);
                });
                let record = Arc::clone(&record);
                thread::spawn(move || record_requests(client, server, &record));
            }
        });
        Self { address, sent }
    }

    /// Returns how many uploads of blobs were opened so far.
    fn uploads(&self) -> usize {
        let sent = self.sent.lock().expect("no thread failed");
        // A request can follow the body of another on the same line.
        String::from_utf8_lossy(&sent).matches("POST /v2/").count()
    }
}

fn record_requests(mut client: TcpStream, mut server: TcpStream, record: &Mutex<Vec<u8>>) {
    let mut buffer = [0; 1 << 13];
    while let Ok(read @ 1..) = client.read(&mut buffer) {
        record.lock().expect("no thread failed").extend_from_slice(&buffer[..read]);
        if server.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    let _ = server.shutdown(std::net::Shutdown::Write);
}

fn clone(stream: &TcpStream) -> TcpStream {
    stream.try_clone().expect("a second handle")
}
