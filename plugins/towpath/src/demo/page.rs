//! The report that people look at.

use towpath_report::html::{Chart, Guide, Html, Point, Scale, Series, diff, page};

use super::journey::{Arrival, Journey, Look, Outcome, Shift, Side, Way};

/// Returns the report as one self-contained page.
pub(super) fn report(journey: &Journey) -> String {
    let mut body = Html::element("h1", "Three releases on their way");
    body.push(&Html::element(
        "p class=\"lead\"",
        &format!(
            "Built, signed, rendered, promoted and shifted on one machine in {:.1} seconds. \
             Everything below was measured in that run.",
            journey.seconds
        ),
    ));
    body.push(&overview(journey));
    for way in &journey.releases {
        body.push(&release(way));
    }
    page("Towpath: three releases on their way", &body)
}

fn badge(outcome: Outcome) -> Html {
    match outcome {
        Outcome::Promoted => Html::element("span class=\"badge good\"", "promoted"),
        Outcome::RolledBack => Html::element("span class=\"badge bad\"", "rolled back"),
    }
}

fn overview(journey: &Journey) -> Html {
    let rows = journey.releases.iter().map(|way| {
        let figures = way
            .shift
            .as_ref()
            .map_or_else(|| "first release: nothing to compare with".to_owned(), |shift| shift.verdict.clone());
        vec![Html::text(&way.version), Html::text(&way.about), badge(way.outcome), Html::text(&figures)]
    });
    Html::table(&["Release", "What is new", "Outcome", "Figures"], rows).within("section class=\"card\"")
}

fn release(way: &Way) -> Html {
    let mut heading = Html::text(&format!("Release {} ", way.version));
    heading.push(&badge(way.outcome));
    let mut card = heading.within("h2");
    card.push(&Html::element("p", &way.about));
    card.push(&stages(way));
    card.push(&facts(way));
    if let Some(shift) = &way.shift {
        card.push(&canary(shift, way.outcome));
    }
    card.push(&Html::element("h3", "Promotions and what each one changed"));
    card.push(&way.arrivals.iter().map(arrival).collect());
    card.within("section class=\"card\"")
}

fn stages(way: &Way) -> Html {
    let mut stages = vec![("built".to_owned(), true), ("signed and verified".to_owned(), true)];
    // The last pull request is what came of it: stable runs it, or production went back.
    let reached = way.arrivals.len().saturating_sub(1);
    stages.extend(way.arrivals[..reached].iter().map(|arrival| (format!("merged to {}", arrival.environment), true)));
    let end: &[(&str, bool)] = match (&way.shift, way.outcome) {
        (None, _) => &[("serves production", true)],
        (Some(_), Outcome::Promoted) => &[("canary held", true), ("stable in production", true)],
        (Some(_), Outcome::RolledBack) => &[("canary rolled back", false), ("taken back in git", false)],
    };
    stages.extend(end.iter().map(|(stage, good)| ((*stage).to_owned(), *good)));
    let items: Html = stages
        .iter()
        .map(|(stage, good)| Html::element(if *good { "li" } else { "li class=\"bad\"" }, stage))
        .collect();
    items.within("ol class=\"way\"")
}

fn facts(way: &Way) -> Html {
    let digests: Vec<String> = way.release.signatures.iter().map(ToString::to_string).collect();
    let facts = [
        ("image", way.image.to_string()),
        ("source", way.release.revision.clone().unwrap_or_default()),
        ("signatures", format!("{} ({})", way.signatures.join(", "), digests.join(", "))),
        (
            "registry",
            format!(
                "{} blobs uploaded, {} were there already; built twice with one digest, {:.2} s",
                way.built.uploaded, way.built.present, way.built.seconds
            ),
        ),
    ];
    let list: Html = facts
        .iter()
        .flat_map(|(term, text)| [Html::element("dt", term), Html::element("code", text).within("dd")])
        .collect();
    list.within("dl")
}

fn arrival(arrival: &Arrival) -> Html {
    let summary = format!("{}: #{} {} ({})", arrival.environment, arrival.pull, arrival.title, arrival.summary);
    let mut content = Html::element("p style=\"padding:0 .7rem\"", &format!("merged as {}", arrival.commit));
    content.push(&diff(&arrival.difference));
    Html::folded(&Html::text(&summary), &content)
}

