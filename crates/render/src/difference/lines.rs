//! Two texts, line by line.

use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices, group_diff_ops};
use towpath_model::difference::{Hunk, Line, Side};

/// Lines that differ, and how many are new and gone.
#[derive(Debug, Default)]
pub(super) struct Lines {
    pub(super) hunks: Vec<Hunk>,
    pub(super) added: usize,
    pub(super) removed: usize,
}

/// Returns how `after` differs from `before`, with `context` lines around each change; ends of lines do not count.
pub(super) fn lines(before: &str, after: &str, context: usize) -> Lines {
    let old: Vec<&str> = before.lines().collect();
    let new: Vec<&str> = after.lines().collect();
    let ops = capture_diff_slices(Algorithm::Myers, &old, &new);
    if ops.iter().all(|op| op.tag() == DiffTag::Equal) {
        return Lines::default();
    }
    let groups = group_diff_ops(ops, context);
    let hunks: Vec<Hunk> = groups.iter().map(|ops| hunk(ops, &old, &new)).collect();
    let count = |side| hunks.iter().flat_map(|hunk| &hunk.lines).filter(|line| line.side == side).count();
    Lines { added: count(Side::New), removed: count(Side::Old), hunks }
}

/// Returns the lines of a text that stands on `side` alone.
pub(super) fn one_sided(text: &str, side: Side) -> Lines {
    let lines: Vec<Line> = text.lines().map(|text| Line { side, text: text.to_owned() }).collect();
    let start = |this| usize::from(this == side);
    let (added, removed) = if side == Side::New { (lines.len(), 0) } else { (0, lines.len()) };
    Lines { hunks: vec![Hunk { old_start: start(Side::Old), new_start: start(Side::New), lines }], added, removed }
}

fn hunk(ops: &[DiffOp], old: &[&str], new: &[&str]) -> Hunk {
    let mut hunk = Hunk { old_start: 0, new_start: 0, lines: Vec::new() };
    for op in ops {
        let mut push = |side, texts: &[&str]| {
            hunk.lines.extend(texts.iter().map(|text| Line { side, text: (*text).to_owned() }));
        };
        let (before, after) = (&old[op.old_range()], &new[op.new_range()]);
        match op.tag() {
            DiffTag::Equal => push(Side::Both, before),
            DiffTag::Delete | DiffTag::Insert | DiffTag::Replace => {
                push(Side::Old, before);
                push(Side::New, after);
            }
        }
    }
    let first = ops.first().map_or((0, 0), |op| (op.old_range().start, op.new_range().start));
    // A side without lines is told by the line before it.
    hunk.old_start = first.0 + usize::from(hunk.count(Side::Old) > 0);
    hunk.new_start = first.1 + usize::from(hunk.count(Side::New) > 0);
    hunk
}
