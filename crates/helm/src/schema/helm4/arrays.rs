use super::{
    draft::Draft,
    failure::{Failure, Form, integer},
    validate::{Frame, Validator},
};
use crate::schema::{
    document::{Kind, NodeId},
    duplicates,
    keyword::Keyword as K,
};

impl Validator<'_> {
    pub(super) fn array(&mut self, frame: &mut Frame) {
        let documents = self.documents;
        let items = documents.items_of(frame.value.node);
        self.check_length(frame, items.len());
        if frame.keys.get(K::UniqueItems).and_then(|at| documents.boolean(at)) == Some(true)
            && let Some((one, other)) = duplicates(documents, items)
        {
            let index = |at: usize| integer(i64::try_from(at).unwrap_or(i64::MAX));
            self.fail(frame, || format!("items at {} and {} are equal", index(one), index(other)));
        }
        if frame.draft < Draft::Year2020 {
            self.old_items(frame, items);
        } else {
            let first = frame.keys.get(K::PrefixItems).map_or(&[][..], |at| documents.items(at));
            self.each(frame, items, first);
            if let Some(schema) = frame.keys.get(K::Items) {
                self.rest(frame, items, first.len(), schema);
            }
        }
        if let Some(schema) = frame.keys.get(K::Contains).filter(|_| frame.draft >= Draft::Six) {
            self.contains(frame, items, schema);
        }
    }

    fn old_items(&mut self, frame: &mut Frame, items: &[NodeId]) {
        let documents = self.documents;
        let Some(schema) = frame.keys.get(K::Items) else { return };
        if documents.kind(schema) != Some(Kind::Array) {
            self.rest(frame, items, 0, schema);
            return;
        }
        let first = documents.items(schema);
        self.each(frame, items, first);
        let Some(additional) = frame.keys.get(K::AdditionalItems) else { return };
        match documents.boolean(additional) {
            Some(false) if items.len() > first.len() => {
                let count = i64::try_from(items.len() - first.len()).unwrap_or(i64::MAX);
                self.fail(frame, || format!("last {} additionalItem(s) not allowed", integer(count)));
            }
            Some(_) => {}
            None => self.rest(frame, items, first.len(), additional),
        }
    }

    fn each(&mut self, frame: &mut Frame, items: &[NodeId], schemas: &[NodeId]) {
        for (at, (item, schema)) in items.iter().zip(schemas).enumerate() {
            let verdict = self.apply_at_index(frame, *schema, *item, at);
            frame.note(verdict);
        }
    }

    fn rest(&mut self, frame: &mut Frame, items: &[NodeId], start: usize, schema: NodeId) {
        for (at, item) in items.iter().enumerate().skip(start) {
            if frame.is_decided() {
                return;
            }
            let verdict = self.apply_at_index(frame, schema, *item, at);
            frame.note(verdict);
        }
    }

    fn contains(&mut self, frame: &mut Frame, items: &[NodeId], schema: NodeId) {
        let (mut causes, mut matched): (Vec<Failure>, Vec<String>) = (Vec::new(), Vec::new());
        for (at, item) in items.iter().enumerate() {
            if let Err(failure) = self.apply_at_index(frame, schema, *item, at) {
                causes.extend(failure.map(|failure| *failure));
                continue;
            }
            matched.push(at.to_string());
            if frame.draft >= Draft::Year2020 {
                frame.open.close(at);
            }
        }
        let count = i64::try_from(matched.len()).unwrap_or(i64::MAX);
        let since_2019 = frame.draft >= Draft::Year2019;
        let bound = |key: K| since_2019.then(|| self.count(frame, key)).flatten();
        let (least, most) = (bound(K::MinContains), bound(K::MaxContains));
        let which = matched.join(" ");
        match least {
            Some(want) if count < want => self.add(frame, Form::Plain, causes, || {
                let want = integer(want);
                if count == 0 {
                    format!("min {want} items required to match contains schema, but none matched")
                } else {
                    let count = integer(count);
                    format!("min {want} items required to match contains schema, but matched {count} items at {which}")
                }
            }),
            None if count == 0 => {
                self.add(frame, Form::Plain, causes, || "no items match contains schema".to_owned());
            }
            _ => {}
        }
        if let Some(want) = most.filter(|want| count > *want) {
            let (want, count) = (integer(want), integer(count));
            self.fail(frame, || {
                format!("max {want} items required to match contains schema, but matched {count} items at {which}")
            });
        }
    }
}
