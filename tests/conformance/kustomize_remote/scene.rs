//! A user's machine with a home of its own, kustomize and ours on it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use tempfile::TempDir;
use towpath_tests::{binary, output, peer};

pub(crate) struct Scene {
    folder: TempDir,
}

/// What a program printed, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Returns our program, built once.
fn our_program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| binary("towpath-render"))
}

pub(crate) fn run(command: &mut Command) -> Told {
    let told = output(command);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Told { code: told.status.code(), out: text(&told.stdout), err: text(&told.stderr) }
}

impl Scene {
    /// Makes a machine with these files: (path, content).
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let scene = Self { folder: tempfile::tempdir().expect("a folder") };
        for (name, text) in files {
            scene.write(name, text);
        }
        scene
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Returns the address of a repository on this machine.
    pub(crate) fn on_disk(&self, name: &str) -> String {
        format!("file://{}", self.path(name).display())
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it stands in a folder")).expect("a folder");
        fs::write(&path, text).expect("it is written");
    }

    /// Returns a program that finds nothing of the real user's.
    fn at_home(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command.current_dir(self.folder.path()).env_clear().env("HOME", self.path("home"));
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_TERMINAL_PROMPT", "0").env("NO_COLOR", "1");
        command.env("TOWPATH_STORE", self.path("store"));
        command
    }

    /// Returns the real kustomize, which runs the real helm.
    pub(crate) fn theirs(&self, helm: &str, arguments: &[&str]) -> Told {
        self.theirs_with(&peer(helm), arguments)
    }

    /// Returns the real kustomize, which runs this program as helm.
    pub(crate) fn theirs_with(&self, helm: &Path, arguments: &[&str]) -> Told {
        let mut kustomize = self.at_home(peer("kubectl4"));
        let helm = format!("--helm-command={}", helm.display());
        run(kustomize.arg("kustomize").args(arguments).arg(helm))
    }

    pub(crate) fn ours(&self, arguments: &[&str]) -> Told {
        run(self.at_home(our_program()).arg("build").args(arguments))
    }

    /// Returns ours with variables set.
    pub(crate) fn ours_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Told {
        let mut ours = self.at_home(our_program());
        run(ours.envs(variables.iter().copied()).arg("build").args(arguments))
    }

    /// Runs both, with either helm, and checks that they print the same or both refuse. Returns what ours printed at last.
    pub(crate) fn agrees_on_charts(&self, arguments: &[&str]) -> Told {
        let told = ["helm3", "helm4"].map(|helm| {
            let arguments = [&["--enable-helm"], arguments].concat();
            let version = format!("--helm-version={}", helm.trim_start_matches("helm"));
            let (theirs, ours) = (self.theirs(helm, &arguments), self.ours(&[&arguments[..], &[&version]].concat()));
            same(&theirs, &ours);
            ours
        });
        let [_, told] = told;
        told
    }

    /// Runs both and checks that they print the same or both refuse. Returns what ours printed.
    pub(crate) fn agrees(&self, arguments: &[&str]) -> Told {
        let (theirs, ours) = (self.theirs("helm4", arguments), self.ours(arguments));
        same(&theirs, &ours);
        ours
    }

    /// Checks that both refuse, ours with these words.
    pub(crate) fn both_refuse(&self, arguments: &[&str], words: &[&str]) {
        let told = self.agrees(arguments);
        refused(&told, words);
    }

    /// Runs git in a folder and returns what it printed.
    pub(crate) fn git(&self, folder: &str, arguments: &[&str]) -> String {
        fs::create_dir_all(self.path(folder)).expect("a folder");
        let mut git = self.at_home("git");
        git.current_dir(self.path(folder)).args(["-c", "user.name=a", "-c", "user.email=a@example.com"]);
        git.args(["-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main"]).args(arguments);
        let told = run(&mut git);
        assert_eq!(told.code, Some(0), "git {arguments:?}: {}", told.err);
        told.out.trim().to_owned()
    }

    /// Commits all that stands in a folder, which becomes a repository, and returns the commit.
    pub(crate) fn commit(&self, folder: &str) -> String {
        self.git(folder, &["init", "--quiet"]);
        self.git(folder, &["add", "."]);
        self.git(folder, &["commit", "--quiet", "-m", "a change"]);
        self.git(folder, &["rev-parse", "HEAD"])
    }

    /// Makes `served/NAME.git` of a repository.
    pub(crate) fn serve(&self, folder: &str, name: &str) {
        let bare = self.path(&format!("served/{name}.git"));
        self.git(folder, &["clone", "--quiet", "--bare", ".", bare.to_str().expect("UTF-8")]);
    }
}

/// Checks that both print the same, or refuse.
pub(crate) fn same(theirs: &Told, ours: &Told) {
    match theirs.code {
        Some(0) => {
            assert_eq!(ours.code, Some(0), "ours refuses: {}", ours.err);
            assert_eq!(ours.out, theirs.out);
        }
        _ => assert!(
            matches!(ours.code, Some(2 | 3)),
            "theirs refuses: {}\nours gives\n{}{}",
            theirs.err,
            ours.out,
            ours.err
        ),
    }
}

/// Checks that a program refused with these words.
pub(crate) fn refused(told: &Told, words: &[&str]) {
    assert!(matches!(told.code, Some(2 | 3)), "it is not refused:\n{}", told.out);
    for word in words {
        assert!(told.err.contains(word), "`{word}` is not in\n{}", told.err);
    }
}
