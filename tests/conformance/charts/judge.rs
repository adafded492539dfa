use std::{fs, io, path::Path, thread, time::Duration};

use crate::{
    cases::Case,
    mask,
    programs::{Programs, Run},
};

/// How ours stands to Helm's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// The same bytes.
    Identical,
    /// Both refuse.
    Refused,
    /// Helm's own runs differ; ours has the same lines but for what differs there.
    Random,
    /// Helm's own runs differ in the order of lines; ours has the same lines in an order of its own.
    Order,
    /// None of these.
    Differs,
}

impl Verdict {
    pub(crate) const ALL: [Self; 5] = [Self::Identical, Self::Refused, Self::Random, Self::Order, Self::Differs];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Identical => "identical",
            Self::Refused => "refused",
            Self::Random => "random",
            Self::Order => "order",
            Self::Differs => "differs",
        }
    }
}

/// What came of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Judgement {
    pub(crate) verdict: Verdict,
    /// The first line that differs, or the refusals where their words differ.
    pub(crate) detail: Option<Detail>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Detail {
    /// From 1; 0 for refusals.
    pub(crate) line: usize,
    pub(crate) helm: String,
    pub(crate) ours: String,
}

/// Charts show times in seconds: runs within one of them look as if the clock had no part in it.
const NEXT_SECOND: Duration = Duration::from_millis(1_100);

/// How often Helm is asked when its runs differ: two may agree by chance.
const RUNS: usize = 4;

/// Renders a case with both and compares.
pub(crate) fn judge(programs: &Programs, case: &Case, keep: Option<&Path>) -> io::Result<Judgement> {
    let ours = programs.ours(case)?;
    let (mut runs, cached) = programs.helm_twice(case)?;
    let mut judgement = compare(&runs, &ours);
    if judgement.verdict == Verdict::Differs && cached {
        // What follows from the clock or a random source may have changed since.
        runs.push(programs.helm_now(case)?);
        judgement = compare(&runs, &ours);
    }
    while judgement.verdict == Verdict::Differs && runs.len() < RUNS {
        let was_stable = is_stable(&runs);
        if was_stable || runs.len() + 1 == RUNS {
            thread::sleep(NEXT_SECOND);
        }
        runs.push(programs.helm_now(case)?);
        if was_stable && is_stable(&runs) {
            break;
        }
        judgement = compare(&runs, &ours);
    }
    if !is_stable(&runs) {
        programs.remember(case, &runs)?;
    }
    if let (Some(folder), Verdict::Differs) = (keep, judgement.verdict) {
        fs::create_dir_all(folder)?;
        let name = case.to_string().replace(['/', ' '], "_");
        for (end, run) in [("helm", &runs[0]), ("ours", &ours)] {
            fs::write(folder.join(format!("{name}.{end}")), if run.done { &run.out } else { &run.err })?;
        }
    }
    Ok(judgement)
}

fn is_stable(runs: &[Run]) -> bool {
    runs.iter().all(|run| run.done == runs[0].done && run.out == runs[0].out)
}

fn compare(runs: &[Run], ours: &Run) -> Judgement {
    let fine = |verdict| Judgement { verdict, detail: None };
    if !runs.iter().any(|run| run.done == ours.done) {
        let shown = |run: &Run| if run.done { "(renders)".to_owned() } else { run.refusal() };
        let detail = Detail { line: 0, helm: shown(&runs[0]), ours: shown(ours) };
        return Judgement { verdict: Verdict::Differs, detail: Some(detail) };
    }
    if !ours.done {
        let refusals: Vec<String> = runs.iter().filter(|run| !run.done).map(Run::refusal).collect();
        // Behind Helm's words ours shows the place and hints.
        let own = ours.refusal();
        let same = refusals.iter().any(|words| {
            own.strip_prefix(words.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('\n'))
        });
        let detail = (!same).then(|| Detail { line: 0, helm: refusals[0].clone(), ours: ours.refusal() });
        return Judgement { verdict: Verdict::Refused, detail };
    }
    let done: Vec<&[u8]> = runs.iter().filter(|run| run.done).map(|run| run.out.as_slice()).collect();
    if done.iter().any(|out| *out == ours.out) {
        return fine(Verdict::Identical);
    }
    let texts: Vec<_> = done.iter().map(|out| String::from_utf8_lossy(out)).collect();
    let texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
    let own = String::from_utf8_lossy(&ours.out);
    if mask::same_structure(&texts, &own) {
        return fine(Verdict::Random);
    }
    if mask::same_lines(&texts, &own) {
        return fine(Verdict::Order);
    }
    Judgement { verdict: Verdict::Differs, detail: Some(first_difference(&texts, &own)) }
}

fn first_difference(texts: &[&str], ours: &str) -> Detail {
    let mut own = ours.lines();
    let mut lines: Vec<_> = texts.iter().map(|text| text.lines()).collect();
    for line in 1.. {
        let helm: Vec<Option<&str>> = lines.iter_mut().map(Iterator::next).collect();
        let own = own.next();
        if helm.iter().all(Option::is_none) && own.is_none() {
            break;
        }
        let same = match (helm.iter().copied().collect::<Option<Vec<&str>>>(), own) {
            (Some(helm), Some(own)) => mask::line_matches(&helm, own),
            _ => false,
        };
        if !same {
            let shown = |line: Option<&str>| line.unwrap_or("(end)").to_owned();
            return Detail { line, helm: shown(helm[0]), ours: shown(own) };
        }
    }
    Detail { line: 0, helm: "(line ends)".to_owned(), ours: "(other line ends)".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(out: &str) -> Run {
        Run { done: true, out: out.into(), err: Vec::new() }
    }

    fn refused(err: &str) -> Run {
        Run { done: false, out: Vec::new(), err: err.into() }
    }

    #[test]
    fn each_verdict_is_given() {
        let check = |helm: &[Run], ours: Run, verdict: Verdict| {
            assert_eq!(compare(helm, &ours).verdict, verdict, "{ours:?}");
        };
        check(&[run("a: 1\n")], run("a: 1\n"), Verdict::Identical);
        check(&[run("a: 1\n")], run("a: 2\n"), Verdict::Differs);
        check(&[run("a: 1\n")], run("a: 1"), Verdict::Differs);
        check(&[run("a: 1\n")], refused("error: no"), Verdict::Differs);
        check(&[refused("Error: no")], run("a: 1\n"), Verdict::Differs);
        check(&[refused("Error: no")], refused("error: no"), Verdict::Refused);
        check(&[run("a: x1\nb: 1\n"), run("a: y2\nb: 1\n")], run("a: z3\nb: 1\n"), Verdict::Random);
        check(&[run("a: x1\nb: 1\n"), run("a: y2\nb: 1\n")], run("a: z3\nb: 2\n"), Verdict::Differs);
        check(&[run("b: 1\na: 1\nc: 1\n"), run("a: 1\nb: 1\nc: 1\n")], run("c: 1\na: 1\nb: 1\n"), Verdict::Order);
    }

    #[test]
    fn refusals_of_other_words_are_shown() {
        let judgement = compare(&[refused("level=WARN\nError: no way")], &refused("error: never"));
        assert_eq!(judgement.verdict, Verdict::Refused);
        assert_eq!(judgement.detail, Some(Detail { line: 0, helm: "no way".into(), ours: "never".into() }));
    }
}
