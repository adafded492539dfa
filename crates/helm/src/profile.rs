/// The release of Helm whose output is reproduced, byte for byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Profile {
    /// Helm 4.3.1.
    #[default]
    Helm4,
    /// Helm 3.17.3.
    Helm3,
}

impl Profile {
    /// Returns the version that `.Capabilities.HelmVersion.Version` shows: `v4.3.1` or `v3.17.3`.
    pub fn helm_version(self) -> &'static str {
        match self {
            Self::Helm4 => "v4.3.1",
            Self::Helm3 => "v3.17.3",
        }
    }
}
