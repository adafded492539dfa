//! Work on several threads whose results come out in order.

use std::{
    collections::BTreeMap,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

/// How many pieces a thread may be ahead of the one that is awaited: what is finished early waits in memory. Fewer make threads
/// wait for each other more often, which takes longer than to find a small result in a cache.
const AHEAD: usize = 16;

/// How many results are taken together where they come faster than once in [`SOON`].
const TOGETHER: usize = 8;
const SOON: Duration = Duration::from_millis(1);

struct Queue<T> {
    count: usize,
    state: Mutex<State<T>>,
    /// The awaited piece is done, or never will be.
    came: Condvar,
    /// Pieces may be begun again, or never.
    went: Condvar,
}

struct State<T> {
    /// The next piece to begin, and the next to give out.
    next: usize,
    awaited: usize,
    done: BTreeMap<usize, T>,
    /// Whether somebody waits: to wake nobody costs a call of the system, too.
    is_awaited: bool,
    woken: Instant,
    n_idle: usize,
    /// Nobody takes results any more, or one will never come.
    ended: bool,
}

/// Ends the wait for the results of a thread that panics; the scope then hands the panic on.
struct Guard<'q, T>(&'q Queue<T>);

impl<T> Drop for Guard<'_, T> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.end();
        }
    }
}

impl<T> Queue<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, window: usize) -> Option<usize> {
        let mut state = self.lock();
        while !state.ended && state.next < self.count && state.next >= state.awaited + window {
            state.n_idle += 1;
            state = self.went.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.n_idle -= 1;
        }
        if state.ended || state.next >= self.count {
            return None;
        }
        state.next += 1;
        Some(state.next - 1)
    }

    fn finish(&self, index: usize, result: T) {
        let mut state = self.lock();
        state.done.insert(index, result);
        let is_here = state.is_awaited && state.done.contains_key(&state.awaited);
        let is_enough = state.done.len() >= TOGETHER || state.awaited + state.done.len() == self.count;
        let wakes = is_here && (is_enough || state.woken.elapsed() >= SOON);
        if wakes {
            state.woken = Instant::now();
            state.is_awaited = false;
        }
        drop(state);
        if wakes {
            self.came.notify_one();
        }
    }

    fn end(&self) {
        self.lock().ended = true;
        self.came.notify_all();
        self.went.notify_all();
    }

    fn take(&self, index: usize, window: usize) -> Option<T> {
        let mut state = self.lock();
        loop {
            if state.ended {
                return None;
            }
            if let Some(result) = state.done.remove(&index) {
                state.awaited = index + 1;
                // Threads that had to wait do so until there is more than a piece to do.
                let is_room = state.n_idle > 0 && state.next <= state.awaited + window / 2;
                drop(state);
                if is_room {
                    self.went.notify_all();
                }
                return Some(result);
            }
            state.is_awaited = true;
            state = self.came.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Calls `work` for `0..count` on `jobs` threads with `stack` bytes of stack and gives the results to `take` in order, on this thread.
///
/// # Errors
/// The first of `take`, after which no new piece is begun.
pub(crate) fn in_order<T: Send, E>(
    count: usize,
    jobs: usize,
    stack: usize,
    work: impl Fn(usize) -> T + Sync,
    mut take: impl FnMut(usize, T) -> Result<(), E>,
) -> Result<(), E> {
    let state = State {
        next: 0,
        awaited: 0,
        done: BTreeMap::new(),
        is_awaited: false,
        woken: Instant::now(),
        n_idle: 0,
        ended: false,
    };
    let queue = Queue { count, state: Mutex::new(state), came: Condvar::new(), went: Condvar::new() };
    let window = jobs * AHEAD;
    thread::scope(|scope| {
        for _ in 0..jobs.min(count) {
            let worker = || {
                let _guard = Guard(&queue);
                while let Some(index) = queue.begin(window) {
                    queue.finish(index, work(index));
                }
            };
            let thread = thread::Builder::new().stack_size(stack).spawn_scoped(scope, worker);
            #[expect(clippy::panic, reason = "as `scope.spawn` does")]
            thread.unwrap_or_else(|error| panic!("cannot start a thread: {error}"));
        }
        let mut results = (0..count).map_while(|index| Some((index, queue.take(index, window)?)));
        let result = results.try_for_each(|(index, result)| take(index, result));
        queue.end();
        result
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn results_come_in_order_and_never_far_ahead() {
        let (taken, begun) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let work = |index: usize| {
            begun.fetch_max(index, Ordering::SeqCst);
            assert!(index < taken.load(Ordering::SeqCst) + 3 * AHEAD + 1, "{index} is too far ahead");
            index * index
        };
        let mut results = Vec::new();
        let done: Result<(), ()> = in_order(500, 3, 1 << 20, work, |index, result| {
            taken.store(index + 1, Ordering::SeqCst);
            results.push(result);
            Ok(())
        });
        assert_eq!((done, results), (Ok(()), (0..500).map(|index| index * index).collect()));
    }

    #[test]
    fn an_error_ends_the_work() {
        let begun = AtomicUsize::new(0);
        let work = |_| begun.fetch_add(1, Ordering::SeqCst);
        assert_eq!(in_order(10_000, 2, 1 << 20, work, |index, _| if index == 5 { Err(index) } else { Ok(()) }), Err(5));
        assert!(begun.load(Ordering::SeqCst) < 100);
    }
}
