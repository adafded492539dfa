use std::collections::HashMap;

use super::code::Symbol;
use crate::Str;

/// So many names are compared one by one, which is quicker than hashing.
const FEW: usize = 32;

/// The names of variables in one text.
pub(super) struct Symbols<'a> {
    names: Vec<&'a [u8]>,
    /// All names, once they are many.
    numbers: HashMap<&'a [u8], u32>,
}

impl<'a> Symbols<'a> {
    /// Returns the symbols of a text in which only `$` has been seen.
    pub(super) fn new() -> Self {
        Self { names: vec![b"$"], numbers: HashMap::new() }
    }

    /// Returns the symbol of `name`, always the same.
    pub(super) fn of(&mut self, name: &'a [u8]) -> Symbol {
        let known = if self.names.len() <= FEW {
            let is_same = |known: &&[u8]| *known == name;
            self.names.iter().position(is_same).and_then(|at| u32::try_from(at).ok())
        } else {
            self.numbers.get(name).copied()
        };
        Symbol(known.unwrap_or_else(|| self.add(name)))
    }

    fn add(&mut self, name: &'a [u8]) -> u32 {
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(name);
        if self.names.len() == FEW + 1 {
            self.numbers.extend(self.names.iter().copied().zip(0..));
        } else if self.names.len() > FEW {
            self.numbers.insert(name, number);
        }
        number
    }

    /// Returns the names in the order of their symbols.
    pub(super) fn names(&self) -> Vec<Str> {
        self.names.iter().map(|name| Str::new(name)).collect()
    }
}
