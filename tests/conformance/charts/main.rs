//! Renders folders of charts with the real Helm and with ours, in both profiles, and says where they differ.
//!
//! Standard output is a table of what is not identical, and a summary a collection; `--json` writes everything. The exit
//! code is 1 when something differs.

mod cases;
mod json;
mod judge;
mod mask;
mod programs;
mod summary;
mod vary;

use std::{
    io::Write as _,
    path::PathBuf,
    process::ExitCode,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use clap::Parser;

use crate::{
    cases::Case,
    judge::Judgement,
    programs::{Cache, Programs},
};

/// Renders folders of charts with the real Helm and with ours, and says where they differ.
#[derive(Debug, Parser)]
#[command(name = "compare-charts")]
struct Args {
    /// Charts, or folders that hold charts; each is a collection of its own in the summary
    #[arg(required = true)]
    folders: Vec<PathBuf>,
    /// Values files of a chart that are variants beside its defaults; `*` stands for any part of a name
    #[arg(long, value_name = "PATTERN", default_values = ["ci/*.yaml", "ci/*.yml"])]
    values: Vec<String>,
    /// Render each chart also with its values changed in eight ways, which follow from this number: all that can be switched on
    /// is on, switches are flipped, what is empty is filled, texts and kinds are others
    #[arg(long, value_name = "SEED")]
    changed: Option<u64>,
    /// Render with one profile alone
    #[arg(long, value_name = "MAJOR", value_parser = ["4", "3"])]
    profile: Option<String>,
    /// Only charts whose path holds this text
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Keep Helm's outputs here, by the content of chart and values, so that the next run renders ours alone
    #[arg(long, value_name = "FOLDER", env = "TOWPATH_HELM_CACHE")]
    cache: Option<PathBuf>,
    /// Write both outputs of what differs into this folder
    #[arg(long, value_name = "FOLDER")]
    keep: Option<PathBuf>,
    /// Write every result to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Renderings at a time [default: one a core]
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// Our program [default: towpath-render of this build]
    #[arg(long, value_name = "FILE")]
    ours: Option<PathBuf>,
    /// Arguments for both programs
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// A case and what came of it.
struct Judged {
    case: Case,
    judgement: Judgement,
}

fn main() -> ExitCode {
    match compare(&Args::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            // Where the terminal itself is gone, the exit code says the same.
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::from(3)
        }
    }
}

/// Returns whether nothing differs.
fn compare(args: &Args) -> std::io::Result<bool> {
    let programs = Programs::new(args.ours.clone(), args.arguments.clone(), Cache::open(args.cache.clone())?)?;
    let changed = tempfile::tempdir()?;
    let cases = cases::find(args, changed.path())?;
    let jobs = args.jobs.or_else(|| std::thread::available_parallelism().ok().map(Into::into)).unwrap_or(1);
    let (next, judged) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(cases.len())));
    std::thread::scope(|scope| {
        let work = || -> std::io::Result<()> {
            while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                let judgement = judge::judge(&programs, case, args.keep.as_deref())?;
                let judged = &mut *judged.lock().expect("because no thread panics");
                judged.push(Judged { case: case.clone(), judgement });
                summary::progress(judged.len(), cases.len());
            }
            Ok(())
        };
        let workers: Vec<_> = (0..jobs).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().expect("because no thread panics"))
    })?;
    let mut judged = judged.into_inner().expect("because no thread panics");
    judged.sort_by(|one, other| one.case.cmp(&other.case));
    let mut out = std::io::stdout().lock();
    out.write_all(summary::table(&judged).as_bytes())?;
    if let Some(path) = &args.json {
        std::fs::write(path, summary::json(&judged, &programs))?;
    }
    Ok(!judged.iter().any(|judged| judged.judgement.verdict == judge::Verdict::Differs))
}
