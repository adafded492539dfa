use std::fmt;

/// To whom an address gave what it gave.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Scope {
    /// To anybody.
    Public,
    /// To whoever holds this.
    Holder(String),
}

impl Scope {
    /// Returns the scope of whoever holds all of `secrets`; of anybody where there are none.
    pub(crate) fn of(secrets: &[&[u8]]) -> Self {
        if secrets.is_empty() {
            return Self::Public;
        }
        // Lengths keep `a`, `bc` and `ab`, `c` apart.
        Self::Holder(secrets.iter().map(|part| format!("{}:{};", part.len(), hex_of(part))).collect())
    }
}

fn hex_of(bytes: &[u8]) -> String {
    towpath_model::Digest::of(bytes).hex()
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Self::Public { "Public" } else { "Holder(redacted)" })
    }
}
