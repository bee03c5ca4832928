//! A trust space of pretend authorities and peers, and what is asked about them. All peers of one authority have one name, which
//! the list has; no certificate of theirs is registered, so that each is looked at whole.

use std::sync::Arc;

use annuaire::domain::admission::ListUsed;
use annuaire::domain::certificate::CertificateState;
use annuaire::domain::clock::{Clock as _, SystemClock};
use annuaire::domain::digest::Digest;
use annuaire::domain::mail_domain::MailDomainName;
use annuaire::domain::onboarding::OperatorState;
use annuaire::domain::pem;
use annuaire::domain::trust_list::{TrustEntry, TrustList};
use annuaire::domain::trust_state::{
    Binding, CertificateStanding, Evidence, OperatorStanding, TrustState,
};
use annuaire::trust::admission::ListInForce;
use annuaire::trust::certificate::Certificate;
use annuaire::trust::sidecar::{SignerNotice, SignerStatus};
use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CrlDistributionPoint,
    DnType, DnValue, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose,
    SerialNumber, SignatureAlgorithm,
};
use time::{Duration, OffsetDateTime};

/// Mail domains of one request about many.
const DOMAINS: usize = 100;

/// How a chain is written.
#[derive(Clone, Copy)]
pub(crate) enum Body {
    Der,
    Pem,
}

/// An authority, the one it issues by, and what that issues.
pub(crate) struct Peers {
    number: i64,
    root: Vec<u8>,
    issuing: Vec<u8>,
    issuer: Issuer<'static, KeyPair>,
    revocation_lists: [Vec<u8>; 2],
    leaf_key: KeyPair,
    now: OffsetDateTime,
}

/// What a node knows.
pub(crate) struct Space {
    pub(crate) anchors: String,
    pub(crate) state: Arc<TrustState>,
    pub(crate) list: Arc<ListInForce>,
}

impl Peers {
    pub(crate) fn new(kind: &str, algorithm: &'static SignatureAlgorithm) -> anyhow::Result<Self> {
        let now = SystemClock.now();
        let key = || KeyPair::generate_for(algorithm);
        let authority = |name: &str| {
            let mut params = named(&format!("AC {name} {kind}"), now)?;
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
            anyhow::Ok(params)
        };
        let root_key = key()?;
        let root = authority("RACINE")?;
        let root_der = root.self_signed(&root_key)?.der().to_vec();
        let root = Issuer::new(root, root_key);
        let issuing_key = key()?;
        let mut issuing = authority("ORGANISATIONS")?;
        issuing.use_authority_key_identifier_extension = true;
        issuing.crl_distribution_points = points();
        let issuing_der = issuing.signed_by(&issuing_key, &root)?.der().to_vec();
        let issuer = Issuer::new(issuing, issuing_key);
        Ok(Self {
            number: if kind == "RSA" { 1 } else { 2 },
            revocation_lists: [
                revoked_nothing(&root, &root_der, now)?,
                revoked_nothing(&issuer, &issuing_der, now)?,
            ],
            root: root_der,
            issuing: issuing_der,
            issuer,
            leaf_key: key()?,
            now,
        })
    }

    /// A chain of three that differs from all others.
    pub(crate) fn chain(&self, number: usize) -> anyhow::Result<[Vec<u8>; 3]> {
        let mut params = named(&format!("mail{}.essai.fr", self.number), self.now)?;
        let name = &mut params.distinguished_name;
        name.push(DnType::OrganizationName, "Hôpital d'essai");
        name.push(DnType::OrganizationalUnitName, "1770816478");
        params.serial_number = Some(SerialNumber::from(u64::try_from(number)? + 1));
        params.is_ca = IsCa::ExplicitNoCa;
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![
            ExtendedKeyUsagePurpose::ServerAuth,
            ExtendedKeyUsagePurpose::ClientAuth,
        ];
        params.crl_distribution_points = points();
        let leaf = params.signed_by(&self.leaf_key, &self.issuer)?;
        Ok([leaf.der().to_vec(), self.issuing.clone(), self.root.clone()])
    }
}

fn named(name: &str, now: OffsetDateTime) -> anyhow::Result<CertificateParams> {
    // Authorities have names with spaces, and no hosts.
    let host = (!name.contains(' ')).then(|| name.to_owned());
    let mut params = CertificateParams::new(host.into_iter().collect::<Vec<_>>())?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    let country = DnValue::PrintableString("FR".try_into()?);
    params.distinguished_name.push(DnType::CountryName, country);
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = now - Duration::DAY;
    params.not_after = now + Duration::days(365);
    Ok(params)
}

