//! Keywords of texts and numbers, and of values as a whole.

use super::{
    canonical::canonical,
    formats,
    parse::integer,
    validate::{Found, Rules, Validator},
};
use crate::schema::{
    Number,
    document::{Node, Text},
    effort::MAX_FAILURES,
    keyword::Keyword as K,
};

impl Validator<'_> {
    pub(super) fn common(&mut self, rules: &Rules, value: Node, found: &mut Found) {
        let documents = self.documents;
        let text = |node: Node| canonical(documents, node).unwrap_or_default();
        if let Some(wanted) = rules.get(K::Const) {
            let wanted = text(documents.node(wanted));
            if text(value) != wanted {
                self.fail(found, rules.schema, &format!("{} does not match: {wanted}", self.field()));
            }
        }
        let choices = self.each(rules, K::Enum);
        if !choices.is_empty() {
            let value = text(value);
            self.effort.work(choices.len());
            if !choices.iter().any(|choice| text(documents.node(*choice)) == value) {
                let shown = choices.iter().take(MAX_FAILURES).map(|choice| text(documents.node(*choice)));
                let shown = shown.collect::<Vec<_>>().join(", ");
                let message = format!("{} must be one of the following: {shown}", self.field());
                self.fail(found, rules.schema, &message);
            }
        }
        found.score += 1;
    }

    pub(super) fn string(&mut self, rules: &Rules, text: Text, found: &mut Found) {
        let documents = self.documents;
        let bytes = documents.bytes(text);
        if rules.get(K::MinLength).is_some() || rules.get(K::MaxLength).is_some() {
            let length = String::from_utf8_lossy(bytes).chars().count();
            let length = i64::try_from(length).unwrap_or(i64::MAX);
            let count = |key: K| integer(documents, rules.get(key)?);
            if let Some(least) = count(K::MinLength).filter(|least| length < *least) {
                let message = format!("String length must be greater than or equal to {least}");
                self.fail(found, rules.schema, &message);
            }
            if let Some(most) = count(K::MaxLength).filter(|most| length > *most) {
                self.fail(found, rules.schema, &format!("String length must be less than or equal to {most}"));
            }
        }
        if let Some(pattern) = rules.get(K::Pattern).and_then(|at| documents.str(at))
            && self.effort.matches(&pattern, bytes) == Some(false)
        {
            self.fail(found, rules.schema, &format!("Does not match pattern '{pattern}'"));
        }
        if let Some(format) = rules.get(K::Format).and_then(|at| documents.str(at))
            && formats::is_of(&format, &documents.lossy(text)) == Some(false)
        {
            self.fail(found, rules.schema, &format!("Does not match format '{format}'"));
        }
        found.score += 1;
    }

    pub(super) fn number(&mut self, rules: &Rules, text: Text, found: &mut Found) {
        let documents = self.documents;
        found.score += 1;
        let limit = |key: K| documents.number(rules.get(key)?);
        let is_true = |key: K| rules.get(key).and_then(|at| documents.boolean(at)) == Some(true);
        let (mut minimum, mut maximum) = (limit(K::Minimum), limit(K::Maximum));
        let below = if is_true(K::ExclusiveMinimum) { minimum.take() } else { limit(K::ExclusiveMinimum) };
        let above = if is_true(K::ExclusiveMaximum) { maximum.take() } else { limit(K::ExclusiveMaximum) };
        if let Some(got) = Number::parse(documents.bytes(text)) {
            let mut check = |words: &str, want: Option<Number>, is_wrong: &dyn Fn(&Number) -> bool| {
                if let Some(want) = want.filter(is_wrong) {
                    self.fail(found, rules.schema, &format!("Must be {words} {}", want.to_big_float_text()));
                }
            };
            check("a multiple of", limit(K::MultipleOf), &|want| !got.is_multiple_of(want));
            check("less than or equal to", maximum, &|want| got > *want);
            check("less than", above, &|want| got >= *want);
            check("greater than or equal to", minimum, &|want| got < *want);
            check("greater than", below, &|want| got <= *want);
        }
        if let Some(format) = rules.get(K::Format).and_then(|at| documents.str(at))
            && formats::is_of(&format, "").is_some()
        {
            self.fail(found, rules.schema, &format!("Does not match format '{format}'"));
        }
    }
}
