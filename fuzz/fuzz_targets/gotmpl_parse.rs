//! Any text is parsed or refused, and a refusal has a place in the text.
#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use towpath_gotmpl::{Functions, Parsed, Signature, Str, Type};

static FUNCTIONS: LazyLock<Arc<Functions>> = LazyLock::new(|| {
    let mut functions = Functions::new();
    for name in ["include", "tpl", "default", "toYaml", "dict", "required", "nindent"] {
        let signature = Signature::new(&[Type::Any], Type::Any);
        functions.add(name, signature, |_, arguments| Ok(arguments[0].clone()));
    }
    Arc::new(functions)
});

fuzz_target!(|data: &[u8]| {
    let text = Str::new(data);
    if let Err(error) = Parsed::new(&Str::from("fuzz"), &text, &FUNCTIONS) {
        let location = error.place().map(towpath_gotmpl::Place::location);
        assert!(location.is_some_and(|location| location.line >= 1 && location.column >= 1), "{error}");
        drop(error.diagnostic());
    }
});
