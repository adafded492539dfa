//! Dependencies that a chart asks for and does not carry: found, fetched, and laid into its `charts/`.
//!
//! Source: Helm's `pkg/downloader/manager.go` and `internal/resolver` (4.3 and 3.17).

mod asked;
mod laid;
mod lock;
mod resolve;
mod write;

use std::path::PathBuf;

use towpath_helm::{Chart, ChartLimits};
use towpath_model::{Diagnostic, FileTree, Kind, TreePath};

use self::{asked::Asked, laid::Laid, lock::Lock};
use super::{Dependencies, fetch::Fetch};

/// A chart's files, and where they stand.
pub(super) struct Base {
    /// The files; the chart need not be the root of them, so that a dependency may stand beside it.
    pub(super) tree: FileTree,
    /// Where the chart stands in the tree.
    pub(super) at: TreePath,
    /// Its folder on disk, where it has one.
    pub(super) folder: Option<PathBuf>,
}

/// A dependency as it was found.
pub(super) struct Found {
    pub(super) name: String,
    /// The version in the chart, or as the lock has it.
    pub(super) version: String,
    pub(super) repository: String,
    /// The packed chart with the name of its file; nothing for one that stands in `charts/` already.
    pub(super) packed: Option<(String, Vec<u8>)>,
}

/// Loads a chart, and sees to dependencies that are missing as `mode` says.
pub(super) fn load(fetch: &mut Fetch<'_>, base: &Base, mode: Dependencies) -> Result<Chart, Diagnostic> {
    let limits = ChartLimits::of(fetch.profile);
    let read = |tree: &FileTree| Chart::load(tree, &limits).map_err(|error| error.diagnostic());
    let files = base.tree.below(&base.at);
    let chart = read(&files)?;
    if mode == Dependencies::AsTheyAre || chart.check_dependencies(fetch.profile).is_ok() {
        return Ok(chart);
    }
    let mut asked = Asked::read(&files)?;
    let lock = Lock::read(&files, asked.lock_name())?;
    let found = match (mode, &lock) {
        (Dependencies::Locked, None) => return Ok(chart),
        (Dependencies::Locked | Dependencies::Build, Some(lock)) => {
            let original = asked.digest_of_helm_2();
            asked.name_repositories(fetch)?;
            lock.check(&asked, original)?;
            resolve::locked(fetch, base, lock)?
        }
        _ => {
            if mode == Dependencies::Build {
                let text = "there is no Chart.lock: dependencies are resolved anew, and may be others tomorrow";
                fetch.warn(text);
            }
            asked.name_repositories(fetch)?;
            resolve::anew(fetch, base, &asked)?
        }
    };
    for (name, _) in found.iter().filter_map(|found| found.packed.as_ref()) {
        base.tree.note_outside(format!("the chart {name}"));
    }
    if let (Dependencies::Update, Some(folder)) = (mode, &base.folder) {
        write::write(folder, &asked, &found, lock.as_ref())?;
    }
    read(&FileTree::new(Laid::new(files, &found)?))
}

/// Refuses to update a packed chart.
pub(super) fn only_unpacked() -> Diagnostic {
    Diagnostic::new(Kind::Usage, "only unpacked charts can be updated")
        .hint("a packed chart must carry its dependencies: `helm package --dependency-update` packs them with it")
}
