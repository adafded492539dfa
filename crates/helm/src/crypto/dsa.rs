use der::{Decode as _, Encode as _};
use der::{Sequence, asn1::UintRef};
use num_bigint::BigUint;

use super::{
    CryptoError, Fill,
    prime_search::{Search, number, run_one, words},
};

/// A DSA key, as Sprig writes it.
#[derive(Debug, Clone)]
pub(super) struct DsaKey {
    /// p, q, g, y, x.
    numbers: [BigUint; 5],
}

/// The form of the key in DER.
#[derive(Sequence)]
struct Format<'a> {
    version: u8,
    p: UintRef<'a>,
    q: UintRef<'a>,
    g: UintRef<'a>,
    y: UintRef<'a>,
    x: UintRef<'a>,
}

#[expect(clippy::many_single_char_names, reason = "these are the names of the standard")]
impl DsaKey {
    /// Returns a new key with a prime of 2048 bits and a group of 256.
    pub(super) fn generate(fill: Fill<'_>) -> Self {
        loop {
            if let Some(key) = Self::attempt(fill) {
                return key;
            }
        }
    }

    fn attempt(fill: Fill<'_>) -> Option<Self> {
        let mut start = random::<4>(fill);
        start[0] |= 1;
        start[3] |= 1 << 63;
        let search = Search::new(start, [2, 0, 0, 0], |_| true);
        run_one(&search);
        let q = number(&search.into_prime()?);
        // p - 1 is a multiple of 2q.
        let step = &q * 2u8;
        let mut start = random::<32>(fill);
        start[31] |= 3 << 62;
        let start = number(&start);
        let start = &start - &start % &step + 1u8;
        let search = Search::<32>::new(words(&start), words(&step), |_| true);
        run_one(&search);
        let p = number(&search.into_prime()?);
        let exponent = (&p - 1u8) / &q;
        let one = BigUint::from(1u8);
        let g = (2..1_000u32).map(|base| BigUint::from(base).modpow(&exponent, &p)).find(|g| *g != one)?;
        let x = number(&random::<4>(fill)) % (&q - 1u8) + 1u8;
        let y = g.modpow(&x, &p);
        Some(Self { numbers: [p, q, g, y, x] })
    }

    pub(super) fn from_der(der: &[u8]) -> Result<Self, CryptoError> {
        let Format { p, q, g, y, x, .. } = Format::from_der(der)?;
        Ok(Self { numbers: [p, q, g, y, x].map(|number| BigUint::from_bytes_be(number.as_bytes())) })
    }

    pub(super) fn to_der(&self) -> Result<Vec<u8>, CryptoError> {
        let bytes = self.numbers.each_ref().map(BigUint::to_bytes_be);
        let [p, q, g, y, x] = bytes.each_ref().map(|bytes| UintRef::new(bytes));
        Ok(Format { version: 0, p: p?, q: q?, g: g?, y: y?, x: x? }.to_der()?)
    }
}

fn random<const N: usize>(fill: Fill<'_>) -> [u64; N] {
    let mut words = [0; N];
    for word in &mut words {
        let mut bytes = [0; 8];
        fill(&mut bytes);
        *word = u64::from_le_bytes(bytes);
    }
    words
}
