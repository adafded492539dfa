use std::{
    ffi::OsString,
    io::{self, Write as _},
    process::ExitCode,
};

use clap::{Args, CommandFactory, FromArgMatches, Parser, ValueEnum};
use towpath_model::{Diagnostic, Kind};

use crate::{Color, Report, defect::end_at_panics, diagnostic_json, diagnostic_text};

/// How a plugin gives its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum OutputFormat {
    /// For people.
    #[default]
    Text,
    /// One versioned JSON document on stdout.
    Json,
}

/// The options that every plugin has.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// How the result is given: text for people, or one JSON document on stdout
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT")]
    pub output: OutputFormat,
    /// When colour is used
    #[arg(long, alias = "colour", global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub color: Color,
    /// Say nothing but warnings and errors
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

/// What a plugin that ran to its end found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Done: exit code 0.
    Done,
    /// A negative verdict that the plugin has already shown: exit code 1.
    Negative,
    /// A part of the work failed, which the plugin has already shown beside the result of the rest: the exit code of the kind.
    Incomplete(Kind),
}

/// A plugin's command line: what clap derives, and where the output options stand in it.
pub trait Plugin: Parser + CommandFactory + FromArgMatches {
    /// Returns the output options.
    fn output(&self) -> &OutputArgs;

    /// Returns what clap would make of `arguments`, for calls so usual that they need not wait for it; nothing leaves them to it.
    fn quick(_arguments: &[OsString]) -> Option<Self> {
        None
    }

    /// Does the work.
    ///
    /// # Errors
    /// A diagnostic, which the caller shows.
    fn run(self, report: &Report) -> Result<Outcome, Diagnostic>;
}

/// Runs a plugin with this process's arguments; the whole `main` of its binary.
///
/// A panic ends it with the exit code of a defect, see [`end_at_panics`]. It does not return: what the process holds goes
/// with it, and giving it back first would take a tenth of a short run.
pub fn main<P: Plugin>() -> ExitCode {
    end_at_panics();
    let code = run::<P>(std::env::args_os().collect());
    // A closed stdout was told already, by whoever wrote to it.
    let _ = io::stdout().flush();
    signal_hook::low_level::exit(i32::from(code))
}

/// Runs a plugin with `arguments`, the first being the name it was called by.
///
/// `--completions SHELL` alone prints the shell's completion script.
pub fn run_plugin<P: Plugin>(arguments: Vec<OsString>) -> ExitCode {
    ExitCode::from(run::<P>(arguments))
}

/// Runs a plugin and returns the exit code.
fn run<P: Plugin>(arguments: Vec<OsString>) -> u8 {
    if let [_, flag, shell] = arguments.as_slice()
        && flag == "--completions"
        && let Some(Ok(shell)) = shell.to_str().map(|shell| clap_complete::Shell::from_str(shell, true))
    {
        let mut command = P::command();
        let name = command.get_name().to_owned();
        clap_complete::generate(shell, &mut command, name, &mut std::io::stdout());
        return 0;
    }
    let plugin = match P::quick(&arguments).map_or_else(|| P::try_parse_from(arguments), Ok) {
        Ok(plugin) => plugin,
        Err(error) => {
            // Nothing is left to say where the terminal itself is gone.
            let _ = error.print();
            return u8::try_from(error.exit_code()).unwrap_or(2);
        }
    };
    let report = Report::new(plugin.output().clone());
    match plugin.run(&report) {
        Ok(Outcome::Done) => 0,
        Ok(Outcome::Negative) => 1,
        Ok(Outcome::Incomplete(kind)) => kind.exit_code(),
        Err(diagnostic) => {
            show(&report, &diagnostic);
            diagnostic.kind.exit_code()
        }
    }
}

/// Shows a diagnostic as text on stderr, and in JSON output also as a document on stdout.
fn show(report: &Report, diagnostic: &Diagnostic) {
    let _ = write!(io::stderr().lock(), "{}", diagnostic_text(diagnostic, report.painting()));
    if report.format() == OutputFormat::Json {
        let document =
            serde_json::json!({ "apiVersion": "towpath.dev/v1alpha1", "error": diagnostic_json(diagnostic) });
        // The exit code says the same where stdout is gone.
        let _ = report.json(&document);
    }
}
