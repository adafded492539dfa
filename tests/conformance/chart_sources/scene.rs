//! A folder with a home for helm and a store for us, and charts that helm packed.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;
use towpath_tests::{binary, output, peer};

/// The two releases of helm with the argument that makes ours speak as they do.
pub(crate) const HELMS: [(&str, &str); 2] = [("helm4", "4"), ("helm3", "3")];

/// One user's machine.
pub(crate) struct Scene {
    pub(crate) folder: TempDir,
}

/// What a program printed, as text.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file and the folders above it.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it stands in a folder")).expect("a folder");
        fs::write(&path, text).expect("it is written");
        path
    }

    /// Writes a chart into a folder and returns it; `more` goes into its `Chart.yaml`.
    pub(crate) fn chart(&self, folder: &str, name: &str, version: &str, more: &str) -> PathBuf {
        self.write(
            &format!("{folder}/Chart.yaml"),
            &format!("apiVersion: v2\nname: {name}\nversion: {version}\n{more}"),
        );
        self.write(&format!("{folder}/values.yaml"), "greeting: hello\n");
        let template = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}-{{ .Chart.Name }}}\ndata:\n  version: \
                        {{ .Chart.Version | quote }}\n  greeting: {{ .Values.greeting | quote }}\n";
        self.write(&format!("{folder}/templates/config.yaml"), template);
        self.path(folder)
    }

    /// Has helm pack a chart called `name` and returns the archive.
    pub(crate) fn packed(&self, name: &str, version: &str) -> PathBuf {
        let chart = self.chart(&format!("src/{name}-{version}"), name, version, "");
        let into = self.path("packed");
        fs::create_dir_all(&into).expect("a folder");
        let mut helm = self.helm("helm4", &["package"]);
        succeeds(&run(helm.arg(chart).arg("--destination").arg(&into)));
        into.join(format!("{name}-{version}.tgz"))
    }

    /// Returns helm with a home of its own.
    pub(crate) fn helm(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(peer(program));
        command.args(arguments);
        self.home(&mut command);
        command
    }

    /// Returns `towpath-render` with helm's home and a store of its own.
    pub(crate) fn ours(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary("towpath-render"));
        command.args(arguments).env("TOWPATH_STORE", self.path("store")).env("NO_COLOR", "1");
        self.home(&mut command);
        command
    }

    fn home(&self, command: &mut Command) {
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        command.env("HOME", self.path("home")).env("DOCKER_CONFIG", self.path("home/.docker"));
        for (name, folder) in [("HELM_CONFIG_HOME", "config"), ("HELM_CACHE_HOME", "cache"), ("HELM_DATA_HOME", "data")]
        {
            command.env(name, self.path("home").join(folder));
        }
        for name in
            ["HELM_REGISTRY_CONFIG", "HELM_REPOSITORY_CONFIG", "HELM_REPOSITORY_CACHE", "GNUPGHOME", "TOWPATH_OFFLINE"]
        {
            command.env_remove(name);
        }
        for name in ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"] {
            command.env_remove(name);
        }
    }

    /// Renders with ours as one release of helm does.
    pub(crate) fn renders(&self, version: &str, arguments: &[&str]) -> Told {
        let mut command = self.ours(&["template", "shop", "--helm-version", version]);
        run(command.args(arguments))
    }

    /// Renders with both helms and ours, and expects the same bytes of each pair.
    pub(crate) fn agrees(&self, arguments: &[&str]) {
        self.agrees_with(&HELMS, arguments);
    }

    /// Renders with these helms and ours, and expects the same bytes of each pair.
    pub(crate) fn agrees_with(&self, helms: &[(&str, &str)], arguments: &[&str]) {
        for &(helm, version) in helms {
            let theirs = run(self.helm(helm, &["template", "shop"]).args(arguments));
            assert_eq!(theirs.code, Some(0), "{helm} {arguments:?}: {}", theirs.err);
            let ours = self.renders(version, arguments);
            assert_eq!(ours.code, Some(0), "{arguments:?}: {}", ours.err);
            assert_eq!(ours.out, theirs.out, "{helm} {arguments:?}");
        }
    }

    /// Has both helms and ours refuse, ours with this exit code and these words on stderr.
    pub(crate) fn refuses(&self, arguments: &[&str], code: i32, words: &[&str]) {
        self.refuses_with(&HELMS, arguments, code, words);
    }

    /// Has these helms and ours refuse.
    pub(crate) fn refuses_with(&self, helms: &[(&str, &str)], arguments: &[&str], code: i32, words: &[&str]) {
        for &(helm, version) in helms {
            let theirs = run(self.helm(helm, &["template", "shop"]).args(arguments));
            assert_ne!(theirs.code, Some(0), "{helm} {arguments:?} is not refused");
            refused(&self.renders(version, arguments), code, words);
        }
    }
}

/// Checks a refusal: its exit code, its words, and that nothing is half given.
pub(crate) fn refused(told: &Told, code: i32, words: &[&str]) {
    assert_eq!((told.code, told.out.as_str()), (Some(code), ""), "{}", told.err);
    for word in words {
        assert!(told.err.contains(word), "it does not say {word:?}:\n{}", told.err);
    }
}

pub(crate) fn run(command: &mut Command) -> Told {
    let Output { status, stdout, stderr } = output(command);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it prints UTF-8");
    Told { code: status.code(), out: text(stdout), err: text(stderr) }
}

pub(crate) fn succeeds(told: &Told) {
    assert_eq!(told.code, Some(0), "{}", told.err);
}

/// Copies a folder with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    succeeds(&run(Command::new("cp").arg("-r").arg(from).arg(to)));
}
