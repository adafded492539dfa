//! `towpath-render diff`: what differs between two renderings, whatever they are renderings of.

mod args;
mod folder;
mod means;
mod repository;
mod side;

use std::sync::Arc;

use towpath_model::{Diagnostic, Kind, difference::Difference};
use towpath_render::{Form, differences};
use towpath_report::{
    Outcome, OutputFormat, Report, Style, diagnostic_json,
    difference::{json, markdown, stat, text},
    html::difference_page,
};

pub(crate) use self::args::Diff;
use self::{
    args::Written,
    means::Means,
    side::{Side, Sides},
};

impl Diff {
    /// Shows what differs; the outcome is negative where something does.
    pub(crate) fn run(&self, report: &Report) -> Result<Outcome, Diagnostic> {
        self.check(report)?;
        let charts = Arc::new(self.fetching.charts(report)?);
        let cache = self.caching.open(report)?;
        let means = Means { options: &self.service, charts: &charts, cache: cache.as_ref() };
        let (from, to) = (Side::parse(&self.from, &self.service), Side::parse(&self.to, &self.service));
        let Sides { from: old, to: new, failures } = side::both(&from, &to, &means)?;
        let form = if self.structural { Form::Fields } else { Form::Lines(self.context) };
        let difference = differences(&old, &new, form)?;
        self.show(report, &difference, &failures)?;
        // What was asked for is out; now others may profit from it.
        if let Some(cache) = &cache {
            cache.finish();
            report.line(Style::Dim, &cache.stats().summary());
        }
        if let Some(worst) = failures.iter().map(|failure| failure.kind).max_by_key(|kind| kind.exit_code()) {
            for failure in &failures {
                report.failure(failure);
            }
            let said = format!("{} to {}, but for what failed: {}", self.from, self.to, difference.summary());
            report.line(Style::Bad, &said);
            return Ok(Outcome::Incomplete(worst));
        }
        if difference.is_empty() {
            let said = if difference.formatting.is_empty() { "no differences" } else { "no differences but in form" };
            report.line(Style::Good, said);
            return Ok(Outcome::Done);
        }
        report.line(Style::Strong, &format!("{} to {}: {}", self.from, self.to, difference.summary()));
        Ok(Outcome::Negative)
    }

    /// Refuses `--stat` where it says nothing.
    fn check(&self, report: &Report) -> Result<(), Diagnostic> {
        if self.stat && (self.format != Written::Text || report.format() == OutputFormat::Json) {
            let message = "--stat is text, and no other format has it";
            return Err(Diagnostic::new(Kind::Usage, message).hint("every other format has a summary of its own"));
        }
        Ok(())
    }

    fn show(&self, report: &Report, difference: &Difference, failures: &[Diagnostic]) -> Result<(), Diagnostic> {
        let painting = report.painting_out();
        let written = match report.format() {
            OutputFormat::Json => Written::Json,
            OutputFormat::Text => self.format,
        };
        let shown = match written {
            Written::Json => {
                let mut document = json(difference, &self.from, &self.to);
                document["failures"] = failures.iter().map(diagnostic_json).collect();
                return report.json(&document);
            }
            Written::Text if self.stat => stat(difference, painting),
            Written::Text => text(difference, painting),
            Written::Markdown => markdown(difference, &format!("{} → {}", self.from, self.to), self.limit),
            Written::Html => difference_page(difference, &self.from, &self.to),
        };
        report.data(shown.as_bytes())
    }
}
