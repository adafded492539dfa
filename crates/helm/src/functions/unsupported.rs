//! The functions that are not there yet: each says so, none pretends.

use towpath_gotmpl::{Signature, Type};

use super::{Entry, S, fail};

pub(super) const FUNCTIONS: &[Entry] =
    &[("fromToml", Signature::new(&[S], Type::ANY_MAP), |_, _| fail("fromToml is not supported yet"))];
