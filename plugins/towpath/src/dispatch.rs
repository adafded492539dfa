use std::{
    ffi::{OsStr, OsString},
    path::Path,
    process::{Command, ExitCode},
};

use towpath_model::{Diagnostic, Kind};
use towpath_report::{Outcome, OutputArgs, Plugin, Report, run_plugin};

/// What a plugin is called by, what it does, and how it starts in process.
type Entry = (&'static str, &'static str, fn(Vec<OsString>) -> ExitCode);

const PLUGINS: &[Entry] = &[
    ("build", "build a container image, push it, name it by digest", run_plugin::<towpath_plugin_build::Args>),
    ("sign", "sign and verify images as cosign does", run_plugin::<towpath_plugin_sign::Args>),
    ("render", "render charts, overlays and environments; show differences", run_plugin::<towpath_plugin_render::Args>),
    ("promote", "open and merge promotion pull requests", run_plugin::<towpath_plugin_promote::Args>),
    (
        "canary",
        "shift traffic by Istio weights, back to stable when the numbers say so",
        run_plugin::<towpath_plugin_canary::Args>,
    ),
    ("demo", "watch a service travel from source to production on this machine", run_plugin::<crate::demo::Args>),
];

/// The front's own command line, shown by `towpath --help`.
#[derive(Debug, clap::Parser)]
#[command(name = "towpath", version, about = "Carries a release from source to production", after_help = overview())]
struct Front {
    #[command(flatten)]
    output: OutputArgs,
    /// The plugin, then its own arguments; `towpath PLUGIN --help` tells them
    #[arg(value_name = "PLUGIN", required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    plugin: Vec<OsString>,
}

fn overview() -> String {
    let plugins: String = PLUGINS.iter().map(|(name, about, _)| format!("  {name:<9}{about}\n")).collect();
    format!(
        "Plugins:\n{plugins}\nExamples:\n  towpath demo\n  towpath render template shop deploy/chart -f deploy/prod/values.yaml\n  \
         towpath sign verify registry.example.com/acme/shop@sha256:… --key cosign.pub\n\n\
         Any other name X runs `towpath-X` from PATH."
    )
}

impl Plugin for Front {
    fn output(&self) -> &OutputArgs {
        &self.output
    }

    /// Runs a plugin of somebody else's from `PATH`; our own never come here.
    fn run(self, _: &Report) -> Result<Outcome, Diagnostic> {
        let name = self.plugin.first().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let program = format!("towpath-{name}");
        match Command::new(&program).args(&self.plugin[1..]).status() {
            Ok(status) if status.success() => Ok(Outcome::Done),
            Ok(status) if status.code() == Some(1) => Ok(Outcome::Negative),
            Ok(status) => Err(Diagnostic::new(Kind::Remote, format!("`{program}` ended with {status}"))),
            Err(error) => {
                let diagnostic = Diagnostic::new(Kind::Usage, format!("no plugin `{name}`"))
                    .cause(format!("`{program}` cannot be run: {error}"));
                Err(diagnostic.hint(format!("the plugins here are {}", names().join(", "))))
            }
        }
    }
}

fn names() -> Vec<&'static str> {
    PLUGINS.iter().map(|(name, _, _)| *name).collect()
}

fn find(name: &OsStr) -> Option<&'static Entry> {
    PLUGINS.iter().find(|(known, _, _)| name == *known)
}

/// Runs the plugin that `arguments` name, the first being the name this program was called by.
pub fn main(arguments: Vec<OsString>) -> ExitCode {
    let called = arguments.first().map(Path::new).and_then(Path::file_stem).unwrap_or_default();
    let as_plugin =
        called.to_str().and_then(|called| called.strip_prefix("towpath-")).and_then(|name| find(OsStr::new(name)));
    if let Some((_, _, run)) = as_plugin {
        return run(arguments);
    }
    match arguments.get(1).and_then(|name| find(name)) {
        Some((name, _, run)) => {
            let mut rest = vec![OsString::from(format!("towpath {name}"))];
            rest.extend(arguments.into_iter().skip(2));
            run(rest)
        }
        None => run_plugin::<Front>(arguments),
    }
}
