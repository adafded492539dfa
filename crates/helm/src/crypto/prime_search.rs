//! The search for primes: sieved, filtered by a fast test, confirmed by a library, on two threads.

use std::sync::{
    OnceLock,
    atomic::{AtomicUsize, Ordering},
};

use crypto_primes::{Flavor, is_prime};
use num_bigint::BigUint;

use super::{montgomery::Montgomery, sieve};

/// The first prime of `start`, `start + step`, `start + 2·step` and so on that is accepted.
///
/// Which one is found follows from the progression alone, however many threads look.
pub(super) struct Search<const N: usize> {
    start: [u64; N],
    step: [u64; N],
    accept: fn(&[u64; N]) -> bool,
    survivors: OnceLock<Vec<usize>>,
    /// The next survivor that no thread has taken yet.
    next: AtomicUsize,
    /// The lowest survivor known to be such a prime.
    found: AtomicUsize,
}

impl<const N: usize> Search<N> {
    /// Returns a search that begins at an odd `start` with its highest bit set; `step` is even.
    pub(super) fn new(start: [u64; N], step: [u64; N], accept: fn(&[u64; N]) -> bool) -> Self {
        let (next, found) = (AtomicUsize::new(0), AtomicUsize::new(usize::MAX));
        Self { start, step, accept, survivors: OnceLock::new(), next, found }
    }

    /// Looks until the prime is found, or every member has been taken by a thread.
    fn run(&self) {
        let survivors = self.survivors.get_or_init(|| sieve::survivors(&self.start, &self.step));
        loop {
            let taken = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(at) = survivors.get(taken) else { return };
            if taken > self.found.load(Ordering::Relaxed) {
                return;
            }
            if self.member(*at).is_some_and(|member| is_confirmed(&member) && (self.accept)(&member)) {
                self.found.fetch_min(taken, Ordering::Relaxed);
            }
        }
    }

    /// Returns what was found.
    pub(super) fn into_prime(self) -> Option<[u64; N]> {
        let at = *self.survivors.get()?.get(self.found.into_inner())?;
        member(&self.start, &self.step, at)
    }

    fn member(&self, at: usize) -> Option<[u64; N]> {
        member(&self.start, &self.step, at)
    }
}

/// Runs two searches at once, one on a thread of its own; who is done first helps the other.
pub(super) fn run_both<const N: usize>(one: &Search<N>, other: &Search<N>) {
    std::thread::scope(|scope| {
        scope.spawn(|| {
            other.run();
            one.run();
        });
        one.run();
        other.run();
    });
}

/// Runs one search on two threads.
pub(super) fn run_one<const N: usize>(search: &Search<N>) {
    std::thread::scope(|scope| {
        scope.spawn(|| search.run());
        search.run();
    });
}

/// Returns `start + at·step`, or nothing where that has more than `N` words.
fn member<const N: usize>(start: &[u64; N], step: &[u64; N], at: usize) -> Option<[u64; N]> {
    let mut member = *start;
    let mut carry = 0;
    for (word, step) in member.iter_mut().zip(step) {
        (*word, carry) = step.carrying_mul_add(at as u64, *word, carry);
    }
    (carry == 0).then_some(member)
}

fn is_confirmed<const N: usize>(number: &[u64; N]) -> bool {
    Montgomery::new(*number).is_probable_prime() && is_prime(Flavor::Any, &crypto_primes_number(number))
}

fn crypto_primes_number<const N: usize>(number: &[u64; N]) -> crypto_bigint::BoxedUint {
    crypto_bigint::BoxedUint::from_words(number.iter().copied())
}

/// Returns words, the lowest first, as a number.
pub(super) fn number(words: &[u64]) -> BigUint {
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    BigUint::from_bytes_le(&bytes)
}

/// Returns a number as words, the lowest first; what is beyond them is cut off.
pub(super) fn words<const N: usize>(number: &BigUint) -> [u64; N] {
    let mut words = [0; N];
    for (word, digit) in words.iter_mut().zip(number.iter_u64_digits()) {
        *word = digit;
    }
    words
}
