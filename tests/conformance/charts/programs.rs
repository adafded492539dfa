use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::Mutex,
};

use towpath_model::Digest;

use crate::cases::{Case, Profile};

/// In seconds; a program that takes longer is ended, which counts as a refusal without words.
const PATIENCE: &str = "120";

/// What a program gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) done: bool,
    pub(crate) out: Vec<u8>,
    pub(crate) err: Vec<u8>,
}

impl Run {
    /// Returns what it said when it refused, without what stands around the message.
    pub(crate) fn refusal(&self) -> String {
        let text = String::from_utf8_lossy(&self.err);
        let from = text.find("Error: ").or_else(|| text.find("error: ")).map_or(0, |at| at + "Error: ".len());
        let text = text[from..].trim();
        text.strip_suffix("Use --debug flag to render out invalid YAML").unwrap_or(text).trim_end().to_owned()
    }
}

/// The real programs and ours, and what the real ones gave before.
pub(crate) struct Programs {
    helm4: Helm,
    helm3: Helm,
    ours: PathBuf,
    arguments: Vec<String>,
    cache: Cache,
    home: tempfile::TempDir,
    digests: Mutex<HashMap<PathBuf, String>>,
}

struct Helm {
    path: PathBuf,
    version: String,
}

impl Helm {
    fn new(name: &str) -> io::Result<Self> {
        let path = towpath_tests::peer(name);
        let output = Command::new(&path).args(["version", "--template", "{{.Version}}"]).output()?;
        Ok(Self { path, version: String::from_utf8_lossy(&output.stdout).trim().to_owned() })
    }
}

impl Programs {
    pub(crate) fn new(ours: Option<PathBuf>, arguments: Vec<String>, cache: Cache) -> io::Result<Self> {
        Ok(Self {
            helm4: Helm::new("helm4")?,
            helm3: Helm::new("helm3")?,
            ours: ours.unwrap_or_else(built),
            arguments,
            cache,
            home: tempfile::tempdir()?,
            digests: Mutex::default(),
        })
    }

    fn helm(&self, profile: Profile) -> &Helm {
        match profile {
            Profile::Helm4 => &self.helm4,
            Profile::Helm3 => &self.helm3,
        }
    }

    /// Returns the version of the real program.
    pub(crate) fn version(&self, profile: Profile) -> &str {
        &self.helm(profile).version
    }

    /// Returns what ours gives.
    pub(crate) fn ours(&self, case: &Case) -> io::Result<Run> {
        self.run(&self.ours, &["--helm-version", case.profile.major()], case)
    }

    /// Returns what Helm gives now.
    pub(crate) fn helm_now(&self, case: &Case) -> io::Result<Run> {
        self.run(&self.helm(case.profile).path, &[], case)
    }

    /// Returns what Helm gives in two runs, perhaps from the cache; in the latter case the second is true.
    pub(crate) fn helm_twice(&self, case: &Case) -> io::Result<(Vec<Run>, bool)> {
        let key = self.key(case)?;
        if let Some(runs) = self.cache.get(&key) {
            return Ok((runs, true));
        }
        let runs = vec![self.helm_now(case)?, self.helm_now(case)?];
        self.cache.put(&key, &runs)?;
        Ok((runs, false))
    }

    /// Replaces what the cache holds of a case.
    pub(crate) fn remember(&self, case: &Case, runs: &[Run]) -> io::Result<()> {
        self.cache.put(&self.key(case)?, runs)
    }

    fn run(&self, program: &Path, before: &[&str], case: &Case) -> io::Result<Run> {
        let mut command = Command::new("timeout");
        command.arg(PATIENCE).arg(program).args(["template", "demo"]).arg(&case.chart).args(before);
        if let Some(values) = &case.values {
            command.arg("--values").arg(values);
        }
        // A home of its own, so that no configuration or plugin of the user has a say.
        command.args(&self.arguments).env("HOME", self.home.path()).env("TZ", "UTC");
        let Output { status, stdout, stderr } = command.output()?;
        Ok(Run { done: status.success(), out: if status.success() { stdout } else { Vec::new() }, err: stderr })
    }

