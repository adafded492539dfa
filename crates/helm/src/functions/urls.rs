use towpath_gotmpl::{CallError, Map, Signature, Value};

use super::{
    Entry, M, S,
    arguments::{map, utf8},
};
use crate::golang::Url;

pub(super) const FUNCTIONS: &[Entry] = &[
    ("urlParse", Signature::new(&[S], M), |_, a| {
        let text = utf8(&a[0]);
        let url = Url::parse(&text).map_err(|error| {
            CallError::new(format!("unable to parse url: parse {}: {error}", crate::golang::quote(&text)))
        })?;
        let hostname = url.hostname().to_owned();
        let parts = [
            ("scheme", url.scheme),
            ("host", url.host),
            ("hostname", hostname),
            ("path", url.path),
            ("query", url.query),
            ("opaque", url.opaque),
            ("fragment", url.fragment),
            ("userinfo", url.userinfo.unwrap_or_default()),
        ];
        Ok(parts.into_iter().collect::<Map>().into())
    }),
    ("urlJoin", Signature::new(&[M], S), |_, a| {
        let dict = map(&a[0]);
        let part = |key: &str| match dict.get(key) {
            None => Ok(String::new()),
            Some(Value::Str(text)) => Ok(text.to_string_lossy().into_owned()),
            Some(Value::Nil) => Err(CallError::new(super::arguments::NIL_POINTER)),
            Some(other) => Err(CallError::new(format!(
                "unable to parse {key} key, must be of type string, but {} found",
                other.kind()
            ))),
        };
        let mut url = Url {
            scheme: part("scheme")?,
            host: part("host")?,
            path: part("path")?,
            query: part("query")?,
            opaque: part("opaque")?,
            fragment: part("fragment")?,
            ..Url::default()
        };
        let userinfo = part("userinfo")?;
        if !userinfo.is_empty() {
            let whole = format!("proto://{userinfo}@host");
            let parsed = Url::parse(&whole).map_err(|error| {
                let quoted = crate::golang::quote(&whole);
                CallError::new(format!("unable to parse userinfo in dict: parse {quoted}: {error}"))
            })?;
            url.userinfo = parsed.userinfo;
        }
        Ok(url.to_string().into())
    }),
];
