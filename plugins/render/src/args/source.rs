use std::{
    fmt,
    io::{self, Read as _},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use clap::Args as ClapArgs;
use towpath_helm::{Chart, Profile};
use towpath_model::{Diagnostic, Kind};
use towpath_render::source::{
    Access, ChartRequest, ChartSettings, Charts, Dependencies, HelmHome, Login, Network, Releases, STORE_LIMIT, Scheme,
    Servers, ShownTo, Store, TlsFiles, default_keyring,
};
use towpath_report::{Progress, Report};

/// A password may have this many bytes.
const LONGEST_PASSWORD: u64 = 64 << 10;

/// Which chart is meant, where its name alone does not say.
#[derive(Debug, Default, ClapArgs)]
#[command(next_help_heading = "Chart")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of helm's; they become enums in the library")]
pub(crate) struct ChartChoice {
    /// The version, or a constraint on it: 1.2.3, ^1.2, ">=1 <2"; without it the newest release
    #[arg(long, value_name = "VERSION")]
    pub(crate) version: Option<String>,
    /// Let prereleases count too; as --version '>0.0.0-0'
    #[arg(long)]
    pub(crate) devel: bool,
    /// The HTTP repository that the chart is in
    #[arg(long, value_name = "URL")]
    pub(crate) repo: Option<String>,
    /// Check the chart's provenance before it is used
    #[arg(long)]
    pub(crate) verify: bool,
    /// The public keys that --verify believes [default: ~/.gnupg/pubring.gpg]
    #[arg(long, value_name = "FILE")]
    pub(crate) keyring: Option<PathBuf>,
    /// Fetch dependencies that are missing into charts/, and write Chart.lock
    #[arg(long)]
    pub(crate) dependency_update: bool,
    /// Fetch dependencies that are missing as Chart.lock pins them; nothing is written
    #[arg(long, conflicts_with = "dependency_update")]
    pub(crate) dependency_build: bool,
}

/// How charts are fetched, and where they are kept.
#[derive(Debug, Default, ClapArgs)]
#[command(next_help_heading = "Fetching")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of helm's; they become enums in the library")]
pub(crate) struct Fetching {
    /// The user at the chart's repository or registry
    #[arg(long, value_name = "USER")]
    pub(crate) username: Option<String>,
    /// The password; better from --password-stdin or the environment, since others can see arguments
    #[arg(long, value_name = "PASSWORD", env = "TOWPATH_CHART_PASSWORD", hide_env_values = true)]
    pub(crate) password: Option<Password>,
    /// Read the password from standard input
    #[arg(long, conflicts_with = "password", requires = "username")]
    pub(crate) password_stdin: bool,
    /// Show the user and the password also to other hosts that an index points to
    #[arg(long)]
    pub(crate) pass_credentials: bool,
    /// Believe these authorities alone, a file in PEM
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// The client's certificate, a file in PEM
    #[arg(long, value_name = "FILE")]
    pub(crate) cert_file: Option<PathBuf>,
    /// The client's key, a file in PEM
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// Do not check who the server is
    #[arg(long)]
    pub(crate) insecure_skip_tls_verify: bool,
    /// Speak plain HTTP to the registry
    #[arg(long)]
    pub(crate) plain_http: bool,
    /// The accounts of `helm registry login`
    #[arg(long, value_name = "FILE", env = "HELM_REGISTRY_CONFIG")]
    pub(crate) registry_config: Option<PathBuf>,
    /// The repositories of `helm repo add`
    #[arg(long, value_name = "FILE", env = "HELM_REPOSITORY_CONFIG")]
    pub(crate) repository_config: Option<PathBuf>,
    /// The indexes of `helm repo update`
    #[arg(long, value_name = "DIR", env = "HELM_REPOSITORY_CACHE")]
    pub(crate) repository_cache: Option<PathBuf>,
    /// Where fetched charts are kept [default: ~/.cache/towpath/store]
    #[arg(long, value_name = "DIR", env = "TOWPATH_STORE")]
    pub(crate) store: Option<PathBuf>,
    /// How large the store may grow, in MiB; what was used longest ago goes first [default: 2048]
    #[arg(long, value_name = "MIB", env = "TOWPATH_STORE_LIMIT")]
    pub(crate) store_limit: Option<u64>,
    /// Never use the network: what is not in the store is an error
    #[arg(long, env = "TOWPATH_OFFLINE", value_parser = clap::builder::FalseyValueParser::new())]
    pub(crate) offline: bool,
}

/// A password on the command line, which is never shown.
#[derive(Clone)]
pub(crate) struct Password(String);

impl From<String> for Password {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(redacted)")
    }
}

