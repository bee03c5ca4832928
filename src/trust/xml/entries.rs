//! Reads the rows of a list, as they are: doubled ones and names in broken spellings too.

use std::collections::{HashMap, HashSet};

use time::OffsetDateTime;

use super::error::{ListError, ListRule};
use super::profile;
use super::reader::{Limits, Respelled};
use super::scanner::{Scanner, Text};
use super::timestamp;
use crate::domain::distinguished_name::OperatorDn;
use crate::domain::mail_domain::MailDomainName;
use crate::domain::trust_list::TrustEntry;

/// What was read of the rows.
#[derive(Default)]
pub(super) struct Rows<'a> {
    pub(super) entries: Vec<TrustEntry>,
    pub(super) duplicates: usize,
    pub(super) respelled: Vec<Respelled>,
    /// Each spelling is parsed once: the real list has 391 of them in 6,494 rows.
    names: HashMap<&'a str, Spelling>,
    /// Pairs of mail domain and spelling.
    seen: HashSet<(&'a str, &'a str)>,
}

struct Spelling {
    name: OperatorDn,
    /// Whether we write the name in another way.
    is_strict: bool,
}

impl<'a> Rows<'a> {
    /// Reads rows as long as there are any.
    pub(super) fn read(
        mut self,
        scanner: &mut Scanner<'a>,
        limits: &Limits,
    ) -> Result<Self, ListError> {
        loop {
            scanner.skip_layout();
            if scanner.rest().starts_with(profile::ENTRIES.close) {
                return Ok(self);
            }
            scanner.expect(profile::ENTRY.open)?;
            if self.entries.len() >= limits.entries {
                return Err(scanner.refuse(ListRule::TooManyEntries));
            }
            self.read_one(scanner, limits.text_bytes)?;
            scanner.expect_next(profile::ENTRY.close)?;
        }
    }

    fn read_one(&mut self, scanner: &mut Scanner<'a>, max_bytes: usize) -> Result<(), ListError> {
        let mail_domain = scanner.element(&profile::MAIL_DOMAIN, max_bytes)?;
        let name = mail_domain_of(&mail_domain)
            .ok_or_else(|| scanner.refuse_at(ListRule::MailDomain, mail_domain.at))?;
        let description = scanner.element(&profile::DESCRIPTION, max_bytes)?;
        let dn = scanner.element(&profile::OPERATOR_DN, max_bytes)?;
        let operator_dn = self
            .operator_dn(&dn)
            .ok_or_else(|| scanner.refuse_at(ListRule::OperatorDn, dn.at))?;
        let responsible_contact = scanner.element(&profile::RESPONSIBLE_CONTACT, max_bytes)?;
        let support_contact = scanner.element(&profile::SUPPORT_CONTACT, max_bytes)?;
        let updated_at = time(scanner, &profile::UPDATED_AT, max_bytes)?;
        if !self.seen.insert((mail_domain.written, dn.written)) {
            self.duplicates += 1;
        }
        self.entries.push(TrustEntry {
            mail_domain: name,
            description: description.value.into_owned(),
            operator_dn,
            responsible_contact: responsible_contact.value.into_owned(),
            support_contact: support_contact.value.into_owned(),
            updated_at,
        });
        Ok(())
    }

    /// The name that a row spells, for the row that is read next.
    fn operator_dn(&mut self, dn: &Text<'a>) -> Option<OperatorDn> {
        if !self.names.contains_key(dn.written) {
            let name = OperatorDn::parse(&dn.value).ok()?;
            let is_strict = name.as_str() == dn.value;
            self.names.insert(dn.written, Spelling { name, is_strict });
        }
        let spelling = self.names.get(dn.written)?;
        if !spelling.is_strict {
            self.respelled.push(Respelled {
                entry: self.entries.len(),
                written: dn.value.clone().into_owned(),
            });
        }
        Some(spelling.name.clone())
    }
}

/// The name of a mail domain in lower case, in which it is compared.
fn mail_domain_of(text: &Text<'_>) -> Option<MailDomainName> {
    let name = MailDomainName::parse(&text.value).ok()?;
    (name.as_str() == text.value).then_some(name)
}

/// The time that an element holds.
pub(super) fn time(
    scanner: &mut Scanner<'_>,
    tag: &profile::Tag,
    max_bytes: usize,
) -> Result<OffsetDateTime, ListError> {
    let text = scanner.element(tag, max_bytes)?;
    timestamp::read(&text.value).ok_or_else(|| scanner.refuse_at(ListRule::Time, text.at))
}
