//! The extensions of a certificate (RFC 5280 §4.2): which there are, and what the known ones say.

use x509_parser::extensions::{
    DistributionPointName, GeneralName, KeyUsage as ParsedKeyUsage, ParsedExtension,
};
use x509_parser::prelude::X509Extension;

use super::oid::OCSP;
use super::{InvalidCertificate, strict};

/// That an extension is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// Object identifier, in dots.
    pub oid: String,
    /// Whether who does not know it must refuse the certificate.
    pub is_critical: bool,
}

/// What a key may be used for (RFC 5280 §4.2.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyUsage {
    /// Signatures other than on certificates and revocation lists.
    DigitalSignature,
    /// Signatures that bind (`contentCommitment`).
    NonRepudiation,
    /// Encrypting keys.
    KeyEncipherment,
    /// Agreeing on keys.
    KeyAgreement,
    /// Signatures on certificates.
    KeyCertSign,
    /// Signatures on revocation lists.
    CrlSign,
}

impl KeyUsage {
    const ALL: [Self; 6] = [
        Self::DigitalSignature,
        Self::NonRepudiation,
        Self::KeyEncipherment,
        Self::KeyAgreement,
        Self::KeyCertSign,
        Self::CrlSign,
    ];

    /// The name in the RFC.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DigitalSignature => "digitalSignature",
            Self::NonRepudiation => "nonRepudiation",
            Self::KeyEncipherment => "keyEncipherment",
            Self::KeyAgreement => "keyAgreement",
            Self::KeyCertSign => "keyCertSign",
            Self::CrlSign => "cRLSign",
        }
    }

    fn is_set(self, usages: ParsedKeyUsage) -> bool {
        match self {
            Self::DigitalSignature => usages.digital_signature(),
            Self::NonRepudiation => usages.non_repudiation(),
            Self::KeyEncipherment => usages.key_encipherment(),
            Self::KeyAgreement => usages.key_agreement(),
            Self::KeyCertSign => usages.key_cert_sign(),
            Self::CrlSign => usages.crl_sign(),
        }
    }
}

/// The usages one certificate names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyUsages(Vec<KeyUsage>);

impl KeyUsages {
    /// Whether this usage is named.
    pub fn allow(&self, usage: KeyUsage) -> bool {
        self.0.contains(&usage)
    }
}

impl std::fmt::Display for KeyUsages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<_> = self.0.iter().map(|usage| usage.as_str()).collect();
        f.write_str(&names.join(" "))
    }
}

/// Whether it is an authority's, and how deep (RFC 5280 §4.2.1.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BasicConstraints {
    /// `cA`.
    pub is_authority: bool,
    /// `pathLenConstraint`.
    pub path_length: Option<u32>,
}

/// Whose key signed it (RFC 5280 §4.2.1.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityKey {
    /// `keyIdentifier`.
    pub key: Option<Vec<u8>>,
    /// Whether it names the authority's certificate by issuer and serial number too.
    pub names_certificate: bool,
}

/// One name of the subject beside its distinguished name (RFC 5280 §4.2.1.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlternativeName {
    /// `dNSName`.
    Dns(String),
    /// `rfc822Name`.
    Mail(String),
    /// `iPAddress`: 4 or 16 bytes.
    Address(Vec<u8>),
    /// A type that nothing here asks about.
    Other,
}

/// What the known extensions say; where one stands twice, its first occurrence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extensions {
    /// All of them, in their order, repeated ones repeated.
    pub present: Vec<Extension>,
    /// `keyUsage`.
    pub key_usages: Option<KeyUsages>,
    /// `extKeyUsage`: object identifiers, in dots.
    pub extended_key_usages: Option<Vec<String>>,
    /// `basicConstraints`.
    pub basic_constraints: Option<BasicConstraints>,
    /// How many names `nameConstraints` permits or excludes.
    pub constrained_names: Option<usize>,
    /// `subjectAltName`.
    pub alternative_names: Vec<AlternativeName>,
    /// `authorityKeyIdentifier`.
    pub authority_key: Option<AuthorityKey>,
    /// `subjectKeyIdentifier`.
    pub subject_key: Option<Vec<u8>>,
    /// Addresses in `cRLDistributionPoints`, in their order: `http:` and `ldap:` alike.
    pub crl_urls: Vec<String>,
    /// Addresses of OCSP responders in `authorityInfoAccess`.
    pub ocsp_urls: Vec<String>,
}

impl Extensions {
    /// The extension with this object identifier, if there.
    pub fn find(&self, oid: &str) -> Option<&Extension> {
        self.present.iter().find(|extension| extension.oid == oid)
    }

