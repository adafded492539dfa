//! What the local forge promises, over real repositories.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use tempfile::TempDir;
use towpath_forge::{Author, CommitId, Edit, Effect, Error, Identity, LocalForge, Proposal, Stamp, State};

const FILE: &str = "apps/shop/prod/values.yaml";

fn stamp(seconds: i64) -> Stamp {
    Stamp { author: Author::default(), seconds }
}

fn edit(path: &str, content: &str) -> Edit {
    Edit { path: path.to_owned(), content: content.as_bytes().to_vec() }
}

fn start() -> (TempDir, LocalForge) {
    let folder = tempfile::tempdir().expect("it works");
    let files = [edit(FILE, "a: 1\n\n\n\n\n\nz: 1\n"), edit("other/readme.md", "x\n")];
    let forge = LocalForge::create(&folder.path().join("gitops.git"), "main", &files, &stamp(1)).expect("it works");
    (folder, forge)
}

fn identity(environment: &str) -> Identity {
    Identity::new("main", "shop", environment).expect("it works")
}

fn proposal(forge: &LocalForge, content: &str) -> Proposal {
    Proposal {
        identity: identity("prod"),
        base: forge.tip("main").expect("it works"),
        edits: vec![edit(FILE, content)],
        title: "promote shop to prod".to_owned(),
        body: format!("to {content}"),
        stamp: stamp(2),
    }
}

/// Commits to main as somebody else would: with git itself.
fn push(forge: &LocalForge, path: &str, content: &str) -> CommitId {
    let run = |args: &[&str], stdin: &str| {
        let file = tempfile::NamedTempFile::new().expect("it works");
        fs::write(file.path(), stdin).expect("it works");
        let mut git = Command::new("git");
        git.arg("--git-dir").arg(forge.path()).env("GIT_INDEX_FILE", forge.path().join("test-index"));
        git.args(["-c", "user.name=Jo", "-c", "user.email=jo@example.com"]).args(args);
        let output = git.stdin(fs::File::open(file.path()).expect("it works")).output().expect("it works");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("it works").trim().to_owned()
    };
    let blob = run(&["hash-object", "-w", "--stdin"], content);
    run(&["read-tree", "main"], "");
    run(&["update-index", "--add", "--cacheinfo", &format!("100644,{blob},{path}")], "");
    let tree = run(&["write-tree"], "");
    let commit = run(&["commit-tree", &tree, "-p", "main", "-m", "by hand"], "");
    run(&["update-ref", "refs/heads/main", &commit], "");
    commit.parse().expect("it works")
}

fn git(forge: &LocalForge, args: &[&str]) -> String {
    let output = Command::new("git").arg("--git-dir").arg(forge.path()).args(args).output().expect("it works");
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("it works").trim().to_owned()
}

#[test]
fn one_pull_request_is_opened_updated_and_merged() {
    let (_folder, forge) = start();
    let base = forge.tip("main").unwrap();
    let opened = forge.propose(&proposal(&forge, "a: 2\n")).unwrap();
    let pull = opened.pull.unwrap();
    assert_eq!((opened.effect, pull.number, pull.branch.as_str()), (Effect::Opened, 1, "towpath/shop/prod"));

    let again = Proposal { stamp: stamp(99), ..proposal(&forge, "a: 2\n") };
    let again = forge.propose(&again).unwrap();
    assert_eq!(
        (again.effect, again.pull.unwrap().head),
        (Effect::Unchanged, pull.head),
        "a later time changes nothing"
    );

    let updated = forge.propose(&proposal(&forge, "a: 3\n")).unwrap();
    let newer = updated.pull.unwrap();
    assert_eq!((updated.effect, newer.number, newer.body.as_str()), (Effect::Updated, 1, "to a: 3\n"));
    assert_eq!(git(&forge, &["rev-list", "--count", "main..towpath/shop/prod"]), "1");
    assert_eq!(git(&forge, &["rev-parse", "refs/pull/1/head"]), newer.head.to_string());

    let error = forge.merge(&identity("prod"), pull.head, &stamp(3)).unwrap_err();
    let expected = format!("head of `towpath/shop/prod` is {}, not the expected {}", newer.head, pull.head);
    assert_eq!((error.to_string(), error.diagnostic().kind.exit_code()), (expected, 1));
    assert_eq!(forge.tip("main").unwrap(), base, "nothing moved");

    let merged = forge.merge(&identity("prod"), newer.head, &stamp(3)).unwrap();
    assert_eq!(merged.commit, newer.head, "the base could be moved forward");
    let twice = forge.merge(&identity("prod"), newer.head, &stamp(4)).unwrap();
    assert_eq!((twice.commit, twice.pull.state), (merged.commit, State::Merged { commit: merged.commit }));
    assert_eq!(git(&forge, &["rev-list", "--count", "main"]), "2");

    let nothing = forge.propose(&proposal(&forge, "a: 3\n")).unwrap();
    assert_eq!((nothing.effect, nothing.pull.unwrap().number), (Effect::Nothing, 1));
    let next = forge.propose(&proposal(&forge, "a: 4\n")).unwrap();
    assert_eq!((next.effect, next.pull.unwrap().number), (Effect::Opened, 2));
    assert_eq!(forge.pulls().unwrap().len(), 1);
    assert_eq!(git(&forge, &["fsck", "--strict", "--no-dangling"]), "");
}

