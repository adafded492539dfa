//! Arithmetic modulo one odd number, as far as the search for primes needs it.

/// An odd modulus of `N` words, little endian, whose highest bit is set.
pub(super) struct Montgomery<const N: usize> {
    modulus: [u64; N],
    /// `-modulus⁻¹` modulo 2⁶⁴.
    inverse: u64,
}

/// Returns `-odd⁻¹` modulo 2⁶⁴, by Newton's iteration: each step doubles the bits that are right.
pub(super) fn negative_inverse(odd: u64) -> u64 {
    let mut inverse = odd;
    for _ in 0..5 {
        inverse = inverse.wrapping_mul(2u64.wrapping_sub(odd.wrapping_mul(inverse)));
    }
    inverse.wrapping_neg()
}

impl<const N: usize> Montgomery<N> {
    pub(super) fn new(modulus: [u64; N]) -> Self {
        Self { modulus, inverse: negative_inverse(modulus[0]) }
    }

    /// Tells whether the modulus passes Fermat's test for base 2, as every prime and hardly any other large number does.
    pub(super) fn is_probable_prime(&self) -> bool {
        let one = self.reduced([0; N], 1);
        let mut power = self.doubled(one);
        // The exponent is the modulus less one: the modulus without its lowest bit.
        for bit in (0..N * 64 - 1).rev() {
            power = self.squared(&power);
            if bit > 0 && self.modulus[bit / 64] >> (bit % 64) & 1 == 1 {
                power = self.doubled(power);
            }
        }
        power == one
    }

    /// Returns `words + carry·2^(64·N)` less the modulus where it reaches it.
    fn reduced(&self, words: [u64; N], carry: u64) -> [u64; N] {
        let mut difference = [0; N];
        let mut borrow = false;
        for (out, (word, modulus)) in difference.iter_mut().zip(words.iter().zip(&self.modulus)) {
            (*out, borrow) = word.borrowing_sub(*modulus, borrow);
        }
        if carry == 0 && borrow { words } else { difference }
    }

    fn doubled(&self, words: [u64; N]) -> [u64; N] {
        let mut twice = [0; N];
        let mut carry = 0;
        for (out, word) in twice.iter_mut().zip(&words) {
            *out = word << 1 | carry;
            carry = word >> 63;
        }
        self.reduced(twice, carry)
    }

    /// Returns `words²·2^(-64·N)` modulo the modulus.
    fn squared(&self, words: &[u64; N]) -> [u64; N] {
        let mut halves = [[0u64; N]; 2];
        let square = halves.as_flattened_mut();
        for i in 0..N {
            let mut carry = 0;
            for j in i + 1..N {
                (square[i + j], carry) = words[i].carrying_mul_add(words[j], square[i + j], carry);
            }
            square[i + N] = carry;
        }
        let (mut shifted, mut carry) = (0, 0);
        for i in 0..N {
            let (low, high) = (square[2 * i], square[2 * i + 1]);
            let (low_part, high_part) = words[i].carrying_mul(words[i], carry);
            let (sum, over) = (low << 1 | shifted).carrying_add(low_part, false);
            let (next, over) = (high << 1 | low >> 63).carrying_add(high_part, over);
            (square[2 * i], square[2 * i + 1]) = (sum, next);
            (shifted, carry) = (high >> 63, u64::from(over));
        }
        let mut over = 0;
        for i in 0..N {
            let factor = square[i].wrapping_mul(self.inverse);
            let mut carry = 0;
            for j in 0..N {
                (square[i + j], carry) = factor.carrying_mul_add(self.modulus[j], square[i + j], carry);
            }
            let (sum, one) = square[i + N].overflowing_add(carry);
            let (sum, other) = sum.overflowing_add(over);
            (square[i + N], over) = (sum, u64::from(one) + u64::from(other));
        }
        self.reduced(halves[1], over)
    }
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;

    use super::*;

    #[test]
    fn the_test_agrees_with_a_library_on_numbers_of_all_kinds() {
        let mut found = 0;
        for n in 0..4_000u64 {
            let modulus = [n.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1, u64::MAX - n];
            let number = BigUint::from_bytes_le(&modulus.map(u64::to_le_bytes).concat());
            let expected = BigUint::from(2u8).modpow(&(&number - 1u8), &number) == BigUint::from(1u8);
            assert_eq!(Montgomery::new(modulus).is_probable_prime(), expected, "{number}");
            found += usize::from(expected);
        }
        assert!(found > 20, "{found} primes are too few to show anything");
    }
}
