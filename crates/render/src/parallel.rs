use std::{num::NonZeroUsize, thread};

/// As much as the first thread of a process has: files that are read here may be nested deeply.
const STACK: usize = 8 << 20;

/// Returns what `work` gives for each number below `n`, in order, made on all cores.
pub(crate) fn in_parallel<T: Send>(n: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    // How many cores there are is read from files: nothing to do for a single result.
    let n_threads = if n < 16 { 1 } else { thread::available_parallelism().map_or(1, NonZeroUsize::get) };
    if n_threads == 1 {
        return (0..n).map(work).collect();
    }
    let share = n.div_ceil(n_threads);
    let work = &work;
    thread::scope(|scope| {
        let starts = (0..n).step_by(share);
        let part = move |start: usize| (start..n.min(start + share)).map(work).collect::<Vec<_>>();
        let spawn = |start| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, move || part(start)).ok();
        let threads: Vec<_> = starts.map(|start| (start, spawn(start))).collect();
        let done = threads.into_iter().map(|(start, thread)| {
            // What a thread did not do that could not begin, or ended before its time, is done here.
            thread.and_then(|thread| thread.join().ok()).unwrap_or_else(|| part(start))
        });
        done.flatten().collect()
    })
}
