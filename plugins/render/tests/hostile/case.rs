use std::{
    fs,
    io::Read,
    path::Path,
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use nix::sys::resource::{UsageWho, getrusage};

/// Writes a chart into a folder and returns arguments.
pub(crate) type Build = Box<dyn Fn(&Path) -> Vec<String>>;

/// One hostile chart.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// Writes the chart into a folder and returns the arguments behind `template demo`, relative to it.
    pub(crate) build: Build,
    pub(crate) ending: Ending,
}

/// How a case has to end.
#[derive(Clone, Copy)]
pub(crate) enum Ending {
    /// With a refusal that holds these words.
    Refused(&'static [&'static str]),
    /// In any way that does no harm: what it holds is passed over, as Helm does.
    Harmless,
}

/// What a run took, and what it said.
pub(crate) struct Taken {
    pub(crate) code: Option<i32>,
    pub(crate) stderr: String,
    pub(crate) processor: Duration,
    /// The largest of this run and those before it, in bytes.
    pub(crate) peak: u64,
}

/// Nothing takes as long as this; what does is stopped.
const PATIENCE: Duration = Duration::from_mins(15);

/// Address space, in KiB: reserved stacks count, so that it is far more than what may be used.
const ADDRESS_SPACE: u32 = 4 << 20;

impl Case {
    /// Returns a case whose chart is a folder with these files beside its Chart.yaml.
    pub(crate) fn files(
        name: &'static str,
        files: impl Fn() -> Vec<(&'static str, String)> + 'static,
        ending: Ending,
    ) -> Self {
        let build = move |folder: &Path| {
            write(folder, "c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n");
            for (path, text) in files() {
                write(folder, &format!("c/{path}"), &text);
            }
            vec!["c".to_owned()]
        };
        Self { name, build: Box::new(build), ending }
    }
}

pub(crate) fn write(folder: &Path, path: &str, content: impl AsRef<[u8]>) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

fn processor_and_peak() -> (Duration, u64) {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let time = |time: nix::sys::time::TimeVal| {
        let micros = u64::try_from(time.tv_usec()).unwrap();
        Duration::from_secs(u64::try_from(time.tv_sec()).unwrap()) + Duration::from_micros(micros)
    };
    (time(usage.user_time()) + time(usage.system_time()), u64::try_from(usage.max_rss()).unwrap() << 10)
}

/// Runs the program over a case.
pub(crate) fn run(case: &Case) -> Taken {
    let folder = tempfile::tempdir().unwrap();
    let arguments = (case.build)(folder.path());
    let (before, _) = processor_and_peak();
    let mut child = Command::new("sh")
        .args(["-c", &format!("ulimit -v {ADDRESS_SPACE}; exec \"$@\""), "sh"])
        .args([env!("CARGO_BIN_EXE_towpath-render"), "template", "demo"])
        .args(arguments)
        .current_dir(folder.path())
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stderr.take().unwrap();
    let (sender, receiver) = mpsc::channel();
    let reader = thread::spawn(move || {
        let mut stderr = Vec::new();
        pipe.read_to_end(&mut stderr).unwrap();
        sender.send(stderr).unwrap();
    });
    let Ok(stderr) = receiver.recv_timeout(PATIENCE) else {
        child.kill().unwrap();
        child.wait().unwrap();
        let stderr = "it does not end".to_owned();
        return Taken { code: None, stderr, processor: PATIENCE, peak: 0 };
    };
    reader.join().unwrap();
    let code = child.wait().unwrap().code();
    let (after, peak) = processor_and_peak();
    Taken { code, stderr: String::from_utf8_lossy(&stderr).into_owned(), processor: after.saturating_sub(before), peak }
}
