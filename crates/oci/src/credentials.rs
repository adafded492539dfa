use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use tokio::io::AsyncWriteExt as _;
use towpath_model::{Diagnostic, Kind};

/// The most that is read of a configuration or of a helper's answer.
const MOST: u64 = 4 << 20;
/// How long a credential helper may take.
const HELPER_TIME: Duration = Duration::from_secs(30);

/// What a client identifies itself with at a registry.
#[derive(Clone, PartialEq, Eq)]
pub enum Credentials {
    /// A user and a password or access token.
    Basic {
        /// The user.
        user: String,
        /// The password.
        password: String,
    },
    /// A token that is exchanged for access tokens, as `docker login` keeps for some registries.
    Identity {
        /// The refresh token.
        token: String,
    },
}

impl Credentials {
    /// Returns whose they are, for messages.
    pub fn user(&self) -> &str {
        match self {
            Self::Basic { user, .. } => user,
            Self::Identity { .. } => "<token>",
        }
    }

    /// Returns the credentials that `user` and `password` are, where the user `<token>` marks an identity token.
    fn from_pair(user: String, password: String) -> Self {
        if user == "<token>" { Self::Identity { token: password } } else { Self::Basic { user, password } }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials({:?}, redacted)", self.user())
    }
}

/// Where credentials come from.
#[derive(Debug, Clone, Default)]
pub enum CredentialSource {
    /// Nowhere: every registry is met as anybody.
    #[default]
    Anonymous,
    /// These, for every registry that asks.
    Explicit(Credentials),
    /// Docker's configuration file with its credential helpers; a file that does not exist holds none.
    DockerConfig(PathBuf),
    /// Several such files; the first that knows the registry counts.
    DockerConfigs(Vec<PathBuf>),
}

/// Who a client would be at a registry, told without asking a credential helper, which may use the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// Nobody: there are no credentials for it.
    Anonymous,
    /// Whoever holds these.
    Known(Credentials),
    /// Whoever this helper knows under this address.
    Helper {
        /// The helper's name, without `docker-credential-`.
        name: String,
        /// The address that it is asked for.
        address: String,
    },
}

impl CredentialSource {
    /// Returns Docker's configuration where Docker looks for it: `$DOCKER_CONFIG/config.json`, else `~/.docker`.
    pub fn docker() -> Self {
        let folder = std::env::var_os("DOCKER_CONFIG").filter(|folder| !folder.is_empty()).map(PathBuf::from);
        let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".docker"));
        folder.or_else(home).map_or(Self::Anonymous, |folder| Self::DockerConfig(folder.join("config.json")))
    }

    /// Returns who this would be at `registry`; no helper is run.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub async fn holder(&self, registry: &str) -> Result<Holder, CredentialsError> {
        let files = match self {
            Self::Anonymous => return Ok(Holder::Anonymous),
            Self::Explicit(credentials) => return Ok(Holder::Known(credentials.clone())),
            Self::DockerConfig(path) => std::slice::from_ref(path),
            Self::DockerConfigs(paths) => paths.as_slice(),
        };
        for path in files {
            let Some(config) = load_config(path).await? else { continue };
            if let Some((name, address)) = config.helper(registry) {
                return Ok(Holder::Helper { name: name.to_owned(), address: address.to_owned() });
            }
            if let Some(credentials) = config.written(path, registry)? {
                return Ok(Holder::Known(credentials));
            }
        }
        Ok(Holder::Anonymous)
    }

    /// Returns the credentials for `registry`, if there are any.
    pub(crate) async fn credentials(&self, registry: &str) -> Result<Option<Credentials>, CredentialsError> {
        match self {
            Self::Anonymous => Ok(None),
            Self::Explicit(credentials) => Ok(Some(credentials.clone())),
            Self::DockerConfig(path) => first(std::slice::from_ref(path), registry).await,
            Self::DockerConfigs(paths) => first(paths, registry).await,
        }
    }
}

/// Why credentials could not be had.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// The file is there but cannot be read.
    #[error("cannot read the registry credentials in `{path}`")]
    Read {
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file is no configuration of Docker's.
    #[error("`{path}` is not a configuration of Docker's: {detail}")]
    Malformed {
        /// The file.
        path: String,
        /// What is wrong; never a value of the file.
        detail: String,
    },
    /// The helper failed.
    #[error("credential helper `{helper}` gave no credentials for {registry}: {detail}")]
    Helper {
        /// The program.
        helper: String,
        /// The registry.
        registry: String,
        /// Why; never a secret.
        detail: String,
    },
}