fn canary(shift: &Shift, outcome: Outcome) -> Html {
    let mut part = Html::element("h3", "The canary");
    part.push(&Html::element("p", &shift.verdict));
    let charts: Html = [weights(shift, outcome), errors(shift), evidence(shift)].iter().map(Chart::html).collect();
    part.push(&charts.within("div class=\"charts\""));
    let rows = shift.looks.iter().map(|look| {
        vec![
            Html::text(&format!("{:.1} s", look.seconds)),
            Html::text(&format!("{} %", look.weight)),
            Html::text(&side(look.stable)),
            Html::text(&side(look.canary)),
            Html::text(&evidence_text(look.evidence)),
            Html::text(&look.decision),
        ]
    });
    let head = ["Time", "Weight", "Stable: errors of requests", "Canary: errors of requests", "Evidence", "Decision"];
    part.push(&Html::folded(&Html::text("Every look in figures"), &Html::table(&head, rows)));
    part
}

fn side(side: Side) -> String {
    let (low, share, high) = side.share;
    format!("{} of {}: {:.2} % ({:.2} to {:.2})", side.errors, side.requests, share * 100.0, low * 100.0, high * 100.0)
}

/// Returns an e-value as people read it.
pub(super) fn evidence_text(evidence: f64) -> String {
    if (0.01..10_000.0).contains(&evidence) { format!("{evidence:.2}") } else { format!("{evidence:.1e}") }
}

fn weights(shift: &Shift, outcome: Outcome) -> Chart {
    // A weight was set before the look that measured it, and the last decision set the last one.
    let last = if outcome == Outcome::Promoted { 100 } else { 0 };
    let starts = std::iter::once(0.0).chain(shift.looks.iter().map(|look| look.seconds));
    let set: Vec<(f64, u8)> = starts.zip(shift.looks.iter().map(|look| look.weight).chain([last])).collect();
    let points = |weight: fn(u8) -> u8| -> Vec<Point> {
        set.iter().map(|(x, canary)| Point { x: *x, y: f64::from(weight(*canary)), interval: None }).collect()
    };
    Chart {
        title: "Traffic by weight".to_owned(),
        x_label: "s".to_owned(),
        unit: " %",
        scale: Scale::Linear,
        range: (0.0, 100.0),
        series: vec![
            series("stable", "stable", points(|canary| 100 - canary), true),
            series("canary", "canary", points(|canary| canary), true),
        ],
        guide: None,
    }
}

fn errors(shift: &Shift) -> Chart {
    let points = |side: fn(&Look) -> Side| -> Vec<Point> {
        let point = |look: &Look| {
            let (low, share, high) = side(look).share;
            Point { x: look.seconds, y: share * 100.0, interval: Some((low * 100.0, high * 100.0)) }
        };
        shift.looks.iter().filter(|look| side(look).requests > 0).map(point).collect()
    };
    Chart {
        title: "Share of errors, with intervals of 95 %".to_owned(),
        x_label: "s".to_owned(),
        unit: " %",
        scale: Scale::Linear,
        range: (0.0, 1.0),
        series: vec![
            series("stable", "stable", points(|look| look.stable), false),
            series("canary", "canary", points(|look| look.canary), false),
        ],
        guide: None,
    }
}

fn evidence(shift: &Shift) -> Chart {
    let seen = shift.looks.iter().map(|look| (look.seconds, look.evidence));
    let points = std::iter::once((0.0, 1.0)).chain(seen).map(|(x, y)| Point { x, y, interval: None }).collect();
    let level = 1.0 / shift.alpha;
    Chart {
        title: "Evidence against the canary".to_owned(),
        x_label: "s".to_owned(),
        unit: "",
        scale: Scale::Logarithmic,
        range: (0.1, level),
        series: vec![series("e-value", "canary", points, false)],
        guide: Some(Guide { y: level, label: format!("rolled back at 1/α = {level:.0}") }),
    }
}

fn series(name: &str, class: &'static str, points: Vec<Point>, stepped: bool) -> Series {
    Series { name: name.to_owned(), class, points, stepped }
}
