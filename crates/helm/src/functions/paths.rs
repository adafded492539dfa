use towpath_gotmpl::{Signature, Value};

use super::{B, Entry, S, arguments::utf8};
use crate::golang::paths;

const BASE: Entry = ("base", Signature::new(&[S], S), |_, a| Ok(paths::base(&utf8(&a[0])).into()));
const DIR: Entry = ("dir", Signature::new(&[S], S), |_, a| Ok(paths::dir(&utf8(&a[0])).into()));
const CLEAN: Entry = ("clean", Signature::new(&[S], S), |_, a| Ok(paths::clean(&utf8(&a[0])).into()));
const EXT: Entry = ("ext", Signature::new(&[S], S), |_, a| Ok(paths::ext(&utf8(&a[0])).into()));
const IS_ABS: Entry = ("isAbs", Signature::new(&[S], B), |_, a| Ok(Value::Bool(utf8(&a[0]).starts_with('/'))));

pub(super) const FUNCTIONS: &[Entry] = &[
    BASE,
    DIR,
    CLEAN,
    EXT,
    IS_ABS,
    ("osBase", BASE.1, BASE.2),
    ("osDir", DIR.1, DIR.2),
    ("osClean", CLEAN.1, CLEAN.2),
    ("osExt", EXT.1, EXT.2),
    ("osIsAbs", IS_ABS.1, IS_ABS.2),
];
