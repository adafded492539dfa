use super::{
    Slot,
    run::{Flow, Run},
};
use crate::{
    Error, ListType, Type, UintKind, Value,
    fmt::sprint,
    parse::code::{Branch, Pipeline},
};

impl<'t> Run<'_, 't> {
    pub(super) fn range(&mut self, branch: &'t Branch, dot: &Slot) -> Result<Flow, Error> {
        let mark = self.session.variables.len();
        let over = self.pipeline(self.code.pipeline(branch.pipeline), dot)?.value;
        let any = match &over {
            Value::Object(object) => match object.underlying() {
                Some(underlying) => self.iterate(branch, &underlying, &over)?,
                None => self.iterate(branch, &over, &over)?,
            },
            over => self.iterate(branch, over, over)?,
        };
        let mut flow = Flow::Next;
        if !any {
            flow = self.block(branch.otherwise, dot)?;
        }
        self.session.forget_variables(mark);
        self.session.release(over.owned_bytes());
        // A `break` of the else branch ends this range, as Go's does.
        Ok(if flow == Flow::Break { Flow::Next } else { flow })
    }

    /// Executes the body for each element of `over`, which is what `whole` is made of. Returns whether there was one.
    fn iterate(&mut self, branch: &'t Branch, over: &Value, whole: &Value) -> Result<bool, Error> {
        let typed = |element: Value| match whole {
            Value::Object(object) => (Slot::default(), Slot::new(object.with_underlying(element))),
            _ => (Slot::default(), Slot::new(element)),
        };
        match over {
            Value::Int(..) | Value::Uint(..) if !self.session.ranges_over_integers() => self.not_iterable(whole),
            Value::Int(end, kind) => {
                self.check_one_variable(branch, whole)?;
                self.each(branch, (0..*end).map(|number| typed(Value::Int(number, *kind))))
            }
            Value::Uint(end, kind) => {
                self.check_one_variable(branch, whole)?;
                self.each(branch, (0..*end).map(|number| typed(Value::Uint(number, *kind))))
            }
            Value::List(list) => {
                let element_type = list.list_type().element;
                let element = |at| {
                    let value = list.as_slice().get(at).cloned().unwrap_or_default();
                    (index(at), Slot::declared(value, element_type))
                };
                self.each(branch, (0..list.len()).map(element))
            }
            Value::Bytes(bytes) => {
                let byte = |(at, byte): (usize, &u8)| {
                    let value = Value::Uint(u64::from(*byte), UintKind::Uint8);
                    (index(at), Slot::declared(value, ListType::BYTE.element))
                };
                self.each(branch, bytes.as_bytes().iter().enumerate().map(byte))
            }
            Value::Map(map) => {
                let element_type = map.map_type().element;
                let entry = |(key, value)| (Slot::new(Value::Str(key)), Slot::declared(value, element_type));
                self.each(branch, map.entries().into_iter().map(entry))
            }
            Value::Nil => Ok(false),
            _ => self.not_iterable(whole),
        }
    }

    fn not_iterable<T>(&self, over: &Value) -> Result<T, Error> {
        let text = sprint(std::slice::from_ref(over));
        self.fail(format!("range can't iterate over {}", String::from_utf8_lossy(&text)))
    }

    fn check_one_variable(&self, branch: &Branch, over: &Value) -> Result<(), Error> {
        if self.code.pipeline(branch.pipeline).variables().len() <= 1 {
            return Ok(());
        }
        let text = sprint(std::slice::from_ref(over));
        self.fail(format!("can't use {} to iterate over more than one variable", String::from_utf8_lossy(&text)))
    }

    fn each(&mut self, branch: &'t Branch, elements: impl Iterator<Item = (Slot, Slot)>) -> Result<bool, Error> {
        let mark = self.session.variables.len();
        let mut any = false;
        for (index, element) in elements {
            any = true;
            self.step()?;
            self.set_range_variables(self.code.pipeline(branch.pipeline), index, &element)?;
            let flow = self.block(branch.body, &element)?;
            self.session.forget_variables(mark);
            if flow == Flow::Break {
                break;
            }
        }
        Ok(any)
    }

    /// Gives the one variable the element, or the first the index and the second the element.
    fn set_range_variables(&mut self, pipeline: &'t Pipeline, index: Slot, element: &Slot) -> Result<(), Error> {
        let (first, second) = match *pipeline.variables() {
            [] => return Ok(()),
            [only] => (only, None),
            [first, second, ..] => (first, Some(second)),
        };
        if pipeline.assigns {
            match second {
                None => return self.assign(first, element.clone()),
                Some(second) => {
                    self.assign(first, index)?;
                    return self.assign(second, element.clone());
                }
            }
        }
        // The pipeline declared them, so they are the topmost.
        let variables = &mut self.session.variables;
        let top = variables.len();
        if let Some((_, value)) = variables.get_mut(top - 1) {
            *value = element.clone();
        }
        if second.is_some()
            && let Some((_, value)) = variables.get_mut(top - 2)
        {
            *value = index;
        }
        Ok(())
    }
}

fn index(at: usize) -> Slot {
    Slot::declared(Value::int(i64::try_from(at).unwrap_or(i64::MAX)), Type::INT)
}