#[test]
fn the_same_stamp_gives_the_same_commits() {
    let heads: BTreeSet<_> = (0..2)
        .map(|_| {
            let (_folder, forge) = start();
            let head = forge.propose(&proposal(&forge, "a: 2\n")).unwrap().pull.unwrap().head;
            (head.to_string(), git(&forge, &["rev-parse", "refs/towpath/pulls"]))
        })
        .collect();
    assert_eq!(heads.len(), 1);
}

#[test]
fn a_base_that_went_on_is_joined_or_refused() {
    let (_folder, forge) = start();
    let pull = forge.propose(&proposal(&forge, "a: 2\n\n\n\n\n\nz: 1\n")).unwrap().pull.unwrap();
    push(&forge, FILE, "a: 1\n\n\n\n\n\nz: 9\n");
    let merged = forge.merge(&identity("prod"), pull.head, &stamp(3)).unwrap();
    assert_ne!(merged.commit, pull.head);
    let content = forge.read(merged.commit, FILE).unwrap().unwrap();
    assert_eq!(String::from_utf8(content).unwrap(), "a: 2\n\n\n\n\n\nz: 9\n", "both changes stand");

    let pull = forge.propose(&proposal(&forge, "a: 3\n\n\n\n\n\nz: 9\n")).unwrap().pull.unwrap();
    let tip = push(&forge, FILE, "a: 7\n\n\n\n\n\nz: 9\n");
    let error = forge.merge(&identity("prod"), pull.head, &stamp(4)).unwrap_err();
    assert_eq!(error.to_string(), format!("pull request #2 conflicts with `main` in `{FILE}`"));
    assert_eq!(error.diagnostic().hints, ["apply the promotion to the new base: towpath-promote open"]);
    assert_eq!(forge.tip("main").unwrap(), tip);
}

#[test]
fn a_file_tells_what_it_has_held() {
    let (_folder, forge) = start();
    let first = forge.tip("main").unwrap();
    push(&forge, "other/readme.md", "y\n");
    let second = push(&forge, FILE, "a: 2\n");
    let pull = forge.propose(&proposal(&forge, "a: 3\n")).unwrap().pull.unwrap();
    push(&forge, "other/readme.md", "z\n");
    let merged = forge.merge(&identity("prod"), pull.head, &stamp(3)).unwrap();
    let versions = forge.versions("main", FILE).unwrap();
    assert_eq!(versions.iter().map(|version| version.commit).collect::<Vec<_>>(), [merged.commit, second, first]);
    assert_eq!(versions[1].content, b"a: 2\n");
    assert_eq!(forge.versions("main", "none").unwrap(), []);
}

#[test]
fn a_promotion_planned_on_an_old_base_is_refused() {
    let (_folder, forge) = start();
    let old = proposal(&forge, "a: 2\n");
    let tip = push(&forge, "other/readme.md", "y\n");
    let error = forge.propose(&old).unwrap_err();
    let expected = format!("branch `main` is at {tip}, not at {} where the promotion was planned", old.base);
    assert_eq!(error.to_string(), expected);
    assert_eq!(forge.pulls().unwrap(), []);
}

#[test]
fn merges_and_changes_made_with_git_are_noticed() {
    let (_folder, forge) = start();
    let pull = forge.propose(&proposal(&forge, "a: 2\n")).unwrap().pull.unwrap();
    git(&forge, &["update-ref", "refs/heads/main", &pull.head.to_string()]);
    let noticed = forge.propose(&proposal(&forge, "a: 2\n")).unwrap();
    assert_eq!(noticed.pull.unwrap().state, State::Merged { commit: pull.head });

    forge.propose(&proposal(&forge, "a: 3\n")).unwrap();
    push(&forge, FILE, "a: 3\n");
    let settled = forge.propose(&proposal(&forge, "a: 3\n")).unwrap();
    assert_eq!(settled.effect, Effect::Settled);
    let closed = State::Closed { reason: "main holds the content already".to_owned() };
    assert_eq!(settled.pull.unwrap().state, closed);
    let error = forge.merge(&identity("prod"), pull.head, &stamp(4)).unwrap_err().to_string();
    assert!(error.starts_with("no open pull request from `towpath/shop/prod` into `main`; #2 is closed"), "{error}");
}

