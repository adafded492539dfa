//! Which members of an arithmetic progression have no small factor.

use std::sync::OnceLock;

use super::montgomery::negative_inverse;

/// Divisors below this bound are sieved out; beyond it a test of what remains costs less.
const BOUND: usize = 1 << 17;

/// How many members of a progression are looked at; among so many a prime of up to 2048 bits is all but certain.
pub(super) const MEMBERS: usize = 1 << 14;

/// Returns the odd primes below `BOUND`, in order.
fn small_primes() -> &'static [u32] {
    static PRIMES: OnceLock<Vec<u32>> = OnceLock::new();
    PRIMES.get_or_init(|| {
        // Entry k stands for the number 2k + 1.
        let mut is_composite = vec![false; BOUND / 2];
        let mut primes = Vec::new();
        for half in 1..BOUND / 2 {
            if is_composite[half] {
                continue;
            }
            let prime = 2 * half + 1;
            primes.push(u32::try_from(prime).unwrap_or(u32::MAX));
            for multiple in (prime * prime / 2..BOUND / 2).step_by(prime) {
                is_composite[multiple] = true;
            }
        }
        primes
    })
}

/// Returns the numbers k in order for which `start + k·step` has no small factor; `start` is odd and `step` even.
pub(super) fn survivors<const N: usize>(start: &[u64; N], step: &[u64; N]) -> Vec<usize> {
    let mut has_factor = vec![false; MEMBERS];
    let mut primes = small_primes();
    while let Some((product, count)) = product_of_first(primes) {
        let group = Group::new(product);
        let (start, step) = (group.remainder(start), group.remainder(step));
        for &small in &primes[..count] {
            let prime = u64::from(small);
            let Some(inverse) = inverse(step % prime, prime) else { continue };
            let first = (prime - start % prime) * inverse % prime;
            let width = usize::try_from(small).unwrap_or(usize::MAX);
            for at in (usize::try_from(first).unwrap_or(usize::MAX)..MEMBERS).step_by(width) {
                has_factor[at] = true;
            }
        }
        primes = &primes[count..];
    }
    (0..MEMBERS).filter(|at| !has_factor[*at]).collect()
}

/// Returns the product of the first of `primes` that fit into one word, and how many they are.
fn product_of_first(primes: &[u32]) -> Option<(u64, usize)> {
    let mut product = u64::from(*primes.first()?);
    let mut count = 1;
    for prime in &primes[1..] {
        let Some(next) = product.checked_mul(u64::from(*prime)) else { break };
        (product, count) = (next, count + 1);
    }
    Some((product, count))
}

/// An odd modulus of one word.
struct Group {
    modulus: u64,
    inverse: u64,
}

impl Group {
    fn new(modulus: u64) -> Self {
        Self { modulus, inverse: negative_inverse(modulus) }
    }

    /// Returns `(low + high·2⁶⁴)·2⁻⁶⁴` modulo the modulus, for `high` below it.
    fn reduced(&self, low: u64, high: u64) -> u64 {
        let factor = low.wrapping_mul(self.inverse);
        let (_, carry) = factor.carrying_mul_add(self.modulus, low, 0);
        let (sum, over) = high.overflowing_add(carry);
        if over || sum >= self.modulus { sum.wrapping_sub(self.modulus) } else { sum }
    }

    fn product(&self, one: u64, other: u64) -> u64 {
        let (low, high) = one.carrying_mul(other, 0);
        self.reduced(low, high)
    }

    /// Returns a number modulo the modulus; `N` is a power of two.
    fn remainder<const N: usize>(&self, words: &[u64; N]) -> u64 {
        // Word by word the sum comes out divided by 2^(64·N); with R = 2⁶⁴, squaring R² leads over R³, R⁵, R⁹ to R^(N+1).
        let divided = words.iter().fold(0, |sum, word| {
            let (low, over) = sum_of(sum, *word);
            self.reduced(low, over % self.modulus)
        });
        let radix = (u64::MAX % self.modulus + 1) % self.modulus;
        let square = u64::try_from(u128::from(radix) * u128::from(radix) % u128::from(self.modulus)).unwrap_or(0);
        let scale = (0..N.ilog2()).fold(square, |power, _| self.product(power, power));
        self.product(divided, scale)
    }
}

fn sum_of(one: u64, other: u64) -> (u64, u64) {
    let (sum, over) = one.overflowing_add(other);
    (sum, u64::from(over))
}

/// Returns the inverse of `number` modulo `prime`, both below 2³²; nothing for zero.
fn inverse(number: u64, prime: u64) -> Option<u64> {
    let (mut rest, mut next) = (prime, number);
    let (mut factor, mut next_factor) = (0, 1);
    while next > 0 {
        let times = rest / next;
        (rest, next) = (next, rest - times * next);
        (factor, next_factor) = (next_factor, (factor + (prime - times % prime) * next_factor) % prime);
    }
    (rest == 1 && number > 0).then_some(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_survives_has_no_small_factor_and_nothing_else_is_lost() {
        for (start, step) in [(0x8765_4321_0fed_cba9_u128 << 60 | 1, 2), ((1 << 127) | 0x3039, 2 * 0xffff_fffb_u128)] {
            let words = |number: u128| {
                [number, number >> 64].map(|word| u64::try_from(word & u128::from(u64::MAX)).unwrap_or(0))
            };
            let kept = survivors(&words(start), &words(step));
            let member = |at: usize| start + at as u128 * step;
            let expected: Vec<usize> = (0..200)
                .filter(|at| small_primes().iter().all(|prime| member(*at) % u128::from(*prime) != 0))
                .collect();
            let first: Vec<usize> = kept.into_iter().take_while(|at| *at < 200).collect();
            assert_eq!(first, expected);
            assert!(!first.is_empty());
        }
    }
}
