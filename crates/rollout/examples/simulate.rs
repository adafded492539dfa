//! Prints false rollbacks and detection times of 10,000 simulated rollouts a row, beside rules in use today.
//!
//! ```text
//! cargo run --release -p towpath-rollout --example simulate [RUNS]
//! ```

#[path = "../tests/simulation/mod.rs"]
mod simulation;

use std::io::{self, Write as _};

use simulation::{LOOKS, Random, Stopped, plan, rollout};

type Rule = (&'static str, fn(&Stopped) -> Option<u32>);

const RULES: [Rule; 5] = [
    ("E1, risk ratio (decide)", |stopped| stopped.ratio),
    ("E2, two rates", |stopped| stopped.rates),
    ("z-test at every look", |stopped| stopped.z_test),
    ("99 % of 30 requests, 2 of 20 fail", |stopped| stopped.fixed_2),
    ("99 % of 30 requests, 5 of 20 fail", |stopped| stopped.fixed_5),
];

fn main() -> io::Result<()> {
    let runs: usize = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(10_000).max(1);
    let plan = plan(0.01);
    let mut out = io::stdout().lock();
    writeln!(out, "{runs} rollouts a row, alpha 0.01, {LOOKS} looks, 2000 requests a look, ramp 5 to 50 %")?;
    for (name, rates) in [
        ("healthy: 0.5 % errors in both", (0.005, 0.005)),
        ("bad: 0.5 -> 1 % errors", (0.01, 0.005)),
        ("bad: 0.5 -> 2 % errors", (0.02, 0.005)),
    ] {
        let mut random = Random(2026);
        let all: Vec<Stopped> = (0..runs).map(|_| rollout(&plan, rates, &mut random)).collect();
        writeln!(out, "\n{name:<36}{:>14}{:>15}{:>13}", "rolled back", "median look", "mean look")?;
        for (rule, stopped) in RULES {
            let mut looks: Vec<u32> = all.iter().filter_map(stopped).collect();
            looks.sort_unstable();
            writeln!(
                out,
                "  {rule:<34}{:>12.2} %{:>15}{:>13}",
                share(looks.len(), runs),
                median(&looks),
                mean(&looks)
            )?;
        }
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "the counts are small")]
fn share(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole as f64
}

fn median(sorted: &[u32]) -> String {
    sorted.get(sorted.len() / 2).map_or_else(|| "-".to_owned(), ToString::to_string)
}

#[expect(clippy::cast_precision_loss, reason = "the counts are small")]
fn mean(looks: &[u32]) -> String {
    if looks.is_empty() {
        return "-".to_owned();
    }
    format!("{:.1}", f64::from(looks.iter().sum::<u32>()) / looks.len() as f64)
}
