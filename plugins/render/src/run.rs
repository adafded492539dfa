use std::{ffi::OsString, sync::Arc};

use serde_json::json;
use towpath_model::{Diagnostic, Kind, Release};
use towpath_render::objects;
use towpath_report::{Outcome, OutputArgs, OutputFormat, Plugin, Report, Style, explanation};

use crate::{
    Args,
    args::{Command, Env, Template},
    build::{self, Build, Built},
    reference::Reference,
    template,
};

impl Plugin for Args {
    fn output(&self) -> &OutputArgs {
        &self.output
    }

    fn quick(arguments: &[OsString]) -> Option<Self> {
        let names = || std::env::vars_os().map(|(name, _)| name);
        crate::args::quick::parse(arguments, names()).or_else(|| build::quick(arguments, names()))
    }

    fn run(self, report: &Report) -> Result<Outcome, Diagnostic> {
        match &self.command {
            Command::Template(template) => run_template(report, template),
            Command::All(all) => all.run(report),
            Command::Build(build) => run_build(report, build),
            Command::Env(env) => run_env(report, env),
            Command::Diff(diff) => diff.run(report),
        }
    }
}

fn run_env(report: &Report, env: &Env) -> Result<Outcome, Diagnostic> {
    if env.explain {
        return explain(report, env);
    }
    let cache = env.caching.open(report)?;
    let charts = Arc::new(env.fetching.charts(report)?);
    let rendered = Reference::parse(&env.environment).render(&env.service, &charts, cache.as_ref())?;
    for warning in &rendered.warnings {
        report.warn(warning);
    }
    match report.format() {
        OutputFormat::Text => report.data(rendered.text.as_bytes())?,
        OutputFormat::Json => {
            let mut document = manifests_json("RenderedEnvironment", &rendered.text)?;
            if let Some(cache) = &cache {
                document["cache"] = json!(cache.stats());
            }
            report.json(&document)?;
        }
    }
    // What was asked for is out; now others may profit from it.
    if let Some(cache) = &cache {
        cache.finish();
        report.line(Style::Dim, &cache.stats().summary());
    }
    Ok(Outcome::Done)
}

/// Shows where the documents of an environment come from; the cache keeps nothing of that.
fn explain(report: &Report, env: &Env) -> Result<Outcome, Diagnostic> {
    let charts = Arc::new(env.fetching.charts(report)?);
    let explained = Reference::parse(&env.environment).explain(&env.service, &charts)?;
    match report.format() {
        OutputFormat::Text => report.data(explanation::text(&explained.1, report.painting_out()).as_bytes())?,
        OutputFormat::Json => report.json(&explanation::json(&explained.1, &explained.0, &env.environment))?,
    }
    Ok(Outcome::Done)
}

fn run_template(report: &Report, template: &Template) -> Result<Outcome, Diagnostic> {
    let (rendered, release) = match template.render(report) {
        Ok(done) => done,
        Err(failure) => {
            if template.shown.debug() && report.format() == OutputFormat::Text {
                let files = failure.rendered.iter().filter(|(_, text)| !text.trim().is_empty());
                let text: String = files.map(|(path, text)| format!("---\n# Source: {path}\n{text}\n")).collect();
                report.data(format!("{}\n", text.trim()).as_bytes())?;
            }
            return Err(failure.diagnostic);
        }
    };
    let Some(folder) = &template.shown.output_dir else {
        if report.format() == OutputFormat::Text {
            report.pieces(&rendered.parts())?;
            std::mem::forget(rendered);
            return Ok(Outcome::Done);
        }
        return give(report, "RenderedChart", &rendered.to_text());
    };
    if let Some(pattern) = template.shown.show_only.first() {
        let message = format!("could not find template {pattern} in chart");
        let hint = "with --output-dir there is nothing left to choose from: leave --show-only out and take the file";
        return Err(Diagnostic::new(Kind::Usage, message).hint(hint));
    }
    let release = template.shown.release_name.then_some(release.as_str());
    let written = template::write_files(&rendered, folder, release)?;
    match report.format() {
        OutputFormat::Text => {
            let said: String = written.iter().map(|path| format!("wrote {path}\n")).collect();
            // Helm prints the manifests behind it, of which none are left.
            report.data((said + "\n").as_bytes())?;
        }
        OutputFormat::Json => report.json(&json!({
            "apiVersion": Release::API_VERSION,
            "kind": "WrittenChart",
            "files": written,
        }))?,
    }
    Ok(Outcome::Done)
}

/// Gives rendered manifests: their text, or a document with it and what stands in it.
fn give(report: &Report, kind: &str, rendered: &str) -> Result<Outcome, Diagnostic> {
    match report.format() {
        OutputFormat::Text => report.data(rendered.as_bytes())?,
        OutputFormat::Json => report.json(&manifests_json(kind, rendered)?)?,
    }
    Ok(Outcome::Done)
}

fn manifests_json(kind: &str, rendered: &str) -> Result<serde_json::Value, Diagnostic> {
    let objects = objects("the rendered manifests", rendered)?;
    let objects = objects.iter().map(|object| {
        let identity = &object.identity;
        json!({
            "apiVersion": identity.api_version,
            "kind": identity.kind,
            "namespace": identity.namespace,
            "name": identity.name,
        })
    });
    let objects: Vec<_> = objects.collect();
    Ok(json!({ "apiVersion": Release::API_VERSION, "kind": kind, "objects": objects, "manifests": rendered }))
}

fn run_build(report: &Report, build: &Build) -> Result<Outcome, Diagnostic> {
    match build.run(report)? {
        Built::Text(text) => give(report, "BuiltKustomization", &text),
        Built::Written => Ok(Outcome::Done),
    }
}
