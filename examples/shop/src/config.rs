use serde_json::Value;

/// What the shop is and how it behaves.
///
/// It comes from a JSON file (`--config FILE`, keys as in [`KEYS`]) and from the environment (`SHOP_` and the key in
/// upper case, such as `SHOP_ERROR_SHARE`), which wins.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Config {
    /// The address to listen on; port 0 takes a free one.
    pub(crate) listen: String,
    /// Where the address is written once it is known.
    pub(crate) address_file: Option<String>,
    /// The service's name in the mesh.
    pub(crate) service: String,
    /// The namespace it runs in.
    pub(crate) namespace: String,
    /// The Deployment it belongs to.
    pub(crate) workload: String,
    /// The version it says it is.
    pub(crate) version: String,
    /// The share of requests that fail, 0 to 1.
    pub(crate) error_share: f64,
    /// How long an answer takes, in milliseconds.
    pub(crate) latency_ms: f64,
    /// By how much that varies up and down, in milliseconds.
    pub(crate) jitter_ms: f64,
    /// Where the sequence of failures and latencies starts: the same seed gives the same sequence.
    pub(crate) seed: u64,
}

/// The keys of the configuration.
const KEYS: [&str; 10] = [
    "listen",
    "addressFile",
    "service",
    "namespace",
    "workload",
    "version",
    "errorShare",
    "latencyMs",
    "jitterMs",
    "seed",
];

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: "0.0.0.0:8080".to_owned(),
            address_file: None,
            service: "shop".to_owned(),
            namespace: "default".to_owned(),
            workload: "shop".to_owned(),
            version: "dev".to_owned(),
            error_share: 0.0,
            latency_ms: 0.0,
            jitter_ms: 0.0,
            seed: 1,
        }
    }
}

impl Config {
    /// Returns the configuration from the command line's file and the environment; errors name the key.
    pub(crate) fn load(
        mut arguments: impl Iterator<Item = String>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, String> {
        let mut config = Self::default();
        match (arguments.next().as_deref(), arguments.next(), arguments.next()) {
            (None, ..) => {}
            (Some("--config"), Some(path), None) => {
                let text = std::fs::read_to_string(&path).map_err(|error| format!("cannot read `{path}`: {error}"))?;
                config.read(&text).map_err(|message| format!("{path}: {message}"))?;
            }
            _ => return Err("usage: shop [--config FILE]".to_owned()),
        }
        for (name, value) in environment {
            if let Some(key) = KEYS.iter().find(|key| variable(key) == name) {
                config.set(key, &Value::String(value)).map_err(|message| format!("{name}: {message}"))?;
            }
        }
        Ok(config)
    }

    fn read(&mut self, text: &str) -> Result<(), String> {
        let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let Value::Object(map) = value else { return Err("the configuration is no object".to_owned()) };
        map.iter().try_for_each(|(key, value)| self.set(key, value))
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), String> {
        match key {
            "listen" => self.listen = text(key, value)?,
            "addressFile" => self.address_file = Some(text(key, value)?),
            "service" => self.service = text(key, value)?,
            "namespace" => self.namespace = text(key, value)?,
            "workload" => self.workload = text(key, value)?,
            "version" => self.version = text(key, value)?,
            "errorShare" => self.error_share = number(key, value, 1.0)?,
            "latencyMs" => self.latency_ms = number(key, value, 60_000.0)?,
            "jitterMs" => self.jitter_ms = number(key, value, 60_000.0)?,
            "seed" => {
                let parsed = value.as_u64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
                self.seed = parsed.ok_or_else(|| format!("{key} `{value}` is no whole number"))?;
            }
            _ => return Err(format!("unknown key `{key}`; the keys are {}", KEYS.join(", "))),
        }
        Ok(())
    }
}

/// Returns the environment variable of a key: `SHOP_ERROR_SHARE` for `errorShare`.
fn variable(key: &str) -> String {
    let mut name = "SHOP_".to_owned();
    for character in key.chars() {
        if character.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(character.to_ascii_uppercase());
    }
    name
}

fn text(key: &str, value: &Value) -> Result<String, String> {
    value.as_str().map(str::to_owned).ok_or_else(|| format!("{key} `{value}` is no text"))
}

fn number(key: &str, value: &Value, most: f64) -> Result<f64, String> {
    let parsed = value.as_f64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
    parsed
        .filter(|number| (0.0..=most).contains(number))
        .ok_or_else(|| format!("{key} `{value}` is no number from 0 to {most}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_wins_over_the_file_and_mistakes_are_named() {
        let mut config = Config::default();
        config.read(r#"{"version": "1.4.0", "errorShare": 0.005, "latencyMs": 3, "seed": 7}"#).unwrap();
        assert_eq!((config.version.as_str(), config.error_share, config.seed), ("1.4.0", 0.005, 7));
        let environment = [("SHOP_ERROR_SHARE", "0.25"), ("SHOP_PORT", "tcp://10.0.0.1:80"), ("HOME", "/")];
        let environment = environment.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let loaded = Config::load(std::iter::empty(), environment).unwrap();
        assert_eq!(loaded, Config { error_share: 0.25, ..Config::default() });
        for (bad, message) in [
            ("{", "EOF"),
            ("[]", "no object"),
            (r#"{"errorShare": 2}"#, "errorShare `2` is no number from 0 to 1"),
            (r#"{"errors": 2}"#, "unknown key `errors`"),
            (r#"{"seed": -1}"#, "seed `-1` is no whole number"),
        ] {
            let error = Config::default().read(bad).unwrap_err();
            assert!(error.contains(message), "{error}");
        }
    }
}
