//! Kills real writers with SIGKILL and looks at what they leave behind. Not under the test harness, because this
//! program is also the writer that is killed.

use std::{
    collections::BTreeSet,
    env, fs,
    io::{self, BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use towpath_forge::{Author, Edit, Effect, Identity, LocalForge, Proposal, Stamp, State};

const FILE: &str = "apps/shop/prod/values.yaml";
const ROUNDS: u64 = 30;

fn main() {
    if env::args().any(|argument| argument == "--list") {
        // Test runners ask what there is.
        if env::args().all(|argument| argument != "--ignored") {
            say("kill: test");
        }
        return;
    }
    if let Some(path) = env::var_os("TOWPATH_TEST_REPOSITORY") {
        write_for_ever(path.to_str().expect("a path in UTF-8"));
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("gitops.git");
    let stamp = Stamp { author: Author::default(), seconds: 0 };
    let first = Edit { path: FILE.to_owned(), content: b"0\n".to_vec() };
    let forge = LocalForge::create(&path, "main", &[first], &stamp).expect("a repository");
    let mut left_locked = 0;
    let mut random: u64 = 0x9E37_79B9_7F4A_7C15;
    for round in 0..ROUNDS {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        kill_after(&path, Duration::from_micros(random >> 33 & 0x7FFF));
        left_locked += locks_below(&path.join("refs")).len();
        check(&forge, &format!("final {round}\n"));
    }
    say(&format!("{ROUNDS} writers killed; {left_locked} locks were left behind and taken away"));
}

fn say(line: &str) {
    writeln!(io::stdout(), "{line}").expect("standard output");
}

/// Opens, updates and merges without end; each content is new.
fn write_for_ever(path: &str) -> ! {
    let forge = LocalForge::open(path).expect("the repository");
    say("ready");
    for n in 0_u64.. {
        let pull = propose(&forge, &format!("{} {n}\n", std::process::id())).pull.expect("new content");
        if n % 3 == 2 {
            let stamp = Stamp { author: Author::default(), seconds: 1 };
            forge.merge(&identity(), pull.head, &stamp).expect("nobody else writes");
        }
    }
    unreachable!("because it counts until it is killed")
}

fn identity() -> Identity {
    Identity::new("main", "shop", "prod").expect("a name")
}

fn propose(forge: &LocalForge, content: &str) -> towpath_forge::Proposed {
    let proposal = Proposal {
        identity: identity(),
        base: forge.tip("main").expect("a branch"),
        edits: vec![Edit { path: FILE.to_owned(), content: content.as_bytes().to_vec() }],
        title: "promote shop to prod".to_owned(),
        body: content.to_owned(),
        stamp: Stamp { author: Author::default(), seconds: 1 },
    };
    forge.propose(&proposal).expect("a proposal")
}

fn kill_after(path: &Path, delay: Duration) {
    let mut writer = Command::new(env::current_exe().expect("a path"))
        .env("TOWPATH_TEST_REPOSITORY", path)
        .stdout(Stdio::piped())
        .spawn()
        .expect("a writer");
    let mut line = String::new();
    BufReader::new(writer.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
    assert_eq!(line, "ready\n");
    thread::sleep(delay);
    writer.kill().expect("SIGKILL");
    writer.wait().expect("its end");
}

/// The same work again, done to its end: one pull request, one commit, nothing locked, nothing broken.
fn check(forge: &LocalForge, content: &str) {
    let before = forge.tip("main").expect("a branch");
    let proposed = propose(forge, content);
    let pull = proposed.pull.expect("new content");
    assert_eq!(propose(forge, content).effect, Effect::Unchanged);
    let ids: BTreeSet<String> =
        [&pull.branch, &format!("refs/pull/{}/head", pull.number)].map(|name| git(forge, &["rev-parse", name])).into();
    assert_eq!(ids, BTreeSet::from([pull.head.to_string()]));
    assert_eq!(git(forge, &["rev-list", "--count", &format!("{before}..{}", pull.branch)]), "1");

    let stamp = Stamp { author: Author::default(), seconds: 1 };
    let merged = forge.merge(&identity(), pull.head, &stamp).expect("a merge");
    assert_eq!(merged.pull.state, State::Merged { commit: merged.commit });
    assert_eq!(git(forge, &["rev-list", "--count", &format!("{before}..main")]), "1");
    assert_eq!(forge.pulls().expect("the ledger").len(), 1);
    assert_eq!(locks_below(forge.path()), Vec::<String>::new());
    assert_eq!(git(forge, &["fsck", "--strict", "--no-dangling"]), "");
}

fn git(forge: &LocalForge, args: &[&str]) -> String {
    let output = Command::new("git").arg("--git-dir").arg(forge.path()).args(args).output().expect("git");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{args:?}: {said}");
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}

/// Returns every `*.lock` below a folder.
fn locks_below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("an entry").path()));
        } else if path.extension().is_some_and(|end| end == "lock") {
            found.push(path.display().to_string());
        }
    }
    found
}
