//! The registry's state made ready to be asked: whose a certificate is, where it stands, and behind which
//! mail domains.

use std::collections::HashMap;
use std::sync::Arc;

use super::listed::Listed;
use crate::domain::admission::Grade;
use crate::domain::certificate::CertificateState;
use crate::domain::digest::Digest;
use crate::domain::distinguished_name::OperatorDn;
use crate::domain::mail_domain::MailDomainName;
use crate::domain::onboarding::OperatorState;
use crate::domain::trust_state::{CertificateStanding, OperatorStanding, TrustState};
use crate::trust::certificate::Certificate;
use crate::trust::digest::sha256;

/// A registered certificate as decisions look at it.
#[derive(Debug)]
pub(super) struct Registered {
    /// Number of the certificate.
    pub(super) id: i64,
    /// Number of its operator.
    pub(super) operator: i64,
    /// Where it stands.
    pub(super) state: CertificateState,
    /// Where its operator stands; none where the registry does not have it.
    pub(super) operator_state: Option<OperatorState>,
    /// Its name, as registered, else as its bytes have it; none where neither can be read.
    dn: Option<OperatorDn>,
    /// Its bytes; none where it is known by its name alone.
    pub(super) bytes: Option<Bytes>,
    /// The places of the names of the list that match its own.
    pub(super) listed: Vec<usize>,
    /// Whether the list has one of them behind one of the mail domains that it stands behind.
    pub(super) is_listed: bool,
}

/// What the registry holds of a certificate.
#[derive(Debug)]
pub(super) struct Bytes {
    /// The certificate; none where it cannot be read any more.
    pub(super) read: Option<Arc<Certificate>>,
    /// That of its issuer, where it was registered with it.
    pub(super) issuer: Option<Arc<Certificate>>,
}

impl Registered {
    /// Whether it and its operator are in force.
    pub(super) fn is_in_force(&self) -> bool {
        self.state == CertificateState::Active && self.operator_state == Some(OperatorState::Active)
    }

    /// Whether it was let in and not put out: in use, or on hold.
    fn is_in_use(&self) -> bool {
        match self.state {
            CertificateState::Active | CertificateState::Suspended => true,
            CertificateState::Pending
            | CertificateState::Revoked
            | CertificateState::Expired
            | CertificateState::Superseded => false,
        }
    }

    /// Whether its bytes end that its name alone is enough: those of one that is in use, and of one that
    /// was revoked. Whoever has a revoked key may hold other certificates of that name, so that the
    /// operator's next one is believed by its bytes.
    fn ends_name_alone(&self) -> bool {
        match self.state {
            CertificateState::Active | CertificateState::Suspended | CertificateState::Revoked => {
                self.bytes.is_some()
            }
            CertificateState::Pending
            | CertificateState::Expired
            | CertificateState::Superseded => false,
        }
    }
}

/// Who a certificate is to the registry.
#[derive(Clone, Copy, Debug)]
pub(super) enum Recognised<'a> {
    /// One of those it holds the bytes of, or knows by name alone.
    As(&'a Registered, Grade),
    /// It bears the name of one whose bytes the registry holds, and is another.
    Twin(&'a Registered),
}

impl<'a> Recognised<'a> {
    /// The registered certificate that its operator is known by.
    pub(super) const fn registered(self) -> &'a Registered {
        match self {
            Self::As(registered, _) | Self::Twin(registered) => registered,
        }
    }
}

#[derive(Debug)]
pub(super) struct Register {
    certificates: Vec<Registered>,
    by_bytes: HashMap<Digest, Vec<usize>>,
    by_key: HashMap<String, Vec<usize>>,
    /// The certificates behind each mail domain.
    bound: HashMap<MailDomainName, Vec<usize>>,
    /// Every certificate of the registered chains that can be read, by its digest.
    read: HashMap<Digest, Arc<Certificate>>,
}

impl Register {
    /// `before` spares reading what it has read.
    pub(super) fn new(state: &TrustState, listed: &Listed, before: Option<&Self>) -> Self {
        let mut register = Self {
            certificates: Vec::with_capacity(state.certificates.len()),
            by_bytes: HashMap::new(),
            by_key: HashMap::new(),
            bound: HashMap::new(),
            read: HashMap::new(),
        };
        let operators: HashMap<i64, &OperatorStanding> =
            state.operators.iter().map(|it| (it.id, it)).collect();
        for standing in &state.certificates {
            register.add(standing, &operators, listed, before);
        }
        let numbers = register.certificates.iter().enumerate();
        let places: HashMap<i64, usize> = numbers.map(|(place, it)| (it.id, place)).collect();
        for binding in &state.bindings {
            if let Some(place) = places.get(&binding.certificate) {
                let behind = register.bound.entry(binding.mail_domain.clone());
                behind.or_default().push(*place);
            }
        }
        for (mail_domain, places) in &register.bound {
            let row = listed.row(mail_domain).unwrap_or_default();
            for place in places {
                if let Some(certificate) = register.certificates.get_mut(*place) {
                    let mut names = certificate.listed.iter();
                    certificate.is_listed |= names.any(|name| row.contains(name));
                }
            }
        }
        register
    }

