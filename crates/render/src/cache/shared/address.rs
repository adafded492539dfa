use std::{fmt, str::FromStr, time::Duration};

use towpath_model::ImageName;
use url::Url;

use crate::source::percent_decoded;

/// How long Redis keeps an entry unless told otherwise: a week.
const LIFETIME: Duration = Duration::from_hours(7 * 24);

/// Where a shared cache stands.
///
/// `oci://REGISTRY/REPOSITORY`, `redis://HOST[:PORT][/DATABASE][?prefix=TEXT&ttl=SECONDS]`, or `rediss://…` in TLS. It is shown
/// without its login.
#[derive(Clone, PartialEq, Eq)]
pub struct RemoteAddress {
    pub(super) place: Place,
    pub(super) login: Option<RemoteLogin>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Registry(ImageName),
    Redis(RedisPlace),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RedisPlace {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) is_tls: bool,
    pub(super) database: u32,
    /// What stands before every key.
    pub(super) prefix: String,
    /// How long an entry is kept.
    pub(super) lifetime: Duration,
}

/// Who asks a shared cache.
#[derive(Clone, PartialEq, Eq)]
pub struct RemoteLogin {
    /// The user; Redis may have none.
    pub user: String,
    /// The password or access token.
    pub password: String,
}

impl fmt::Debug for RemoteLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RemoteLogin({:?}, redacted)", self.user)
    }
}

/// An address that names no shared cache. What it was is not shown: it may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the address of the shared cache {0}")]
pub struct AddressError(String);

impl RemoteAddress {
    /// Returns the address with a login that did not stand in it.
    #[must_use]
    pub fn with_login(self, login: RemoteLogin) -> Self {
        Self { login: Some(login), ..self }
    }
}

impl FromStr for RemoteAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let wrong = |why: &str| AddressError(why.to_owned());
        if let Some(name) = text.strip_prefix("oci://") {
            if name.contains('@') {
                return Err(wrong("holds a login or a digest; a registry's login comes from Docker's configuration"));
            }
            let name = name.parse().map_err(|_| wrong("names no repository: oci://REGISTRY/REPOSITORY"))?;
            return Ok(Self { place: Place::Registry(name), login: None });
        }
        let url = Url::parse(text).map_err(|error| AddressError(format!("cannot be read: {error}")))?;
        let is_tls = match url.scheme() {
            "redis" => false,
            "rediss" => true,
            _ => return Err(wrong("begins with neither oci://, redis:// nor rediss://")),
        };
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| wrong("names no host"))?;
        let database = match url.path().trim_start_matches('/') {
            "" => 0,
            number => number.parse().map_err(|_| wrong("names a database that is no number"))?,
        };
        let mut place = RedisPlace {
            host: host.trim_start_matches('[').trim_end_matches(']').to_owned(),
            port: url.port().unwrap_or(6379),
            is_tls,
            database,
            prefix: "towpath".to_owned(),
            lifetime: LIFETIME,
        };
        for (name, value) in url.query_pairs() {
            match &*name {
                "prefix" => place.prefix = value.into_owned(),
                "ttl" => {
                    let seconds = value.parse().ok().filter(|seconds| (1..=u64::from(u32::MAX)).contains(seconds));
                    place.lifetime =
                        Duration::from_secs(seconds.ok_or_else(|| wrong("has a `ttl` that is no time in seconds"))?);
                }
                _ => return Err(AddressError(format!("has an unknown option `{name}`: it knows `prefix` and `ttl`"))),
            }
        }
        let user = percent_decoded(url.username());
        let login = url.password().map(|password| RemoteLogin { user, password: percent_decoded(password) });
        if login.is_none() && !url.username().is_empty() {
            return Err(wrong("names a user without a password"));
        }
        Ok(Self { place: Place::Redis(place), login })
    }
}

impl fmt::Display for RemoteAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Registry(name) => write!(f, "oci://{name}"),
            Place::Redis(place) => {
                let scheme = if place.is_tls { "rediss" } else { "redis" };
                write!(f, "{scheme}://{}:{}/{}", place.host, place.port, place.database)
            }
        }
    }
}

impl fmt::Debug for RemoteAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RemoteAddress({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_shown_without_their_login() {
        let address: RemoteAddress = "redis://me:p%40ss+w@cache.example.com/3?prefix=ci&ttl=60".parse().unwrap();
        assert_eq!(address.login, Some(RemoteLogin { user: "me".into(), password: "p@ss+w".into() }));
        assert_eq!(address.to_string(), "redis://cache.example.com:6379/3");
        assert!(!format!("{address:?}").contains("p@ss"));
        let Place::Redis(place) = address.place else { unreachable!() };
        assert_eq!((place.prefix.as_str(), place.lifetime.as_secs()), ("ci", 60));
        let registry: RemoteAddress = "oci://r.example.com:5000/team/cache".parse().unwrap();
        assert_eq!(registry.to_string(), "oci://r.example.com:5000/team/cache");
    }

    #[test]
    fn what_names_no_cache_is_told_without_its_password() {
        for (text, why) in [
            ("http://me:secret@x/", "begins with neither oci://, redis:// nor rediss://"),
            ("redis://me:secret@x/a", "names a database that is no number"),
            ("redis://me@x/", "names a user without a password"),
            ("redis://me:secret@x/?db=1", "has an unknown option `db`: it knows `prefix` and `ttl`"),
            ("redis://x?ttl=0", "has a `ttl` that is no time in seconds"),
            (
                "oci://me:secret@r.example.com/x",
                "holds a login or a digest; a registry's login comes from Docker's configuration",
            ),
            ("oci://r.example.com/", "names no repository: oci://REGISTRY/REPOSITORY"),
        ] {
            let error = text.parse::<RemoteAddress>().unwrap_err().to_string();
            assert_eq!(error, format!("the address of the shared cache {why}"));
        }
    }
}
