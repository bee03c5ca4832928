//! Certificates of our own authority, with RSA keys and all that its engine writes: they go the way of all
//! others.

use rcgen::{CertificateParams, KeyPair};
use time::Duration;

use super::super::Freshness;
use super::super::testing::{CERTIFICATE, Space, evidence};
use crate::domain::admission::Reason;
use crate::domain::authority::{IssuedCertificate, IssuedStatus};
use crate::domain::certificate::RevocationReason;
use crate::domain::distinguished_name::OperatorDn;
use crate::trust::authority::testing::TestAuthority;
use crate::trust::authority::{ListPlan, Order, Serial, issue, read_request, sign_revocation_list};
use crate::trust::certificate::Certificate;
use crate::trust::pki::NOW;

/// A certificate of our authority for the operator of the space.
fn issued(subject: &OperatorDn) -> Certificate {
    let authority = TestAuthority::shared();
    let key = KeyPair::generate().unwrap();
    let request = CertificateParams::default()
        .serialize_request(&key)
        .unwrap();
    let order = Order {
        request: &read_request(request.der()).unwrap(),
        subject,
        hosts: &["mail.essai.fr".to_owned()],
        not_before: NOW - Duration::DAY,
        not_after: NOW + Duration::days(365),
        serial: Serial::from_chance([0x95; 16]),
        crl_url: &authority.crl_url(),
        ocsp_url: &authority.ocsp_url(),
    };
    let der = issue(&order, authority.certificate(), &authority.signer()).unwrap();
    Certificate::parse(&der).unwrap()
}

/// Our authority's list with this certificate as it stands.
fn list(certificate: &Certificate, status: IssuedStatus, number: u64) -> Vec<u8> {
    let authority = TestAuthority::shared();
    let serial = certificate.serial.strip_prefix(&[0]);
    let plan = ListPlan {
        number,
        this_update: NOW - Duration::HOUR,
        next_update: NOW + Duration::DAY,
        previous_update: None,
        url: &authority.crl_url(),
        revoked: &[IssuedCertificate {
            id: CERTIFICATE,
            serial: serial.unwrap_or(&certificate.serial).to_vec(),
            status,
            not_after: certificate.not_after,
        }],
    };
    sign_revocation_list(authority.certificate(), &authority.signer(), &plan).unwrap()
}

#[test]
fn what_our_authority_issues_holds_and_takes_back_is_decided_so() {
    let made = &TestAuthority::shared().made;
    let mut space = Space::new();
    space.anchors = vec![made.root.clone()];
    space.authority = made.issuing.clone();
    space.gateway = issued(&space.gateway.subject);
    *space.registered() = space.standing(CERTIFICATE, Some(&space.gateway));
    let revoked = IssuedStatus::Revoked(NOW, RevocationReason::KeyCompromise);
    let mut lists = vec![evidence(made.root_list.clone())];
    for (number, (status, reasons)) in (1..).zip([
        (IssuedStatus::Good, &[][..]),
        (IssuedStatus::OnHold(NOW), &[Reason::RevocationOnHold]),
        (IssuedStatus::Good, &[]),
        (revoked, &[Reason::RevocationRevoked]),
    ]) {
        // The ones before stay in the evidence.
        lists.push(evidence(list(&space.gateway, status, number)));
        space.state.revocation_lists.clone_from(&lists);
        let mut asked = space.asked();
        asked.freshness = Freshness::Past;
        let decision = space.decide(&asked);
        assert_eq!(decision.reasons, reasons, "{number}: {decision:#?}");
    }
}
