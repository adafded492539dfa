use towpath_model::Digest;

use crate::{Error, OutOfOrder, Request};

/// What the environment before the target holds; empty for the first environment.
#[derive(Debug, Clone, Default)]
pub struct Previous {
    /// The digest that stands there now, if any.
    pub current: Option<Digest>,
    /// Digests that were merged into it earlier, in any order; may be empty.
    pub earlier: Vec<Digest>,
}

/// Returns the environment that a promotion to `environment` comes from, or nothing for the first.
///
/// # Errors
/// When there is no such environment.
pub(crate) fn before<'a>(order: &'a [String], environment: &str) -> Result<Option<&'a str>, Error> {
    let at = order.iter().position(|name| name == environment);
    let at = at.ok_or_else(|| Error::UnknownEnvironment { name: environment.to_owned(), known: order.join(", ") })?;
    Ok(at.checked_sub(1).and_then(|before| order.get(before)).map(String::as_str))
}

/// Refuses a promotion whose image was never merged into the environment before.
pub(crate) fn check(request: &Request<'_>) -> Result<(), Error> {
    let Some(previous) = before(request.order, request.environment)? else { return Ok(()) };
    let digest = request.image.image().digest();
    let Previous { current, earlier } = &request.previous;
    if *current == Some(digest) || earlier.contains(&digest) {
        return Ok(());
    }
    Err(Error::Order(Box::new(OutOfOrder {
        service: request.service.to_owned(),
        version: request.version.to_owned(),
        environment: request.environment.to_owned(),
        previous: previous.to_owned(),
        digest,
        holds: *current,
    })))
}
