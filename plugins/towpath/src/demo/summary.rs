//! What is said at the end.

use std::path::Path;

use serde_json::json;
use towpath_model::{Diagnostic, Release};
use towpath_report::{OutputFormat, Report, Style};

use super::journey::{Journey, Outcome, Way};

/// Shows the outcomes: for people one line a release and where the report is, for programs the whole journey.
///
/// # Errors
/// When standard output cannot be written.
pub(super) fn show(journey: &Journey, page: &Path, report: &Report) -> Result<(), Diagnostic> {
    report.line(Style::Strong, &format!("\nThree releases in {:.1} s:", journey.seconds));
    for way in &journey.releases {
        let style = if way.outcome == Outcome::Promoted { Style::Good } else { Style::Bad };
        report.line(style, &format!("  {:<7} {}", way.version, verdict(way)));
    }
    let clients = journey.clients;
    let seen = format!(
        "{} answers, {} of them errors, {} requests without an answer",
        clients.answers, clients.errors, clients.broken
    );
    report.line(Style::Plain, &format!("  clients {seen}"));
    report.line(Style::Plain, &format!("\nThe report: {}", page.display()));
    if report.format() == OutputFormat::Json {
        report.json(&json!({
            "apiVersion": Release::API_VERSION,
            "kind": "Journey",
            "releases": journey.releases,
            "deployed": { "prod": journey.deployed },
            "clients": journey.clients,
            "seconds": journey.seconds,
            "report": page,
        }))?;
    }
    Ok(())
}

fn verdict(way: &Way) -> String {
    match &way.shift {
        Some(shift) => shift.verdict.clone(),
        None => "promoted; the first release, with nothing to compare with".to_owned(),
    }
}
