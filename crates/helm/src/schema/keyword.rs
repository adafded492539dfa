macro_rules! keywords {
    ($($name:ident = $text:literal,)*) => {
        /// The words that mean something in a schema of any draft.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub(super) enum Keyword {
            /// Any other key.
            Other,
            $(#[doc = concat!("`", $text, "`")] $name,)*
        }

        impl Keyword {
            /// How many there are, [`Keyword::Other`] counted.
            pub(super) const COUNT: usize = [Self::Other, $(Self::$name),*].len();

            /// Returns the keyword that `key` is.
            pub(super) fn of(key: &[u8]) -> Self {
                match std::str::from_utf8(key).unwrap_or_default() {
                    $($text => Self::$name,)*
                    _ => Self::Other,
                }
            }
        }
    };
}

keywords! {
    OldId = "id",
    Id = "$id",
    Schema = "$schema",
    Ref = "$ref",
    Anchor = "$anchor",
    RecursiveRef = "$recursiveRef",
    RecursiveAnchor = "$recursiveAnchor",
    DynamicRef = "$dynamicRef",
    DynamicAnchor = "$dynamicAnchor",
    Vocabulary = "$vocabulary",
    Comment = "$comment",
    Defs = "$defs",
    Definitions = "definitions",
    Title = "title",
    Description = "description",
    Default = "default",
    Deprecated = "deprecated",
    ReadOnly = "readOnly",
    WriteOnly = "writeOnly",
    Examples = "examples",
    Type = "type",
    Enum = "enum",
    Const = "const",
    Format = "format",
    MultipleOf = "multipleOf",
    Maximum = "maximum",
    ExclusiveMaximum = "exclusiveMaximum",
    Minimum = "minimum",
    ExclusiveMinimum = "exclusiveMinimum",
    MaxLength = "maxLength",
    MinLength = "minLength",
    Pattern = "pattern",
    ContentEncoding = "contentEncoding",
    ContentMediaType = "contentMediaType",
    ContentSchema = "contentSchema",
    Items = "items",
    PrefixItems = "prefixItems",
    AdditionalItems = "additionalItems",
    UnevaluatedItems = "unevaluatedItems",
    Contains = "contains",
    MinContains = "minContains",
    MaxContains = "maxContains",
    MaxItems = "maxItems",
    MinItems = "minItems",
    UniqueItems = "uniqueItems",
    MaxProperties = "maxProperties",
    MinProperties = "minProperties",
    Required = "required",
    Properties = "properties",
    PatternProperties = "patternProperties",
    AdditionalProperties = "additionalProperties",
    UnevaluatedProperties = "unevaluatedProperties",
    PropertyNames = "propertyNames",
    Dependencies = "dependencies",
    DependentRequired = "dependentRequired",
    DependentSchemas = "dependentSchemas",
    AllOf = "allOf",
    AnyOf = "anyOf",
    OneOf = "oneOf",
    Not = "not",
    If = "if",
    Then = "then",
    Else = "else",
}
