use crate::Location;

/// Whose fault it is, which decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A negative verdict, such as differences found or a signature that does not verify: exit code 1.
    Verdict,
    /// Wrong usage, configuration or input: exit code 2.
    Usage,
    /// A remote or the file system failed: exit code 3.
    Remote,
    /// A defect of Towpath: exit code 4.
    Bug,
}

impl Kind {
    /// Returns the exit code, 1 to 4.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Verdict => 1,
            Self::Usage => 2,
            Self::Remote => 3,
            Self::Bug => 4,
        }
    }

    /// Returns the word that stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Verdict => "verdict",
            Self::Usage => "usage",
            Self::Remote => "remote",
            Self::Bug => "bug",
        }
    }
}

/// What went wrong, where, why, and what to do: every error ends as one of these before it is shown.
///
/// Messages are lower case, without a full stop, and name the value. They never hold a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Decides the exit code.
    pub kind: Kind,
    /// One line.
    pub message: String,
    /// Where it stands; boxed because most diagnostics travel through `Result`.
    pub location: Option<Box<Location>>,
    /// Causes, outermost first; for templates the chain of calls.
    pub causes: Vec<String>,
    /// What the user can do about it, each one line.
    pub hints: Vec<String>,
}

impl Diagnostic {
    /// Returns a diagnostic that has only its message.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), location: None, causes: Vec::new(), hints: Vec::new() }
    }

    /// Returns a diagnostic of `error` with its chain of sources as causes.
    pub fn from_error(kind: Kind, error: &dyn std::error::Error) -> Self {
        let mut diagnostic = Self::new(kind, error.to_string());
        let mut source = error.source();
        while let Some(cause) = source {
            let text = cause.to_string();
            if diagnostic.causes.last() != Some(&text) && diagnostic.message != text {
                diagnostic.causes.push(text);
            }
            source = cause.source();
        }
        diagnostic
    }

    /// Adds where it stands.
    #[must_use]
    pub fn at(mut self, location: Location) -> Self {
        self.location = Some(Box::new(location));
        self
    }

    /// Adds a cause.
    #[must_use]
    pub fn cause(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into());
        self
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}
