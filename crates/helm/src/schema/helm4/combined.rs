//! Keywords that hold several schemas against one value.

use super::{
    draft::Draft,
    failure::{self, Failure, Form},
    validate::{Frame, Validator},
};
use crate::schema::{document::NodeId, keyword::Keyword as K};

impl Validator<'_> {
    pub(super) fn conditions(&mut self, frame: &mut Frame) {
        let documents = self.documents;
        if let Some(schema) = frame.keys.get(K::Not)
            && self.apply_here(frame, schema, "", true).is_ok()
        {
            self.fail(frame, || "'not' failed".to_owned());
        }
        let each = |key: K| frame.keys.get(key).map_or(&[][..], |at| documents.items(at));
        let (all, any, one) = (each(K::AllOf), each(K::AnyOf), each(K::OneOf));
        if !all.is_empty() {
            self.all_of(frame, all);
        }
        if !any.is_empty() {
            self.any_of(frame, any);
        }
        if !one.is_empty() {
            self.one_of(frame, one);
        }
        if let Some(condition) = frame.keys.get(K::If).filter(|_| frame.draft >= Draft::Seven) {
            let next = if self.apply_here(frame, condition, "", true).is_ok() { K::Then } else { K::Else };
            // A condition that is `true` or `false` has one way to go.
            if let Some(schema) = frame.keys.get(next) {
                let verdict = self.apply_here(frame, schema, "", false);
                frame.note(verdict);
            }
        }
    }

    fn all_of(&mut self, frame: &mut Frame, schemas: &[NodeId]) {
        let (mut failed, mut causes) = (false, Vec::new());
        for schema in schemas {
            if let Err(failure) = self.apply_here(frame, *schema, "", false) {
                failed = true;
                causes.extend(failure.map(|failure| *failure));
                if frame.quick {
                    break;
                }
            }
        }
        if failed {
            self.add(frame, Form::Plain, causes, || "'allOf' failed".to_owned());
        }
    }

    fn any_of(&mut self, frame: &mut Frame, schemas: &[NodeId]) {
        let (mut matched, mut causes): (bool, Vec<Failure>) = (false, Vec::new());
        for schema in schemas {
            match self.apply_here(frame, *schema, "", false) {
                Ok(()) => {
                    matched = true;
                    // What is left open is known only when all have looked.
                    if frame.open.is_empty() {
                        break;
                    }
                }
                Err(failure) => causes.extend(failure.map(|failure| *failure)),
            }
        }
        if !matched {
            self.add(frame, Form::Plain, causes, || "'anyOf' failed".to_owned());
        }
    }

    fn one_of(&mut self, frame: &mut Frame, schemas: &[NodeId]) {
        let (mut matched, mut causes): (Option<usize>, Vec<Failure>) = (None, Vec::new());
        for (at, schema) in schemas.iter().enumerate() {
            match (self.apply_here(frame, *schema, "", matched.is_some()), matched) {
                (Ok(()), None) => matched = Some(at),
                (Ok(()), Some(first)) => {
                    let index = |at: usize| failure::integer(i64::try_from(at).unwrap_or(i64::MAX));
                    let words = || format!("'oneOf' failed, subschemas {}, {} matched", index(first), index(at));
                    self.fail(frame, words);
                    break;
                }
                (Err(failure), None) => causes.extend(failure.map(|failure| *failure)),
                (Err(_), Some(_)) => {}
            }
        }
        if matched.is_none() {
            self.add(frame, Form::Plain, causes, || "'oneOf' failed, none matched".to_owned());
        }
    }
}
