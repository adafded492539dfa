//! Functions of kustomizations that are programs.

use std::{
    ffi::OsString,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
};

use kustomize_rs::{Functions, Program, Programs};
use towpath_model::{Diagnostic, Kind};

use super::args::FunctionFlags;

impl FunctionFlags {
    /// Returns what becomes of plugins that are not kustomize's own.
    pub(super) fn functions(&self) -> Functions {
        match (self.enable_alpha_plugins, self.enable_exec) {
            (false, _) => Functions::Refused,
            (true, false) => Functions::PassedOver,
            (true, true) => Functions::Run(Arc::new(LocalPrograms { environment: self.env.clone() })),
        }
    }
}

/// Runs programs of the file system whose root is the root of the tree that is built.
struct LocalPrograms {
    /// Of `--env`: `NAME=value`.
    environment: Vec<String>,
}

impl Programs for LocalPrograms {
    fn run(&self, program: &Program<'_>) -> Result<Vec<u8>, Diagnostic> {
        let folder = Path::new("/").join(program.directory.as_str());
        let failed =
            |why: String| Diagnostic::new(Kind::Usage, format!("function `{}` failed", program.path)).cause(why);
        if program.directory.as_str().is_empty() {
            return Err(failed("root working directory '/' not allowed".to_owned()));
        }
        let path = if program.path.contains('/') { folder.join(program.path) } else { PathBuf::from(program.path) };
        let mut command = Command::new(path);
        command.args(program.arguments).current_dir(&folder).envs(self.variables(program));
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn();
        let mut child = child.map_err(|error| failed(error.to_string()))?;
        let mut stdin = child.stdin.take().ok_or_else(|| failed("it has no standard input".to_owned()))?;
        let output = std::thread::scope(|scope| {
            // A program may end without reading: its exit code says whether that is an error.
            scope.spawn(move || drop(stdin.write_all(program.input.as_bytes())));
            child.wait_with_output()
        });
        let output = output.map_err(|error| failed(error.to_string()))?;
        if output.status.success() { Ok(output.stdout) } else { Err(failed(output.status.to_string())) }
    }
}

impl LocalPrograms {
    /// Returns the variables of a function under those of `--env`; kustomize passes over what has not one `=`.
    fn variables(&self, program: &Program<'_>) -> Vec<(OsString, OsString)> {
        let all = program.environment.iter().chain(&self.environment);
        let pairs = all.filter_map(|text| text.split_once('=').filter(|(_, value)| !value.contains('=')));
        pairs.map(|(name, value)| (name.into(), value.into())).collect()
    }
}
