use std::fmt;

/// How servers are known to a client, and it to them.
#[derive(Debug, Clone, Default)]
pub struct Tls {
    /// Whose certificates are believed.
    pub trust: Trust,
    /// What the client shows of itself, where servers ask for a certificate.
    pub identity: Option<Identity>,
    /// How registries on this machine are spoken to.
    pub loopback: Loopback,
}

/// Whose certificates are believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Trust {
    /// Those of the system's authorities and of the given ones.
    #[default]
    System,
    /// Those of the given authorities alone, as Helm's `--ca-file` has it.
    Given,
    /// Anybody's: whoever stands in between can read and change everything.
    Anybody,
}

/// How registries on loopback addresses are spoken to, unless they are listed as plain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Loopback {
    /// In plain HTTP.
    #[default]
    Plain,
    /// As any other.
    Tls,
}

/// A client's certificate with its chain, and its key, in PEM.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// The certificates, the client's own first.
    pub certificates: Vec<u8>,
    /// The private key.
    pub key: Vec<u8>,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity(redacted)")
    }
}

impl Tls {
    /// Returns `builder` with these options; which authorities are given is the caller's to add.
    ///
    /// # Errors
    /// When the identity is no certificate with its key.
    pub fn apply(&self, builder: reqwest::ClientBuilder) -> reqwest::Result<reqwest::ClientBuilder> {
        let mut builder = match self.trust {
            Trust::System => builder,
            Trust::Given => builder.tls_built_in_root_certs(false),
            Trust::Anybody => builder.danger_accept_invalid_certs(true),
        };
        if let Some(identity) = &self.identity {
            let pem = [identity.certificates.as_slice(), b"\n", identity.key.as_slice()].concat();
            builder = builder.identity(reqwest::Identity::from_pem(&pem)?);
        }
        Ok(builder)
    }
}
