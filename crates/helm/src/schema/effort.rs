use std::cell::Cell;

use super::Fault;
use crate::golang::regexp;

/// How many schemas are applied to values at most, in one check of a chart and its subcharts.
const MAX_STEPS: u64 = 1 << 21;

/// How deep schemas may be applied within each other.
const MAX_DEPTH: usize = 10_000;

/// How many failures are told at most.
pub(super) const MAX_FAILURES: usize = 10_000;

/// What a check has taken so far, and why it ended before its end.
#[derive(Debug)]
pub(super) struct Effort {
    /// Of all charts of a release together.
    pub(super) steps: u64,
    failures: Cell<usize>,
    pub(super) fault: Option<Fault>,
}

impl Effort {
    /// Returns the effort of a check that goes on after so many steps.
    pub(super) fn after(steps: u64) -> Self {
        Self { steps, failures: Cell::new(0), fault: None }
    }

    /// Tells whether the check has ended before its end.
    pub(super) fn has_given_up(&self) -> bool {
        self.fault.is_some()
    }

    /// Ends the check without a verdict.
    pub(super) fn give_up(&mut self, why: &str) {
        self.fault.get_or_insert_with(|| Fault::new(why));
    }

    /// Counts work.
    pub(super) fn work(&mut self, steps: usize) {
        self.steps = self.steps.saturating_add(steps as u64);
        if self.steps > MAX_STEPS {
            self.give_up("checking the values takes too many steps");
        }
    }

    /// Counts a schema that is applied inside of so many others. Returns whether it may be.
    pub(super) fn applies(&mut self, depth: usize) -> bool {
        self.work(1);
        if depth > MAX_DEPTH {
            self.give_up("checking the values takes too many steps");
        }
        if self.failures.get() > MAX_FAILURES {
            self.give_up(&format!("the values break the schema in more than {MAX_FAILURES} ways"));
        }
        !self.has_given_up()
    }

    /// Counts something that is wrong.
    pub(super) fn fails(&self) {
        self.failures.set(self.failures.get() + 1);
    }

    /// Tells whether an expression matches a text; not where it is none.
    pub(super) fn matches(&mut self, expression: &str, text: &[u8]) -> Option<bool> {
        if !self.has_given_up() {
            self.work(cost_of_match(expression, text));
        }
        if self.has_given_up() {
            return None;
        }
        regexp::compile(expression, text).ok().map(|expression| expression.is_match(text))
    }
}

/// Returns how many steps it takes to compile an expression and to run it over a text.
fn cost_of_match(expression: &str, text: &[u8]) -> usize {
    let size = regexp::size(expression);
    let compiling = if regexp::is_kept(expression) { 0 } else { size.saturating_mul(4) };
    (size.saturating_mul(text.len()) / 4096).saturating_add(compiling).saturating_add(4)
}
