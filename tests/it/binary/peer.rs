//! A gateway that connects to the listener for operators, and keeps its connection as long as it may.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;

use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::Value;

use crate::support::program::DEADLINE;

/// A gateway with a certificate.
pub(super) struct Gateway(Arc<ClientConfig>);

/// A connection of it.
pub(super) struct Connection(StreamOwned<ClientConnection, TcpStream>);

impl Gateway {
    /// It shows this chain, and believes servers of this anchor.
    pub(super) fn new(chain: &Path, key: &Path, anchor: &Path) -> Self {
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_file(anchor).unwrap())
            .unwrap();
        let chain = CertificateDer::pem_file_iter(chain).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_client_auth_cert(
                chain.collect::<Result<_, _>>().unwrap(),
                PrivateKeyDer::from_pem_file(key).unwrap(),
            );
        Self(Arc::new(config.unwrap()))
    }

    pub(super) fn connect(&self, to: SocketAddr) -> Connection {
        let stream = TcpStream::connect(to).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        let name = "localhost".try_into().unwrap();
        let connection = ClientConnection::new(Arc::clone(&self.0), name).unwrap();
        Connection(StreamOwned::new(connection, stream))
    }
}

impl Connection {
    /// Asks who it is.
    pub(super) fn asks(&mut self) -> io::Result<Value> {
        self.0
            .write_all(b"GET /v1/peer HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
        let (mut answer, mut some) = (Vec::new(), [0; 4096]);
        loop {
            match self.0.read(&mut some)? {
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                read => answer.extend_from_slice(&some[..read]),
            }
            let text = String::from_utf8_lossy(&answer);
            if let Some((_, body)) = text.split_once("\r\n\r\n")
                && let Ok(body) = serde_json::from_str(body)
            {
                return Ok(body);
            }
        }
    }

    /// Waits until the other side closes it.
    pub(super) fn ends(mut self) {
        match self.0.read(&mut [0; 1]) {
            Ok(read) => assert_eq!(read, 0, "nobody asked"),
            Err(error) => assert!(
                !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
                "it stays open"
            ),
        }
    }
}
