//! Handshakes as tests need them: an authority, a gateway of its, a server, and clients of rustls.

use std::sync::Arc;
use std::time::Duration;

use rustls::client::ResolvesClientCert;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};

use super::identity::provider;
use super::{Acceptor, Decide, Identity};
use crate::domain::admission::{Decision, Reason, Verdict};
use crate::trust::chain::Anchors;
use crate::trust::pki::{ALTERNATIVE_NAMES, Draft, NOW, Party, dns_names, new_key, pem};

pub(crate) const VERSIONS: [&SupportedProtocolVersion; 2] =
    [&rustls::version::TLS12, &rustls::version::TLS13];
pub(crate) const HOST: &str = "annuaire.essai.fr";
pub(crate) const PATIENT: Duration = Duration::from_mins(1);

/// An authority, a gateway of its, and a server with a certificate that is good in any year of the tests.
pub(crate) struct World {
    pub(crate) root: Party,
    pub(crate) gateway: Arc<CertifiedKey>,
    pub(crate) identity: Identity,
    pub(crate) server: (Vec<u8>, rcgen::KeyPair),
}

fn private(key: &rcgen::KeyPair) -> PrivateKeyDer<'static> {
    PrivatePkcs8KeyDer::from(key.serialize_der()).into()
}

pub(crate) fn certified(chain: &[Vec<u8>], key: &rcgen::KeyPair) -> Arc<CertifiedKey> {
    let chain = chain.iter().cloned().map(CertificateDer::from).collect();
    let key = rustls::crypto::aws_lc_rs::sign::any_supported_type(&private(key)).unwrap();
    Arc::new(CertifiedKey::new(chain, key))
}

impl World {
    pub(crate) fn new() -> Self {
        let root = Party::new("AC d'essai");
        let (gateway, server) = (new_key(), new_key());
        let mut draft = Draft::gateway(&root, &server);
        draft.set(ALTERNATIVE_NAMES, false, dns_names(&[HOST]));
        let server_der = draft.der(&root.key);
        let gateway_der = Draft::gateway(&root, &gateway).der(&root.key);
        Self {
            gateway: certified(&[gateway_der], &gateway),
            identity: Identity::new(
                vec![CertificateDer::from(server_der.clone())],
                private(&server),
            )
            .unwrap(),
            server: (server_der, server),
            root,
        }
    }

    pub(crate) fn acceptor(&self, decide: Decide) -> Acceptor {
        Acceptor::new(self.identity.clone(), &self.anchors(), decide, PATIENT)
    }

    pub(crate) fn anchors(&self) -> Anchors {
        Anchors::from_pem(pem(self.root.root().der()).as_bytes()).unwrap()
    }

    /// A client that shows this, by one version of TLS, and does its best to resume.
    pub(crate) fn client(
        &self,
        version: &'static SupportedProtocolVersion,
        shown: Option<Arc<dyn ResolvesClientCert>>,
    ) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(self.root.root().der().clone()).unwrap();
        let builder = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(&[version])
            .unwrap()
            .with_root_certificates(roots);
        Arc::new(match shown {
            Some(shown) => builder.with_client_cert_resolver(shown),
            None => builder.with_no_client_auth(),
        })
    }

    pub(crate) fn gateway_client(
        &self,
        version: &'static SupportedProtocolVersion,
    ) -> Arc<ClientConfig> {
        self.client(version, Some(shown(&self.gateway)))
    }
}

pub(crate) fn shown(key: &Arc<CertifiedKey>) -> Arc<dyn ResolvesClientCert> {
    Arc::new(SingleCertAndKey::from(Arc::clone(key)))
}

pub(crate) fn decision(reasons: &[Reason]) -> Arc<Decision> {
    Arc::new(Decision {
        verdict: if reasons.is_empty() {
            Verdict::Admit
        } else {
            Verdict::Refuse
        },
        reasons: reasons.to_vec(),
        checks: Vec::new(),
        grade: None,
        operator: None,
        certificate: None,
        epoch: None,
        list: None,
        at: NOW,
        valid_until: None,
    })
}

pub(crate) fn always(reasons: &[Reason]) -> Decide {
    let decision = decision(reasons);
    Arc::new(move |_| Arc::clone(&decision))
}
