//! Where our verdict is not that of others, and why that is meant. The lists are exact: a case more or one
//! less fails a test.

/// Cases that end alike: what we answer, why, and which.
pub(super) type Divergence = (&'static str, &'static str, &'static [&'static str]);

/// Cases with revocation lists where the authors of x509-limbo expect something else.
pub(super) const FROM_LIMBO: &[Divergence] = &[(
    "usage.present",
    "An authority of the trust space says what its key is for; RFC 5280 §6.3.3 (f) lets it be silent.",
    &["crl::issuer-no-keyusage-extension"],
)];

/// Cases where `openssl verify` says something else.
pub(super) const FROM_OPENSSL: &[Divergence] = &[
    (
        "revocation.unknown",
        "A list has a number (RFC 5280 §5.2.3): without one it could be replaced by an older one unseen.",
        &["crl::crlnumber-missing"],
    ),
    (
        "taken",
        "The last second belongs to the certificate (RFC 5280 §4.1.2.5); openssl leaves it out.",
        &[
            "rfc5280::validity::notafter-exact",
            "rfc5280::validity::notafter-fractional",
        ],
    ),
    (
        "taken",
        "Another path is looked for where the first one breaks a constraint on names; openssl tries one.",
        &[
            "rfc5280::nc::nc-forbids-alternate-chain-ica",
            "rfc5280::nc::nc-forbids-same-chain-ica",
        ],
    ),
    (
        "path.size",
        "Eight certificates are looked at; this chain has ten.",
        &["cve::cve-2024-0567"],
    ),
    (
        "path.signature",
        "An authority that signs itself a new key is no part of a path here: the new one is configured.",
        &[
            "pathlen::self-issued-certs-pathlen",
            "rfc5280::nc::permitted-self-issued",
        ],
    ),
    (
        "path.signature",
        "Keys of less than 2048 bits and curves that are not P-256 or P-384 sign nothing here.",
        &[
            "webpki::forbidden-p192-root",
            "webpki::forbidden-weak-rsa-key-in-root",
        ],
    ),
    (
        "signature.algorithm",
        "Nothing is signed with DSA here.",
        &["webpki::forbidden-dsa-root"],
    ),
    (
        "key.size",
        "Keys are RSA of 2048 bits or more, in whole octets, or on P-256 or P-384.",
        &[
            "webpki::forbidden-dsa-leaf",
            "webpki::forbidden-p192-leaf",
            "webpki::forbidden-rsa-key-not-divisible-by-8-in-leaf",
            "webpki::forbidden-rsa-not-divisible-by-8-in-root",
            "webpki::forbidden-weak-rsa-in-leaf",
        ],
    ),
    (
        "path.name_constraints",
        "A wildcard stands for names that an authority above excluded; openssl looks at the name it is asked for.",
        &[
            "cve::cve-2025-61727",
            "rfc5280::nc::nc-forbids-dnsname-wildcard-san",
        ],
    ),
    (
        "path.name_constraints",
        "Constraints on mail addresses are not processed, so they permit none.",
        &[
            "rfc5280::nc::nc-permits-email-domain",
            "rfc5280::nc::nc-permits-email-exact",
            "rfc5280::nc::nc-permits-email-literal-asterisk-exact-match",
            "rfc5280::nc::nc-permits-email-literal-double-asterisk",
            "rfc5280::nc::nc-permits-email-literal-mid-asterisk",
            "rfc5280::nc::nc-permits-invalid-email-san",
        ],
    ),
    (
        "constraints.names_in_leaf",
        "Constraints on names are an authority's (RFC 5280 §4.2.1.10).",
        &[
            "rfc5280::nc::not-allowed-in-ee-critical",
            "rfc5280::nc::not-allowed-in-ee-noncritical",
        ],
    ),
    (
        "constraints.names",
        "Constraints that constrain nothing are malformed (RFC 5280 §4.2.1.10).",
        &[
            "webpki::nc::intermediate-permitted-excluded-subtrees-both-empty-sequences",
            "webpki::nc::intermediate-permitted-excluded-subtrees-both-null",
        ],
    ),
    (
        "constraints.critical",
        "Who does not understand a constraint must refuse: it is critical (RFC 5280 §4.2.1.10, §4.2.1.11).",
        &[
            "rfc5280::nc::permitted-dns-match-noncritical",
            "rfc5280::pc::ica-noncritical-pc",
            "webpki::nc::permitted-dns-match-noncritical",
        ],
    ),
    (
        "constraints.leaf",
        "An authority is no end of a channel.",
        &["webpki::ee-basicconstraints-ca"],
    ),
    (
        "name.hosts",
        "What takes mail has a host name among its alternative names; an address or a subject is not enough.",
        &[
            "rfc5280::nc::permitted-dn-match",
            "rfc5280::nc::permitted-ipv4-match",
            "rfc5280::nc::permitted-ipv6-match",
            "webpki::cn::ipv4-hex-mismatch",
            "webpki::cn::ipv4-leading-zeros-mismatch",
            "webpki::cn::ipv6-non-rfc5952-mismatch",
            "webpki::cn::ipv6-uncompressed-mismatch",
            "webpki::cn::ipv6-uppercase-mismatch",
            "webpki::san::exact-localhost-ip-san",
            "webpki::san::no-san",
        ],
    ),
    (
        "name.host_form",
        "A host name is one (RFC 5280 §4.2.1.6), even where it is not the one that was connected to.",
        &[
            "rfc5280::nc::nc-permits-invalid-dns-san",
            "rfc5280::san::underscore-dns",
            "webpki::san::wildcard-embedded-leftmost-san",
        ],
    ),
    (
        "usage.present",
        "What the RFC leaves open, the trust space asks for: a key says what it is for.",
        &["rfc5280::no-keyusage"],
    ),
    (
        "extended_usage.role",
        "What the RFC leaves open, the trust space asks for: a key says what it is for.",
        &[
            "rfc5280::eku::ee-without-eku",
            "webpki::eku::ee-without-eku",
        ],
    ),
    (
        "extended_usage.any",
        "A key is for what it names, not for anything.",
        &["webpki::eku::ee-anyeku"],
    ),
    (
        "extended_usage.anchor",
        "A root is limited by what is configured, not by itself.",
        &["webpki::eku::root-has-eku"],
    ),
    (
        "serial.positive",
        "Serial numbers are positive (RFC 5280 §4.1.2.2): revocation is asked by them.",
        &["rfc5280::serial::negative", "rfc5280::serial::zero"],
    ),
    (
        "serial.length",
        "Serial numbers have at most 20 octets (RFC 5280 §4.1.2.2).",
        &["rfc5280::serial::too-long"],
    ),
    (
        "identifier.authority",
        "A certificate names the key that signed it (RFC 5280 §4.2.1.1).",
        &[
            "rfc5280::aki::cross-signed-root-missing-aki",
            "webpki::aki::root-with-aki-missing-keyidentifier",
        ],
    ),
    (
        "identifier.root",
        "A root that names a key as its authority's names its own, and nothing else.",
        &[
            "webpki::aki::root-with-aki-all-fields",
            "webpki::aki::root-with-aki-authoritycertissuer",
            "webpki::aki::root-with-aki-authoritycertserialnumber",
            "webpki::aki::root-with-aki-ski-mismatch",
        ],
    ),
    (
        "unreadable",
        "An extension that we read is readable.",
        &["webpki::malformed-aia"],
    ),
    (
        "version",
        "Certificates are of version 3.",
        &["webpki::v1-cert"],
    ),
];
