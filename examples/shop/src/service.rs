use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use crate::{config::Config, metrics::Metrics};

/// The shop itself: what it answers, apart from how bytes travel.
pub(crate) struct Shop {
    config: Config,
    metrics: Metrics,
    draws: AtomicU64,
}

/// An answer before it becomes bytes.
pub(crate) struct Answer {
    pub(crate) code: u16,
    pub(crate) content_type: &'static str,
    pub(crate) body: String,
}

impl Shop {
    /// Returns the shop that `config` describes.
    pub(crate) fn new(config: Config) -> Self {
        let metrics = Metrics::new(&config);
        Self { config, metrics, draws: AtomicU64::new(0) }
    }

    /// Returns the answer to a request that arrived at `arrived`; the catalogue takes its configured time.
    pub(crate) fn answer(&self, method: &str, target: &str, arrived: Instant) -> Answer {
        let path = target.split('?').next().unwrap_or(target);
        let json = |code, body| Answer { code, content_type: "application/json", body };
        match path {
            _ if !matches!(method, "GET" | "HEAD") => json(405, r#"{"error":"only GET and HEAD"}"#.to_owned()),
            "/healthz" => Answer { code: 200, content_type: "text/plain", body: "ok\n".to_owned() },
            "/metrics" => Answer {
                code: 200,
                content_type: "text/plain; version=0.0.4; charset=utf-8",
                body: self.metrics.text(),
            },
            "/" => {
                let answer = self.catalogue();
                self.metrics.count(answer.code, arrived.elapsed());
                answer
            }
            _ => {
                self.metrics.count(404, arrived.elapsed());
                json(404, r#"{"error":"not found"}"#.to_owned())
            }
        }
    }

    fn catalogue(&self) -> Answer {
        let config = &self.config;
        let wait_ms = config.latency_ms + config.jitter_ms * (2.0 * self.draw() - 1.0);
        if wait_ms > 0.0 {
            std::thread::sleep(Duration::from_secs_f64(wait_ms / 1000.0));
        }
        let failed = self.draw() < config.error_share;
        let body = if failed {
            serde_json::json!({ "error": "the catalogue cannot be read", "version": config.version })
        } else {
            serde_json::json!({
                "service": config.service,
                "version": config.version,
                "items": [
                    { "name": "tow rope", "pence": 1250 },
                    { "name": "windlass", "pence": 1895 },
                    { "name": "lantern", "pence": 2400 },
                ],
            })
        };
        Answer { code: if failed { 500 } else { 200 }, content_type: "application/json", body: body.to_string() }
    }

    /// Returns the next number of the sequence that the seed starts, at least 0 and less than 1.
    /// Source: `SplitMix64`, Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
    fn draw(&self) -> f64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let drawn = self.draws.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        let mut z = self.config.seed.wrapping_mul(STEP).rotate_left(17).wrapping_add(drawn.wrapping_mul(STEP));
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configured_share_fails_and_the_same_seed_fails_alike() {
        let codes = |seed| {
            let shop = Shop::new(Config { error_share: 0.02, seed, ..Config::default() });
            (0..20_000).map(|_| shop.answer("GET", "/?page=1", Instant::now()).code).collect::<Vec<_>>()
        };
        let failures = codes(7).iter().filter(|code| **code == 500).count();
        assert!((340..=460).contains(&failures), "{failures} of 20000 at a share of 0.02");
        assert_eq!(codes(7), codes(7));
        assert_ne!(codes(7), codes(8));
    }

    #[test]
    fn only_known_paths_are_served_and_probes_are_not_counted() {
        let shop = Shop::new(Config::default());
        let code = |method, target| shop.answer(method, target, Instant::now()).code;
        assert_eq!((code("GET", "/healthz"), code("GET", "/metrics"), code("HEAD", "/")), (200, 200, 200));
        assert_eq!((code("GET", "/none"), code("POST", "/")), (404, 405));
        let text = shop.answer("GET", "/metrics", Instant::now()).body;
        let counted = text.lines().filter(|line| line.starts_with("istio_requests_total"));
        assert!(counted.clone().all(|line| line.ends_with(" 1")) && counted.count() == 2, "{text}");
    }
}
