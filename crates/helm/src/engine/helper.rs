//! Two threads that execute the templates of one chart: one from the first on, its helper from the last on.
//!
//! Each has values of its own, made of the same texts, so that the templates of one thread see nothing of those of the other.
//! As long as no template changes what another could see, each gives what it would give in the row of all. When one changes
//! something, what the helper gave is forgotten, and the rest is executed in order.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

use towpath_gotmpl::{Spent, Templates};

/// What a thread that renders a chart and its helper tell each other; for one rendering.
#[derive(Debug, Clone, Default)]
pub struct Helper(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// Those of the thread that has them first.
    templates: OnceLock<Arc<Templates>>,
    progress: Mutex<Progress>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Progress {
    /// How many templates the renderer has begun, counted from the first.
    begun: usize,
    /// Templates from here on are the helper's.
    from: Option<usize>,
    /// Whether the helper executes that one now.
    is_busy: bool,
    /// Whether nothing more is wanted of the helper.
    is_over: bool,
    /// Of the helper's templates, in the order they were executed: the last one first.
    outputs: Vec<Vec<u8>>,
    about: About,
}

/// What is to be known of what a helper has done.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct About {
    pub(super) spent: Spent,
    /// Whether another rendering of these may give something else.
    pub(super) is_passing: bool,
    /// Whether a template has changed what others see.
    pub(super) has_changed: bool,
}

impl Helper {
    /// Returns the parsed templates of the chart, where one of the threads has them.
    pub(super) fn templates(&self) -> Option<Arc<Templates>> {
        self.0.templates.get().cloned()
    }

    /// Keeps the parsed templates of the chart for the other thread.
    pub(super) fn keep_templates(&self, templates: &Arc<Templates>) {
        let _ = self.0.templates.set(Arc::clone(templates));
    }

    /// Takes the next template for the renderer, which is the one at `at`; returns false when the helper has it.
    pub(super) fn begin(&self, at: usize) -> bool {
        let mut progress = self.progress();
        let is_mine = progress.is_over || progress.from.is_none_or(|from| at < from);
        if is_mine {
            progress.begun = at + 1;
        }
        is_mine
    }

    /// Ends the help, and returns what was done once the helper has put down the template that it has at hand: the outputs of the
    /// last templates, the last one first.
    pub(super) fn finish(&self) -> (Vec<Vec<u8>>, About) {
        let mut progress = self.progress();
        progress.is_over = true;
        while progress.is_busy {
            progress = self.0.changed.wait(progress).unwrap_or_else(PoisonError::into_inner);
        }
        (std::mem::take(&mut progress.outputs), progress.about)
    }

    /// Ends the help; what was done is of no use.
    pub(crate) fn dismiss(&self) {
        self.progress().is_over = true;
    }

    /// Takes a template for the helper, of `n` there are; nothing when no more are wanted.
    pub(super) fn take(&self, n: usize) -> Option<Taken<'_>> {
        let mut progress = self.progress();
        let at = progress.from.unwrap_or(n).checked_sub(1).filter(|at| *at >= progress.begun && !progress.is_over)?;
        progress.from = Some(at);
        progress.is_busy = true;
        Some(Taken { helper: self, at, done: None })
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.0.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A template that the helper executes. Where it gives nothing, it leaves the template to the renderer and takes no other one.
pub(super) struct Taken<'h> {
    helper: &'h Helper,
    pub(super) at: usize,
    done: Option<(Vec<u8>, About)>,
}

impl Taken<'_> {
    /// Gives the output, with all that is known of the help up to now.
    pub(super) fn give(mut self, output: Vec<u8>, about: About) {
        self.done = Some((output, about));
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let mut progress = self.helper.progress();
        progress.is_busy = false;
        if let Some((output, about)) = self.done.take() {
            progress.outputs.push(output);
            progress.is_over |= about.has_changed;
            progress.about = about;
        } else {
            progress.is_over = true;
        }
        drop(progress);
        self.helper.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn give(taken: Taken<'_>, output: &str, has_changed: bool) {
        taken.give(output.into(), About { has_changed, ..About::default() });
    }

    #[test]
    fn the_two_meet_in_the_middle() {
        let helper = Helper::default();
        for (at, output) in [(3, "d"), (2, "c")] {
            let taken = helper.take(4).unwrap();
            assert_eq!(taken.at, at);
            give(taken, output, false);
        }
        assert!(helper.begin(0) && helper.begin(1) && !helper.begin(2));
        assert!(helper.take(4).is_none(), "all are begun");
        assert_eq!(helper.finish().0, [b"d", b"c"]);
    }

    #[test]
    fn what_cannot_be_given_is_the_renderers() {
        let helper = Helper::default();
        give(helper.take(3).unwrap(), "c", false);
        drop(helper.take(3));
        assert!(helper.take(3).is_none());
        assert!(helper.begin(0) && helper.begin(1) && helper.begin(2));

        let helper = Helper::default();
        give(helper.take(2).unwrap(), "b", true);
        assert!(helper.begin(0) && helper.begin(1), "others could see what was changed");

        let helper = Helper::default();
        helper.dismiss();
        assert!(helper.take(2).is_none());
    }

    #[test]
    fn the_renderer_waits_for_what_is_at_hand() {
        let helper = Helper::default();
        let taken = helper.take(1).unwrap();
        assert!(!helper.begin(0));
        let (outputs, _) = std::thread::scope(|scope| {
            let finish = scope.spawn(|| helper.finish());
            give(taken, "a", false);
            finish.join().unwrap()
        });
        assert_eq!(outputs, [b"a"]);
    }
}
