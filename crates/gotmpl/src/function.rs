use std::{fmt, sync::Arc};

use foldhash::{HashMap, fast::RandomState};

use crate::{Error, ErrorKind, Session, Type, Value};

/// The parameters and the result of a Go function, which arguments are checked against before each call.
#[derive(Debug, Clone, Copy)]
pub struct Signature {
    parameters: &'static [Type],
    variadic: Option<Type>,
    result: Type,
    flaw: Option<&'static str>,
}

impl Signature {
    /// Returns the signature of `func(parameters) result`.
    pub const fn new(parameters: &'static [Type], result: Type) -> Self {
        Self { parameters, variadic: None, result, flaw: None }
    }

    /// Returns the signature of `func(parameters, rest ...element) result`.
    pub const fn variadic(parameters: &'static [Type], element: Type, result: Type) -> Self {
        Self { parameters, variadic: Some(element), result, flaw: None }
    }

    /// Returns the signature of a method that Go has and templates cannot call, such as one of three results: calling it is
    /// the error `flaw`.
    pub const fn uncallable(parameters: &'static [Type], flaw: &'static str) -> Self {
        Self { parameters, variadic: None, result: Type::Any, flaw: Some(flaw) }
    }

    /// Returns why it cannot be called, where it cannot.
    pub fn flaw(&self) -> Option<&'static str> {
        self.flaw
    }

    /// Returns the types of the parameters, without the variadic one.
    pub fn parameters(&self) -> &'static [Type] {
        self.parameters
    }

    /// Returns the element type of the variadic parameter, where there is one.
    pub fn rest(&self) -> Option<Type> {
        self.variadic
    }

    /// Returns the declared type of the result.
    pub fn result(&self) -> Type {
        self.result
    }
}

/// As Go writes the type: `func(string, ...interface {}) string`.
impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("func(")?;
        for (at, parameter) in self.parameters.iter().enumerate() {
            write!(f, "{}{parameter}", if at > 0 { ", " } else { "" })?;
        }
        if let Some(element) = self.variadic {
            write!(f, "{}...{element}", if self.parameters.is_empty() { "" } else { ", " })?;
        }
        write!(f, ") {}", self.result)
    }
}

/// What a function does. It may take its arguments out of the slice; what it leaves there is dropped.
pub type Body = dyn Fn(&mut Session, &mut [Value]) -> Result<Value, CallError> + Send + Sync;

/// A function that templates can call.
pub struct Function {
    signature: Signature,
    body: Box<Body>,
}

impl Function {
    /// Returns a function with this signature.
    pub fn new(
        signature: Signature,
        body: impl Fn(&mut Session, &mut [Value]) -> Result<Value, CallError> + Send + Sync + 'static,
    ) -> Self {
        Self { signature, body: Box::new(body) }
    }

    /// Returns the signature.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Calls it with arguments that fit the signature.
    ///
    /// # Errors
    /// When the function itself fails.
    pub fn call(&self, session: &mut Session, arguments: &mut [Value]) -> Result<Value, CallError> {
        (self.body)(session, arguments)
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Function").field("signature", &self.signature).finish_non_exhaustive()
    }
}

/// The functions templates can call by name, besides Go's own (`eq`, `index`, `printf`, …), which these hide.
#[derive(Debug, Clone, Default)]
pub struct Functions {
    numbers: HashMap<Box<[u8]>, u32>,
    /// Parsed templates name functions by their number here, so that none ever moves.
    functions: Vec<Arc<Function>>,
}

impl Functions {
    /// Returns a set without functions.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns a set without functions that has room for so many.
    pub fn with_capacity(n: usize) -> Self {
        Self { numbers: HashMap::with_capacity_and_hasher(n, RandomState::default()), functions: Vec::with_capacity(n) }
    }

    /// Adds a function or replaces the one of this name.
    pub fn add(
        &mut self,
        name: &str,
        signature: Signature,
        body: impl Fn(&mut Session, &mut [Value]) -> Result<Value, CallError> + Send + Sync + 'static,
    ) {
        let number = u32::try_from(self.functions.len()).unwrap_or(u32::MAX);
        self.functions.push(Arc::new(Function::new(signature, body)));
        self.numbers.insert(name.as_bytes().into(), number);
    }

    /// Removes a function.
    pub fn remove(&mut self, name: &str) {
        self.numbers.remove(name.as_bytes());
    }

    /// Returns the function `name`.
    pub fn get(&self, name: &str) -> Option<&Arc<Function>> {
        self.functions.get(self.number(name.as_bytes())? as usize)
    }

    /// Returns the names, in no order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.numbers.keys().filter_map(|name| std::str::from_utf8(name).ok())
    }

    /// Returns the number of the function `name`.
    pub(crate) fn number(&self, name: &[u8]) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    /// Returns the function of a number that [`Self::number`] gave.
    pub(crate) fn at(&self, number: u32) -> &Function {
        &self.functions[number as usize]
    }
}

/// Why a function failed; templates report it as `error calling NAME: …`.
#[derive(Debug)]
pub struct CallError {
    message: String,
    cause: Option<Error>,
    is_limit: bool,
}

impl CallError {
    /// Returns an error that says `message`.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), cause: None, is_limit: false }
    }

    /// Returns an error that says `message` directly followed by the text of `cause`, as Go's `fmt.Errorf("…%w")`.
    pub fn wrap(message: impl Into<String>, cause: Error) -> Self {
        if cause.kind() == ErrorKind::Limit && cause.place().is_none() {
            // Its place is that of the call.
            return Self::limit(format!("{}{cause}", message.into()));
        }
        Self { message: message.into(), cause: Some(cause), is_limit: false }
    }

    /// Returns an error that says which limit was reached.
    pub fn limit(message: impl Into<String>) -> Self {
        Self { message: message.into(), cause: None, is_limit: true }
    }

    /// Tells whether it is a limit that was reached.
    pub(crate) fn is_limit(&self) -> bool {
        self.is_limit
    }

    /// Returns its own text and the template error below it.
    pub(crate) fn into_parts(self) -> (String, Option<Error>) {
        (self.message, self.cause)
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.cause.as_ref().map_or(Ok(()), |cause| fmt::Display::fmt(cause, f))
    }
}

impl std::error::Error for CallError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_ref().map(|cause| cause as _)
    }
}

impl From<Error> for CallError {
    fn from(cause: Error) -> Self {
        Self::wrap("", cause)
    }
}

impl From<String> for CallError {
    fn from(message: String) -> Self {
        Self::new(message)
    }
}

impl From<&str> for CallError {
    fn from(message: &str) -> Self {
        Self::new(message)
    }
}
