//! What is said of each environment, and in the end.

use serde_json::{Value, json};
use towpath_model::{Diagnostic, Release};
use towpath_render::{cache::CacheStats, output_folder::Written};
use towpath_report::{Outcome, OutputFormat, Report, Style, diagnostic_json};

use super::{Choice, Done};

pub(super) struct Teller<'a> {
    report: &'a Report,
    choice: &'a Choice<'a>,
    is_written: bool,
    /// What the JSON document says.
    told: Vec<Value>,
    failed: usize,
    unchanged: usize,
}

impl<'a> Teller<'a> {
    pub(super) fn new(report: &'a Report, choice: &'a Choice<'a>, is_written: bool) -> Self {
        Self { report, choice, is_written, told: Vec::new(), failed: 0, unchanged: 0 }
    }

    pub(super) fn take(&mut self, index: usize, result: Result<Done, Diagnostic>) -> Result<(), Diagnostic> {
        let piece = &self.choice.pieces[index];
        let name = piece.service.as_ref().ok().map(|(service, name)| (service.config.name.as_str(), *name));
        match &result {
            Err(error) => {
                self.failed += 1;
                let error = match name {
                    Some((service, name)) => {
                        error.clone().cause(format!("while rendering {name} of service `{service}`"))
                    }
                    None => error.clone(),
                };
                self.report.failure(&error);
            }
            Ok(Done::Unchanged) => self.unchanged += 1,
            Ok(Done::Text(_, warnings) | Done::Written { warnings, .. }) => {
                for warning in warnings {
                    self.report.warn(warning.trim_start_matches("# ").trim_start_matches("Warning: "));
                }
            }
        }
        if self.report.format() == OutputFormat::Json {
            self.told.push(summary(piece.description.as_str(), name, &result));
            return Ok(());
        }
        let (Ok(Done::Text(text, _)), Some((service, name))) = (result, name) else { return Ok(()) };
        let heading = format!("# Service: {service}, environment: {name}\n");
        // What a chart gives begins with a separator, what a kustomization gives does not.
        let separator = if text.is_empty() || text.starts_with("---") { "" } else { "---\n" };
        self.report.pieces(&[&heading, separator, &text])
    }

    pub(super) fn end(self, written: Option<Written>, cache: Option<CacheStats>) -> Result<Outcome, Diagnostic> {
        if self.report.format() == OutputFormat::Json {
            self.report.json(&json!({
                "apiVersion": Release::API_VERSION,
                "kind": "RenderedServices",
                "failed": self.failed,
                "environments": self.told,
                "cache": cache,
                "files": written.map(|written| json!({
                    "written": written.written,
                    "unchanged": written.unchanged,
                    "removed": written.removed,
                    "left": written.left,
                })),
            }))?;
        } else if let Some(written) = written.filter(|_| self.is_written) {
            let Written { written, unchanged, removed, left } = written;
            let mut line = format!("{written} files written, {unchanged} unchanged, {removed} removed");
            if left > 0 {
                line += &format!(", {left} left that somebody has changed");
            }
            self.report.line(Style::Good, &line);
        }
        if self.unchanged > 0 && self.report.format() == OutputFormat::Text {
            let count = self.choice.pieces.len();
            self.report.line(Style::Dim, &format!("{} of {count} environments are what they were", self.unchanged));
        }
        if self.failed == 0 {
            return Ok(Outcome::Done);
        }
        self.report.line(Style::Bad, &format!("{} of {} environments failed", self.failed, self.choice.pieces.len()));
        Ok(Outcome::Negative)
    }
}

/// Returns what the JSON document says of an environment: `changed` is false where --changed-since left it out, `files` is null
/// where nothing is written, `error` where nothing failed.
fn summary(description: &str, name: Option<(&str, &str)>, result: &Result<Done, Diagnostic>) -> Value {
    let (bytes, files, error) = match result {
        Ok(Done::Text(text, _)) => (text.len(), Value::Null, Value::Null),
        Ok(Done::Written { files, bytes, .. }) => (*bytes, json!(files), Value::Null),
        Ok(Done::Unchanged) => (0, Value::Null, Value::Null),
        Err(error) => (0, Value::Null, diagnostic_json(error)),
    };
    json!({
        "description": description,
        "service": name.map(|(service, _)| service),
        "environment": name.map(|(_, name)| name),
        "changed": !matches!(result, Ok(Done::Unchanged)),
        "bytes": bytes,
        "files": files,
        "error": error,
    })
}
