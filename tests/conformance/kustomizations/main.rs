//! Builds every kustomization below some folders with the real kustomize and with ours, and says where they differ.
//!
//! Standard output names each root that is not the same, with the reason, and ends with a line of figures a folder. The
//! exit code is 1 when something differs.

mod judge;

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use clap::Parser;

use crate::judge::{Judgement, Verdict};

/// Builds every kustomization below some folders with the real kustomize and with ours, and says where they differ.
#[derive(Debug, Parser)]
#[command(name = "compare-kustomizations")]
struct Args {
    /// Folders, usually work trees of repositories; each has its own line of figures
    #[arg(required = true)]
    folders: Vec<PathBuf>,
    /// Only roots whose path holds this text
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Write both outputs of what differs into this folder
    #[arg(long, value_name = "FOLDER")]
    keep: Option<PathBuf>,
    /// Our program [default: towpath-render of this build]
    #[arg(long, value_name = "FILE")]
    ours: Option<PathBuf>,
    /// Builds at a time [default: one a core]
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
}

fn main() -> ExitCode {
    match compare(&Args::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            // Where the terminal itself is gone, the exit code says the same.
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::from(3)
        }
    }
}

/// Builds our program in the profile of this one, and returns where it stands.
fn built() -> io::Result<PathBuf> {
    let here = std::env::current_exe()?;
    let folder = here.parent().expect("because a program stands in a folder");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(towpath_tests::root()).args(["build", "--quiet", "--bin", "towpath-render"]);
    if folder.ends_with("release") {
        cargo.arg("--release");
    }
    for (variable, _) in std::env::vars_os() {
        if variable.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")) {
            cargo.env_remove(variable);
        }
    }
    if cargo.status()?.success() {
        Ok(folder.join("towpath-render"))
    } else {
        Err(io::Error::other("towpath-render does not build"))
    }
}

/// Returns whether nothing differs.
fn compare(args: &Args) -> io::Result<bool> {
    let ours = args.ours.clone().map_or_else(built, Ok)?;
    let mut out = io::stdout().lock();
    let mut all_same = true;
    for folder in &args.folders {
        let mut roots = Vec::new();
        find(folder, &mut roots)?;
        roots.retain(|root| args.only.as_ref().is_none_or(|text| root.to_string_lossy().contains(text)));
        let judged = judge_all(&ours, &roots, args)?;
        for (root, judgement) in &judged {
            if judgement.verdict == Verdict::Differs {
                all_same = false;
                writeln!(out, "{}: {}", root.display(), judgement.reason)?;
            }
        }
        let count = |verdict: Verdict| judged.iter().filter(|(_, judgement)| judgement.verdict == verdict).count();
        writeln!(
            out,
            "{}: {} roots, {} identical, {} refused by both, {} refused by both for want of network or Helm, {} differ",
            folder.display(),
            judged.len(),
            count(Verdict::Identical),
            count(Verdict::Refused),
            count(Verdict::OutOfReach),
            count(Verdict::Differs)
        )?;
    }
    Ok(all_same)
}

fn judge_all<'r>(ours: &Path, roots: &'r [PathBuf], args: &Args) -> io::Result<Vec<(&'r Path, Judgement)>> {
    let jobs = args.jobs.or_else(|| std::thread::available_parallelism().ok().map(Into::into)).unwrap_or(1);
    let (next, judged) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(roots.len())));
    std::thread::scope(|scope| {
        let work = || -> io::Result<()> {
            while let Some(root) = roots.get(next.fetch_add(1, Ordering::Relaxed)) {
                let judgement = judge::judge(ours, root, args.keep.as_deref())?;
                judged.lock().expect("because no thread panics").push((root.as_path(), judgement));
            }
            Ok(())
        };
        let workers: Vec<_> = (0..jobs).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().expect("because no thread panics"))
    })?;
    let mut judged = judged.into_inner().expect("because no thread panics");
    judged.sort_by_key(|(root, _)| *root);
    Ok(judged)
}

/// Collects every folder that has a kustomization file; links are not followed.
fn find(folder: &Path, roots: &mut Vec<PathBuf>) -> io::Result<()> {
    let names = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
    if names.iter().any(|name| folder.join(name).is_file()) {
        roots.push(folder.to_owned());
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() && entry.file_name() != ".git" {
            find(&entry.path(), roots)?;
        }
    }
    Ok(())
}
