use std::path::{Path, PathBuf};

/// Where Helm keeps its configuration and its caches.
///
/// Source: Helm's `pkg/cli` and `pkg/helmpath` (4.3 and 3.17 agree).
#[derive(Debug, Clone, Default)]
pub struct HelmHome {
    /// The accounts of `helm registry login`: `HELM_REGISTRY_CONFIG`.
    pub registry_config: PathBuf,
    /// What `helm repo add` wrote: `HELM_REPOSITORY_CONFIG`.
    pub repository_config: PathBuf,
    /// What `helm repo update` fetched: `HELM_REPOSITORY_CACHE`.
    pub repository_cache: PathBuf,
}

impl HelmHome {
    /// Returns the places that the environment names, else those where Helm looks by itself.
    pub fn from_environment() -> Self {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let home = set("HOME").unwrap_or_default();
        let folder = |own: &str, xdg: &str, default: &str| {
            set(own).unwrap_or_else(|| set(xdg).unwrap_or_else(|| home.join(default)).join("helm"))
        };
        let config = folder("HELM_CONFIG_HOME", "XDG_CONFIG_HOME", ".config");
        let cache = folder("HELM_CACHE_HOME", "XDG_CACHE_HOME", ".cache");
        Self {
            registry_config: set("HELM_REGISTRY_CONFIG").unwrap_or_else(|| config.join("registry/config.json")),
            repository_config: set("HELM_REPOSITORY_CONFIG").unwrap_or_else(|| config.join("repositories.yaml")),
            repository_cache: set("HELM_REPOSITORY_CACHE").unwrap_or_else(|| cache.join("repository")),
        }
    }

    /// Returns where `helm repo update` puts the index of the repository called `name`.
    pub(crate) fn cached_index(&self, name: &str) -> PathBuf {
        self.repository_cache.join(format!("{name}-index.yaml"))
    }
}

/// Returns the keyring that `--verify` uses unless told otherwise: the old one of `gpg`, which is what Helm reads.
pub fn default_keyring() -> PathBuf {
    let gnupg = std::env::var_os("GNUPGHOME").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let home = || Path::new(&std::env::var_os("HOME").unwrap_or_default()).join(".gnupg");
    gnupg.unwrap_or_else(home).join("pubring.gpg")
}
