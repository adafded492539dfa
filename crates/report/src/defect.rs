use std::{
    backtrace::{Backtrace, BacktraceStatus},
    io::{self, Write as _},
    panic::{PanicHookInfo, set_hook},
};

use towpath_model::{Diagnostic, Kind};

use crate::{Painting, diagnostic_text};

/// Lets a panic end the process as every error does: it says on stderr what happened and where, and the exit code is 4, that of a
/// defect.
///
/// What was going on in other threads ends with it, as when the process is killed.
pub fn end_at_panics() {
    set_hook(Box::new(|panic| {
        // Nothing is left to say where the terminal itself is gone.
        let _ = write!(io::stderr().lock(), "{}", diagnostic_text(&told(panic), Painting::Off));
        signal_hook::low_level::exit(i32::from(Kind::Bug.exit_code()))
    }));
}

fn told(panic: &PanicHookInfo<'_>) -> Diagnostic {
    let message = format!("a defect of Towpath: {}", panic.payload_as_str().unwrap_or("no more is known"));
    let mut diagnostic = Diagnostic::new(Kind::Bug, message);
    if let Some(place) = panic.location() {
        diagnostic = diagnostic.cause(format!("in {}:{}:{}", place.file(), place.line(), place.column()));
    }
    let calls = Backtrace::capture();
    if calls.status() == BacktraceStatus::Captured {
        return diagnostic.cause(calls.to_string());
    }
    diagnostic
        .hint("run it again: what was begun is taken up, as after a kill")
        .hint("report it, with the command line and what RUST_BACKTRACE=1 shows")
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_panic_ends_as_a_defect_also_on_another_thread() {
        if std::env::var_os("TOWPATH_TEST_PANICS").is_some() {
            end_at_panics();
            let numbers: Vec<usize> = std::env::args().map(|argument| argument.len()).collect();
            std::thread::scope(|scope| scope.spawn(|| numbers[1_000]).join().ok());
            return;
        }
        let name = "defect::tests::a_panic_ends_as_a_defect_also_on_another_thread";
        let run = |backtrace: &str| {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.args(["--exact", name, "--nocapture"]).env("TOWPATH_TEST_PANICS", "1");
            let output = command.env("RUST_BACKTRACE", backtrace).output().unwrap();
            assert_eq!(output.status.code(), Some(4), "{output:?}");
            String::from_utf8(output.stderr).unwrap()
        };
        let said = run("0");
        let told = said.starts_with("error: a defect of Towpath: index out of bounds: ");
        assert!(told && said.contains("defect.rs:") && said.contains("hint: run it again"), "{said}");
        assert!(run("1").contains("a_panic_ends_as_a_defect"));
    }
}
