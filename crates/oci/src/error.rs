use std::time::Duration;

use reqwest::StatusCode;
use towpath_model::{Diagnostic, Digest, Kind};

use crate::CredentialsError;

/// Why a registry did not give or take what it should.
///
/// No variant holds a credential; addresses appear without their query.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// 401, and there was nothing to identify oneself with.
    #[error("{registry} wants credentials for {what}")]
    CredentialsMissing {
        /// The registry's host and port.
        registry: String,
        /// What was asked for.
        what: String,
    },
    /// 401 in spite of credentials.
    #[error("{registry} refused the credentials of `{user}` for {what}")]
    CredentialsRefused {
        /// The registry's host and port.
        registry: String,
        /// Whose credentials they were.
        user: String,
        /// What was asked for.
        what: String,
    },
    /// 401 with a challenge that cannot be answered.
    #[error("{registry} asks for an authentication that is not understood: {detail}")]
    Challenge {
        /// The registry's host and port.
        registry: String,
        /// The challenge, or what is wrong with it.
        detail: String,
    },
    /// 403.
    #[error("{registry} forbids access to {what}{detail}")]
    Forbidden {
        /// The registry's host and port.
        registry: String,
        /// What was asked for.
        what: String,
        /// What the registry said, led by `: `; may be empty.
        detail: String,
    },
    /// 404.
    #[error("{what} does not exist{detail}")]
    NotFound {
        /// What was asked for.
        what: String,
        /// What the registry said, led by `: `; may be empty.
        detail: String,
    },
    /// 429.
    #[error("{registry} limits the rate of requests{}, at {what}", wait_text(*.wait))]
    RateLimited {
        /// The registry's host and port.
        registry: String,
        /// What was asked for.
        what: String,
        /// How long it asks to wait.
        wait: Option<Duration>,
    },
    /// Any other status that should not be.
    #[error("{registry} answered {status} for {what}{detail}")]
    Status {
        /// The registry's host and port.
        registry: String,
        /// The status.
        status: StatusCode,
        /// What was asked for.
        what: String,
        /// What the registry said, led by `: `; may be empty.
        detail: String,
        /// How long it asks to wait.
        wait: Option<Duration>,
    },
    /// The request did not get through, or the connection closed before its answer.
    #[error("no answer from {registry} for {what}")]
    Connection {
        /// The registry's host and port.
        registry: String,
        /// What was asked for.
        what: String,
        /// Why.
        #[source]
        source: reqwest::Error,
    },
    /// The answer stopped before its end.
    #[error("{registry} stopped after {received} bytes of {what}{}", of_text(*.expected))]
    Truncated {
        /// The registry's host and port.
        registry: String,
        /// What was being read.
        what: String,
        /// How many bytes came.
        received: u64,
        /// How many there should be, where that is known.
        expected: Option<u64>,
        /// Why, where the connection says.
        #[source]
        source: Option<reqwest::Error>,
    },
    /// The content is not what was asked for.
    #[error("{what} has digest {found}, expected {expected}")]
    DigestMismatch {
        /// What was read or written.
        what: String,
        /// The digest asked for.
        expected: Digest,
        /// The digest of what came, or the one that the registry claims.
        found: Digest,
    },
    /// The content is shorter or longer than its descriptor says.
    #[error("{what} has {found} bytes, expected {expected}")]
    SizeMismatch {
        /// What was read.
        what: String,
        /// The size in its descriptor.
        expected: u64,
        /// The size that came, or that the registry announced.
        found: u64,
    },
    /// More than what is ever read of such content.
    #[error("{what} is larger than {limit} bytes, the most that is read")]
    TooLarge {
        /// What was being read.
        what: String,
        /// The limit.
        limit: u64,
    },
    /// The answer is not what the specification says.
    #[error("{what} cannot be read: {detail}")]
    Malformed {
        /// What was read.
        what: String,
        /// What is wrong.
        detail: String,
    },
    /// An upload location, redirect or token service that credentials must not follow.
    #[error("{registry} points to `{location}`, {detail}")]
    Location {
        /// The registry's host and port.
        registry: String,
        /// The address, without its query.
        location: String,
        /// What is wrong with it.
        detail: &'static str,
    },
    /// Another writer of the same list won every time.
    #[error("the list of referrers at {what} kept changing while it was updated")]
    Contended {
        /// The tag that holds the list.
        what: String,
    },
    /// Credentials could not be had.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// The client could not be set up.
    #[error("cannot set up the HTTP client")]
    Setup(#[source] reqwest::Error),
    /// A local file that is sent or received.
    #[error("cannot read or write {what}")]
    Io {
        /// The file.
        what: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Every attempt failed; the last one is told.
    #[error("{last}; gave up after {attempts} attempts")]
    GaveUp {
        /// How often it was tried.
        attempts: u32,
        /// What the last attempt met.
        last: Box<RegistryError>,
    },
}

impl RegistryError {
    /// Returns whether the thing asked for does not exist.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::NotFound { .. })
    }

    /// Returns whether the same request may succeed later.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::RateLimited { .. } | Self::Truncated { .. } => true,
            Self::Status { status, .. } => status.is_server_error() && *status != StatusCode::NOT_IMPLEMENTED,
            Self::Connection { source, .. } => !is_certificate(source),
            _ => false,
        }
    }

    /// Returns how long the registry asks to wait before the next attempt.
    pub(crate) fn wait(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { wait, .. } | Self::Status { wait, .. } => *wait,
            _ => None,
        }
    }

    /// Returns the error as people see it.
    pub fn diagnostic(&self) -> Diagnostic {
        let kind = match self {
            Self::Setup(_) => Kind::Usage,
            Self::Credentials(error) => return error.diagnostic(),
            Self::GaveUp { attempts, last } => {
                return last.diagnostic().cause(format!("gave up after {attempts} attempts"));
            }
            _ => Kind::Remote,
        };
        let diagnostic = Diagnostic::from_error(kind, self);
        match self {
            Self::CredentialsMissing { registry, .. } => {
                diagnostic.hint(format!("log in with `docker login {registry}`, or give a user and a password"))
            }
            Self::CredentialsRefused { registry, .. } => {
                diagnostic.hint(format!("log in again with `docker login {registry}`: the password may be old"))
            }
            Self::Forbidden { .. } => {
                diagnostic.hint("the account is known but may not do this; ask for the right to it")
            }
            Self::RateLimited { .. } => {
                diagnostic.hint("wait, or log in: many registries allow more to known accounts")
            }
            Self::Connection { source, .. } if is_certificate(source) => {
                diagnostic.hint("give the authority's certificate, or ask for plain HTTP if the registry speaks it")
            }
            Self::DigestMismatch { .. } | Self::SizeMismatch { .. } => diagnostic
                .hint("the registry, or something on the way to it, changed the content; nothing of it was used"),
            _ => diagnostic,
        }
    }
}

fn wait_text(wait: Option<Duration>) -> String {
    wait.map(|wait| format!(" for {} s", wait.as_secs())).unwrap_or_default()
}

fn of_text(expected: Option<u64>) -> String {
    expected.map(|expected| format!(", which has {expected}")).unwrap_or_default()
}

/// Tells whether the connection failed because of a certificate or TLS itself, which waiting does not mend.
fn is_certificate(error: &reqwest::Error) -> bool {
    let mut source: Option<&dyn std::error::Error> = Some(error);
    while let Some(cause) = source {
        let text = cause.to_string();
        if text.contains("certificate") || text.contains("corrupt message") {
            return true;
        }
        source = cause.source();
    }
    false
}
