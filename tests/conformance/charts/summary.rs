use std::{
    collections::{BTreeMap, BTreeSet},
    io::{IsTerminal as _, Write as _},
};

use crate::{
    Judged,
    cases::Profile,
    judge::{Detail, Verdict},
    programs::Programs,
};

/// Returns what is not identical, one case a paragraph, and a table of the collections.
pub(crate) fn table(judged: &[Judged]) -> String {
    let mut text = String::new();
    for Judged { case, judgement } in judged {
        match (judgement.verdict, &judgement.detail) {
            (Verdict::Identical | Verdict::Refused, None) => {}
            (verdict, detail) => {
                text += &format!("{:9} {case}\n", verdict.as_str());
                text += &detail.as_ref().map_or_else(String::new, shown);
            }
        }
    }
    text += &format!("\n{:40} {:8} {:>6} {:>9}", "collection", "profile", "charts", "rendered");
    for verdict in Verdict::ALL {
        text += &format!(" {:>9}", verdict.as_str());
    }
    text.push('\n');
    let mut rows: BTreeMap<(&str, Profile), Vec<&Judged>> = BTreeMap::new();
    for judged in judged {
        rows.entry((&judged.case.collection, judged.case.profile)).or_default().push(judged);
    }
    for ((collection, profile), judged) in rows {
        let charts: BTreeSet<_> = judged.iter().map(|judged| &judged.case.chart).collect();
        text += &format!("{collection:40} helm {:3} {:6} {:9}", profile.major(), charts.len(), judged.len());
        for verdict in Verdict::ALL {
            text += &format!(" {:9}", judged.iter().filter(|judged| judged.judgement.verdict == verdict).count());
        }
        text.push('\n');
    }
    text
}

fn shown(detail: &Detail) -> String {
    let place = if detail.line > 0 { format!("line {}", detail.line) } else { "refusal".to_owned() };
    let text = |text: &str| clipped(&text.replace('\n', " ⏎ "));
    format!("          {place}\n            helm: {}\n            ours: {}\n", text(&detail.helm), text(&detail.ours))
}

fn clipped(text: &str) -> String {
    const MOST: usize = 400;
    let mut clipped: String = text.chars().take(MOST).collect();
    if clipped.len() < text.len() {
        clipped.push('…');
    }
    clipped
}

/// Returns everything as JSON: `helm` has the versions, `results` a case each.
pub(crate) fn json(judged: &[Judged], programs: &Programs) -> String {
    let results = judged.iter().map(|Judged { case, judgement }| {
        let detail = judgement.detail.as_ref();
        serde_json::json!({
            "collection": case.collection,
            "chart": case.chart,
            "values": case.values,
            "profile": case.profile.major(),
            "verdict": judgement.verdict.as_str(),
            "line": detail.map(|detail| detail.line),
            "helm": detail.map(|detail| &detail.helm),
            "ours": detail.map(|detail| &detail.ours),
        })
    });
    let results: Vec<_> = results.collect();
    let versions = [Profile::Helm4, Profile::Helm3].map(|profile| programs.version(profile));
    format!("{:#}\n", serde_json::json!({ "helm": versions, "results": results }))
}

/// Says how far the comparison is, where somebody watches.
pub(crate) fn progress(done: usize, of: usize) {
    let mut out = std::io::stderr().lock();
    if out.is_terminal() {
        // It is only to look at.
        let _ = write!(out, "\r{done}/{of}{}", if done == of { "\n" } else { "" });
    }
}