#[test]
fn commits_of_others_on_the_branch_are_kept() {
    let (_folder, forge) = start();
    let by_hand = push(&forge, "other/readme.md", "y\n");
    git(&forge, &["update-ref", "refs/heads/towpath/shop/prod", &by_hand.to_string()]);
    git(&forge, &["update-ref", "refs/heads/main", &format!("{by_hand}^")]);
    let error = forge.propose(&proposal(&forge, "a: 2\n")).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("branch `towpath/shop/prod` holds commit {by_hand}, which Towpath did not make")
    );
    assert_eq!(git(&forge, &["rev-parse", "towpath/shop/prod"]), by_hand.to_string());
}

#[test]
fn writers_at_once_leave_one_pull_request_for_each_identity() {
    let (_folder, forge) = start();
    let path = forge.path().to_str().unwrap();
    std::thread::scope(|scope| {
        for writer in 0..8 {
            scope.spawn(move || {
                let forge = LocalForge::open(path).unwrap();
                for round in 0..5 {
                    let content = format!("a: {writer}{round}\n");
                    let environment = if writer % 2 == 0 { "prod" } else { "staging" };
                    let proposal = Proposal { identity: identity(environment), ..proposal(&forge, &content) };
                    forge.propose(&proposal).unwrap();
                }
            });
        }
    });
    let pulls = forge.pulls().unwrap();
    let numbers: BTreeSet<u64> = pulls.iter().map(|pull| pull.number).collect();
    assert_eq!(numbers, BTreeSet::from([1, 2]));
    for pull in pulls {
        assert_eq!(git(&forge, &["rev-parse", &pull.branch]), pull.head.to_string());
        assert_eq!(git(&forge, &["rev-list", "--count", &format!("main..{}", pull.branch)]), "1");
        let content = forge.read(pull.head, FILE).unwrap().unwrap();
        assert_eq!(
            pull.body,
            format!("to {}", String::from_utf8(content).unwrap()),
            "words and content belong together"
        );
    }
}

#[test]
fn a_lock_of_another_program_is_told_and_one_left_behind_is_taken() {
    let (_folder, forge) = start();
    let lock = forge.path().join("refs/heads/towpath/shop/prod.lock");
    fs::create_dir_all(lock.parent().unwrap()).unwrap();
    fs::write(&lock, "").unwrap();
    let error = forge.propose(&proposal(&forge, "a: 2\n")).unwrap_err();
    assert!(
        matches!(&error, Error::Locked { path, .. } if path.ends_with("refs/heads/towpath/shop/prod.lock")),
        "{error}"
    );
    assert_eq!(error.diagnostic().kind.exit_code(), 3);
    assert!(error.diagnostic().hints[0].starts_with("if no git program runs, remove "), "{error}");

    let journal = forge.path().join("towpath-writer");
    let value = "0123456789012345678901234567890123456789";
    fs::write(&journal, format!("refs/heads/towpath/shop/prod {value}\n")).unwrap();
    fs::write(&lock, "9999999999999999999999999999999999999999\n").unwrap();
    assert!(forge.propose(&proposal(&forge, "a: 2\n")).is_err(), "it holds another value than the journal");

    for content in ["", value] {
        fs::write(&journal, format!("refs/heads/towpath/shop/prod {value}\n")).unwrap();
        fs::write(&lock, content).unwrap();
        assert!(forge.propose(&proposal(&forge, "a: 2\n")).is_ok());
        assert!(!lock.exists());
    }
    assert_eq!(fs::read(&journal).unwrap(), b"");
}

#[test]
fn repositories_and_paths_that_cannot_be_used_are_named() {
    let (folder, forge) = start();
    let message = |location: &Path| LocalForge::open(location.to_str().unwrap()).err().unwrap().to_string();
    let none = folder.path().join("none");
    assert_eq!(message(&none), format!("cannot open the repository `{}`", none.display()));
    let worktree = folder.path().join("worktree");
    let init = Command::new("git").args(["init", "-q"]).arg(&worktree).status().unwrap();
    assert!(init.success());
    assert_eq!(message(&worktree), format!("repository `{}` has a work tree", worktree.display()));

    let tip = forge.tip("main").unwrap();
    let at = format!("branch `nowhere` does not exist in `{}`", forge.path().display());
    assert_eq!(forge.tip("nowhere").unwrap_err().to_string(), at);
    assert_eq!(forge.read(tip, "none").unwrap(), None);
    assert_eq!(forge.read(tip, "apps").unwrap_err().to_string(), format!("`apps` is not a file in commit {tip}"));
    for bad in ["/etc/passwd", "../x", "a//b", ".git/config", ""] {
        let message = forge.read(tip, bad).unwrap_err().to_string();
        assert_eq!(message, format!("`{bad}` is no path of a file in a repository"));
    }
    assert_eq!(
        LocalForge::open(&format!("file://{}", forge.path().display())).unwrap().default_branch().unwrap(),
        "main"
    );
}