impl CredentialsError {
    /// Returns the error as people see it.
    pub fn diagnostic(&self) -> Diagnostic {
        let diagnostic = Diagnostic::from_error(Kind::Usage, self);
        match self {
            Self::Helper { helper, .. } => {
                diagnostic.hint(format!("`{helper}` must stand on PATH and know the registry"))
            }
            _ => diagnostic,
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct DockerConfig {
    auths: BTreeMap<String, Auth>,
    cred_helpers: BTreeMap<String, String>,
    creds_store: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Auth {
    #[serde(rename = "auth")]
    pair: String,
    username: String,
    password: String,
    identitytoken: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct HelperAnswer {
    username: String,
    secret: String,
}

/// Returns what the first of these files that knows the registry says.
async fn first(paths: &[PathBuf], registry: &str) -> Result<Option<Credentials>, CredentialsError> {
    for path in paths {
        if let Some(config) = load_config(path).await?
            && let Some(credentials) = config.credentials(path, registry).await?
        {
            return Ok(Some(credentials));
        }
    }
    Ok(None)
}

async fn load_config(path: &Path) -> Result<Option<DockerConfig>, CredentialsError> {
    let shown = || path.display().to_string();
    let bytes = match tokio::fs::read(path).await {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(CredentialsError::Read { path: shown(), source }),
    };
    let malformed = |detail: String| CredentialsError::Malformed { path: shown(), detail };
    if bytes.len() as u64 > MOST {
        return Err(malformed(format!("larger than {MOST} bytes")));
    }
    // Serde's own message can quote a value, which may be a password; the place is enough.
    serde_json::from_slice(&bytes)
        .map(Some)
        .map_err(|error| malformed(format!("line {}, column {}", error.line(), error.column())))
}

impl DockerConfig {
    async fn credentials(&self, path: &Path, registry: &str) -> Result<Option<Credentials>, CredentialsError> {
        if let Some((helper, address)) = self.helper(registry)
            && let Some(credentials) = ask_helper(helper, address).await?
        {
            return Ok(Some(credentials));
        }
        self.written(path, registry)
    }

    /// Returns the helper that knows the registry, and what it is asked for.
    fn helper<'a>(&'a self, registry: &'a str) -> Option<(&'a str, &'a str)> {
        let key = key_of(registry);
        let helper = self.cred_helpers.get(key).or_else(|| self.cred_helpers.get(registry));
        let helper = helper.or(self.creds_store.as_ref()).filter(|helper| !helper.is_empty())?;
        Some((helper, key))
    }

    /// Returns the credentials that stand in the file itself.
    fn written(&self, path: &Path, registry: &str) -> Result<Option<Credentials>, CredentialsError> {
        let key = key_of(registry);
        let found = self
            .auths
            .get(key)
            .or_else(|| self.auths.iter().find(|(written, _)| host_of(written) == host_of(key)).map(|(_, auth)| auth));
        found.map_or(Ok(None), |auth| auth.credentials(path, key))
    }
}

/// Returns the key under which Docker keeps a registry; its own hub has an address of the past.
fn key_of(registry: &str) -> &str {
    if matches!(registry, "docker.io" | "registry-1.docker.io" | "index.docker.io") {
        "https://index.docker.io/v1/"
    } else {
        registry
    }
}

/// Returns the host and port of a key in `auths`, which may be written with a scheme and a path.
fn host_of(key: &str) -> &str {
    let rest = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://")).unwrap_or(key);
    rest.split('/').next().unwrap_or(rest)
}

impl Auth {
    fn credentials(&self, path: &Path, key: &str) -> Result<Option<Credentials>, CredentialsError> {
        if !self.identitytoken.is_empty() {
            return Ok(Some(Credentials::Identity { token: self.identitytoken.clone() }));
        }
        if !self.username.is_empty() {
            return Ok(Some(Credentials::Basic { user: self.username.clone(), password: self.password.clone() }));
        }
        if self.pair.is_empty() {
            return Ok(None);
        }
        let decoded = STANDARD.decode(self.pair.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let pair = decoded.as_deref().and_then(|text| text.trim_end_matches('\0').split_once(':'));
        let (user, password) = pair.ok_or_else(|| CredentialsError::Malformed {
            path: path.display().to_string(),
            detail: format!("`auth` of `{key}` is not base64 of `user:password`"),
        })?;
        Ok(Some(Credentials::from_pair(user.to_owned(), password.to_owned())))
    }
}

/// Asks `docker-credential-NAME get`; `None` where it knows the registry not.
async fn ask_helper(name: &str, registry: &str) -> Result<Option<Credentials>, CredentialsError> {
    let helper = format!("docker-credential-{name}");
    let failed =
        |detail: String| CredentialsError::Helper { helper: helper.clone(), registry: registry.to_owned(), detail };
    if name.contains(['/', '\\']) {
        return Err(failed("its name holds a path".to_owned()));
    }
    let mut command = tokio::process::Command::new(&helper);
    command.arg("get").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let mut child = command.spawn().map_err(|error| failed(error.to_string()))?;
    if let Some(mut stdin) = child.stdin.take() {
        // A helper that needs no input may have closed it; its answer counts.
        let _ = stdin.write_all(registry.as_bytes()).await;
    }
    let answer = tokio::time::timeout(HELPER_TIME, child.wait_with_output()).await;
    let answer = answer.map_err(|_| failed(format!("no answer within {} s", HELPER_TIME.as_secs())))?;
    let answer = answer.map_err(|error| failed(error.to_string()))?;
    if !answer.status.success() {
        let said = String::from_utf8_lossy(&answer.stdout);
        let unknown = said.contains("credentials not found");
        return if unknown { Ok(None) } else { Err(failed(answer.status.to_string())) };
    }
    let parsed: Option<HelperAnswer> = serde_json::from_slice(&answer.stdout).ok();
    let HelperAnswer { username, secret } = parsed.ok_or_else(|| failed("its answer is not JSON".to_owned()))?;
    Ok(Some(Credentials::from_pair(username, secret)))
}
