//! Caches that several machines share: an OCI registry, or Redis.

mod address;
mod redis;
mod registry;
mod resp;

pub use self::address::{AddressError, RemoteAddress, RemoteLogin};
use self::{address::Place, redis::Redis, registry::Registry};
use std::time::Duration;

use super::{settings::Secret, store::Store};

/// How long a run may write at its end.
const WRITING: Duration = Duration::from_secs(5);

/// Returns the shared cache at an address; it is spoken to when something is asked.
pub(super) fn open(address: RemoteAddress, secret: Option<Secret>) -> Box<dyn Store> {
    match address.place {
        Place::Redis(place) => Box::new(Redis::new(place, address.login, secret)),
        Place::Registry(name) => Box::new(Registry::new(name, address.login, secret)),
    }
}
