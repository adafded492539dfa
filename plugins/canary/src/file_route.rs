use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use towpath_model::{Diagnostic, Kind};
use towpath_rollout::{IstioError, Subsets, VirtualService};

/// The most bytes a VirtualService may have, with its state.
const LIMIT: u64 = 4 * 1024 * 1024;

/// A VirtualService in a JSON file that a data plane follows, and the subsets that are weighed in it.
///
/// A write replaces the file whole, and only if it still says what the writer read. Two locks of the operating system
/// stand beside it, in files whose names begin with a dot; both end with their process, however it ends.
#[derive(Debug, Clone)]
pub struct FileRoute {
    path: PathBuf,
    subsets: Subsets,
}

/// The right to drive a route, held until dropped.
#[derive(Debug)]
pub struct Hold {
    _locked: File,
}

/// What can happen to a VirtualService in a file.
#[derive(Debug, thiserror::Error)]
pub enum RouteError {
    /// The file system failed.
    #[error("cannot {action} `{path}`")]
    File {
        /// What was tried.
        action: &'static str,
        /// On which file.
        path: String,
        /// What came of it.
        #[source]
        source: io::Error,
    },
    /// The file is larger than any VirtualService.
    #[error("`{0}` has more than 4 MiB")]
    Large(String),
    /// The document cannot be rolled out.
    #[error("`{path}` cannot be rolled out")]
    Document {
        /// The file.
        path: String,
        /// What is wrong with it.
        #[source]
        source: IstioError,
    },
    /// Somebody else drives it now.
    #[error("another rollout is driving `{path}`{}", if .holder.is_empty() { String::new() } else { format!(": {}", .holder) })]
    Busy {
        /// The file.
        path: String,
        /// What the other one says of itself.
        holder: String,
    },
    /// It was changed since it was read.
    #[error("`{0}` was changed by somebody else")]
    Conflict(String),
}

impl From<&RouteError> for Diagnostic {
    fn from(error: &RouteError) -> Self {
        match error {
            RouteError::File { .. } => Self::from_error(Kind::Remote, error),
            RouteError::Document { path, source } => {
                let mut diagnostic = Self::from(source);
                diagnostic.message = format!("{path}: {}", diagnostic.message);
                diagnostic
            }
            RouteError::Large(_) => Self::from_error(Kind::Usage, error),
            RouteError::Busy { .. } => Self::from_error(Kind::Usage, error).hint(
                "wait for it, or stop it with `towpath-canary abort`; `towpath-canary status` shows where it stands",
            ),
            RouteError::Conflict(_) => Self::from_error(Kind::Remote, error).hint("run the same command again"),
        }
    }
}

impl FileRoute {
    /// Returns the route of `subsets` in the file at `path`; links are followed, so that the file itself is replaced.
    ///
    /// # Errors
    /// When there is no such file.
    pub fn open(path: &Path, subsets: Subsets) -> Result<Self, RouteError> {
        let path = fs::canonicalize(path).map_err(|source| failed("read", path, source))?;
        Ok(Self { path, subsets })
    }

    /// Returns the subsets that are weighed.
    pub fn subsets(&self) -> &Subsets {
        &self.subsets
    }

