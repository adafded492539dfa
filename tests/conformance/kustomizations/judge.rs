use std::{
    fs, io,
    path::Path,
    process::{Command, Output, Stdio},
};

use towpath_tests::peer;

/// What two builds of one root have to do with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Identical,
    Refused,
    /// Both refuse: the root asks for something from the network, or for Helm charts.
    OutOfReach,
    Differs,
}

/// A verdict, and in one line why it is not better.
#[derive(Debug)]
pub(crate) struct Judgement {
    pub(crate) verdict: Verdict,
    pub(crate) reason: String,
}

/// Parts of kustomize's messages about what it would have to fetch, or to leave to Helm.
const OUT_OF_REACH: &[&str] = &[
    "git fetch",
    "git clone",
    "failed to run",
    "--enable-helm",
    "no such host",
    "dial tcp",
    "HTTP Error",
    "evalsymlink",
];

pub(crate) fn judge(ours: &Path, root: &Path, keep: Option<&Path>) -> io::Result<Judgement> {
    let theirs = run(Command::new(peer("kubectl4")).arg("kustomize").arg(root))?;
    let ours = run(Command::new(ours).arg("build").arg(root))?;
    let (verdict, reason) = match (theirs.status.success(), ours.status.success()) {
        (true, true) if theirs.stdout == ours.stdout => (Verdict::Identical, String::new()),
        (true, true) => (Verdict::Differs, first_difference(&theirs.stdout, &ours.stdout)),
        (false, false) => {
            let message = String::from_utf8_lossy(&theirs.stderr);
            let is_far = OUT_OF_REACH.iter().any(|part| message.contains(part));
            (if is_far { Verdict::OutOfReach } else { Verdict::Refused }, String::new())
        }
        (true, false) => (Verdict::Differs, format!("only ours refuses: {}", last_line(&ours.stderr))),
        (false, true) => (Verdict::Differs, format!("only kustomize refuses: {}", last_line(&theirs.stderr))),
    };
    if let (Verdict::Differs, Some(folder)) = (verdict, keep) {
        let name = root.to_string_lossy().replace('/', "_");
        fs::create_dir_all(folder)?;
        fs::write(folder.join(format!("{name}.kustomize")), &theirs.stdout)?;
        fs::write(folder.join(format!("{name}.ours")), &ours.stdout)?;
    }
    Ok(Judgement { verdict, reason })
}

fn run(command: &mut Command) -> io::Result<Output> {
    command.env("GIT_TERMINAL_PROMPT", "0").stdin(Stdio::null()).output()
}

fn first_difference(theirs: &[u8], ours: &[u8]) -> String {
    let (theirs, ours) = (String::from_utf8_lossy(theirs), String::from_utf8_lossy(ours));
    let same = theirs.lines().zip(ours.lines()).take_while(|(a, b)| a == b).count();
    let line = |text: &str| text.lines().nth(same).unwrap_or("the end").trim().to_owned();
    format!("line {}: kustomize has `{}`, ours `{}`", same + 1, line(&theirs), line(&ours))
}

fn last_line(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("without a word").to_owned()
}
