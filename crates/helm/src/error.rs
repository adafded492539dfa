use std::fmt;

use towpath_gotmpl::ErrorKind;
use towpath_model::{Diagnostic, Kind, Location, SourceError};

/// Why a chart could not be loaded or rendered. Display is Helm's own message, [`HelmError::diagnostic`] tells more.
#[derive(Debug, thiserror::Error)]
pub enum HelmError {
    /// The files are no chart.
    #[error("{0}")]
    Chart(Box<Problem>),
    /// A values file or a `--set` argument cannot be read.
    #[error("{0}")]
    Values(Box<Problem>),
    /// Subcharts are missing or their values do not fit.
    #[error("{0}")]
    Dependencies(Box<Problem>),
    /// The release cannot be: its name, or a chart that wants another Kubernetes.
    #[error("{0}")]
    Release(Box<Problem>),
    /// The values break `values.schema.json`.
    #[error("{0}")]
    Schema(Box<Problem>),
    /// A template cannot be parsed or executed.
    #[error("{0}")]
    Template(Box<TemplateFailure>),
    /// What a template gave is not a manifest.
    #[error("{0}")]
    Manifest(Box<BrokenManifest>),
    /// A post-renderer failed, or gave what is no manifest.
    #[error("{0}")]
    PostRenderer(Box<Problem>),
    /// The files cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Rendering ended without an answer: a defect.
    #[error("rendering {0} ended unexpectedly")]
    Ended(String),
}

/// What is wrong, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Helm's message.
    pub message: String,
    /// Where it stands, as far as it is known.
    pub location: Option<Location>,
    /// What the user can do about it.
    pub hints: Vec<String>,
}

/// What is no manifest, and all that was rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenManifest {
    /// What is wrong; the location is a line of the rendered text.
    pub problem: Problem,
    /// Every file that was rendered: its path and its text, sorted by path.
    pub rendered: Vec<(String, String)>,
}

impl fmt::Display for BrokenManifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(f)
    }
}

/// A template's error with Helm's message.
#[derive(Debug, Clone)]
pub struct TemplateFailure {
    /// Helm's message.
    pub message: String,
    /// The engine's error: places, calls, causes.
    pub error: towpath_gotmpl::Error,
    /// The chart's own words, when it was `required` or `fail` that stopped it.
    pub own_words: Option<String>,
    /// What the user can do about it.
    pub hints: Vec<String>,
}

impl Problem {
    /// Returns a problem that has only its message.
    pub(crate) fn new(message: impl Into<String>) -> Box<Self> {
        Box::new(Self { message: message.into(), location: None, hints: Vec::new() })
    }

    /// Adds what the user can do.
    pub(crate) fn hint(mut self: Box<Self>, hint: impl Into<String>) -> Box<Self> {
        self.hints.push(hint.into());
        self
    }

    /// Puts words before the message.
    pub(crate) fn prefixed(mut self: Box<Self>, words: &str) -> Box<Self> {
        self.message.insert_str(0, words);
        self
    }

    /// Adds where it stands.
    pub(crate) fn at(mut self: Box<Self>, location: Option<Location>) -> Box<Self> {
        self.location = location;
        self
    }
}

impl Problem {
    fn diagnostic(&self) -> Diagnostic {
        let mut diagnostic = Diagnostic::new(Kind::Usage, self.message.as_str());
        diagnostic.location = self.location.clone().map(Box::new);
        diagnostic.hints.clone_from(&self.hints);
        diagnostic
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Display for TemplateFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl HelmError {
    /// Returns the error with its place in the chart's files, the calls that led there, and hints.
    pub fn diagnostic(&self) -> Diagnostic {
        match self {
            Self::Chart(problem)
            | Self::Values(problem)
            | Self::Dependencies(problem)
            | Self::Release(problem)
            | Self::Schema(problem)
            | Self::PostRenderer(problem) => problem.diagnostic(),
            Self::Manifest(broken) => broken.problem.diagnostic(),
            Self::Template(failure) => {
                let mut diagnostic = failure.error.diagnostic();
                // Scripts look for Helm's words.
                diagnostic.message.clone_from(&failure.message);
                if failure.error.kind() == ErrorKind::Limit {
                    diagnostic.hints.push(limit_hint(failure.error.root().message()).to_owned());
                }
                diagnostic.hints.extend(failure.hints.iter().cloned());
                diagnostic
            }
            Self::Source(error) => Diagnostic::from_error(Kind::Remote, error),
            Self::Ended(_) => Diagnostic::new(Kind::Bug, self.to_string()),
        }
    }
}

/// Returns what to do about a limit; charts that are trusted may have more.
fn limit_hint(message: &str) -> &'static str {
    let holds = |words: &[&str]| words.iter().any(|words| message.contains(words));
    if holds(&["too many steps"]) {
        "loops inside of loops add up, and so do keys and hashes; --limit-steps allows more"
    } else if holds(&["too long"]) {
        "--limit-time allows more seconds"
    } else if holds(&["output is larger"]) {
        "look for a loop over more than was meant; --limit-output allows more"
    } else if holds(&["bytes of memory", "written out"]) {
        "look for a text or list that grows with every round of a loop; --limit-memory allows more"
    } else {
        "a template that includes itself must have an end"
    }
}

impl From<&HelmError> for Diagnostic {
    fn from(error: &HelmError) -> Self {
        error.diagnostic()
    }
}
