use towpath_model::{Diagnostic, Kind};

/// Why a key cannot be read, made or written. No message holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The text is larger than any key.
    #[error("the key has {0} bytes; the most that is read is {most}", most = crate::key::MOST_BYTES)]
    TooLarge(usize),
    /// The text has no PEM block, or a broken one.
    #[error("the {what} key is not PEM: {found}")]
    Pem {
        /// `private` or `public`.
        what: &'static str,
        /// What the PEM reader found.
        found: p256::pkcs8::der::pem::Error,
    },
    /// The PEM block holds something else.
    #[error("the PEM block is a `{found}`, not {expected}")]
    Label {
        /// The label that stands there.
        found: String,
        /// The labels that are read.
        expected: &'static str,
    },
    /// The encrypted envelope is broken.
    #[error("the encrypted key is broken: {0}")]
    Envelope(String),
    /// The envelope asks for scrypt parameters that no cosign writes, which could cost any amount of memory.
    #[error("the encrypted key asks for scrypt N={n} r={r} p={p}, which is refused")]
    Parameters {
        /// The cost.
        n: u64,
        /// The block size.
        r: u64,
        /// The parallelism.
        p: u64,
    },
    /// The box does not open.
    #[error("the password does not open the private key")]
    Password,
    /// The private key inside is not ECDSA P-256 as PKCS#8.
    #[error("the private key is not ECDSA P-256 as PKCS#8")]
    Private(#[source] p256::pkcs8::Error),
    /// The public key is not ECDSA P-256 as SPKI.
    #[error("the public key is not ECDSA P-256 as SubjectPublicKeyInfo")]
    Public(#[source] p256::pkcs8::spki::Error),
    /// The operating system gives no random numbers.
    #[error("the operating system gives no random numbers")]
    Random(#[source] rand::rand_core::OsError),
}

impl KeyError {
    /// Returns the error as it is shown: wrong input, except for a system without random numbers.
    pub fn diagnostic(&self) -> Diagnostic {
        let kind = if matches!(self, Self::Random(_)) { Kind::Remote } else { Kind::Usage };
        let diagnostic = Diagnostic::from_error(kind, self);
        match self {
            Self::Password => diagnostic
                .hint("the password comes from TOWPATH_KEY_PASSWORD, COSIGN_PASSWORD, --password-file or the prompt"),
            Self::Label { found, .. } if found.starts_with("ENCRYPTED ") => {
                diagnostic.hint("`towpath-sign key public --key FILE` prints the public half of a private key")
            }
            Self::Label { found, .. } if found.ends_with("PRIVATE KEY") => {
                diagnostic.hint("`cosign import-key-pair --key FILE` encrypts a plain private key")
            }
            Self::Private(_) | Self::Public(_) => {
                diagnostic.hint("`towpath-sign key generate` makes a key of the right kind")
            }
            Self::Parameters { .. } => {
                diagnostic.hint("N=32768, 65536 or 131072 with r=8 and p=1 are read, as cosign writes them")
            }
            _ => diagnostic,
        }
    }
}

impl From<&KeyError> for Diagnostic {
    fn from(error: &KeyError) -> Self {
        error.diagnostic()
    }
}
