use num_bigint::BigUint;
use pkcs1::UintRef;

use super::{
    CryptoError, Fill,
    prime_search::{Search, number, run_both},
};
use der::Encode as _;

/// The public exponent of every key that is made here.
const EXPONENT: u32 = 65_537;

/// An RSA key of two primes.
#[derive(Debug, Clone)]
pub(super) struct RsaKey {
    modulus: BigUint,
    public: BigUint,
    private: BigUint,
    primes: [BigUint; 2],
}

impl RsaKey {
    /// Returns a new key of twice `N` words: 16 are 2048 bits, 32 are 4096.
    pub(super) fn generate<const N: usize>(fill: Fill<'_>) -> Self {
        loop {
            let searches = [random_search::<N>(fill), random_search::<N>(fill)];
            run_both(&searches[0], &searches[1]);
            let [Some(p), Some(q)] = searches.map(Search::into_prime) else { continue };
            // FIPS 186-5, A.1.3: the primes differ within their highest 100 bits.
            let top = |words: &[u64; N]| u128::from(words[N - 1]) << 36 | u128::from(words[N - 2]) >> 28;
            if top(&p).abs_diff(top(&q)) <= 1 {
                continue;
            }
            let (p, q, public) = (number(&p), number(&q), BigUint::from(EXPONENT));
            let order = (&p - 1u8) * (&q - 1u8);
            if let Some(private) = public.modinv(&order) {
                return Self { modulus: &p * &q, public, private, primes: [p, q] };
            }
        }
    }

    /// Reads a key in the form of PKCS #1 and checks it.
    pub(super) fn from_pkcs1(der: &[u8]) -> Result<Self, CryptoError> {
        let key = pkcs1::RsaPrivateKey::try_from(der).map_err(|error| CryptoError(error.to_string()))?;
        if key.other_prime_infos.is_some() {
            return Err("crypto/rsa: keys of more than two primes are not supported".into());
        }
        let read = |number: UintRef<'_>| BigUint::from_bytes_be(number.as_bytes());
        let (modulus, public, private) = (read(key.modulus), read(key.public_exponent), read(key.private_exponent));
        let primes = [read(key.prime1), read(key.prime2)];
        let one = BigUint::from(1u8);
        if primes.iter().any(|prime| *prime <= one) || &primes[0] * &primes[1] != modulus {
            return Err("crypto/rsa: invalid modulus".into());
        }
        if primes.iter().any(|prime| (&private * &public) % (prime - 1u8) != one) {
            return Err("crypto/rsa: invalid exponents".into());
        }
        Ok(Self { modulus, public, private, primes })
    }

    /// Returns the length of the modulus.
    pub(super) fn bits(&self) -> u64 {
        self.modulus.bits()
    }

    /// Returns the key in the form of PKCS #1.
    pub(super) fn to_pkcs1(&self) -> Result<Vec<u8>, CryptoError> {
        let [p, q] = &self.primes;
        let inverse = q.modinv(p).ok_or("crypto/rsa: the primes have a common factor")?;
        let numbers = [
            &self.modulus,
            &self.public,
            &self.private,
            p,
            q,
            &(&self.private % (p - 1u8)),
            &(&self.private % (q - 1u8)),
            &inverse,
        ]
        .map(BigUint::to_bytes_be);
        let [modulus, public_exponent, private_exponent, prime1, prime2, exponent1, exponent2, coefficient] =
            numbers.each_ref().map(|bytes| UintRef::new(bytes));
        let key = pkcs1::RsaPrivateKey {
            modulus: modulus?,
            public_exponent: public_exponent?,
            private_exponent: private_exponent?,
            prime1: prime1?,
            prime2: prime2?,
            exponent1: exponent1?,
            exponent2: exponent2?,
            coefficient: coefficient?,
            other_prime_infos: None,
        };
        Ok(key.to_der()?)
    }

    /// Returns the public half in the form of PKCS #1.
    pub(super) fn public_key(&self) -> Result<Vec<u8>, CryptoError> {
        let (modulus, exponent) = (self.modulus.to_bytes_be(), self.public.to_bytes_be());
        let key = pkcs1::RsaPublicKey { modulus: UintRef::new(&modulus)?, public_exponent: UintRef::new(&exponent)? };
        Ok(key.to_der()?)
    }

    /// Returns the signature of a SHA-256 digest after PKCS #1 v1.5.
    pub(super) fn sign(&self, digest: &[u8]) -> Result<Vec<u8>, CryptoError> {
        // RFC 8017, section 9.2: what stands before a SHA-256 digest.
        const PREFIX: [u8; 19] = [
            0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04,
            0x20,
        ];
        let length = usize::try_from(self.bits().div_ceil(8)).unwrap_or(usize::MAX);
        let padding = length.checked_sub(PREFIX.len() + digest.len() + 3).filter(|padding| *padding >= 8);
        let padding = padding.ok_or("crypto/rsa: message too long for RSA key size")?;
        let message = [&[0, 1], vec![0xff; padding].as_slice(), &[0], &PREFIX, digest].concat();
        let signature = self.power(&BigUint::from_bytes_be(&message))?.to_bytes_be();
        Ok([vec![0; length - signature.len()], signature].concat())
    }

    /// Returns `message` to the private exponent, by way of both primes.
    fn power(&self, message: &BigUint) -> Result<BigUint, CryptoError> {
        let [p, q] = &self.primes;
        let modulo = |prime: &BigUint| message.modpow(&(&self.private % (prime - 1u8)), prime);
        let (at_p, at_q) = (modulo(p), modulo(q));
        let inverse = q.modinv(p).ok_or("crypto/rsa: the primes have a common factor")?;
        let factor = (&at_p + p - &at_q % p) * inverse % p;
        let signature = at_q + factor * q;
        // A fault in one half would give the other prime away.
        if signature.modpow(&self.public, &self.modulus) != *message {
            return Err("crypto/rsa: internal error: the signature is wrong".into());
        }
        Ok(signature)
    }
}

/// Returns a search from a random odd number whose two highest bits are set, so that a product of two has all its bits.
fn random_search<const N: usize>(fill: Fill<'_>) -> Search<N> {
    let mut start = [0; N];
    for word in &mut start {
        let mut bytes = [0; 8];
        fill(&mut bytes);
        *word = u64::from_le_bytes(bytes);
    }
    start[0] |= 1;
    start[N - 1] |= 3 << 62;
    let mut step = [0; N];
    step[0] = 2;
    Search::new(start, step, fits_the_exponent)
}

/// Whether a prime less one has nothing in common with the public exponent, which is a prime itself.
fn fits_the_exponent<const N: usize>(prime: &[u64; N]) -> bool {
    let remainder =
        prime.iter().rev().fold(0u128, |rest, word| (rest << 64 | u128::from(*word)) % u128::from(EXPONENT));
    remainder != 1
}
