//! The public cases of x509-limbo against path and rules: every verdict that differs from theirs is
//! listed with its reason, and the list must stay exact.

use std::collections::BTreeMap;

use crate::trust::limbo::cases;

const SELF_ISSUED: &str = "An authority that signs itself a new key is no part of a path here: the new one is configured.";
const ROLE_REQUIRED: &str =
    "What the RFC leaves open, the trust space asks for: a key says what it is for.";
const MAIL_CONSTRAINTS: &str =
    "Constraints on mail addresses are not processed, so they permit none.";
const HOST_REQUIRED: &str =
    "What takes mail has a host name; an address or a subject alone is not enough.";
const LEADING_PERIOD: &str = "Authorities of good name write the period; it is read as they mean it: the names below, not the name itself.";
const COMMON_NAME: &str = "The common name is part of what names an operator, not a host: it need not be among the hosts.";
const PUBLIC_SUFFIX: &str = "No list of public suffixes is kept; every wildcard is a warning, and anchors are few and known.";

/// Cases where the verdict differs: what we answer, and why that is meant.
const DIVERGENCES: &[(&str, &str, &str)] = &[
    (
        "cve::cve-2024-0567",
        "path.size",
        "Eight certificates are looked at; this chain has ten.",
    ),
    (
        "pathlen::self-issued-certs-pathlen",
        "path.signature",
        SELF_ISSUED,
    ),
    (
        "pathlen::validation-ignores-pathlen-in-leaf",
        "usage.leaf",
        "A leaf may not sign certificates, whatever its other extensions say.",
    ),
    (
        "rfc5280::ca-as-leaf",
        "usage.leaf",
        "A leaf may not sign certificates, whatever its other extensions say.",
    ),
    (
        "rfc5280::eku::ee-without-eku",
        "extended_usage.role",
        ROLE_REQUIRED,
    ),
    (
        "rfc5280::nc::invalid-dnsname-leading-period",
        "taken",
        LEADING_PERIOD,
    ),
    (
        "rfc5280::nc::nc-permits-email-domain",
        "path.name_constraints",
        MAIL_CONSTRAINTS,
    ),
    (
        "rfc5280::nc::nc-permits-email-exact",
        "path.name_constraints",
        MAIL_CONSTRAINTS,
    ),
    (
        "rfc5280::nc::nc-permits-email-literal-asterisk-exact-match",
        "path.name_constraints",
        MAIL_CONSTRAINTS,
    ),
    (
        "rfc5280::nc::nc-permits-email-literal-double-asterisk",
        "path.name_constraints",
        MAIL_CONSTRAINTS,
    ),
    (
        "rfc5280::nc::nc-permits-email-literal-mid-asterisk",
        "path.name_constraints",
        MAIL_CONSTRAINTS,
    ),
    (
        "rfc5280::nc::permitted-dn-match",
        "name.hosts",
        HOST_REQUIRED,
    ),
    (
        "rfc5280::nc::permitted-ipv4-match",
        "name.hosts",
        HOST_REQUIRED,
    ),
    (
        "rfc5280::nc::permitted-ipv6-match",
        "name.hosts",
        HOST_REQUIRED,
    ),
    (
        "rfc5280::nc::permitted-self-issued",
        "path.signature",
        SELF_ISSUED,
    ),
    ("rfc5280::no-keyusage", "usage.present", ROLE_REQUIRED),
    ("webpki::cn::case-mismatch", "taken", COMMON_NAME),
    ("webpki::cn::not-in-san", "taken", COMMON_NAME),
    ("webpki::cn::punycode-not-in-san", "taken", COMMON_NAME),
    (
        "webpki::cn::utf8-vs-punycode-mismatch",
        "taken",
        COMMON_NAME,
    ),
    (
        "webpki::eku::ee-critical-eku",
        "taken",
        "RFC 5280 §4.2.1.12 lets extKeyUsage be critical; the web does not.",
    ),
    (
        "webpki::nc::permitted-dns-match-noncritical",
        "constraints.critical",
        "The web tolerates name constraints that are not critical; RFC 5280 §4.2.1.10 does not.",
    ),
    (
        "webpki::san::exact-localhost-ip-san",
        "name.hosts",
        HOST_REQUIRED,
    ),
    (
        "webpki::san::public-suffix-multi-label-wildcard-san",
        "taken",
        PUBLIC_SUFFIX,
    ),
    (
        "webpki::san::public-suffix-private-namespace-wildcard-san",
        "taken",
        PUBLIC_SUFFIX,
    ),
    (
        "webpki::san::san-critical-with-nonempty-subject",
        "taken",
        "RFC 5280 §4.2.1.6 says SHOULD; the name is read either way.",
    ),
];

#[test]
fn verdicts_differ_only_where_it_is_meant() {
    let Some(cases) = cases() else { return };
    let mut differing = BTreeMap::new();
    let mut compared = 0;
    // Those with revocation lists are another part's.
    for case in cases.iter().filter(|case| !case.has_lists()) {
        compared += 1;
        let path = case.path();
        if path.is_ok() != case.should_be_taken() {
            let answer = path.err().unwrap_or_else(|| "taken".to_owned());
            differing.insert(case.id.as_str(), answer);
        }
    }
    let listed: BTreeMap<_, _> = DIVERGENCES
        .iter()
        .map(|(id, answer, _)| (*id, (*answer).to_owned()))
        .collect();
    assert!(compared > 150, "{compared} cases: the suite has changed");
    assert!(DIVERGENCES.iter().all(|(.., reason)| reason.ends_with('.')));
    assert_eq!(differing, listed);
}
