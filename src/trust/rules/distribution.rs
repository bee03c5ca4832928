//! Where others can ask whether a certificate was revoked.

use super::{LEAVES, Outcome, Rule, Subject, WithoutRevocation, refuse, warn};

pub(super) const RULES: &[Rule] = &[Rule {
    code: "distribution.present",
    clause: "RFC 5280 §4.2.1.13, §4.2.2.1",
    applies_to: LEAVES,
    check: present,
}];

fn present(subject: &Subject<'_>) -> Outcome {
    let extensions = &subject.certificate.extensions;
    let mut urls = extensions.crl_urls.iter().chain(&extensions.ocsp_urls);
    let is_web = |url: &String| {
        let scheme = url.split_once(':').map(|(scheme, _)| scheme);
        scheme.is_some_and(|it| it.eq_ignore_ascii_case("http") || it.eq_ignore_ascii_case("https"))
    };
    if urls.any(is_web) {
        return Outcome::Pass;
    }
    let found = "neither a cRLDistributionPoint nor an OCSP responder that HTTP reaches";
    let expected = "one of them";
    match subject.without_revocation {
        WithoutRevocation::Refuse => refuse(found, expected),
        WithoutRevocation::Warn => warn(found, expected),
    }
}
