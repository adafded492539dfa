//! `towpath-render all`: a repository's services, or many charts, in one process, which read and parse what they share once, on
//! all cores.

mod args;
mod list;
pub(crate) mod queue;
mod services;

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use serde_json::{Value, json};
use towpath_helm::{Engine, Options, Parsing, RenderLimits, Rendered};
use towpath_model::{Diagnostic, Kind, Release};
use towpath_render::source::{ChartRequest, Charts};
use towpath_report::{Outcome, OutputFormat, Report, Style, diagnostic_json};

pub(crate) use self::args::All;
use self::{args::Manner, list::Subject};

/// One chart's result: what it gives, or what it has written of it.
enum Done {
    Rendered(Rendered),
    Written { bytes: usize, documents: usize },
}

impl All {
    /// Renders all services or all charts; the failure of one does not end the others.
    pub(crate) fn run(&self, report: &Report) -> Result<Outcome, Diagnostic> {
        match self.subject()? {
            Subject::Charts => self.run_charts(report),
            Subject::Services(folders) => services::run(self, &folders, report),
        }
    }

    fn run_charts(&self, report: &Report) -> Result<Outcome, Diagnostic> {
        let charts = self.list()?;
        let files = self.files(&charts)?;
        let sources = Arc::new(self.fetching.charts(report)?);
        let manner = self.manner(&sources)?;
        let engine = Engine::new();
        let jobs = self.n_jobs();
        let work = |index: usize| {
            let rendered = self.render(&engine, &sources, &charts[index], &manner)?;
            match &files {
                None => Ok(Done::Rendered(rendered)),
                Some(files) => write(&files[index], &rendered),
            }
        };
        let mut teller = Teller { report, charts: &charts, files: files.as_deref(), told: Vec::new(), failed: 0 };
        queue::in_order(charts.len(), jobs, manner.options.limits.stack_bytes, work, |index, result| {
            teller.take(index, result)
        })?;
        teller.end()
    }

    fn n_jobs(&self) -> usize {
        self.jobs.or_else(|| thread::available_parallelism().ok()).map_or(1, usize::from)
    }

    fn render(&self, engine: &Engine, sources: &Charts, chart: &str, manner: &Manner) -> Result<Rendered, Diagnostic> {
        let profile = manner.env.profile;
        let version = self.version.clone();
        let request = ChartRequest { chart: chart.to_owned(), version, profile, ..ChartRequest::default() };
        let chart = sources.load(&request)?;
        // Each chart has the time for itself.
        let limits = RenderLimits { stack_is_here: true, ..self.limits.starting_now() };
        let options = Options { limits, parsing: Parsing::Here, ..manner.options.clone() };
        engine.render(&chart, &manner.values, &manner.env, &options).map_err(|error| error.diagnostic())
    }
}

/// Says of each chart what became of it.
struct Teller<'a> {
    report: &'a Report,
    charts: &'a [String],
    files: Option<&'a [PathBuf]>,
    /// What the JSON document says.
    told: Vec<Value>,
    failed: usize,
}

impl Teller<'_> {
    fn take(&mut self, index: usize, result: Result<Done, Diagnostic>) -> Result<(), Diagnostic> {
        let chart = &self.charts[index];
        if let Err(error) = &result {
            self.failed += 1;
            self.report.failure(&error.clone().cause(format!("while rendering chart `{chart}`")));
        }
        match (self.report.format(), result) {
            (OutputFormat::Json, result) => {
                let file = self.files.map(|files| files[index].display().to_string());
                self.told.push(summary(chart, file, &result));
                Ok(())
            }
            (OutputFormat::Text, Ok(Done::Rendered(rendered))) => {
                let heading = ["# Chart: ", chart, "\n"];
                self.report.pieces(&[heading.as_slice(), &rendered.parts()].concat())
            }
            (OutputFormat::Text, _) => Ok(()),
        }
    }

    fn end(self) -> Result<Outcome, Diagnostic> {
        if self.report.format() == OutputFormat::Json {
            self.report.json(&json!({
                "apiVersion": Release::API_VERSION,
                "kind": "RenderedCharts",
                "failed": self.failed,
                "charts": self.told,
            }))?;
        }
        if self.failed == 0 {
            return Ok(Outcome::Done);
        }
        self.report.line(Style::Bad, &format!("{} of {} charts failed", self.failed, self.charts.len()));
        Ok(Outcome::Negative)
    }
}

fn write(path: &Path, rendered: &Rendered) -> Result<Done, Diagnostic> {
    let text = rendered.to_text();
    fs::write(path, &text).map_err(|error: io::Error| {
        Diagnostic::new(Kind::Remote, format!("cannot write `{}`", path.display())).cause(error.to_string())
    })?;
    Ok(Done::Written { bytes: text.len(), documents: documents(rendered) })
}

fn documents(rendered: &Rendered) -> usize {
    rendered.definitions.len() + rendered.manifests.len() + rendered.hooks.len()
}

/// Returns what the JSON document says of a chart: `file` is null where nothing is written, `error` where nothing failed.
fn summary(chart: &str, file: Option<String>, result: &Result<Done, Diagnostic>) -> Value {
    let (bytes, documents, error) = match result {
        Ok(Done::Rendered(rendered)) => {
            (rendered.parts().iter().map(|part| part.len()).sum(), documents(rendered), Value::Null)
        }
        Ok(Done::Written { bytes, documents }) => (*bytes, *documents, Value::Null),
        Err(error) => (0, 0, diagnostic_json(error)),
    };
    let file = if error.is_null() { file } else { None };
    json!({ "chart": chart, "file": file, "bytes": bytes, "documents": documents, "error": error })
}
