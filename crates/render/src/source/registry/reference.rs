use towpath_model::{Diagnostic, Digest, ImageName, Kind};

use crate::source::web::redact;

/// A chart as `oci://registry/path:tag@digest` names it; tag and digest may be absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::source) struct ChartReference {
    pub(in crate::source) name: ImageName,
    /// The tag as it is written, with `+` where a version has it.
    pub(in crate::source) tag: Option<String>,
    pub(in crate::source) digest: Option<Digest>,
}

impl ChartReference {
    /// Source: `newReference` in Helm's `pkg/registry`.
    pub(in crate::source) fn parse(text: &str) -> Result<Self, Diagnostic> {
        let invalid = |cause: String| {
            Diagnostic::new(Kind::Usage, format!("invalid reference: `{}`", redact(text)))
                .cause(cause)
                .hint("charts in registries are named oci://REGISTRY/PATH, with :TAG or @sha256:… behind or without")
        };
        let rest = text.strip_prefix("oci://").unwrap_or(text);
        let (rest, digest) = match rest.rsplit_once('@') {
            Some((rest, digest)) => (rest, Some(digest.parse::<Digest>().map_err(|error| invalid(error.to_string()))?)),
            None => (rest, None),
        };
        let colon = rest.rfind(':').filter(|colon| !rest[*colon..].contains('/'));
        let (path, tag) = match colon {
            // Without a path behind it, what follows the colon is a port.
            Some(colon) if rest[..colon].contains('/') => (&rest[..colon], Some(rest[colon + 1..].to_owned())),
            _ => (rest, None),
        };
        let (registry, repository) =
            path.split_once('/').ok_or_else(|| invalid("missing registry or repository".to_owned()))?;
        let name = ImageName::on(registry, repository).map_err(|error| invalid(error.to_string()))?;
        Ok(Self { name, tag: tag.filter(|tag| !tag.is_empty()), digest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_as_helm_does() {
        let digest = Digest::of(b"x");
        for (text, name, tag, pinned) in [
            ("oci://r.example/charts/web", "r.example/charts/web", None, None),
            ("oci://r.example:5000/web:1.0.0+x", "r.example:5000/web", Some("1.0.0+x"), None),
            ("oci://registry/web:latest", "registry/web", Some("latest"), None),
            (&format!("oci://localhost:1/web@{digest}"), "localhost:1/web", None, Some(digest)),
            (&format!("oci://localhost:1/web:1.0.0@{digest}"), "localhost:1/web", Some("1.0.0"), Some(digest)),
        ] {
            let read = ChartReference::parse(text).unwrap();
            assert_eq!(
                (read.name.to_string().as_str(), read.tag.as_deref(), read.digest),
                (name, tag, pinned),
                "{text}"
            );
        }
        for bad in [
            "oci://r.example",
            "oci://r.example:5000",
            "oci://r.example/Web",
            "oci://r.example/web@sha256:1",
            "oci:///x",
        ] {
            assert!(ChartReference::parse(bad).unwrap_err().message.starts_with("invalid reference: `oci://"), "{bad}");
        }
        let secret = ChartReference::parse("oci://me:pw@r.example/web").unwrap_err();
        assert!(!format!("{secret:?}").contains("me:pw"), "{secret:?}");
    }
}