    /// Names of hosts it is for.
    pub fn dns_names(&self) -> impl Iterator<Item = &str> {
        self.alternative_names.iter().filter_map(|name| match name {
            AlternativeName::Dns(name) => Some(name.as_str()),
            AlternativeName::Mail(_) | AlternativeName::Address(_) | AlternativeName::Other => None,
        })
    }
}

/// Reads the extensions of a certificate, or those that a request asks for.
pub(in crate::trust) fn read(
    extensions: &[X509Extension<'_>],
) -> Result<Extensions, InvalidCertificate> {
    let mut found = Extensions::default();
    for extension in extensions {
        let oid = extension.oid.to_id_string();
        let malformed = || InvalidCertificate::Extension(oid.clone());
        let is_repeated = found.find(&oid).is_some();
        found.present.push(Extension {
            oid: oid.clone(),
            is_critical: extension.critical,
        });
        if is_repeated {
            continue;
        }
        let parsed = extension.parsed_extension();
        if !parsed.unsupported() && !strict::is_der(extension.value) {
            return Err(malformed());
        }
        match parsed {
            ParsedExtension::ParseError { .. } => return Err(malformed()),
            ParsedExtension::KeyUsage(usage) => {
                let named = KeyUsage::ALL.into_iter().filter(|it| it.is_set(*usage));
                found.key_usages = Some(KeyUsages(named.collect()));
            }
            ParsedExtension::ExtendedKeyUsage(_) => {
                found.extended_key_usages = Some(usages(extension.value).ok_or_else(malformed)?);
            }
            ParsedExtension::BasicConstraints(constraints) => {
                found.basic_constraints = Some(BasicConstraints {
                    is_authority: constraints.ca,
                    path_length: constraints.path_len_constraint,
                });
            }
            ParsedExtension::NameConstraints(names) => {
                let subtrees = [&names.permitted_subtrees, &names.excluded_subtrees];
                found.constrained_names = Some(subtrees.into_iter().flatten().map(Vec::len).sum());
            }
            ParsedExtension::SubjectAlternativeName(names) => {
                for name in &names.general_names {
                    found
                        .alternative_names
                        .push(alternative(name).ok_or_else(malformed)?);
                }
            }
            ParsedExtension::AuthorityKeyIdentifier(key) => {
                found.authority_key = Some(AuthorityKey {
                    key: key.key_identifier.as_ref().map(|key| key.0.to_vec()),
                    names_certificate: key.authority_cert_issuer.is_some()
                        || key.authority_cert_serial.is_some(),
                });
            }
            ParsedExtension::SubjectKeyIdentifier(key) => {
                found.subject_key = Some(key.0.to_vec());
            }
            ParsedExtension::CRLDistributionPoints(points) => {
                for point in &points.points {
                    if let Some(DistributionPointName::FullName(names)) = &point.distribution_point
                    {
                        found.crl_urls.extend(names.iter().filter_map(url));
                    }
                }
            }
            ParsedExtension::AuthorityInfoAccess(access) => {
                let responders = access
                    .iter()
                    .filter(|it| it.access_method.to_id_string() == OCSP);
                found
                    .ocsp_urls
                    .extend(responders.filter_map(|it| url(&it.access_location)));
            }
            // The parser's list of extensions grows with its versions; the rules name the ones
            // that may not be ignored.
            _ => {}
        }
    }
    Ok(found)
}

/// The identifiers of `ExtKeyUsageSyntax`, which the parser's summary keeps only in part.
fn usages(value: &[u8]) -> Option<Vec<String>> {
    use x509_parser::asn1_rs::{FromDer, Oid, SequenceOf};
    let (rest, oids) = SequenceOf::<Oid<'_>>::from_der(value).ok()?;
    rest.is_empty()
        .then(|| oids.iter().map(Oid::to_id_string).collect())
}

/// None where the name is not of the type it claims.
fn alternative(name: &GeneralName<'_>) -> Option<AlternativeName> {
    match name {
        GeneralName::DNSName(name) => is_plain(name).then(|| AlternativeName::Dns((*name).into())),
        GeneralName::RFC822Name(name) => {
            is_plain(name).then(|| AlternativeName::Mail((*name).into()))
        }
        GeneralName::IPAddress(bytes) => {
            matches!(bytes.len(), 4 | 16).then(|| AlternativeName::Address(bytes.to_vec()))
        }
        GeneralName::OtherName(..)
        | GeneralName::X400Address(_)
        | GeneralName::DirectoryName(_)
        | GeneralName::EDIPartyName(_)
        | GeneralName::URI(_)
        | GeneralName::RegisteredID(_) => Some(AlternativeName::Other),
        GeneralName::Invalid(..) => None,
    }
}

/// An `IA5String` without control characters: NUL cuts a name where others read on.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| (0x20..0x7f).contains(&byte))
}

fn url(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::URI(url) if is_plain(url) => Some((*url).to_owned()),
        _ => None,
    }
}
