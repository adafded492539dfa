//! Charts rendered by the real Helm and by ours, for tests that compare them case by case.

use std::{ffi::OsStr, path::Path, process::Command, time::SystemTime};

use towpath_helm::{Chart, Options, Profile, Randomness, RenderEnv, ValuesOptions, render};

use crate::{output, peer};

/// The two releases, and what ours has for each.
pub const RELEASES: [(Profile, &str); 2] = [(Profile::Helm4, "helm4"), (Profile::Helm3, "helm3")];

/// What a program printed, or why it refused.
pub type Outcome = Result<String, String>;

/// Writes files below a folder: (path, content).
///
/// # Panics
/// When they cannot be written.
pub fn write_files<'f>(folder: &Path, files: impl IntoIterator<Item = (&'f str, &'f [u8])>) {
    for (name, content) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().expect("because it lies in the folder")).expect("a folder can be made");
        std::fs::write(path, content).expect("a file can be written");
    }
}

/// Returns what the real Helm renders as the release `demo` of the folder `chart` in `folder`.
///
/// # Errors
/// When it refuses: its message.
///
/// # Panics
/// When it cannot be started.
pub fn theirs<A: AsRef<OsStr>>(program: &str, folder: &Path, arguments: impl IntoIterator<Item = A>) -> Outcome {
    let mut helm = Command::new(peer(program));
    helm.current_dir(folder).args(["template", "demo", "chart"]).args(arguments).env("HOME", folder);
    let helm = output(&mut helm);
    if helm.status.success() {
        return Ok(String::from_utf8_lossy(&helm.stdout).into_owned());
    }
    let text = String::from_utf8_lossy(&helm.stderr).into_owned();
    Err(text.split_once("Error: ").map_or(text.as_str(), |(_, error)| error).trim_end().to_owned())
}

/// Returns the environment of the release `demo`, which is the same in every run.
pub fn environment(profile: Profile) -> RenderEnv {
    let mut env = RenderEnv::new("demo", SystemTime::UNIX_EPOCH, Randomness::seeded(1));
    env.profile = profile;
    env
}

/// Returns what ours renders.
///
/// # Errors
/// When it refuses: its message.
pub fn ours(chart: &Chart, values: &ValuesOptions, env: &RenderEnv, options: &Options) -> Outcome {
    let rendered = render(chart, values, env, options);
    rendered.map(|rendered| rendered.to_text()).map_err(|error| error.to_string())
}

/// Adds the argument of a flag such as `--set`; all that are not named here are `--set-file`.
pub fn set(values: &mut ValuesOptions, flag: &str, argument: &str) {
    let of_flag = match flag {
        "--set" => &mut values.set,
        "--set-string" => &mut values.set_string,
        "--set-json" => &mut values.set_json,
        "--set-literal" => &mut values.set_literal,
        _ => &mut values.set_file,
    };
    of_flag.push(argument.to_owned());
}

/// Returns both outcomes for a message.
pub fn shown(theirs: &Outcome, ours: &Outcome) -> String {
    let [theirs, ours] = [theirs, ours].map(|outcome| match outcome {
        Ok(text) => text.clone(),
        Err(error) => format!("refused: {error}"),
    });
    format!("theirs\n{theirs}\nours\n{ours}\n")
}
