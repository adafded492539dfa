use std::{fmt, path::PathBuf};

use clap::Args as ClapArgs;
use towpath_model::{Diagnostic, Kind};
use towpath_render::cache::{Cache, CacheSettings, RemoteAddress, RemoteLogin, Secret, Secrets};
use towpath_report::Report;

/// Where rendered results are kept. Nothing is kept unless a place is named: manifests may hold Secrets.
#[derive(Debug, Default, ClapArgs)]
#[command(next_help_heading = "Cache of rendered results")]
pub(crate) struct Caching {
    /// Keep results in this folder, for this user alone
    #[arg(long, value_name = "DIR", env = "TOWPATH_CACHE")]
    cache: Option<PathBuf>,
    /// How large the folder may grow, in MiB; what was used longest ago goes first [default: 1024]
    #[arg(long, value_name = "MIB", env = "TOWPATH_CACHE_LIMIT")]
    cache_limit: Option<u64>,
    /// Share results with other machines through a registry or Redis: oci://…, redis://… or, in TLS, rediss://…
    ///
    /// The login comes from `TOWPATH_CACHE_USERNAME` and `TOWPATH_CACHE_PASSWORD`, for a registry else from Docker's
    /// configuration. With `TOWPATH_CACHE_SECRET` entries are sealed, and those of others are rejected. None of them belongs on a command line.
    #[arg(long, value_name = "ADDRESS", env = "TOWPATH_CACHE_REMOTE", hide_env_values = true)]
    cache_remote: Option<RemoteText>,
    /// Whose results they are: one tenant never sees those of another
    #[arg(long, value_name = "NAME", env = "TOWPATH_CACHE_TENANT")]
    cache_tenant: Option<String>,
    /// Share results that hold a Secret, too; else they stay on this machine
    #[arg(long, env = "TOWPATH_CACHE_SECRETS", value_parser = clap::builder::FalseyValueParser::new())]
    cache_secrets: bool,
    /// Use no cache, whatever the environment says
    #[arg(long)]
    no_cache: bool,
}

/// An address that is never shown, since it may hold a password.
#[derive(Clone)]
pub(crate) struct RemoteText(String);

impl From<String> for RemoteText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for RemoteText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RemoteText(redacted)")
    }
}

impl Caching {
    /// Returns the cache that is wanted; nothing where none is. Warnings are shown.
    pub(crate) fn open(&self, report: &Report) -> Result<Option<Cache>, Diagnostic> {
        let remote = self.cache_remote.as_ref().filter(|text| !text.0.is_empty());
        let folder = self.cache.clone().filter(|folder| !folder.as_os_str().is_empty());
        if self.no_cache || (remote.is_none() && folder.is_none()) {
            return Ok(None);
        }
        let remote = remote.map(|text| text.0.parse::<RemoteAddress>()).transpose().map_err(|error| {
            Diagnostic::from_error(Kind::Usage, &error)
                .hint("as in --cache-remote oci://registry.example.com/team/cache")
        })?;
        let remote = remote.map(|remote| match set("TOWPATH_CACHE_PASSWORD") {
            Some(password) => {
                let user = set("TOWPATH_CACHE_USERNAME").unwrap_or_default();
                remote.with_login(RemoteLogin { user, password })
            }
            None => remote,
        });
        let default = CacheSettings::default();
        let report = report.clone();
        Ok(Some(Cache::open(CacheSettings {
            folder,
            folder_limit: self.cache_limit.map_or(default.folder_limit, |mib| mib.saturating_mul(1 << 20)),
            remote,
            tenant: self.cache_tenant.clone().unwrap_or_default(),
            secret: set("TOWPATH_CACHE_SECRET").map(Secret::new),
            secrets: if self.cache_secrets { Secrets::Shared } else { Secrets::Withheld },
            warn: Some(std::sync::Arc::new(move |text: &str| report.warn(text))),
            ..default
        })))
    }
}

fn set(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|value| !value.is_empty())
}
