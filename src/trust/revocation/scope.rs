//! Which certificates of its issuer a list is about (`issuingDistributionPoint`, RFC 5280 §5.2.5).

use super::InvalidRevocationList;
use crate::trust::certificate::Certificate;
use crate::trust::der::{NotDer, Reader, tag};

/// Whose certificates a list is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Holders {
    /// Everybody's.
    All,
    /// Of those who are no authority.
    Users,
    /// Of authorities.
    Authorities,
}

/// Which certificates of its issuer a list is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    /// The addresses it is the list of; none: of all.
    pub urls: Option<Vec<String>>,
    /// Whose.
    pub holders: Holders,
}

impl Scope {
    /// Every certificate.
    pub(super) const ALL: Self = Self {
        urls: None,
        holders: Holders::All,
    };

    /// Whether a certificate of the list's issuer is among them: where the list is of some addresses, it
    /// must name one of them as its place (RFC 5280 §6.3.3 (b)(2)).
    pub(super) fn holds(&self, certificate: &Certificate) -> bool {
        let is_holder = match self.holders {
            Holders::All => true,
            Holders::Users => !certificate.is_authority(),
            Holders::Authorities => certificate.is_authority(),
        };
        let named = &certificate.extensions.crl_urls;
        let is_placed = self
            .urls
            .as_ref()
            .is_none_or(|urls| urls.iter().any(|url| named.contains(url)));
        is_holder && is_placed
    }

    pub(super) fn read(value: &[u8]) -> Result<Self, InvalidRevocationList> {
        let (scope, refused) =
            parts(value).map_err(|NotDer| InvalidRevocationList::Malformed(NAME))?;
        match refused {
            Some(kind) => Err(InvalidRevocationList::Kind(kind)),
            None => Ok(scope),
        }
    }
}

const NAME: &str = "issuingDistributionPoint";

const DISTRIBUTION_POINT: u8 = 0xa0;
const FULL_NAME: u8 = 0xa0;
const RELATIVE_NAME: u8 = 0xa1;
const URI: u8 = 0x86;
const ONLY_USERS: u8 = 0x81;
const ONLY_AUTHORITIES: u8 = 0x82;
const ONLY_SOME_REASONS: u8 = 0x83;
const INDIRECT: u8 = 0x84;
const ONLY_ATTRIBUTES: u8 = 0x85;

/// What it says, and the kind of list that it makes it, where that is not taken.
fn parts(value: &[u8]) -> Result<(Scope, Option<&'static str>), NotDer> {
    let mut outer = Reader::new(value);
    let mut point = outer.inside(tag::SEQUENCE)?;
    outer.end()?;
    let mut refused = None;
    let urls = match point.optional(DISTRIBUTION_POINT)? {
        None => None,
        Some(name) => {
            let mut name = Reader::new(name);
            if name.optional(RELATIVE_NAME)?.is_some() {
                refused = Some("of a place that is named relative to its issuer");
            }
            let urls = match name.optional(FULL_NAME)? {
                Some(names) => addresses(names)?,
                None => Vec::new(),
            };
            name.end()?;
            Some(urls)
        }
    };
    let only_users = point.flag(ONLY_USERS)?;
    let only_authorities = point.flag(ONLY_AUTHORITIES)?;
    let holders = match (only_users, only_authorities) {
        (false, false) => Holders::All,
        (true, false) => Holders::Users,
        (false, true) => Holders::Authorities,
        (true, true) => return Err(NotDer),
    };
    if point.optional(ONLY_SOME_REASONS)?.is_some() {
        refused = Some("of some reasons");
    }
    if point.flag(INDIRECT)? {
        refused = Some("of several issuers");
    }
    if point.flag(ONLY_ATTRIBUTES)? {
        refused = Some("of attribute certificates");
    }
    point.end()?;
    Ok((Scope { urls, holders }, refused))
}

/// The addresses among the names; names of other types are no place that a certificate is asked for.
fn addresses(names: &[u8]) -> Result<Vec<String>, NotDer> {
    let mut names = Reader::new(names);
    let mut urls = Vec::new();
    while let Some(tag) = names.next_tag() {
        let name = names.element(tag)?;
        if tag == URI {
            let url = std::str::from_utf8(name).map_err(|_| NotDer)?;
            if !url.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(NotDer);
            }
            urls.push(url.to_owned());
        }
    }
    Ok(urls)
}