    fn add(
        &mut self,
        standing: &CertificateStanding,
        operators: &HashMap<i64, &OperatorStanding>,
        listed: &Listed,
        before: Option<&Self>,
    ) {
        let mut chain = Vec::with_capacity(standing.chain.len());
        for der in &standing.chain {
            let digest = sha256(der);
            let kept = self.read.get(&digest);
            let kept = kept.or_else(|| before.and_then(|before| before.read.get(&digest)));
            let read = kept
                .cloned()
                .or_else(|| Certificate::parse(der).ok().map(Arc::new));
            if let Some(read) = &read {
                self.read.insert(digest, Arc::clone(read));
            }
            chain.push((digest, read));
        }
        let place = self.certificates.len();
        // What cannot be read as a name matches none; its bytes are who they are all the same.
        let of_bytes = || Some(chain.first()?.1.as_ref()?.subject.clone());
        let dn = OperatorDn::parse(&standing.dn).ok().or_else(of_bytes);
        if let Some(dn) = &dn {
            self.by_key.entry(dn.match_key()).or_default().push(place);
        }
        let bytes = chain.first().map(|(digest, read)| {
            self.by_bytes.entry(*digest).or_default().push(place);
            let above = chain.iter().skip(1).filter_map(|(_, read)| read.as_ref());
            let mut issuers = above.filter(|it| {
                let named = read.as_ref().map(|read| &read.issuer);
                named == Some(&it.subject)
            });
            Bytes {
                issuer: issuers.next().cloned(),
                read: read.clone(),
            }
        });
        self.certificates.push(Registered {
            id: standing.id,
            operator: standing.operator,
            state: standing.state,
            operator_state: operators.get(&standing.operator).map(|it| it.state),
            listed: dn
                .as_ref()
                .map(|dn| listed.matching(dn))
                .unwrap_or_default(),
            dn,
            bytes,
            is_listed: false,
        });
    }

    /// The certificate with this digest, where it was registered itself or in somebody's chain.
    pub(super) fn read(&self, digest: &Digest) -> Option<&Arc<Certificate>> {
        self.read.get(digest)
    }

    /// Every registered certificate.
    pub(super) fn certificates(&self) -> impl Iterator<Item = &Registered> {
        self.certificates.iter()
    }

    /// Every registered certificate with this name.
    pub(super) fn named(&self, dn: &OperatorDn) -> Vec<&Registered> {
        let candidates = self.by_key.get(&dn.match_key()).into_iter().flatten();
        candidates
            .filter_map(|place| self.certificates.get(*place))
            .filter(|registered| registered.dn.as_ref().is_some_and(|it| it.matches(dn)))
            .collect()
    }

    /// The certificates behind a mail domain.
    pub(super) fn behind(&self, mail_domain: &MailDomainName) -> impl Iterator<Item = &Registered> {
        let places = self.bound.get(mail_domain).into_iter().flatten();
        places.filter_map(|place| self.certificates.get(*place))
    }

    /// Whether a certificate stands behind a mail domain.
    pub(super) fn is_bound(&self, certificate: i64, mail_domain: &MailDomainName) -> bool {
        self.behind(mail_domain).any(|it| it.id == certificate)
    }

    /// Who a certificate is: one of those whose bytes the registry holds, else one that it knows by name
    /// alone. Where bytes are in use under the name, or were revoked, only bytes are: the name alone is
    /// then not enough.
    pub(super) fn recognise(
        &self,
        leaf: &Certificate,
        mail_domain: Option<&MailDomainName>,
    ) -> Option<Recognised<'_>> {
        let exact = self.by_bytes.get(&leaf.fingerprint).into_iter().flatten();
        let exact = exact
            .filter_map(|place| self.certificates.get(*place))
            .collect();
        if let Some(registered) = self.best(exact, mail_domain) {
            return Some(Recognised::As(registered, Grade::Registered));
        }
        let (held, nameless): (Vec<_>, Vec<_>) = self
            .named(&leaf.subject)
            .into_iter()
            .partition(|it| it.bytes.is_some());
        let is_ended = held.iter().any(|it| it.ends_name_alone());
        match self.best(nameless, mail_domain) {
            Some(registered) if !is_ended => Some(Recognised::As(registered, Grade::Listed)),
            Some(_) | None => self.best(held, mail_domain).map(Recognised::Twin),
        }
    }

    /// Of several the one that has most for it: it stands where it is asked for, and is in force.
    fn best<'a>(
        &self,
        among: Vec<&'a Registered>,
        mail_domain: Option<&MailDomainName>,
    ) -> Option<&'a Registered> {
        among.into_iter().max_by_key(|it| {
            let stands = match mail_domain {
                Some(mail_domain) => self.is_bound(it.id, mail_domain),
                None => it.is_listed,
            };
            (stands, it.is_in_force(), it.is_in_use(), it.id)
        })
    }
}
