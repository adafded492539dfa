use core::net::IpAddr;
use std::any::Any;

use towpath_gotmpl::{CallError, Kind, Object, Session, Signature, Str, Type, Value};

use super::{
    Entry, I, LIST, S,
    arguments::{int, text, utf8},
    encodings::decode_base64,
    fail,
};
use crate::{
    crypto::{CryptoError, Issuer, PrivateKey, Request, decode_pem, parse_certificate},
    engine::State,
};

/// What the functions give.
const CERTIFICATE: Type = Type::Named(Kind::Struct, "sprig.certificate");

pub(super) const FUNCTIONS: &[Entry] = &[
    ("genPrivateKey", Signature::new(&[S], S), |s, a| {
        let (state, kind) = (State::of(s)?, utf8(&a[0]));
        let Some(key) = PrivateKey::named(&kind, &|bytes| state.fill(bytes)) else {
            return Ok(Str::from([b"Unknown type ", text(&a[0]).as_bytes()].concat()).into());
        };
        key.to_pem().map(Value::from).map_err(as_it_is)
    }),
    ("buildCustomCert", Signature::new(&[S, S], CERTIFICATE), |_, a| custom(&text(&a[0]), &text(&a[1]))),
    ("genCA", Signature::new(&[S, I], CERTIFICATE), |s, a| authority(&new_key(s)?, s, a)),
    ("genCAWithKey", Signature::new(&[S, I, S], CERTIFICATE), |s, a| authority(&read_key(&a[2])?, s, a)),
    ("genSelfSignedCert", Signature::new(&[S, LIST, LIST, I], CERTIFICATE), |s, a| self_signed(&new_key(s)?, s, a)),
    ("genSelfSignedCertWithKey", Signature::new(&[S, LIST, LIST, I, S], CERTIFICATE), |s, a| {
        self_signed(&read_key(&a[4])?, s, a)
    }),
    ("genSignedCert", Signature::new(&[S, LIST, LIST, I, CERTIFICATE], CERTIFICATE), |s, a| signed(&new_key(s)?, s, a)),
    ("genSignedCertWithKey", Signature::new(&[S, LIST, LIST, I, CERTIFICATE, S], CERTIFICATE), |s, a| {
        signed(&read_key(&a[5])?, s, a)
    }),
];

/// A certificate and its key, both in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Certificate {
    certificate: Str,
    key: Str,
}

impl Object for Certificate {
    fn object_type(&self) -> Type {
        CERTIFICATE
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![("Cert", self.certificate.clone().into()), ("Key", self.key.clone().into())]
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref() == Some(self)
    }
}

fn as_it_is(error: CryptoError) -> CallError {
    CallError::new(error.0)
}

fn new_key(session: &mut Session) -> Result<PrivateKey, CallError> {
    let state = State::of(session)?;
    Ok(PrivateKey::for_certificate(&|bytes| state.fill(bytes)))
}

fn read_key(pem: &Value) -> Result<PrivateKey, CallError> {
    PrivateKey::from_pem(text(pem).as_bytes()).map_err(|error| CallError::new(format!("parsing private key: {error}")))
}

fn authority(key: &PrivateKey, session: &mut Session, arguments: &[Value]) -> Result<Value, CallError> {
    let common_name = utf8(&arguments[0]);
    let request = Request {
        common_name: &common_name,
        addresses: Vec::new(),
        names: Vec::new(),
        days: int(&arguments[1]),
        is_authority: true,
    };
    made(session, &request, key, None)
}

fn self_signed(key: &PrivateKey, session: &mut Session, arguments: &[Value]) -> Result<Value, CallError> {
    let common_name = utf8(&arguments[0]);
    made(session, &request(&common_name, arguments)?, key, None)
}

fn signed(key: &PrivateKey, session: &mut Session, arguments: &[Value]) -> Result<Value, CallError> {
    // A nil structure holds empty texts, and no certificate.
    let empty = Certificate { certificate: Str::default(), key: Str::default() };
    let authority = arguments[4].downcast::<Certificate>().unwrap_or(&empty);
    let issuer = Issuer::from_pem(authority.certificate.as_bytes(), authority.key.as_bytes()).map_err(as_it_is)?;
    let common_name = utf8(&arguments[0]);
    made(session, &request(&common_name, arguments)?, key, Some(&issuer))
}

/// Reads the arguments that certificates below an authority have in common.
fn request<'r>(common_name: &'r str, arguments: &[Value]) -> Result<Request<'r>, CallError> {
    let items = |at: usize| arguments[at].as_list().map(|list| list.as_slice().to_vec()).unwrap_or_default();
    let mut addresses = Vec::new();
    for item in items(1) {
        let Value::Str(address) = &item else {
            return fail(format!("error parsing ip: {} is not a string", shown(&item)));
        };
        let address = address.to_string_lossy();
        let parsed: Result<IpAddr, _> = address.parse();
        addresses.push(parsed.map_err(|_| CallError::new(format!("error parsing ip: {address}")))?);
    }
    let mut names = Vec::new();
    for item in items(2) {
        let Value::Str(name) = &item else {
            return fail(format!("error processing alternate dns name: {} is not a string", shown(&item)));
        };
        names.push(name.to_string_lossy().into_owned());
    }
    Ok(Request { common_name, addresses, names, days: int(&arguments[3]), is_authority: false })
}

fn shown(value: &Value) -> String {
    String::from_utf8_lossy(&crate::golang::display(value)).into_owned()
}

fn made(
    session: &mut Session,
    request: &Request<'_>,
    key: &PrivateKey,
    issuer: Option<&Issuer>,
) -> Result<Value, CallError> {
    let state = State::of(session)?;
    let certificate = request
        .certificate(key, issuer, &state.now(), &|bytes| state.fill(bytes), state.profile())
        .map_err(|error| CallError::new(format!("error creating certificate: {error}")))?;
    let key = key.to_pem().map_err(as_it_is)?;
    Ok(Value::object(Certificate { certificate: certificate.into(), key: key.into() }))
}

fn custom(certificate: &Str, key: &Str) -> Result<Value, CallError> {
    let certificate =
        decode_base64(certificate.as_bytes()).map_err(|_| CallError::new("unable to decode base64 certificate"))?;
    let key = decode_base64(key.as_bytes()).map_err(|_| CallError::new("unable to decode base64 private key"))?;
    let Some(block) = decode_pem(&certificate) else { return fail("unable to decode certificate") };
    parse_certificate(&block.bytes)
        .map_err(|error| CallError::new(format!("error parsing certificate: decodedCert.Bytes: {error}")))?;
    PrivateKey::from_pem(&key).map_err(|error| CallError::new(format!("error parsing private key: {error}")))?;
    Ok(Value::object(Certificate { certificate: certificate.into(), key: key.into() }))
}
