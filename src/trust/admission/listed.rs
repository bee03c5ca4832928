//! The list made ready to be asked: which names stand behind which mail domain.

use std::collections::HashMap;

use crate::domain::distinguished_name::OperatorDn;
use crate::domain::mail_domain::MailDomainName;
use crate::domain::trust_list::TrustList;

/// The names of a list and where they stand. A list has many rows and few names.
#[derive(Debug, Default)]
pub(super) struct Listed {
    names: Vec<OperatorDn>,
    by_key: HashMap<String, Vec<usize>>,
    rows: HashMap<MailDomainName, Vec<usize>>,
}

impl Listed {
    pub(super) fn new(list: &TrustList) -> Self {
        let mut listed = Self::default();
        let mut places: HashMap<&OperatorDn, usize> = HashMap::new();
        for entry in &list.entries {
            let place = *places.entry(&entry.operator_dn).or_insert_with(|| {
                let place = listed.names.len();
                listed.names.push(entry.operator_dn.clone());
                let key = entry.operator_dn.match_key();
                listed.by_key.entry(key).or_default().push(place);
                place
            });
            let row = listed.rows.entry(entry.mail_domain.clone()).or_default();
            if !row.contains(&place) {
                row.push(place);
            }
        }
        listed
    }

    /// The mail domains, each with the places of its names.
    pub(super) fn rows(&self) -> impl Iterator<Item = (&MailDomainName, &[usize])> {
        self.rows.iter().map(|(name, row)| (name, row.as_slice()))
    }

    /// The places of the names behind a mail domain, whole and exactly; none where the list does not
    /// have it.
    pub(super) fn row(&self, mail_domain: &MailDomainName) -> Option<&[usize]> {
        self.rows.get(mail_domain).map(Vec::as_slice)
    }

    /// The places of the names that match one (RFC 5280 §7.1); more than one where a list spells a name
    /// in several ways.
    pub(super) fn matching(&self, name: &OperatorDn) -> Vec<usize> {
        let candidates = self.by_key.get(&name.match_key()).into_iter().flatten();
        candidates
            .copied()
            .filter(|place| {
                let listed = self.names.get(*place);
                listed.is_some_and(|listed| listed.matches(name))
            })
            .collect()
    }

    /// The name at a place.
    pub(super) fn name(&self, place: usize) -> Option<&OperatorDn> {
        self.names.get(place)
    }
}
