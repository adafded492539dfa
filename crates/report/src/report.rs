use std::io::{self, IoSlice, IsTerminal as _, Write};

use towpath_model::{Diagnostic, Kind};

use crate::{
    OutputArgs, OutputFormat, Progress,
    style::{Painting, Style},
};

/// Where a plugin says what it did: lines for people on stderr, data on stdout.
#[derive(Clone)]
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

    /// Shows on stderr what went wrong with a part of the work, whose rest goes on.
    pub fn failure(&self, diagnostic: &Diagnostic) {
        let _ = write!(io::stderr().lock(), "{}", crate::diagnostic_text(diagnostic, self.painting));
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
        Self::written(out.write_all(bytes).and_then(|()| out.flush()))
    }

    fn written(result: io::Result<()>) -> Result<(), Diagnostic> {
        match result {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(Diagnostic::new(Kind::Remote, "cannot write to standard output").cause(error.to_string()))
            }
            _ => Ok(()),
        }
    }

    /// Writes several pieces to stdout, one behind the other, without joining them first.
    ///
    /// # Errors
    /// As [`Report::data`].
    pub fn pieces(&self, pieces: &[&str]) -> Result<(), Diagnostic> {
        let mut slices: Vec<IoSlice<'_>> = pieces.iter().map(|piece| IoSlice::new(piece.as_bytes())).collect();
        Self::written(write_all_pieces(&mut io::stdout().lock(), &mut slices))
    }

    /// Writes a JSON document and a newline to stdout.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn json(&self, value: &serde_json::Value) -> Result<(), Diagnostic> {
        self.data(format!("{value:#}\n").as_bytes())
    }
}

fn write_all_pieces(out: &mut impl Write, mut pieces: &mut [IoSlice<'_>]) -> io::Result<()> {
    // This passes the empty ones, which would read as an end of the output.
    IoSlice::advance_slices(&mut pieces, 0);
    while !pieces.is_empty() {
        match out.write_vectored(pieces) {
            Ok(0) => return Err(io::Error::from(io::ErrorKind::WriteZero)),
            Ok(written) => IoSlice::advance_slices(&mut pieces, written),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes three bytes at a time.
    struct Slow(Vec<u8>);

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let taken = &bytes[..bytes.len().min(3)];
            self.0.extend_from_slice(taken);
            Ok(taken.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn pieces_arrive_whole_and_in_order() {
        let mut out = Slow(Vec::new());
        let mut pieces = ["", "one", "", "two and", " three", ""].map(|piece| IoSlice::new(piece.as_bytes()));
        write_all_pieces(&mut out, &mut pieces).unwrap();
        assert_eq!(out.0, b"onetwo and three");
    }
}
