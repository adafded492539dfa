use std::io::{self, IsTerminal as _, Write as _};

use towpath_model::{Diagnostic, Kind};

use crate::{
    OutputArgs, OutputFormat, Progress,
    style::{Painting, Style},
};

/// Where a plugin says what it did: lines for people on stderr, data on stdout.
pub struct Report {
    args: OutputArgs,
    painting: Painting,
    painting_out: Painting,
}

impl Report {
    /// Returns the report that `args` ask for.
    pub fn new(args: OutputArgs) -> Self {
        let painting = args.color.painting(io::stderr().is_terminal());
        let painting_out = args.color.painting(io::stdout().is_terminal());
        Self { args, painting, painting_out }
    }

    /// Returns whether the result goes out as JSON.
    pub fn format(&self) -> OutputFormat {
        self.args.output
    }

    /// Returns whether text on stderr is painted.
    pub fn painting(&self) -> Painting {
        self.painting
    }

    /// Returns whether text on stdout is painted, for commands whose data people read, such as a diff.
    pub fn painting_out(&self) -> Painting {
        self.painting_out
    }

    /// Writes a line for people to stderr; silent with `--quiet`.
    pub fn line(&self, style: Style, text: &str) {
        if !self.args.quiet {
            // A closed stderr must not end the work that the line speaks of.
            let _ = writeln!(io::stderr().lock(), "{}", style.paint(text, self.painting));
        }
    }

    /// Writes a warning to stderr, also with `--quiet`.
    pub fn warn(&self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "{} {text}", Style::Notice.paint("warning:", self.painting));
    }

    /// Starts a progress line; it shows on a terminal only.
    pub fn progress(&self, message: &str) -> Progress {
        Progress::start(message, !self.args.quiet && self.args.output == OutputFormat::Text)
    }

    /// Writes bytes to stdout as they are.
    ///
    /// # Errors
    /// When stdout cannot be written; a reader that closed the pipe is no error.
    pub fn data(&self, bytes: &[u8]) -> Result<(), Diagnostic> {
        let mut out = io::stdout().lock();
        match out.write_all(bytes).and_then(|()| out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(Diagnostic::new(Kind::Remote, "cannot write to standard output").cause(error.to_string()))
            }
            _ => Ok(()),
        }
    }

    /// Writes a JSON document and a newline to stdout.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn json(&self, value: &serde_json::Value) -> Result<(), Diagnostic> {
        self.data(format!("{value:#}\n").as_bytes())
    }
}
