//! An authority of a test's own, and a server's certificate by it.

use std::{
    fs,
    io::{self, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    sync::Arc,
};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    crypto::ring::default_provider,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};

/// The files of an authority and of a server called `localhost` and 127.0.0.1.
#[derive(Debug, Clone)]
pub struct Certificates {
    /// The authority's certificate.
    pub authority: PathBuf,
    /// The server's certificate.
    pub certificate: PathBuf,
    /// The server's key.
    pub key: PathBuf,
}

impl Certificates {
    /// Makes them and writes them into `folder`.
    ///
    /// # Panics
    /// When they cannot be made or written.
    pub fn make(folder: &Path) -> Self {
        let files = Self {
            authority: folder.join("ca.pem"),
            certificate: folder.join("server.pem"),
            key: folder.join("server.key"),
        };
        let key = KeyPair::generate().expect("a key");
        let mut authority = CertificateParams::new(Vec::<String>::new()).expect("no names are right");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        let certificate = authority.self_signed(&key).expect("an authority");
        fs::write(&files.authority, certificate.pem()).expect("it is written");
        let issuer = Issuer::new(authority, key);
        let own = KeyPair::generate().expect("a key");
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let server =
            CertificateParams::new(names).expect("they are names").signed_by(&own, &issuer).expect("a certificate");
        fs::write(&files.certificate, server.pem()).expect("it is written");
        fs::write(&files.key, own.serialize_pem()).expect("it is written");
        files
    }

    /// Greets a client as the server.
    pub(crate) fn accept(&self, stream: TcpStream) -> io::Result<impl Read + Write> {
        let certificate = CertificateDer::from_pem_file(&self.certificate).expect("it was written");
        let key = PrivateKeyDer::from_pem_file(&self.key).expect("it was written");
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(vec![certificate], key))
            .map_err(io::Error::other)?;
        let connection = ServerConnection::new(Arc::new(config)).map_err(io::Error::other)?;
        Ok(StreamOwned::new(connection, stream))
    }
}
