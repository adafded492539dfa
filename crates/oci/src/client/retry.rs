use std::{
    hash::{BuildHasher as _, RandomState},
    time::Duration,
};

use crate::RegistryError;

/// How often and how patiently a failed request is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// How often it is tried in all; at least 1.
    pub attempts: u32,
    /// The pause after the first failure; it doubles each time.
    pub first: Duration,
    /// The longest pause. A registry that asks for a longer one is not waited for.
    pub longest: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self { attempts: 5, first: Duration::from_millis(250), longest: Duration::from_secs(30) }
    }
}

impl Retry {
    /// Returns how long to wait after the failed `attempt`, counted from 1; `None` gives up.
    fn pause(self, attempt: u32, asked: Option<Duration>) -> Option<Duration> {
        if attempt >= self.attempts || asked.is_some_and(|asked| asked > self.longest) {
            return None;
        }
        let doubled = self.first.saturating_mul(1 << (attempt - 1).min(16)).min(self.longest);
        Some(asked.unwrap_or_else(|| jitter(doubled)))
    }
}

/// The attempts of one operation that has begun.
#[derive(Debug)]
pub(crate) struct Attempts {
    retry: Retry,
    made: u32,
}

impl Attempts {
    pub(crate) fn new(retry: Retry) -> Self {
        Self { retry, made: 0 }
    }

    /// Waits until the operation that met `error` may be tried again, or gives the error back for good.
    pub(crate) async fn after(&mut self, error: RegistryError) -> Result<(), RegistryError> {
        self.made += 1;
        if !error.is_transient() {
            return Err(error);
        }
        match self.retry.pause(self.made, error.wait()) {
            Some(pause) => tokio::time::sleep(pause).await,
            None if self.made == 1 => return Err(error),
            None => return Err(RegistryError::GaveUp { attempts: self.made, last: Box::new(error) }),
        }
        Ok(())
    }
}

/// Returns a duration between half of `pause` and all of it, so that clients that failed together return apart.
pub(crate) fn jitter(pause: Duration) -> Duration {
    let random = u32::try_from(RandomState::new().hash_one(0) & 0xffff).unwrap_or_default();
    pause / 2 + pause * random / 0x1_ffff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_end() {
        let retry = Retry::default();
        for (attempt, expected) in [(1, 250), (2, 500), (3, 1000), (4, 2000)] {
            let pause = retry.pause(attempt, None).unwrap().as_millis();
            assert!((expected / 2..=expected).contains(&pause), "attempt {attempt}: {pause} ms");
        }
        assert_eq!(retry.pause(5, None), None);
        assert_eq!(retry.pause(1, Some(Duration::from_secs(7))), Some(Duration::from_secs(7)));
        assert_eq!(retry.pause(1, Some(Duration::from_secs(31))), None);
    }
}
