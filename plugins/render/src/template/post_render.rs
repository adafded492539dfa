use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use towpath_helm::{PostRenderer, Profile};
use towpath_model::Diagnostic;
use towpath_render::{Plugin, PluginError, post_renderer_plugin};

use super::usage;
use crate::args::PostRender;

impl PostRender {
    /// Returns the post-renderer that is asked for: a plugin for Helm 4, a program for Helm 3.
    pub(crate) fn find(&self, profile: Profile) -> Result<Option<PostRenderer>, Diagnostic> {
        let Some(name) = self.post_renderer.as_deref().filter(|name| !name.is_empty()) else { return Ok(None) };
        let arguments = self.post_renderer_args.clone();
        match profile {
            Profile::Helm3 => {
                let program = program(name)?;
                Ok(Some(PostRenderer::from_fn(move |text| {
                    run(Command::new(&program).args(&arguments), &program, text)
                })))
            }
            Profile::Helm4 => {
                let plugin = post_renderer_plugin(name).map_err(|error| plugin_failed(name, &error))?;
                Ok(Some(PostRenderer::from_fn(move |text| run_plugin(&plugin, &arguments, text))))
            }
        }
    }
}

fn plugin_failed(name: &str, error: &PluginError) -> Diagnostic {
    let diagnostic = usage(format!("--post-renderer `{name}`: {error}"));
    match error {
        PluginError::NotFound { .. } if Path::new(name).is_file() || found_in_path(name).is_some() => diagnostic
            .hint("Helm 4 takes the name of a plugin, and a program only inside one; --helm-version 3 takes programs"),
        _ => diagnostic.hint("a plugin is a folder with a plugin.yaml of `type: postrenderer/v1`, below $HELM_PLUGINS"),
    }
}

/// Source: `getFullPath` in Helm 3's `pkg/postrender`.
fn program(name: &str) -> Result<PathBuf, Diagnostic> {
    let found =
        if name.contains('/') { Some(PathBuf::from(name)).filter(|path| path.is_file()) } else { found_in_path(name) };
    let missing = || {
        usage(format!("--post-renderer `{name}`: unable to find binary at {name}"))
            .hint("name a program of the PATH, or a path with a slash")
    };
    std::path::absolute(found.ok_or_else(missing)?).map_err(|error| usage(format!("--post-renderer `{name}`: {error}")))
}

fn found_in_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|path| path.is_file())
}

fn run_plugin(plugin: &Plugin, arguments: &[String], text: &str) -> Result<String, String> {
    let name = &plugin.name;
    let mut command = Command::new(&plugin.command);
    command.args(&plugin.arguments).args(arguments);
    command.env("HELM_PLUGIN_NAME", name).env("HELM_PLUGIN_DIR", &plugin.folder);
    let out = run(&mut command, &plugin.command, text)
        .map_err(|error| format!("failed to invoke post-renderer plugin {name:?}: {error}"))?;
    if out.trim().is_empty() {
        return Err(format!("post-renderer {name:?} produced empty output"));
    }
    Ok(out)
}

/// Gives `text` to a program and returns what it prints.
fn run(command: &mut Command, program: &Path, text: &str) -> Result<String, String> {
    let shown = program.display();
    let failed = |error: std::io::Error| format!("error while running command {shown}: {error}");
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(failed)?;
    let mut stdin = child.stdin.take().ok_or_else(|| format!("error while running command {shown}"))?;
    let output = std::thread::scope(|scope| {
        // A program may end without reading: its exit code says whether that is an error.
        scope.spawn(move || drop(stdin.write_all(text.as_bytes())));
        child.wait_with_output()
    });
    let output = output.map_err(failed)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("error while running command {shown}. error output:\n{said}: {}", output.status));
    }
    String::from_utf8(output.stdout).map_err(|_| format!("what {shown} printed is not UTF-8"))
}
