use reqwest::StatusCode;
use towpath_model::{Diagnostic, Kind};
use url::Url;

use super::Wanted;

/// Why something could not be fetched.
pub(super) enum Failure {
    Status(StatusCode),
    Connection(reqwest::Error),
    Redirect(String),
    TooLarge(u64),
    Encoding(String),
    Setup(Diagnostic),
}

impl Failure {
    /// Returns whether the same request may succeed in a moment.
    pub(super) fn is_transient(&self) -> bool {
        match self {
            Self::Status(status) => {
                matches!(*status, StatusCode::TOO_MANY_REQUESTS) || (status.is_server_error() && status.as_u16() != 501)
            }
            Self::Connection(error) => !is_certificate(error) && !is_refused(error),
            _ => false,
        }
    }

    pub(super) fn diagnostic(self, wanted: &Wanted<'_>) -> Diagnostic {
        let url = shown(wanted.url);
        let failed = |kind, detail: &str| Diagnostic::new(kind, format!("failed to fetch {url} : {detail}"));
        match self {
            Self::Setup(diagnostic) => diagnostic,
            Self::Status(status) => {
                let diagnostic = failed(Kind::Remote, &status.to_string());
                let login = wanted.repository.login_for(wanted.url);
                match (status, login) {
                    (StatusCode::UNAUTHORIZED, None) => diagnostic.hint(
                        "the repository wants a login: give --username and --password-stdin, or add it with `helm repo add`",
                    ),
                    (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, Some(login)) => {
                        diagnostic.hint(format!("the login of `{}` was refused", login.user))
                    }
                    _ => diagnostic,
                }
            }
            Self::Connection(error) => {
                let hint = is_certificate(&error)
                    .then_some("name the authority's certificate with --ca-file, as `helm` wants it too");
                let cause = Diagnostic::from_error(Kind::Remote, &error);
                let mut diagnostic = failed(Kind::Remote, "no answer");
                diagnostic.causes.push(cause.message);
                diagnostic.causes.extend(cause.causes);
                diagnostic.hints.extend(hint.map(str::to_owned));
                diagnostic
            }
            Self::Redirect(detail) | Self::Encoding(detail) => failed(Kind::Remote, &detail),
            Self::TooLarge(limit) => {
                failed(Kind::Remote, &format!("it is larger than {limit} bytes, the most that is read"))
            }
        }
    }
}

/// Returns an address without what may be secret in it: user, password and query.
pub(super) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    // An address that can hold no user cannot show one.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    if url.query().is_some() {
        url.set_query(Some("…"));
    }
    url.set_fragment(None);
    url.as_str().replace("?%E2%80%A6", "?…")
}

/// Returns a text that may be an address without what may be secret in it.
pub(crate) fn redact(text: &str) -> String {
    if let Ok(url) = text.parse::<Url>() {
        return shown(&url);
    }
    match (text.split_once("://"), text.rfind('@')) {
        (Some((scheme, _)), Some(at)) => format!("{scheme}://{}", &text[at + 1..]),
        _ => text.to_owned(),
    }
}

/// Tells whether a certificate is why the connection failed, which trying again does not mend.
fn is_certificate(error: &reqwest::Error) -> bool {
    any_cause(error, |text| text.contains("certificate") || text.contains("corrupt message"))
}

fn is_refused(error: &reqwest::Error) -> bool {
    any_cause(error, |text| text.contains("refused") || text.contains("dns error"))
}

fn any_cause(error: &reqwest::Error, holds: impl Fn(&str) -> bool) -> bool {
    let mut next: Option<&dyn std::error::Error> = Some(error);
    while let Some(cause) = next {
        if holds(&cause.to_string()) {
            return true;
        }
        next = cause.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_shown_without_secrets() {
        for (text, expected) in [
            ("https://me:pw@e.com/charts?token=x", "https://e.com/charts?…"),
            ("https://e.com/charts/", "https://e.com/charts/"),
            ("oci://me:pw@e.com/charts", "oci://e.com/charts"),
            ("http://me:p w@[e.com/charts", "http://[e.com/charts"),
            ("charts/web", "charts/web"),
        ] {
            assert_eq!(redact(text), expected);
        }
    }
}