    /// Takes the right to drive the route; `holder` is shown to those who come later.
    ///
    /// # Errors
    /// When somebody else has it.
    pub fn hold(&self, holder: &str) -> Result<Hold, RouteError> {
        let mut file = self.lock_file("run")?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Who it is helps, but the answer is the same without.
                let _ = (&file).take(200).read_to_string(&mut holder);
                return Err(RouteError::Busy {
                    path: self.path.display().to_string(),
                    holder: holder.trim().to_owned(),
                });
            }
            Err(TryLockError::Error(source)) => return Err(failed("lock", &self.path, source)),
        }
        let written = file.set_len(0).and_then(|()| file.write_all(holder.as_bytes()));
        written.map_err(|source| failed("write the lock of", &self.path, source))?;
        Ok(Hold { _locked: file })
    }

    /// Returns who drives the route now, if somebody does.
    ///
    /// # Errors
    /// When the lock cannot be read.
    pub fn holder(&self) -> Result<Option<String>, RouteError> {
        let file = self.lock_file("run")?;
        match file.try_lock_shared() {
            Ok(()) => Ok(None),
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = (&file).take(200).read_to_string(&mut holder);
                Ok(Some(holder.trim().to_owned()))
            }
            Err(TryLockError::Error(source)) => Err(failed("lock", &self.path, source)),
        }
    }

    /// Returns the document as it is now.
    ///
    /// # Errors
    /// When it cannot be read or is no VirtualService.
    pub fn load(&self) -> Result<VirtualService, RouteError> {
        let file = File::open(&self.path).map_err(|source| failed("read", &self.path, source))?;
        let mut text = String::new();
        let read =
            file.take(LIMIT + 1).read_to_string(&mut text).map_err(|source| failed("read", &self.path, source))?;
        if read as u64 > LIMIT {
            return Err(RouteError::Large(self.path.display().to_string()));
        }
        VirtualService::parse(&text).map_err(|source| self.document(source))
    }

    /// Replaces `expected` by `new` in one step and returns what stands there now, under a new resource version.
    ///
    /// # Errors
    /// When the document is no longer `expected`, or the file system failed; it is then as it was.
    pub fn store(&self, expected: &VirtualService, new: VirtualService) -> Result<VirtualService, RouteError> {
        let lock = self.lock_file("write")?;
        lock.lock().map_err(|source| failed("lock", &self.path, source))?;
        let live = self.load()?;
        if live != *expected {
            return Err(RouteError::Conflict(self.path.display().to_string()));
        }
        let version = live.resource_version().parse::<u64>().unwrap_or(0).saturating_add(1);
        let new = new.with_resource_version(&version.to_string());
        self.replace(&new.to_json()).map_err(|source| failed("write", &self.path, source))?;
        Ok(new)
    }

    /// Returns the error for a document that cannot be rolled out.
    pub(crate) fn document(&self, source: IstioError) -> RouteError {
        RouteError::Document { path: self.path.display().to_string(), source }
    }

    fn replace(&self, text: &str) -> io::Result<()> {
        let draft = self.beside("draft");
        let mut file = File::create(&draft)?;
        file.write_all(text.as_bytes())?;
        file.set_permissions(fs::metadata(&self.path)?.permissions())?;
        file.sync_all()?;
        fs::rename(&draft, &self.path)?;
        // Only with its folder on the disk does the new name survive a power cut.
        self.path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    }

    fn lock_file(&self, kind: &str) -> Result<File, RouteError> {
        let path = self.beside(kind);
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        opened.map_err(|source| failed("open", &path, source))
    }

    /// Returns the path of a file that belongs to this one: `.shop.json.run` beside `shop.json`.
    fn beside(&self, kind: &str) -> PathBuf {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        self.path.with_file_name(format!(".{name}.{kind}"))
    }
}

fn failed(action: &'static str, path: &Path, source: io::Error) -> RouteError {
    RouteError::File { action, path: path.display().to_string(), source }
}

#[cfg(test)]
mod tests {
    use towpath_rollout::Weights;

    use super::*;

    fn route(folder: &Path) -> FileRoute {
        let path = folder.join("shop.json");
        let document = serde_json::json!({
            "apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": {"name": "shop"},
            "spec": {"http": [{"route": [
                {"destination": {"host": "shop", "subset": "stable"}, "weight": 100},
                {"destination": {"host": "shop", "subset": "canary"}, "weight": 0},
            ]}]},
        });
        fs::write(&path, document.to_string()).unwrap();
        let subsets = Subsets { route: None, stable: "stable".to_owned(), canary: "canary".to_owned() };
        FileRoute::open(&path, subsets).unwrap()
    }

    #[test]
    fn a_write_needs_what_was_read() {
        let folder = tempfile::tempdir().unwrap();
        let route = route(folder.path());
        let read = route.load().unwrap();
        let five = read.with(route.subsets(), Weights::new(95, 5).unwrap(), "{}").unwrap();
        let written = route.store(&read, five.clone()).unwrap();
        assert_eq!(written.resource_version(), "1");
        assert_eq!(route.load().unwrap(), written);
        let message = route.store(&read, five).unwrap_err().to_string();
        assert!(message.ends_with("shop.json` was changed by somebody else"), "{message}");
        assert_eq!(route.load().unwrap(), written);
    }

    #[test]
    fn one_holds_it_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let route = route(folder.path());
        assert_eq!(route.holder().unwrap(), None);
        let hold = route.hold("process 7").unwrap();
        assert_eq!(route.holder().unwrap().as_deref(), Some("process 7"));
        let message = route.hold("process 8").unwrap_err().to_string();
        assert!(message.contains("another rollout is driving") && message.ends_with(": process 7"), "{message}");
        drop(hold);
        let _held = route.hold("9").unwrap();
        assert_eq!(route.holder().unwrap().as_deref(), Some("9"));
    }
}
