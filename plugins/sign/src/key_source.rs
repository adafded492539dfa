use std::{fmt, fs::File, io::Read as _, path::PathBuf, str::FromStr};

use towpath_model::{Diagnostic, Kind};
use towpath_sign::{KeyError, PrivateKey, PublicKey};
use zeroize::Zeroizing;

use crate::PasswordSource;

/// The most that is read of a key file.
const MOST: u64 = 1 << 20;

/// Where a key comes from. It is never the key itself, so it may stand on a command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// The content of an environment variable, written `env://NAME`.
    Variable(String),
    /// A file.
    File(PathBuf),
}

impl FromStr for KeySource {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.strip_prefix("env://") {
            Some("") => Err("`env://` names no variable"),
            Some(name) => Ok(Self::Variable(name.to_owned())),
            None if text.contains("://") => Err("a key is a file or `env://NAME`"),
            None => Ok(Self::File(text.into())),
        }
    }
}

impl fmt::Display for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "env://{name}"),
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}

impl KeySource {
    /// Returns the private key, opened with the password.
    ///
    /// # Errors
    /// When it cannot be read, is no private key, or does not open.
    pub fn load_private(&self, password: &PasswordSource) -> Result<PrivateKey, Diagnostic> {
        let text = self.load()?;
        let password = password.existing(self)?;
        PrivateKey::from_encrypted_pem(&text, &password).map_err(|error| self.named(&error))
    }

    /// Returns the public key.
    ///
    /// # Errors
    /// When it cannot be read or is no public key.
    pub fn load_public(&self) -> Result<PublicKey, Diagnostic> {
        PublicKey::from_pem(&self.load()?).map_err(|error| self.named(&error))
    }

    fn load(&self) -> Result<Zeroizing<Vec<u8>>, Diagnostic> {
        match self {
            Self::Variable(name) => {
                std::env::var(name).map(|text| Zeroizing::new(text.into_bytes())).map_err(|error| {
                    Diagnostic::new(Kind::Usage, format!("no key in the variable `{name}`")).cause(error.to_string())
                })
            }
            Self::File(path) => {
                let mut text = Zeroizing::new(Vec::new());
                let read = File::open(path).and_then(|file| file.take(MOST).read_to_end(&mut text));
                read.map(|_| text).map_err(|error| {
                    Diagnostic::new(Kind::Usage, format!("cannot read the key `{}`", path.display()))
                        .cause(error.to_string())
                })
            }
        }
    }

    fn named(&self, error: &KeyError) -> Diagnostic {
        error.diagnostic().cause(format!("in the key `{self}`"))
    }
}