    /// Returns a name for all that Helm's output follows from.
    fn key(&self, case: &Case) -> io::Result<String> {
        let chart = self.digest(&case.chart)?;
        let values = case.values.as_deref().map_or(Ok(String::new()), |path| self.digest(path))?;
        let text = format!("{}\n{chart}\n{values}\n{:?}", self.helm(case.profile).version, self.arguments);
        Ok(Digest::of(text.as_bytes()).hex())
    }

    fn digest(&self, path: &Path) -> io::Result<String> {
        if let Some(known) = self.digests.lock().expect("because no thread panics").get(path) {
            return Ok(known.clone());
        }
        let mut list = String::new();
        list_below(path, path, &mut list)?;
        let digest = Digest::of(list.as_bytes()).hex();
        self.digests.lock().expect("because no thread panics").insert(path.to_owned(), digest.clone());
        Ok(digest)
    }
}

/// Appends the name and digest of every file.
fn list_below(root: &Path, path: &Path, list: &mut String) -> io::Result<()> {
    if path.is_dir() {
        let mut entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
        entries.sort();
        return entries.iter().try_for_each(|entry| list_below(root, entry, list));
    }
    let name = path.strip_prefix(root).unwrap_or(path);
    let digest = fs::read(path).map_or_else(|error| error.to_string(), |content| Digest::of(&content).hex());
    *list += &format!("{} {digest}\n", name.display());
    Ok(())
}

/// Returns our program of the build that this one is part of.
fn built() -> PathBuf {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(towpath_tests::root()).args(["build", "--quiet", "--bin", "towpath-render"]);
    let here = std::env::current_exe().expect("a program knows its own path");
    let folder = here.parent().expect("because a program stands in a folder");
    if folder.ends_with("release") {
        cargo.arg("--release");
    }
    for (variable, _) in std::env::vars_os() {
        if variable.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")) {
            cargo.env_remove(variable);
        }
    }
    assert!(cargo.status().expect("cargo runs").success(), "towpath-render does not build");
    folder.join("towpath-render")
}

/// Helm's outputs of earlier runs, a file a case; without a folder it holds nothing.
pub(crate) struct Cache(Option<PathBuf>);

impl Cache {
    pub(crate) fn open(folder: Option<PathBuf>) -> io::Result<Self> {
        if let Some(folder) = &folder {
            fs::create_dir_all(folder)?;
        }
        Ok(Self(folder))
    }

    fn get(&self, key: &str) -> Option<Vec<Run>> {
        let content = fs::read(self.0.as_ref()?.join(key)).ok()?;
        let mut rest = content.as_slice();
        let mut runs = Vec::new();
        while !rest.is_empty() {
            let end = rest.iter().position(|byte| *byte == b'\n')?;
            let head = std::str::from_utf8(&rest[..end]).ok()?;
            let mut numbers = head.split(' ').map(|number| number.parse::<usize>().ok());
            let (done, out, err) = (numbers.next()??, numbers.next()??, numbers.next()??);
            rest = &rest[end + 1..];
            let (texts, after) = rest.split_at_checked(out + err)?;
            runs.push(Run { done: done == 1, out: texts[..out].to_vec(), err: texts[out..].to_vec() });
            rest = after;
        }
        (!runs.is_empty()).then_some(runs)
    }

    fn put(&self, key: &str, runs: &[Run]) -> io::Result<()> {
        let Some(folder) = &self.0 else { return Ok(()) };
        let mut content = Vec::new();
        // Of runs that agree one says it all.
        let stable = runs.iter().all(|run| run.out == runs[0].out && run.done == runs[0].done);
        for run in &runs[..if stable { 1 } else { runs.len() }] {
            content.extend(format!("{} {} {}\n", u8::from(run.done), run.out.len(), run.err.len()).into_bytes());
            content.extend_from_slice(&run.out);
            content.extend_from_slice(&run.err);
        }
        // Others may write the same file at this moment.
        let own = folder.join(format!("{key}.{}", std::process::id()));
        fs::write(&own, content)?;
        fs::rename(own, folder.join(key))
    }
}
