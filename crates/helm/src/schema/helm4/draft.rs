use crate::schema::keyword::Keyword;

/// A draft of JSON Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Draft {
    Four,
    Six,
    Seven,
    Year2019,
    Year2020,
}

impl Draft {
    /// What a schema without `$schema` is read as.
    pub(super) const LATEST: Self = Self::Year2020;

    /// Returns the draft that `$schema` names.
    pub(super) fn of(url: &str) -> Option<Self> {
        let (url, fragment) = url.split_once('#').unwrap_or((url, ""));
        if !fragment.is_empty() {
            return None;
        }
        let url = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")).unwrap_or(url);
        Some(match url.strip_prefix("json-schema.org/")? {
            "schema" => Self::LATEST,
            "draft/2020-12/schema" => Self::Year2020,
            "draft/2019-09/schema" => Self::Year2019,
            "draft-07/schema" => Self::Seven,
            "draft-06/schema" => Self::Six,
            "draft-04/schema" => Self::Four,
            _ => return None,
        })
    }

    /// Returns where its metaschema stands.
    pub(super) fn url(self) -> &'static str {
        match self {
            Self::Four => "http://json-schema.org/draft-04/schema",
            Self::Six => "http://json-schema.org/draft-06/schema",
            Self::Seven => "http://json-schema.org/draft-07/schema",
            Self::Year2019 => "https://json-schema.org/draft/2019-09/schema",
            Self::Year2020 => "https://json-schema.org/draft/2020-12/schema",
        }
    }

    /// Returns the keyword that names a schema.
    pub(super) fn id(self) -> Keyword {
        if self == Self::Four { Keyword::OldId } else { Keyword::Id }
    }
}

/// How schemas stand below a keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Below {
    /// The value is a schema.
    One,
    /// The elements are schemas.
    Each,
    /// The values of the keys are schemas.
    Named,
    /// The value is a schema, or its elements are.
    OneOrEach,
}

/// Returns how schemas stand below `keyword`; nothing where none do.
pub(super) fn below(keyword: Keyword, draft: Draft) -> Option<Below> {
    use Keyword as K;
    let (since, below) = match keyword {
        K::Definitions | K::Properties | K::PatternProperties | K::Dependencies => (Draft::Four, Below::Named),
        K::Not | K::AdditionalProperties | K::AdditionalItems => (Draft::Four, Below::One),
        K::AllOf | K::AnyOf | K::OneOf => (Draft::Four, Below::Each),
        K::Items => (Draft::Four, Below::OneOrEach),
        K::PropertyNames | K::Contains => (Draft::Six, Below::One),
        K::If | K::Then | K::Else => (Draft::Seven, Below::One),
        K::Defs | K::DependentSchemas => (Draft::Year2019, Below::Named),
        K::UnevaluatedProperties | K::UnevaluatedItems | K::ContentSchema => (Draft::Year2019, Below::One),
        K::PrefixItems => (Draft::Year2020, Below::Each),
        _ => return None,
    };
    (draft >= since).then_some(below)
}

/// The metaschemas as their publisher has them, but for what no validator reads: titles, comments, defaults.
///
/// Source: json-schema.org, by the paths below it.
const METASCHEMAS: &[(&str, &str)] = &[
    ("draft-04/schema", include_str!("../metaschemas/draft-04.json")),
    ("draft-06/schema", include_str!("../metaschemas/draft-06.json")),
    ("draft-07/schema", include_str!("../metaschemas/draft-07.json")),
    ("draft/2019-09/schema", include_str!("../metaschemas/2019-09.json")),
    ("draft/2019-09/meta/applicator", include_str!("../metaschemas/2019-09-applicator.json")),
    ("draft/2019-09/meta/content", include_str!("../metaschemas/2019-09-content.json")),
    ("draft/2019-09/meta/core", include_str!("../metaschemas/2019-09-core.json")),
    ("draft/2019-09/meta/format", include_str!("../metaschemas/2019-09-format.json")),
    ("draft/2019-09/meta/meta-data", include_str!("../metaschemas/2019-09-meta-data.json")),
    ("draft/2019-09/meta/validation", include_str!("../metaschemas/2019-09-validation.json")),
    ("schema", include_str!("../metaschemas/2020-12.json")),
    ("draft/2020-12/schema", include_str!("../metaschemas/2020-12.json")),
    ("draft/2020-12/meta/applicator", include_str!("../metaschemas/2020-12-applicator.json")),
    ("draft/2020-12/meta/content", include_str!("../metaschemas/2020-12-content.json")),
    ("draft/2020-12/meta/core", include_str!("../metaschemas/2020-12-core.json")),
    ("draft/2020-12/meta/format-annotation", include_str!("../metaschemas/2020-12-format-annotation.json")),
    ("draft/2020-12/meta/format-assertion", include_str!("../metaschemas/2020-12-format-assertion.json")),
    ("draft/2020-12/meta/meta-data", include_str!("../metaschemas/2020-12-meta-data.json")),
    ("draft/2020-12/meta/unevaluated", include_str!("../metaschemas/2020-12-unevaluated.json")),
    ("draft/2020-12/meta/validation", include_str!("../metaschemas/2020-12-validation.json")),
];

/// Returns the text of the metaschema at a URL.
pub(super) fn metaschema(url: &str) -> Option<&'static str> {
    let path = url.strip_prefix("http://json-schema.org/").or_else(|| url.strip_prefix("https://json-schema.org/"))?;
    METASCHEMAS.iter().find(|(known, _)| *known == path).map(|(_, text)| *text)
}