fn points() -> Vec<CrlDistributionPoint> {
    let uris = vec!["http://crl.essai.invalid/organisations.crl".to_owned()];
    vec![CrlDistributionPoint { uris }]
}

fn revoked_nothing(
    issuer: &Issuer<'_, KeyPair>,
    der: &[u8],
    now: OffsetDateTime,
) -> anyhow::Result<Vec<u8>> {
    let key = Certificate::parse(der)?.extensions.subject_key;
    let params = CertificateRevocationListParams {
        this_update: now - Duration::HOUR,
        next_update: now + Duration::DAY,
        crl_number: SerialNumber::from(1_u64),
        issuing_distribution_point: None,
        revoked_certs: Vec::new(),
        key_identifier_method: KeyIdMethod::PreSpecified(
            key.context("an authority without a key")?,
        ),
    };
    Ok(params.signed_by(issuer)?.der().to_vec())
}

fn domain(number: usize) -> String {
    format!("domaine-{number}.mssante.fr")
}

/// The trust space in which all of them are let in, for a hundred mail domains each.
pub(crate) fn space(all: &[&Peers]) -> anyhow::Result<Space> {
    let now = SystemClock.now();
    let mut anchors = String::new();
    let mut entries = Vec::new();
    let mut state = TrustState {
        epoch: 1,
        epoch_at: None,
        at: now,
        list: Some(1),
        operators: Vec::new(),
        certificates: Vec::new(),
        bindings: Vec::new(),
        next_change_at: None,
        revocation_lists: Vec::new(),
        ocsp_answers: Vec::new(),
    };
    for peers in all {
        anchors.push_str(&pem::certificate(&peers.root));
        let [leaf, ..] = peers.chain(0)?;
        let subject = Certificate::parse(&leaf)?.subject;
        state.operators.push(OperatorStanding {
            id: peers.number,
            name: "GRADES FICTIF".to_owned(),
            state: OperatorState::Active,
            since: now,
        });
        state.certificates.push(CertificateStanding {
            id: peers.number,
            operator: peers.number,
            dn: subject.to_string(),
            chain: Vec::new(),
            state: CertificateState::Active,
            since: now,
            revocation_reason: None,
            authority: None,
        });
        for number in 0..DOMAINS {
            let mail_domain = MailDomainName::parse(&domain(number))?;
            state.bindings.push(Binding {
                mail_domain: mail_domain.clone(),
                certificate: peers.number,
            });
            entries.push(TrustEntry {
                mail_domain,
                description: String::new(),
                operator_dn: subject.clone(),
                responsible_contact: String::new(),
                support_contact: String::new(),
                updated_at: now,
            });
        }
        let lists = peers.revocation_lists.iter();
        state.revocation_lists.extend(lists.map(|der| Evidence {
            der: der.clone(),
            source: "upload".to_owned(),
            fetched_at: now,
        }));
    }
    state.bindings.sort_unstable();
    let list = ListInForce {
        used: ListUsed {
            sequence: 1,
            sha256: Digest::new([1; 32]),
        },
        list: TrustList::assemble(now, entries),
        signers: vec![SignerNotice {
            sha256: Digest::new([2; 32]),
            status: SignerStatus::Current,
            from: now,
        }],
    };
    Ok(Space {
        anchors,
        state: Arc::new(state),
        list: Arc::new(list),
    })
}

/// The question about one chain, for one mail domain.
pub(crate) fn one(chain: &[Vec<u8>], body: Body) -> Vec<u8> {
    let chain = match body {
        Body::Der => der(chain),
        Body::Pem => {
            let text: String = chain.iter().map(|der| pem::certificate(der)).collect();
            text.into()
        }
    };
    let question = serde_json::json!({
        "chain": chain, "mail_domain": domain(0), "role": "smtp-client",
    });
    post("/v1/admission/decisions", &question)
}

/// The same for all mail domains.
pub(crate) fn many(chain: &[Vec<u8>]) -> Vec<u8> {
    let questions = (0..DOMAINS).map(|number| {
        serde_json::json!({ "chain": "a", "mail_domain": domain(number), "role": "smtp-client" })
    });
    let question = serde_json::json!({
        "chains": { "a": der(chain) }, "questions": questions.collect::<Vec<_>>(),
    });
    post("/v1/admission/decisions/batch", &question)
}

fn der(chain: &[Vec<u8>]) -> serde_json::Value {
    chain.iter().map(|der| STANDARD.encode(der)).collect()
}

fn post(path: &str, body: &serde_json::Value) -> Vec<u8> {
    let body = body.to_string();
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

pub(crate) fn get(target: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nhost: localhost\r\n\r\n").into_bytes()
}
