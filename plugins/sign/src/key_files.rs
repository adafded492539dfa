use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use towpath_model::{Diagnostic, Kind};
use towpath_sign::{KeyError, PrivateKey, PublicKey};

use crate::{KeySource, PasswordSource};

/// The two files of a key pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFiles {
    /// The encrypted private key, readable to its owner alone.
    pub private: PathBuf,
    /// The public key.
    pub public: PathBuf,
}

/// What came of writing a key pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// A new pair.
    Pair(PublicKey),
    /// The private key stood there, left by a run that was ended half way; its public half was added.
    PublicHalf(PublicKey),
}

impl KeyFiles {
    /// Returns `PREFIX.key` and `PREFIX.pub`.
    pub fn with_prefix(prefix: &Path) -> Self {
        let with = |end: &str| {
            let mut path = OsString::from(prefix);
            path.push(end);
            PathBuf::from(path)
        };
        Self { private: with(".key"), public: with(".pub") }
    }

    /// Makes a key and writes both files, each of which appears whole or not at all.
    ///
    /// # Errors
    /// When one of the files exists, for neither is ever overwritten, or cannot be written.
    pub fn generate(&self, password: &PasswordSource) -> Result<Written, Diagnostic> {
        let exists = |path: &Path| path.symlink_metadata().is_ok();
        if exists(&self.public) {
            return Err(exists_already(&self.public));
        }
        if exists(&self.private) {
            let key = KeySource::File(self.private.clone()).load_private(password)?;
            self.write_public(&key.public())?;
            return Ok(Written::PublicHalf(key.public()));
        }
        let key = PrivateKey::generate().map_err(|error| error.diagnostic())?;
        let text = key.to_encrypted_pem(&password.new_key()?).map_err(|error| error.diagnostic())?;
        publish(&self.private, text.as_bytes(), Access::Owner)?;
        self.write_public(&key.public())?;
        Ok(Written::Pair(key.public()))
    }

    fn write_public(&self, key: &PublicKey) -> Result<(), Diagnostic> {
        let text = key.to_pem().map_err(|error: KeyError| error.diagnostic())?;
        publish(&self.public, text.as_bytes(), Access::Everybody)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Owner,
    Everybody,
}

/// Writes a file that did not exist, whole or not at all.
fn publish(path: &Path, content: &[u8], access: Access) -> Result<(), Diagnostic> {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let result = write(&part, content, access).and_then(|()| name_once(&part, path));
    // The part has its name by now, or is of no use.
    let _ = fs::remove_file(&part);
    result.map_err(|error| {
        if error.kind() == io::ErrorKind::AlreadyExists {
            return exists_already(path);
        }
        Diagnostic::new(Kind::Remote, format!("cannot write `{}`", path.display())).cause(error.to_string())
    })
}

fn write(part: &Path, content: &[u8], access: Access) -> io::Result<()> {
    // A part by the same name was left by a dead process.
    match fs::remove_file(part) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, if access == Access::Owner { 0o600 } else { 0o644 });
    let mut file: File = options.open(part)?;
    file.write_all(content)?;
    file.sync_all()
}

/// Gives `part` its name unless that is taken: a second link cannot overwrite, where renaming does.
fn name_once(part: &Path, path: &Path) -> io::Result<()> {
    match fs::hard_link(part, path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists && path.symlink_metadata().is_err() => {
            // Some file systems have no links; there two runs at once could both think that the name was free.
            fs::rename(part, path)
        }
        result => result,
    }
}

fn exists_already(path: &Path) -> Diagnostic {
    Diagnostic::new(Kind::Usage, format!("`{}` exists and is not overwritten", path.display()))
        .hint("choose another --output-prefix, or move the file away")
}
