use std::{fmt, fs, path::PathBuf};

use towpath_model::{Diagnostic, Kind};
use towpath_oci::{Identity, Tls, Trust};

use super::web::Repository;

/// How remotes are reached, and as whom.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// Whose account is used where a repository or registry asks; nothing leaves it to Helm's and Docker's files.
    pub login: Option<Login>,
    /// How servers are known, and we to them.
    pub tls: TlsFiles,
    /// Whether registries are spoken to in plain HTTP.
    pub registries: Scheme,
    /// Which hosts are shown the login.
    pub shown_to: ShownTo,
}

/// How a registry is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scheme {
    /// In HTTPS; on this machine in plain HTTP, unless certificates are spoken of.
    #[default]
    Https,
    /// In plain HTTP: `--plain-http`.
    PlainHttp,
}

/// Which hosts are shown a login.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ShownTo {
    /// The repository's own.
    #[default]
    Repository,
    /// Also others that its index points to: `--pass-credentials`.
    Everybody,
}

/// A user and a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// The user.
    pub user: String,
    /// The password, or an access token.
    pub password: String,
}

impl Access {
    /// Returns `repository` with what the user gave on the command line over what its entry says.
    pub(crate) fn over(&self, mut repository: Repository) -> Repository {
        if self.login.is_some() {
            repository.login.clone_from(&self.login);
        }
        if !self.tls.is_default() {
            repository.tls = self.tls.clone();
        }
        if self.shown_to == ShownTo::Everybody {
            repository.shown_to = ShownTo::Everybody;
        }
        repository
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Login({:?}, redacted)", self.user)
    }
}

/// The files of TLS, as Helm's options and `repositories.yaml` name them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TlsFiles {
    /// Certificates of the authorities that alone are believed.
    pub authorities: Option<PathBuf>,
    /// The client's certificate; it counts together with the key.
    pub certificate: Option<PathBuf>,
    /// The client's key.
    pub key: Option<PathBuf>,
    /// Whether servers must prove who they are.
    pub servers: Servers,
}

/// Whether servers must prove who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Servers {
    /// They must.
    #[default]
    Checked,
    /// They need not: `--insecure-skip-tls-verify`.
    Unchecked,
}

impl TlsFiles {
    /// Returns whether TLS is spoken of at all.
    pub(crate) fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Reads the files: the options, and the authorities in PEM.
    ///
    /// # Errors
    /// When one cannot be read.
    pub(crate) fn load(&self) -> Result<(Tls, Vec<Vec<u8>>), Diagnostic> {
        let read = |path: &PathBuf, what: &str| {
            fs::read(path).map_err(|error| {
                Diagnostic::new(Kind::Usage, format!("can't read {what} `{}`", path.display())).cause(error.to_string())
            })
        };
        let mut tls = Tls::default();
        let authorities: Vec<Vec<u8>> =
            self.authorities.iter().map(|path| read(path, "CA file")).collect::<Result<_, _>>()?;
        if let (Some(certificate), Some(key)) = (&self.certificate, &self.key) {
            let certificates = read(certificate, "certificate file")?;
            tls.identity = Some(Identity { certificates, key: read(key, "key file")? });
        }
        tls.trust = match self.servers {
            Servers::Unchecked => Trust::Anybody,
            Servers::Checked if !authorities.is_empty() => Trust::Given,
            Servers::Checked => Trust::System,
        };
        Ok((tls, authorities))
    }
}
