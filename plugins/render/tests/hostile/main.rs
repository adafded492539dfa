//! Charts that somebody wrote to do harm: each ends soon, within little memory, with words that say what is wrong and where.
//!
//! `tests/bench/hostile` runs the same charts with the optimised program and prints what each took.

#![expect(clippy::unwrap_used, reason = "a test ends at the first thing that fails")]
#![expect(clippy::print_stderr, reason = "the bench prints a table")]

mod archives;
mod case;
mod folders;
mod schemas;
mod templates;
mod values;

use std::time::Duration;

use case::{Case, Ending, run};

/// Without optimisation the program takes many times longer, and some more memory.
const SLOWER: u32 = if cfg!(debug_assertions) { 30 } else { 3 };

/// What a case may take on a machine that does nothing else.
const SECONDS: u64 = 2;

/// In bytes.
const MEMORY: u64 = if cfg!(debug_assertions) { 400 << 20 } else { 200 << 20 };

fn check(cases: &[Case]) {
    let mut wrong = Vec::new();
    let mut highest = 0;
    for case in cases {
        let taken = run(case);
        let mut fail = |what: String| wrong.push(format!("{}: {what}\n{}", case.name, taken.stderr));
        match case.ending {
            Ending::Refused(words) => {
                if !matches!(taken.code, Some(1..=3)) {
                    fail(format!("exit code {:?}, and not a refusal", taken.code));
                }
                for word in words {
                    if !taken.stderr.contains(word) {
                        fail(format!("does not say `{word}`"));
                    }
                }
            }
            Ending::Harmless => {
                if !matches!(taken.code, Some(0..=3)) {
                    fail(format!("exit code {:?}", taken.code));
                }
            }
        }
        if taken.processor > Duration::from_secs(SECONDS) * SLOWER {
            fail(format!("took {:?} of the processor", taken.processor));
        }
        // The system tells the highest of all runs: a lower one than before shows nothing.
        let is_highest = taken.peak > highest;
        highest = highest.max(taken.peak);
        if is_highest && taken.peak > MEMORY {
            fail(format!("took {} MiB", taken.peak >> 20));
        }
        if std::env::var_os("HOSTILE_TABLE").is_some() {
            let said = taken.stderr.lines().next().unwrap_or_default();
            let (milliseconds, peak) = (taken.processor.as_millis(), taken.peak >> 20);
            eprintln!("{:<44} {:?} {milliseconds:>6} ms {peak:>5} MiB  {said:.110}", case.name, taken.code);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn hostile_charts_end_soon_with_clear_words() {
    let mut cases = archives::cases();
    cases.extend(folders::cases());
    cases.extend(values::cases());
    cases.extend(schemas::cases());
    cases.extend(templates::cases());
    check(&cases);
}
