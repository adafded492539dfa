use std::{
    fmt,
    fs::File,
    io::{self, IsTerminal as _, Read as _},
    path::PathBuf,
};

use towpath_model::{Diagnostic, Kind};
use zeroize::Zeroizing;

/// The variables that are looked at, in this order; an empty one is an empty password, as with cosign.
const VARIABLES: [&str; 2] = ["TOWPATH_KEY_PASSWORD", "COSIGN_PASSWORD"];
/// The most that is read of a password file.
const MOST: u64 = 64 << 10;

/// Where the password of a private key comes from; never from the command line, which others on the machine can read.
#[derive(Clone)]
pub enum PasswordSource {
    /// The content of a file without the line end behind it.
    File(PathBuf),
    /// `TOWPATH_KEY_PASSWORD`, else `COSIGN_PASSWORD`, else whoever sits at the terminal.
    Ask,
    /// It is known already.
    Known(Zeroizing<Vec<u8>>),
}

impl fmt::Debug for PasswordSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "File({})", path.display()),
            Self::Ask => f.write_str("Ask"),
            Self::Known(_) => f.write_str("Known(redacted)"),
        }
    }
}

impl PasswordSource {
    /// Returns the password of the existing key that `name` tells.
    pub(crate) fn existing(&self, name: &dyn fmt::Display) -> Result<Zeroizing<Vec<u8>>, Diagnostic> {
        self.find()?.map_or_else(|| prompt(&format!("Password of the private key {name}: ")), Ok)
    }

    /// Returns the password of a key that is about to be made; at the terminal it is asked for twice.
    pub(crate) fn new_key(&self) -> Result<Zeroizing<Vec<u8>>, Diagnostic> {
        if let Some(password) = self.find()? {
            return Ok(password);
        }
        let password = prompt("Password of the new private key: ")?;
        if *password != *prompt("The same again: ")? {
            return Err(Diagnostic::new(Kind::Usage, "the two passwords differ"));
        }
        Ok(password)
    }

    fn find(&self) -> Result<Option<Zeroizing<Vec<u8>>>, Diagnostic> {
        match self {
            Self::Known(password) => Ok(Some(password.clone())),
            Self::File(path) => load(path).map(Some).map_err(|error| {
                Diagnostic::new(Kind::Usage, format!("cannot read the password file `{}`", path.display()))
                    .cause(error.to_string())
            }),
            Self::Ask => Ok(VARIABLES
                .iter()
                .find_map(std::env::var_os)
                .map(|password| Zeroizing::new(password.into_encoded_bytes()))),
        }
    }
}

fn load(path: &PathBuf) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut password = Zeroizing::new(Vec::new());
    File::open(path)?.take(MOST).read_to_end(&mut password)?;
    if password.ends_with(b"\n") {
        password.pop();
        if password.ends_with(b"\r") {
            password.pop();
        }
    }
    Ok(password)
}

fn prompt(question: &str) -> Result<Zeroizing<Vec<u8>>, Diagnostic> {
    if !io::stdin().is_terminal() {
        return Err(Diagnostic::new(Kind::Usage, "no password for the private key, and no terminal to ask at")
            .hint("set TOWPATH_KEY_PASSWORD or COSIGN_PASSWORD, or give --password-file"));
    }
    rpassword::prompt_password(question).map(|password| Zeroizing::new(password.into_bytes())).map_err(|error| {
        Diagnostic::new(Kind::Remote, "cannot read a password from the terminal").cause(error.to_string())
    })
}
