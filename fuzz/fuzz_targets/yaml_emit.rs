//! Whatever is written reads as what it was written from, in every dialect.
#![no_main]

use libfuzzer_sys::fuzz_target;
use towpath_fuzz::{Maker, Value};
use towpath_yaml::{Dialect, Duplicates, Profile, build, parse_first};

fuzz_target!(|data: &[u8]| {
    let value = Value::from_bytes(&mut &data[..], 0);
    for (dialect, profile) in
        [(Dialect::Go2, Profile::Go2), (Dialect::Go3, Profile::Go3), (Dialect::Go3Compact, Profile::Go3)]
    {
        let text = value.emit(dialect);
        let document = match parse_first(&text, profile) {
            Ok(document) => document,
            // go-yaml v3 writes literals whose first line begins with a tab, and then cannot read them; so do we.
            Err(error) if dialect != Dialect::Go2 && error.to_string().contains("found a tab character") => continue,
            Err(error) => panic!("{error}:\n{text}"),
        };
        let read =
            document.map_or(Ok(Value::Null), |document| build(document.root(), profile, Duplicates::Usual, &mut Maker));
        let read = read.unwrap_or_else(|error| panic!("{error}:\n{text}"));
        assert!(read == value, "{dialect:?}\n{text}\n{value:?}\n{read:?}");
    }
});
