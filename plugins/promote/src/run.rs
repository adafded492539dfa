use towpath_forge::{Effect, State};
use towpath_model::{Diagnostic, Digest, Kind, difference::Difference};
use towpath_report::{Outcome, OutputFormat, Report, Style};

use crate::{EnvironmentStatus, MergeOptions, Next, OpenOptions, Place, PlaceOptions, Status, document};

pub(crate) fn open(options: &OpenOptions, report: &Report) -> Result<Outcome, Diagnostic> {
    let progress = report.progress("verifying and rendering");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Diagnostic::from_error(Kind::Remote, &error))?;
    let opened = runtime.block_on(crate::open(options))?;
    drop(progress);
    let what = format!("{} {}", opened.promotion.service, opened.promotion.version);
    let number = opened.pull.as_ref().map_or_else(String::new, |pull| format!("#{}", pull.number));
    let changes = opened.difference.as_ref().map_or_else(|| "not rendered".to_owned(), Difference::summary);
    let to = &options.to;
    let (style, line) = match opened.effect {
        Effect::Opened => (Style::Good, format!("opened {number}: {what} to {to} ({changes})")),
        Effect::Updated => (Style::Good, format!("updated {number}: {what} to {to} ({changes})")),
        Effect::Unchanged => (Style::Plain, format!("{number} is open and up to date: {what} to {to}")),
        Effect::Settled => (Style::Notice, format!("{to} holds {what} already; {number} is settled")),
        Effect::Nothing => (Style::Plain, format!("{to} holds {what} already")),
    };
    report.line(style, &line);
    match (report.format(), opened.pull.as_ref().filter(|pull| pull.state == State::Open)) {
        (OutputFormat::Json, _) => report.json(&document::opened(&opened))?,
        (OutputFormat::Text, Some(pull)) => {
            report.data(format!("#{} {} {}\n", pull.number, pull.branch, pull.head).as_bytes())?;
        }
        (OutputFormat::Text, None) => {}
    }
    Ok(Outcome::Done)
}

pub(crate) fn merge(options: &MergeOptions, report: &Report) -> Result<Outcome, Diagnostic> {
    let merged = crate::merge(options)?;
    let what = format!("{} {}", merged.release.service, merged.release.version);
    report.line(Style::Good, &format!("{} holds {what} since {}", options.to, merged.commit.short()));
    match report.format() {
        OutputFormat::Json => report.json(&document::merged(&merged, &options.to))?,
        OutputFormat::Text => report.data(format!("{}\n", merged.commit).as_bytes())?,
    }
    Ok(Outcome::Done)
}

pub(crate) fn status(options: &PlaceOptions, report: &Report) -> Result<Outcome, Diagnostic> {
    let status = crate::status(&Place::find(options)?)?;
    match report.format() {
        OutputFormat::Json => report.json(&document::status(&status))?,
        OutputFormat::Text => report.data(table(&status).as_bytes())?,
    }
    Ok(Outcome::Done)
}

/// Returns the status as a table that reads the same without colour.
fn table(status: &Status) -> String {
    let mut rows = vec![["ENVIRONMENT", "DEPLOYED", "OPEN", "NEXT"].map(str::to_owned)];
    for environment in &status.environments {
        let open = environment.pull.as_ref().map_or_else(
            || "-".to_owned(),
            |open| format!("#{} {}", open.pull.number, named(open.version.as_deref(), open.digest)),
        );
        let deployed = named(environment.version.as_deref(), environment.digest);
        rows.push([environment.name.clone(), deployed, open, next(environment)]);
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2)];
    let mut text =
        format!("{} in {} ({} at {})\n\n", status.service, status.repository, status.base, status.commit.short());
    for [name, deployed, open, next] in &rows {
        text += &format!("{name:0$}  {deployed:1$}  {open:2$}  {next}\n", widths[0], widths[1], widths[2]);
    }
    text
}

fn named(version: Option<&str>, digest: Option<Digest>) -> String {
    let digest = digest.map_or_else(|| "no digest".to_owned(), |digest| digest.hex().chars().take(12).collect());
    version.map_or_else(|| digest.clone(), |version| format!("{version} ({digest})"))
}

fn next(environment: &EnvironmentStatus) -> String {
    let name = &environment.name;
    match environment.next {
        Next::Nothing => "-".to_owned(),
        Next::Merge { number } => format!("merge #{number}: towpath-promote merge --to {name}"),
        Next::Open { .. } => format!("promote what stands before: towpath-promote open --to {name}"),
    }
}
