//! The functions that are not there yet, those that make keys and certificates above all: each says so, none pretends.

use towpath_gotmpl::{Signature, Type};

use super::{A, Answer, Entry, I, LIST, S, fail};

/// What the certificate functions give.
const CERTIFICATE: Type = Type::Named(towpath_gotmpl::Kind::Struct, "sprig.certificate");

pub(super) const FUNCTIONS: &[Entry] = &[
    ("fromToml", Signature::new(&[S], Type::ANY_MAP), |_, _| missing("fromToml")),
    ("genPrivateKey", Signature::new(&[S], S), |_, _| missing("genPrivateKey")),
    ("buildCustomCert", Signature::new(&[S, S], CERTIFICATE), |_, _| missing("buildCustomCert")),
    ("genCA", Signature::new(&[S, I], CERTIFICATE), |_, _| missing("genCA")),
    ("genCAWithKey", Signature::new(&[S, I, S], CERTIFICATE), |_, _| missing("genCAWithKey")),
    ("genSelfSignedCert", Signature::new(&[S, LIST, LIST, I], CERTIFICATE), |_, _| missing("genSelfSignedCert")),
    ("genSelfSignedCertWithKey", Signature::new(&[S, LIST, LIST, I, S], CERTIFICATE), |_, _| {
        missing("genSelfSignedCertWithKey")
    }),
    ("genSignedCert", Signature::new(&[S, LIST, LIST, I, A], CERTIFICATE), |_, _| missing("genSignedCert")),
    ("genSignedCertWithKey", Signature::new(&[S, LIST, LIST, I, A, S], CERTIFICATE), |_, _| {
        missing("genSignedCertWithKey")
    }),
];

fn missing(name: &str) -> Answer {
    fail(format!("{name} is not supported yet"))
}