impl ChartChoice {
    /// Loads the chart that is called `chart`.
    pub(crate) fn load(&self, chart: &str, charts: &Charts, profile: Profile) -> Result<Chart, Diagnostic> {
        let dependencies = match (self.dependency_update, self.dependency_build) {
            (true, _) => Dependencies::Update,
            (_, true) => Dependencies::Build,
            _ => Dependencies::AsTheyAre,
        };
        let request = ChartRequest {
            chart: chart.to_owned(),
            version: self.version.clone(),
            repository: self.repo.clone(),
            releases: if self.devel { Releases::Development } else { Releases::Stable },
            keyring: self.verify.then(|| self.keyring.clone().unwrap_or_else(default_keyring)),
            dependencies,
            profile,
        };
        charts.load(&request)
    }
}

impl Fetching {
    /// Returns what loads charts; warnings are shown, and on a terminal what is being fetched.
    pub(crate) fn charts(&self, report: &Report) -> Result<Charts, Diagnostic> {
        Ok(Charts::new(self.settings(report)?))
    }

    /// Returns what [`Fetching::charts`] makes of them.
    pub(crate) fn settings(&self, report: &Report) -> Result<ChartSettings, Diagnostic> {
        let warner = report.clone();
        let report = report.clone();
        let progress: Mutex<Option<Progress>> = Mutex::new(None);
        let say = move |text: &str| {
            let mut progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
            match &*progress {
                Some(progress) => progress.say(text.to_owned()),
                None => *progress = Some(report.progress(text)),
            }
        };
        let folder = self.store.clone().or_else(Store::default_folder);
        let limit = self.store_limit.map_or(STORE_LIMIT, |mib| mib.saturating_mul(1 << 20));
        Ok(ChartSettings {
            helm: self.helm(),
            access: self.access()?,
            store: folder.map(|folder| Store::new(folder, limit)),
            network: if self.offline { Network::Offline } else { Network::Online },
            say: Some(Arc::new(say)),
            warn: Some(Arc::new(move |text: &str| warner.warn(text))),
            tell: None,
        })
    }

    fn helm(&self) -> HelmHome {
        let home = HelmHome::from_environment();
        HelmHome {
            registry_config: self.registry_config.clone().unwrap_or(home.registry_config),
            repository_config: self.repository_config.clone().unwrap_or(home.repository_config),
            repository_cache: self.repository_cache.clone().unwrap_or(home.repository_cache),
        }
    }

    fn access(&self) -> Result<Access, Diagnostic> {
        let password = match (&self.password, self.password_stdin) {
            (Some(password), _) => password.0.clone(),
            (None, true) => read_password(&mut io::stdin().lock())?,
            (None, false) => String::new(),
        };
        let user = self.username.clone().unwrap_or_default();
        // Half a login is none, as Helm has it.
        let login = (!user.is_empty() && !password.is_empty()).then_some(Login { user, password });
        Ok(Access {
            login,
            tls: TlsFiles {
                authorities: self.ca_file.clone(),
                certificate: self.cert_file.clone(),
                key: self.key_file.clone(),
                servers: if self.insecure_skip_tls_verify { Servers::Unchecked } else { Servers::Checked },
            },
            registries: if self.plain_http { Scheme::PlainHttp } else { Scheme::Https },
            shown_to: if self.pass_credentials { ShownTo::Everybody } else { ShownTo::Repository },
        })
    }
}

/// Reads a password that stands alone; the newline behind it is no part of it.
fn read_password(reader: &mut impl io::Read) -> Result<String, Diagnostic> {
    let wrong =
        |cause: String| Diagnostic::new(Kind::Usage, "cannot read the password from standard input").cause(cause);
    let mut text = String::new();
    reader.take(LONGEST_PASSWORD).read_to_string(&mut text).map_err(|error| wrong(error.to_string()))?;
    let password = text.trim_end_matches(['\n', '\r']);
    if password.is_empty() {
        return Err(wrong("it is empty".to_owned()));
    }
    Ok(password.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_read_without_its_newline_and_never_shown() {
        assert_eq!(read_password(&mut "a b \r\n".as_bytes()).unwrap(), "a b ");
        assert!(read_password(&mut "\n".as_bytes()).is_err());
        assert!(!format!("{:?}", Password::from("secret".to_owned())).contains("secret"));
    }
}
